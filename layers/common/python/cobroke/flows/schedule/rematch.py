"""Follows a market again: what the stream has done is found done, what it lost is caught up, by the
stream's code.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import batched, chain

from cobroke.clock import Clock
from cobroke.domain.deals.owed import owed_notices
from cobroke.domain.deals.pair import Pair
from cobroke.domain.matching.ranking import SIZES, ranked
from cobroke.domain.postings.features import Group, Market
from cobroke.domain.postings.kinds import KINDS, Kind, other
from cobroke.flows.deals.parting import part_all
from cobroke.flows.following import (
    PairChanged,
    pair_changed,
    posting_archived,
    posting_stands,
)
from cobroke.flows.matching.ranking import Seeker, try_save
from cobroke.flows.schedule.agenda import work_off
from cobroke.storage.deals import pairs
from cobroke.storage.erasing import jobs
from cobroke.storage.matching import looks, markets, rankings, registry
from cobroke.storage.matching.backlog import Written, backlog
from cobroke.storage.matching.held_markets import HeldMarkets
from cobroke.storage.matching.rankings import Own
from cobroke.storage.notices import alerts, notices
from cobroke.storage.parting import parted
from cobroke.storage.postings import postings
from cobroke.storage.retry import try_transact
from cobroke.storage.schedule import agenda, runs
from cobroke.storage.table import Table

_AGENDA, _MARKET = "AGENDA#", "MARKET#"
SLICE = 100
"""How many changes are followed before the watermark of their market moves behind them."""
FAR_BEHIND = 300
"""How many changes of its market make a ranking dear to catch up."""


def parts_of_a_run(table: Table) -> list[str]:
    """Return what a run consists of: each market there is, and each shard of the agenda."""
    shards = [f"{_AGENDA}{shard}" for shard in range(agenda.SHARDS)]
    return shards + [
        f"{_MARKET}{market.group.name}#{market.city}" for market in registry.markets(table)
    ]


def work_on(table: Table, part: str, clock: Clock) -> Counter[str]:
    """Do one part of a run, and return what happened, by kind."""
    if part.startswith(_AGENDA):
        shard = int(part.removeprefix(_AGENDA))
        did = work_off(table, shard, clock)
        # what is open behind blocks is little, and what is to be woken: the first shard does both
        if shard:
            return did
        return did | Counter(parted=part_all(table, clock), woken=jobs.wake(table, clock()))
    group, _, city = part.removeprefix(_MARKET).partition("#")
    return rematch(table, HeldMarkets(table, clock), Market(city, Group[group]), clock)


def rematch(table: Table, held: HeldMarkets, market: Market, clock: Clock) -> Counter[str]:
    """Follow everything that has happened in a market since it was last followed; return what was
    done about it, by kind. Repeatable.
    """
    now = clock()
    did = Counter(objects=0, alerts=0, closed=0, dropped=0, told=0, refreshed=0)
    with held.batch():
        _follow(table, held, market, now, clock, did)
        for kind in KINDS:
            did["refreshed"] += _refresh(table, held, kind, market, now)
    return did


def _follow(
    table: Table, held: HeldMarkets, market: Market, now: int, clock: Clock, did: Counter[str]
) -> None:
    """Follow it slice by slice, in order of time: where it is killed, the next run goes on behind
    the last whole slice. Where something has left, and nothing stands there now, forget it last.

    The time of a slice is as good a watermark as that of a whole run. What was missed of this time
    or before was acknowledged after `now`, so by its own time (at most 25 s older) the minute
    before the watermark holds it.
    """
    since, left = runs.how_far(table, market, now)
    behind = 0
    for some in batched(backlog(table, market, since), SLICE, strict=False):
        if behind:
            runs.follow(table, market, min(behind, now), left=left)
        for kind in KINDS:
            _follow_postings(table, held, kind, some, clock, did)
        did["told"] += _tell(table, [change for change in some if isinstance(change, Pair)])
        left = left or any(isinstance(change, Written) and change.left for change in some)
        behind = some[-1].changed_at
    left = left and not _is_settled(table, market, clock())
    runs.follow(table, market, now, left=left)


def _is_settled(table: Table, market: Market, now: int) -> bool:
    """Forget the market if nothing stands there; return False where it is to be asked again, as
    somebody may hold it for known.
    """
    if not markets.is_empty(table, market):
        return True
    return try_transact(table, [registry.forget(table, market, now, registry.LAPSED_MS)])


def _follow_postings(
    table: Table,
    held: HeldMarkets,
    kind: Kind,
    some: Sequence[Written | Pair],
    clock: Clock,
    did: Counter[str],
) -> None:
    """Follow the objects of one kind. They are read ahead, many at once: what was done or archived
    then is so for good, and a later write has a later change. Who was alerted is known by the
    owner's revision, so a repair alerts of what is still owed.
    """
    versions = {
        change.id: change.version
        for change in some
        if isinstance(change, Written) and change.kind == kind
    }
    for written, is_done in alerts.standing(table, kind, versions):
        did["objects"] += 1
        if written.status == "ARCHIVED":
            ended = posting_archived(table, written, clock)
            did.update(closed=ended.closed, dropped=ended.dropped)
        elif written.in_market and not is_done:
            did["alerts"] += _alert(table, held, kind, written.id, versions[written.id], clock)


def _alert(
    table: Table, held: HeldMarkets, kind: Kind, posting_id: str, version: int, clock: Clock
) -> int:
    """Alert of the object as it now is, and return how many were told. The markets that are held
    may not hold a later version than this: they catch up first.
    """
    written = postings.load(table, kind, posting_id)
    if written.version != version:
        held.expire()
    return posting_stands(table, held, written, clock)


def _tell(table: Table, images: Sequence[Pair]) -> int:
    """Tell what these images still owe, and return how many notices that is. Nearly all was told by
    the stream, and what was told stays told: that is asked of all images at once.
    """
    due = [(image, {notices.due(notice) for notice in owed_notices(image)}) for image in images]
    told = notices.already_put(table, chain.from_iterable(of_image for _, of_image in due))
    return sum(
        pair_changed(table, PairChanged(image, None)) for image, of_image in due if of_image - told
    )


def _refresh(table: Table, held: HeldMarkets, kind: Kind, market: Market, now: int) -> int:
    """Refresh the rankings that somebody may look at today and that have fallen far behind; return
    how many were written.
    """
    threshold = markets.time_of_change(table, other(kind), market, FAR_BEHIND)
    looked_at = sorted(looks.looked_at(table, kind, market, now)) if threshold else ()
    found = rankings.load_many(table, kind, looked_at)
    return sum(_refreshed(table, held, one, threshold) for one in found)


def _refreshed(table: Table, held: HeldMarkets, found: Own, threshold: int) -> bool:
    own, known, items = found
    if not own.in_market or known is None or known.ranking.watermark > threshold:
        return False
    market = held.get(other(own.kind), own.content.features.market)
    of_whom = parted.of(table, own.owner, items)
    seeker = Seeker.of(own, pairs.of_posting(table, own.kind, own.id), of_whom)
    best = seeker.select_from(market, SIZES.kept)
    seen = market.seen_by(seeker.features)
    new = ranked(best, market.entries, market.watermark, seen, own.version, seeker.parted.returned)
    as_before = (
        replace(new, watermark=known.ranking.watermark, seen=known.ranking.seen) == known.ranking
    )
    return not as_before and try_save(table, own, new, known, known.looked_at)
