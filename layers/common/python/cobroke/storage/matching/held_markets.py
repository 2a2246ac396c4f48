"""Markets in a function's memory: read whole once, then caught up by their changes, once for each
batch.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Self

from cobroke.clock import Clock
from cobroke.domain.matching.lead_index import LeadIndex
from cobroke.domain.matching.listing_index import ListingIndex
from cobroke.domain.matching.market import position_of, shelves_for
from cobroke.domain.matching.ranking import Candidate
from cobroke.domain.matching.top_list import Hidden, Ranked, Selection
from cobroke.domain.parted import FROM_NOBODY, Parted
from cobroke.domain.postings.features import Features, Market, unpack
from cobroke.domain.postings.kinds import KINDS, Kind
from cobroke.domain.postings.posting import Posting
from cobroke.storage.changes import LONGEST_MS
from cobroke.storage.deals import pairs
from cobroke.storage.matching import markets
from cobroke.storage.matching.held_parted import HeldParted
from cobroke.storage.matching.markets import Entries
from cobroke.storage.postings import counts
from cobroke.storage.table import Table

MOST_HELD = 8
WORTH_READING_ANEW = 5
"""More changes than this part of the entries cost more than reading them all again."""

type Shelves = Mapping[str, tuple[list[int], list[Candidate]]]


class HeldMarket:
    """The leads or the listings of one market as of `watermark` (ms)."""

    def __init__(
        self, kind: Kind, entries: Entries, watermark: int, before: Self | None = None
    ) -> None:
        """Take over from one of `before` how many pairs those have who are still there."""
        self.watermark = watermark
        self._kind = kind
        self.entries = entries
        self._shelves: Shelves = {}
        self._index: Any = None
        known = before.pairs if before else {}
        self.pairs: dict[str, tuple[int, int]] = {
            an_id: counted for an_id, counted in known.items() if an_id in entries
        }
        """By id, of which version it was asked how many pairs an object has, and how many."""
        self.counted_at: int = before.counted_at if before else watermark

    def catch_up(self, changed: Entries, watermark: int) -> None:
        """Take in what has changed. What is made of the entries stays, where nothing has: the
        overlap shows a change more than once.
        """
        known = [self.entries.get(an_id) for an_id in changed]
        markets.merge(self.entries, changed.values())
        if known != [self.entries[an_id] for an_id in changed]:
            self._shelves, self._index = {}, None
        self.watermark = watermark

    def learn(self, written: Posting) -> None:
        """Take in an object that was read by itself: before all of its transaction can be seen a
        market may lack it.
        """
        self.catch_up(
            {written.id: markets.candidate(written, written.content.features.market)},
            self.watermark,
        )

    @property
    def size(self) -> int:
        return len(self.entries)

    def counterparts(self, seeker: Features) -> Iterator[Candidate]:
        """Yield those whom the knock-outs of price and rooms may let `seeker` see, as a read of the
        market finds them.
        """
        for row, start, end in self._parts(seeker):
            yield from row[start:end]

    def seen_by(self, seeker: Features) -> int:
        """Return how many `counterparts` there are."""
        return sum(end - start for _, start, end in self._parts(seeker))

    def best(
        self,
        seeker: Features,
        owner: str,
        most: int,
        hidden: Mapping[str, Hidden],
        parted: Parted = FROM_NOBODY,
    ) -> Selection:
        """Return the best as `domain.matching.selection` finds them, for many who ask: by an index,
        made anew when something has changed.
        """
        found: Selection = self._indexed().best(seeker, owner, most, hidden, parted)
        return found

    def above(
        self, place: Ranked, seeker: Features, owner: str, most: int, parted: Parted = FROM_NOBODY
    ) -> int:
        """Return how many stand above this place in the list of the seeker, `most` (at least 2) at
        most, whatever their pairs hide.
        """
        found: int = self._indexed().above(place, seeker, owner, most, parted)
        return found

    def _indexed(self) -> Any:  # noqa: ANN401 - of leads or of listings, for the other kind
        self._index = self._index or _indexed(self._kind, self.entries)
        return self._index

    def _parts(self, seeker: Features) -> Iterator[tuple[list[Candidate], int, int]]:
        self._shelves = self._shelves or _shelved(self._kind, self.entries)
        for shelf, lowest, highest in shelves_for(seeker):
            places, row = self._shelves.get(shelf, ([], []))
            end = len(row) if highest is None else bisect_right(places, highest)
            yield row, bisect_left(places, lowest), end


class HeldMarkets:
    """The MOST_HELD markets that were used last, and of whom those are `parted` who stand there."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table, self._clock = table, clock
        self.parted = HeldParted(table, clock)
        self._held: dict[tuple[Kind, Market], HeldMarket] = {}
        self._current: set[tuple[Kind, Market]] = set()
        self._counted: set[tuple[Kind, Market]] = set()

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Let each market be caught up once while this lasts, when it is first asked for."""
        self.expire()
        try:
            yield
        finally:
            self.expire()

    def expire(self) -> None:
        """Let every market be caught up again when it is next asked for."""
        self.parted.expire()
        self._current.clear()
        self._counted.clear()

    def get(self, kind: Kind, market: Market) -> HeldMarket:
        """Return the market as it is now, or was when this batch first asked."""
        at = kind, market
        if at not in self._current:
            self._held[at] = self._caught_up(kind, market, self._held.pop(at, None))
            self._current.add(at)
            while len(self._held) > MOST_HELD:
                longest_unused = next(iter(self._held))
                del self._held[longest_unused]
                self._current.discard(longest_unused)
        return self._held[at]

    def pair_counts(
        self, kind: Kind, market: Market, asked: Sequence[Candidate]
    ) -> Mapping[str, int]:
        """Return how many pairs each of these of a market has, or had, where some have gone since:
        of those that have stood still since they were asked of before it is remembered. A pair
        begins where both stand, and leaves a change there.
        """
        held = self.get(kind, market)
        if (kind, market) not in self._counted:
            self._forget_changed(kind, market, held)
            self._counted.add((kind, market))
        known = held.pairs
        new = {one.id: one.version for one in asked if known.get(one.id, (0,))[0] != one.version}
        counted = counts.pairs_of_many(self._table, kind, new)
        known |= {an_id: (version, counted[an_id]) for an_id, version in new.items()}
        return {one.id: known[one.id][1] for one in asked}

    def _forget_changed(self, kind: Kind, market: Market, held: HeldMarket) -> None:
        """Forget how many pairs those have of which one has changed since that was asked."""
        now = self._clock()
        if held.counted_at <= now - LONGEST_MS:
            held.pairs.clear()
        if held.pairs:
            for ids in pairs.changed(self._table, market, held.counted_at):
                held.pairs.pop(ids[KINDS.index(kind)], None)
        held.counted_at = now

    def _caught_up(self, kind: Kind, market: Market, held: HeldMarket | None) -> HeldMarket:
        now = self._clock()
        if held and held.watermark > now - LONGEST_MS:
            most = held.size // WORTH_READING_ANEW
            changed = markets.changes_of(self._table, kind, market, held.watermark, most)
            if changed is not None:
                held.catch_up(changed, now)
                return held
        entries = markets.read_whole(self._table, kind, market)
        markets.merge(entries, (markets.changes_of(self._table, kind, market, now) or {}).values())
        return HeldMarket(kind, entries, now, held)


def _shelved(kind: Kind, entries: Entries) -> Shelves:
    """Return the entries by the partition that they stand in, in order of price, with the prices
    apart.
    """
    shelves: dict[str, list[tuple[int, str, Candidate]]] = defaultdict(list)
    for entry in entries.values():
        if entry.packed is not None:
            shelf, price = position_of(unpack(kind, "", entry.packed))
            shelves[shelf].append((price, entry.id, entry))
    ordered = {shelf: sorted(row) for shelf, row in shelves.items()}
    return {
        shelf: ([price for price, _, _ in row], [entry for *_, entry in row])
        for shelf, row in ordered.items()
    }


def _indexed(kind: Kind, entries: Entries) -> LeadIndex | ListingIndex:
    rows = [(entry.id, entry.packed) for entry in entries.values() if entry.packed is not None]
    return _INDEXES[kind](rows)


_INDEXES: Mapping[Kind, type[LeadIndex] | type[ListingIndex]] = {
    "LEAD": LeadIndex,
    "PROPERTY": ListingIndex,
}
