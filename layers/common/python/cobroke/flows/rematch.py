"""Follows a market again: what the stream has done is found done, what it lost is caught up, by the stream's code."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from cobroke.domain.features import Group, Market
from cobroke.domain.ids import owner_of
from cobroke.domain.pair import other
from cobroke.domain.ranking import SIZES, ranked
from cobroke.flows.agenda import work_off
from cobroke.flows.agreement import close_matches
from cobroke.flows.alerts import alert
from cobroke.flows.notices import tell_of_pair
from cobroke.flows.ranking import Seeker, keep
from cobroke.storage import agenda, looks, markets, objects, pairs, rankings, registry, runs
from cobroke.storage.held_markets import HeldMarkets
from cobroke.storage.keys import KINDS, Kind
from cobroke.storage.table import Table

type Clock = Callable[[], int]

_AGENDA, _MARKET = "AGENDA#", "MARKET#"
FAR_BEHIND = 300
"""So many changes of its market make a ranking dear to catch up."""


def parts_of_a_run(table: Table) -> list[str]:
    """What a run consists of: each market there is, and each shard of the agenda."""
    shards = [f"{_AGENDA}{shard}" for shard in range(agenda.SHARDS)]
    return shards + [f"{_MARKET}{market.group.name}#{market.city}" for market in registry.markets(table)]


def work_on(table: Table, part: str, clock: Clock) -> Counter[str]:
    """Do one part of a run; what happened, by kind."""
    if part.startswith(_AGENDA):
        return work_off(table, int(part.removeprefix(_AGENDA)), clock)
    group, _, city = part.removeprefix(_MARKET).partition("#")
    return rematch(table, HeldMarkets(table, clock), Market(city, Group[group]), clock)


def rematch(table: Table, held: HeldMarkets, market: Market, clock: Clock) -> Counter[str]:
    """Everything that has happened in a market since it was last followed; what was done about it. Repeatable."""
    now = clock()
    since = runs.watermark(table, market, now)
    did = Counter(objects=0, alerts=0, closed=0, told=0, refreshed=0)
    for kind in KINDS:
        _follow_objects(table, held, kind, market, since, clock, did)
    for image in pairs.changes(table, market, since):
        did["told"] += tell_of_pair(table, image, None)
    for kind in KINDS:
        did["refreshed"] += _refresh(table, held, kind, market, now)
    runs.follow(table, market, now)
    return did


def _follow_objects(
    table: Table, held: HeldMarkets, kind: Kind, market: Market, since: int, clock: Clock, did: Counter[str]
) -> None:
    """A write that its owner has overtaken is left to the newer one's record, or the next run: the markets that are
    held may not hold that. Who was alerted is known by the owner's revision, so a repair alerts of what is still owed.
    """
    changed = markets.changes_of(table, kind, market, since) or {}
    held.begin()
    for change in changed.values():
        did["objects"] += 1
        written = objects.load(table, kind, change.id)
        if written.status == "ARCHIVED":
            did["closed"] += close_matches(table, kind, change.id, clock)
        elif written.in_market and written.version == change.version:
            did["alerts"] += alert(table, held, written, clock)


def _refresh(table: Table, held: HeldMarkets, kind: Kind, market: Market, now: int) -> int:
    """The rankings that somebody may look at today and that have fallen far behind; how many were written."""
    threshold = markets.time_of_change(table, other(kind), market, FAR_BEHIND)
    looked_at = sorted(looks.looked_at(table, kind, market, now)) if threshold else ()
    return sum(_refreshed(table, held, kind, object_id, threshold) for object_id in looked_at)


def _refreshed(table: Table, held: HeldMarkets, kind: Kind, object_id: str, threshold: int) -> bool:
    own, known = rankings.load_own(table, kind, owner_of(object_id), object_id)
    if not own.in_market or known is None or known.ranking.watermark > threshold:
        return False
    market = held.get(other(kind), own.content.features.market)
    seeker = Seeker(own, pairs.of_object(table, kind, object_id))
    best = seeker.select_from(market, SIZES.kept)
    new = ranked(best, market.entries, market.watermark, market.seen_by(seeker.features), own.version)
    as_before = replace(new, watermark=known.ranking.watermark, seen=known.ranking.seen) == known.ranking
    return not as_before and keep(table, own, new, known, known.looked_at)
