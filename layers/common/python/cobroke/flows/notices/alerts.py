"""Looks the other way: near the top of whose lists does an object stand now?"""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import partial
from itertools import batched
from typing import Any

from cobroke.clock import Clock
from cobroke.domain.deals.pair import Pair
from cobroke.domain.ids import created_at
from cobroke.domain.notices.alert import ALERTED, Alert
from cobroke.domain.notices.wording import Words, about_lead_alert, about_property_alert
from cobroke.domain.postings.kinds import Kind, id_name, lead_first, other
from cobroke.domain.postings.posting import Posting
from cobroke.domain.vocabulary import Number
from cobroke.flows.matching.ranking import Seeker
from cobroke.flows.notices.near_the_top import Good, showing
from cobroke.storage.matching.held_markets import HeldMarket, HeldMarkets
from cobroke.storage.notices import alerts
from cobroke.storage.notices.alerts import Cause, PendingAlert, Telling
from cobroke.storage.notices.notices import Notice
from cobroke.storage.postings import postings
from cobroke.storage.retry import retry_on_conflict
from cobroke.storage.table import ConditionFailed, Table, Write


def alert(table: Table, held: HeldMarkets, written: Posting, clock: Clock) -> int:
    """Tell the owner of each counterpart at 80 or more that would now be shown `written` among
    their best ten; return how many were told. Each is told once in 180 days, and of a listing again
    after a price cut, however often this is done. Where `written` is no longer the newest
    meanwhile, the rest is left to what is.
    """
    cause = alerts.cause_of(table, written)
    if cause is None:
        return 0
    good = _good(cause, held.get(other(written.kind), written.content.features.market))
    near = showing(table, held, written, good)
    new = alerts.not_alerted(table, cause, near, clock() // 1000)
    told = 0
    for some in batched((one for one in near if one in new), alerts.AT_ONCE, strict=False):
        scores = {own_id: good[own_id][0] for own_id in some}
        number = tell(table, cause, scores, clock() // 1000)
        if number is None:
            return told
        told += number
    alerts.mark_done(table, written)
    return told


def tell(table: Table, cause: Cause, scores: Mapping[str, int], now_s: int) -> int | None:
    """Alert the owners of these objects, `AT_ONCE` at most, in one transaction; return how many are
    told. Who was told before is not, nor whose pair somebody has acted on since it was read. Return
    None, and tell nobody, where the cause is no longer the newest or has left the market.
    """
    try:
        none_began = alerts.no_new_pair(table, cause)
        return _told(table, cause, scores, now_s, cause.pairs, none_began)
    except ConditionFailed:
        return retry_on_conflict(table, partial(_tell_unacted, table, cause, scores, now_s))


def _tell_unacted(table: Table, cause: Cause, scores: Mapping[str, int], now_s: int) -> int | None:
    """Check blocks, and each pair: the one that began may be another's, the count can be wrong."""
    if not alerts.is_newest(table, cause):
        return None
    cause = alerts.with_parted(table, cause)
    near = [own_id for own_id in scores if not cause.parted.from_owner_of(own_id)]
    unacted = alerts.unacted(table, cause, near)
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
    pending = alerts.pending(table, cause, scores, now_s)
    if not pending:
        return 0
    tellings = _tellings(table, cause, pending, scores)
    alerts.commit(table, cause, tellings, unacted, *conditions)
    return len(tellings)


def _good(cause: Cause, market: HeldMarket) -> Good:
    """Return the counterparts at 80 and more that were there before the change and have no match
    with the object, nor a pair that is hidden, by id, with their scores (basis points).
    """
    seeker = Seeker.of(cause.written, cause.pairs, cause.parted)
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


def _tellings(
    table: Table, cause: Cause, pending: Iterable[PendingAlert], scores: Mapping[str, int]
) -> list[Telling]:
    """Word each notice: it speaks of a listing, the best of the counterparts or the own one."""
    grown = [(own, *own.with_one_more(cause, scores[own.own_id])) for own in pending]
    listing_of = {
        own.own_id: lead_first(cause.alerts, own.own_id, alert.top[0][0])[1]
        for own, _, alert in grown
    }
    listings = {cause.id: cause.written} | postings.load_many(
        table, "PROPERTY", [an_id for an_id in listing_of.values() if an_id != cause.id]
    )
    return [
        Telling(own, alert, _notice(own, notice_id, alert, listings[listing_of[own.own_id]]))
        for own, notice_id, alert in grown
    ]


def _notice(own: PendingAlert, notice_id: str, alert: Alert, listing: Posting) -> Notice:
    kind, top = own.last.kind, [(an_id, Decimal(score).scaleb(-2)) for an_id, score in alert.top]
    data = {
        id_name(kind): own.own_id,
        "reason": "RECOMMENDED",
        "count": alert.count,
        "top": [{id_name(other(kind)): an_id, "match_score": score} for an_id, score in top],
    }
    _, best_score = top[0]
    words = _ABOUT[kind](alert.count, best_score, listing.content.body)
    return Notice(notice_id, "NEW_MATCH", words, data)


_ABOUT: Mapping[Kind, Callable[[int, Number, Mapping[str, Any]], Words]] = {
    "LEAD": about_lead_alert,
    "PROPERTY": about_property_alert,
}
"""By the kind of what is alerted."""
