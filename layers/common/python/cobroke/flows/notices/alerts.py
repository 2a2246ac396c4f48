"""Looks the other way: near the top of whose lists does an object stand now?"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from itertools import batched

from cobroke.clock import Clock
from cobroke.domain.deals.pair import Pair
from cobroke.domain.ids import created_at
from cobroke.domain.matching.ranking import Candidate
from cobroke.domain.notices.alert import ALERTED, BEST, Alert
from cobroke.domain.notices.wording import Words, about_lead_alert, about_property_alert
from cobroke.domain.postings.features import unpack_lead, unpack_property
from cobroke.domain.postings.kinds import Kind, other
from cobroke.domain.postings.posting import Content, Posting
from cobroke.flows.matching.ranking import Seeker
from cobroke.storage.deals import pairs
from cobroke.storage.matching.held_markets import HeldMarket, HeldMarkets
from cobroke.storage.notices import alerts
from cobroke.storage.notices.alerts import Cause, Due
from cobroke.storage.notices.notices import Notice
from cobroke.storage.postings import own_lists, postings
from cobroke.storage.table import Table


def alert(table: Table, held: HeldMarkets, written: Posting, clock: Clock) -> int:
    """Tell the owner of each counterpart at 80 or more that would now be shown `written` among his
    best ten; how many were told. Each is told once, and of a listing again after a price cut,
    however often this is done. Where `written` is no longer the newest meanwhile, the rest is left
    to what is.
    """
    if alerts.is_done(table, written):
        return 0
    cause = Cause(written, pairs.of_object(table, written.kind, written.id))
    good = _good(cause, held.get(other(written.kind), written.content.features.market))
    new = alerts.not_alerted(table, cause, good)
    showing = _showing(
        table, held, written, [one for object_id, (_, one) in good.items() if object_id in new]
    )
    told = 0
    for some in batched(showing, alerts.AT_ONCE, strict=False):
        scores = {object_id: good[object_id][0] for object_id in some}
        number = alerts.tell(
            table, cause, scores, clock() // 1000, partial(_described, table, written)
        )
        if number is None:
            return told
        told += number
    alerts.call_done(table, written)
    return told


def _good(cause: Cause, market: HeldMarket) -> dict[str, tuple[int, Candidate]]:
    """The counterparts at 80 and more that were there before the change and have no match with the
    object, nor a pair that is hidden; with their scores.
    """
    seeker = Seeker(cause.written, cause.pairs)
    there = list(market.counterparts(seeker.features))
    best = seeker.select(there, max(len(there), 1)).ranked
    good = [
        place
        for place in best
        if place.score >= ALERTED and created_at(place.id) < cause.written.updated_at
    ]
    matched = {own_id for own_id, pair in cause.pairs.items() if pair.status}
    return {
        place.id: (place.score, market.entries[place.id])
        for place in good
        if place.id not in matched
    }


def _showing(
    table: Table, held: HeldMarkets, written: Posting, looking: Sequence[Candidate]
) -> Iterator[str]:
    """Those whose look would now show the object in its first rows. Their pairs can only take
    others out of the way, so they are read only of those where the object does not stand there
    without that, and who have any.
    """
    kind, features = other(written.kind), written.content.features
    market = held.get(written.kind, features.market)
    market.learn(written)

    def shows(one: Candidate, paired: Mapping[str, Pair]) -> bool:
        own = _as_the_market_knows_it(kind, one, features.city)
        return any(
            place.id == written.id for place in Seeker(own, paired).select_from(market, BEST).ranked
        )

    below = [one for one in looking if not shows(one, {})]
    paired = own_lists.having_pairs(table, kind, (one.id for one in below))
    hidden = {
        one.id
        for one in below
        if one.id not in paired or not shows(one, pairs.of_object(table, kind, one.id))
    }
    return (one.id for one in looking if one.id not in hidden)


def _as_the_market_knows_it(kind: Kind, one: Candidate, city: str) -> Posting:
    """Without its body."""
    unpack = unpack_lead if kind == "LEAD" else unpack_property
    content = Content({}, unpack(city, one.packed or b""))
    return Posting(
        kind, one.id, content, "ACTIVE", one.version, one.detail, changed_at=0, updated_at=0
    )


def _described(table: Table, written: Posting, due: Due) -> dict[str, Notice]:
    """For own objects, counterparts of `written`: each notice speaks of a listing, the best one or
    the own.
    """
    listing_of = {
        own: alert.top[0][0] if written.kind == "PROPERTY" else own
        for own, (_, alert) in due.items()
    }
    listings = {written.id: written} | postings.load_many(
        table, "PROPERTY", {*listing_of.values()} - {written.id}
    )
    return {own: _notice(own, written.kind, *due[own], listings[listing_of[own]]) for own in due}


def _notice(
    own_id: str, counterparts: Kind, notice_id: str, alert: Alert, listing: Posting
) -> Notice:
    own, others = f"{other(counterparts).lower()}_id", f"{counterparts.lower()}_id"
    top = [
        {others: counterpart, "match_score": Decimal(score).scaleb(-2)}
        for counterpart, score in alert.top
    ]
    data = {own: own_id, "reason": "RECOMMENDED", "count": alert.count, "top": top}
    return Notice(notice_id, "NEW_MATCH", _words(counterparts, alert, listing), data)


def _words(counterparts: Kind, alert: Alert, listing: Posting) -> Words:
    _, score = alert.top[0]
    about = about_lead_alert if counterparts == "PROPERTY" else about_property_alert
    return about(alert.count, Decimal(score).scaleb(-2), listing.content.body)
