"""Looks the other way: near the top of whose lists does an object stand now?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from itertools import batched

from cobroke.clock import Clock
from cobroke.domain.deals.pair import Pair
from cobroke.domain.ids import created_at
from cobroke.domain.matching.ranking import Candidate
from cobroke.domain.notices.alert import ALERTED, BEST, Alert
from cobroke.domain.notices.wording import Words, about_lead_alert, about_property_alert
from cobroke.domain.postings.features import unpack
from cobroke.domain.postings.kinds import Kind, other
from cobroke.domain.postings.posting import Posting
from cobroke.flows.matching.ranking import Seeker
from cobroke.storage.deals import pairs
from cobroke.storage.matching.held_markets import HeldMarket, HeldMarkets
from cobroke.storage.notices import alerts
from cobroke.storage.notices.alerts import Cause, Due, Telling
from cobroke.storage.notices.notices import Notice
from cobroke.storage.postings import own_lists, postings
from cobroke.storage.retry import retry_on_conflict
from cobroke.storage.table import ConditionFailed, Table, Write


def alert(table: Table, held: HeldMarkets, written: Posting, clock: Clock) -> int:
    """Tell the owner of each counterpart at 80 or more that would now be shown `written` among
    their best ten; return how many were told. Each is told once, and of a listing again after a
    price cut, however often this is done. Where `written` is no longer the newest meanwhile, the
    rest is left to what is.
    """
    if alerts.is_done(table, written):
        return 0
    cause = Cause(written, pairs.of_object(table, written.kind, written.id))
    good = _good(cause, held.get(other(written.kind), written.content.features.market))
    new = alerts.not_alerted(table, cause, good)
    looking = [counterpart for own_id, (_, counterpart) in good.items() if own_id in new]
    told = 0
    for some in batched(_showing(table, held, written, looking), alerts.AT_ONCE, strict=False):
        scores = {own_id: good[own_id][0] for own_id in some}
        number = tell(table, cause, scores, clock() // 1000)
        if number is None:
            return told
        told += number
    alerts.mark_done(table, written)
    return told


def tell(table: Table, cause: Cause, scores: Mapping[str, int], now_s: int) -> int | None:
    """Alert the owners of these objects, `AT_ONCE` at most, in one transaction; return how many are
    told. Who was told before is not, nor whose pair somebody has acted on since it was read. None,
    and nobody is told, where the cause is no longer the newest or has left the market.
    """
    try:
        none_began = alerts.no_new_pair(table, cause)
        return _told(table, cause, scores, now_s, cause.pairs, none_began)
    except ConditionFailed:
        return retry_on_conflict(table, partial(_tell_unacted, table, cause, scores, now_s))


def _tell_unacted(table: Table, cause: Cause, scores: Mapping[str, int], now_s: int) -> int | None:
    """Check each pair: the one that began may be another's, and the count can be wrong."""
    if not alerts.is_newest(table, cause):
        return None
    unacted = alerts.unacted(table, cause, scores)
    return _told(table, cause, {own_id: scores[own_id] for own_id in unacted}, now_s, unacted)


def _told(
    table: Table,
    cause: Cause,
    scores: Mapping[str, int],
    now_s: int,
    unacted: Mapping[str, Pair],
    *conditions: Write,
) -> int:
    """Decide what each of those who are still to be alerted is told, and commit it."""
    due = alerts.due(table, cause, scores, now_s)
    if not due:
        return 0
    tellings = _tellings(table, cause, [(one, scores[one.own_id]) for one in due])
    alerts.commit(table, cause, tellings, unacted, *conditions)
    return len(tellings)


def _good(cause: Cause, market: HeldMarket) -> dict[str, tuple[int, Candidate]]:
    """The counterparts at 80 and more that were there before the change and have no match with the
    object, nor a pair that is hidden; with their scores.
    """
    seeker = Seeker.of(cause.written, cause.pairs)
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
        own = unpack(kind, features.city, one.packed or b"")
        seeker = Seeker(one.id, one.version, own, one.detail, paired)
        return any(place.id == written.id for place in seeker.select_from(market, BEST).ranked)

    below = [one for one in looking if not shows(one, {})]
    paired = own_lists.having_pairs(table, kind, (one.id for one in below))
    hidden = {
        one.id
        for one in below
        if one.id not in paired or not shows(one, pairs.of_object(table, kind, one.id))
    }
    return (one.id for one in looking if one.id not in hidden)


def _tellings(table: Table, cause: Cause, due: Iterable[tuple[Due, int]]) -> list[Telling]:
    """Word each notice: it speaks of a listing, the best of the counterparts or the own one."""
    grown = [(one, *one.with_one_more(cause, score)) for one, score in due]
    listing_of = {
        one.own_id: alert.top[0][0] if cause.written.kind == "PROPERTY" else one.own_id
        for one, _, alert in grown
    }
    listings = {cause.id: cause.written} | postings.load_many(
        table, "PROPERTY", {*listing_of.values()} - {cause.id}
    )
    return [
        Telling(
            one,
            alert,
            _notice(
                one.own_id, cause.written.kind, notice_id, alert, listings[listing_of[one.own_id]]
            ),
        )
        for one, notice_id, alert in grown
    ]


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
