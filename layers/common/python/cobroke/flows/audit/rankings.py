"""Kept rankings against the market: one that is caught up must show what a fresh one shows."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cobroke.clock import Clock
from cobroke.domain.ids import owner_of
from cobroke.domain.matching.ranking import SIZES, Ranking, Row, ranked
from cobroke.domain.postings.kinds import other
from cobroke.flows.audit.scan import Owned
from cobroke.flows.matching.ranking import Seeker, seeking, up_to_date
from cobroke.storage import keys
from cobroke.storage.changes import LONGEST_MS
from cobroke.storage.conditions import at_version
from cobroke.storage.matching import rankings
from cobroke.storage.matching.held_markets import HeldMarkets
from cobroke.storage.retry import try_transact
from cobroke.storage.table import Table

SPARE_S = 60
"""So much of the run's time is left for looking at the suspects: another night draws another
sample.
"""


class WrongRanking(NamedTuple):
    owned: Owned
    version: int


class _Kept(NamedTuple):
    """Who looks, their ranking as it is kept, and its version."""

    seeker: Seeker
    ranking: Ranking
    version: int


def suspects(table: Table, clock: Clock, samples: Iterable[Sequence[Owned]]) -> Iterator[Owned]:
    """Yield those of a sample that show something else than their market, held in memory, lets
    them. Each market is read once, so that what was written since is suspect too.
    """
    for sample in samples:
        held = HeldMarkets(table, clock)
        for owned in sample:
            if table.seconds_left < SPARE_S:
                return
            kept = _kept(table, owned, clock)
            if kept and _shown(up_to_date(table, kept.seeker, kept.ranking).ranking) != _by_hand(
                held, kept
            ):
                yield owned


def wrong(table: Table, clock: Clock, owned: Owned) -> WrongRanking | None:
    """Return the ranking where it shows something else than a fresh read, else None. The fresh one
    is read between two that are caught up: where these differ, somebody has written meanwhile.
    """
    kept = _kept(table, owned, clock)
    if kept is None:
        return None
    before, fresh, after = (
        _shown(up_to_date(table, kept.seeker, known).ranking)
        for known in (kept.ranking, None, kept.ranking)
    )
    return WrongRanking(owned, kept.version) if before == after != fresh else None


def drop(table: Table, found: WrongRanking) -> bool:
    """Delete the ranking: the next look reads afresh. Return whether it was still as seen."""
    key = keys.ranking(owner_of(found.owned.id), *found.owned)
    return try_transact(table, [table.delete(key, when=at_version(found.version))])


def _kept(table: Table, owned: Owned, clock: Clock) -> _Kept | None:
    """Read the ranking as it is kept; return None where the next look would read afresh anyway."""
    found = rankings.load_own(table, owned.kind, owner_of(owned.id), owned.id)
    own, known, _ = found
    if not own.in_market or known is None or known.ranking.watermark <= clock() - LONGEST_MS:
        return None
    seeker = seeking(table, found, clock)
    return _Kept(seeker, known.ranking, known.version) if seeker.may_use(known.ranking) else None


def _by_hand(held: HeldMarkets, kept: _Kept) -> Sequence[Row]:
    seeker = kept.seeker
    market = held.get(other(seeker.kind), seeker.features.market)
    there = list(market.counterparts(seeker.features))
    best = seeker.select(there, SIZES.kept)
    return _shown(ranked(best, market.entries, market.watermark, len(there), seeker.version))


def _shown(ranking: Ranking) -> Sequence[Row]:
    return ranking.rows[: SIZES.shown]
