"""Looks the other way: near the top of whose lists does an object stand now?"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from cobroke.clock import Clock
from cobroke.domain.alert import ALERTED, BEST, Alert
from cobroke.domain.features import LeadFeatures, unpack_lead, unpack_property
from cobroke.domain.pair import Pair, other
from cobroke.domain.ranking import Candidate
from cobroke.domain.wording import Words, about_lead_alert, about_property_alert
from cobroke.flows.ranking import Seeker
from cobroke.storage import alerts, objects, own_lists, pairs
from cobroke.storage.alerts import Cause
from cobroke.storage.held_markets import HeldMarket, HeldMarkets
from cobroke.storage.keys import Kind
from cobroke.storage.notices import Notice
from cobroke.storage.stored_object import Content, StoredObject
from cobroke.storage.table import Table


def alert(table: Table, held: HeldMarkets, written: StoredObject, clock: Clock) -> int:
    """Tell the owner of each counterpart at 80 or more that would now be shown `written` among his best ten; how many
    were told. Each is told once, and of a listing again after a price cut, however often this is done.
    """
    if alerts.is_done(table, written):
        return 0
    features = written.content.features
    price = None if isinstance(features, LeadFeatures) else features.price
    cause = Cause(written.id, price, written.changed_at)
    good = _good(table, written, held.get(other(written.kind), features.market))
    new = alerts.not_alerted(table, other(written.kind), cause, good)
    told = 0
    for object_id in _showing(table, held, written, [one for object_id, (_, one) in good.items() if object_id in new]):
        describe = _describing(table, object_id, written)
        told += alerts.tell(table, other(written.kind), object_id, cause, good[object_id][0], clock() // 1000, describe)
    alerts.call_done(table, written)
    return told


def _good(table: Table, written: StoredObject, market: HeldMarket) -> dict[str, tuple[int, Candidate]]:
    """The counterparts at 80 and more whose pair with the object is not hidden, with their scores."""
    seeker = Seeker(written, pairs.of_object(table, written.kind, written.id))
    there = list(market.counterparts(seeker.features))
    best = seeker.select(there, max(len(there), 1)).ranked
    return {place.id: (place.score, market.entries[place.id]) for place in best if place.score >= ALERTED}


def _showing(table: Table, held: HeldMarkets, written: StoredObject, looking: Sequence[Candidate]) -> Iterator[str]:
    """Those whose look would now show the object in its first rows. Their pairs can only take others out of the way, so
    they are read only of those where the object does not stand there without that, and who have any.
    """
    kind, features = other(written.kind), written.content.features
    market = held.get(written.kind, features.market)

    def shows(one: Candidate, paired: Mapping[str, Pair]) -> bool:
        own = _as_the_market_knows_it(kind, one, features.city)
        return any(place.id == written.id for place in Seeker(own, paired).select_from(market, BEST).ranked)

    below = [one for one in looking if not shows(one, {})]
    paired = own_lists.having_pairs(table, kind, (one.id for one in below))
    hidden = {one.id for one in below if one.id not in paired or not shows(one, pairs.of_object(table, kind, one.id))}
    return (one.id for one in looking if one.id not in hidden)


def _as_the_market_knows_it(kind: Kind, one: Candidate, city: str) -> StoredObject:
    """Without its body."""
    unpack = unpack_lead if kind == "LEAD" else unpack_property
    content = Content({}, unpack(city, one.packed or b""))
    return StoredObject(kind, one.id, content, "ACTIVE", one.version, one.detail, changed_at=0, updated_at=0)


def _describing(table: Table, own_id: str, written: StoredObject) -> alerts.Describe:
    """Of an object of this id, whose counterparts are of the kind of `written`."""
    kind = other(written.kind)

    def describe(notice_id: str, alert: Alert) -> Notice:
        words = _words(table, own_id, written, alert)
        own, others = f"{kind.lower()}_id", f"{written.kind.lower()}_id"
        top = [{others: counterpart, "match_score": Decimal(score).scaleb(-2)} for counterpart, score in alert.top]
        data = {own: own_id, "reason": "RECOMMENDED", "count": alert.count, "top": top}
        return Notice(notice_id, "NEW_MATCH", words.title, words.message, data)

    return describe


def _words(table: Table, own_id: str, written: StoredObject, alert: Alert) -> Words:
    best, score = alert.top[0]
    listing_id = best if written.kind == "PROPERTY" else own_id
    listing = written if listing_id == written.id else objects.load(table, "PROPERTY", listing_id)
    about = about_lead_alert if written.kind == "PROPERTY" else about_property_alert
    return about(alert.count, Decimal(score).scaleb(-2), listing.content.body)
