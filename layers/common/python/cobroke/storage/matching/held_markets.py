"""Markets in a function's memory: read whole once, then caught up by their changes, once for each
batch.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from cobroke.clock import Clock
from cobroke.domain.matching.lead_index import LeadIndex
from cobroke.domain.matching.listing_index import ListingIndex
from cobroke.domain.matching.market import position_of, shelves_for
from cobroke.domain.matching.ranking import Candidate
from cobroke.domain.matching.top_list import Hidden, Selection
from cobroke.domain.postings.features import Features, Market, unpack
from cobroke.domain.postings.kinds import Kind
from cobroke.domain.postings.posting import Posting
from cobroke.storage.changes import LONGEST_MS
from cobroke.storage.matching import markets
from cobroke.storage.matching.markets import Entries
from cobroke.storage.table import Table

MOST_HELD = 8
WORTH_READING_ANEW = 5
"""More changes than this part of the entries cost more than reading them all again."""

type Shelves = Mapping[str, tuple[list[int], list[Candidate]]]


class HeldMarket:
    """The leads or the listings of one market as of `watermark` (ms)."""

    def __init__(self, kind: Kind, entries: Entries, watermark: int) -> None:
        self.watermark = watermark
        self._kind = kind
        self.entries = entries
        self._shelves: Shelves = {}
        self._find: Callable[..., Selection] | None = None

    def catch_up(self, changed: Entries, watermark: int) -> None:
        """Take in what has changed. What is made of the entries stays, where nothing has: the
        overlap shows a change more than once.
        """
        known = [self.entries.get(an_id) for an_id in changed]
        markets.merge(self.entries, changed.values())
        if known != [self.entries[an_id] for an_id in changed]:
            self._shelves, self._find = {}, None
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
        self, seeker: Features, owner: str, most: int, hidden: Mapping[str, Hidden]
    ) -> Selection:
        """Return the best as `domain.matching.selection` finds them, for many who ask: by an index,
        made anew when something has changed.
        """
        self._find = self._find or _indexed(self._kind, self.entries)
        return self._find(seeker, owner, most, hidden)

    def _parts(self, seeker: Features) -> Iterator[tuple[list[Candidate], int, int]]:
        self._shelves = self._shelves or _shelved(self._kind, self.entries)
        for shelf, lowest, highest in shelves_for(seeker):
            places, row = self._shelves.get(shelf, ([], []))
            end = len(row) if highest is None else bisect_right(places, highest)
            yield row, bisect_left(places, lowest), end


class HeldMarkets:
    """The MOST_HELD markets that were used last."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table, self._clock = table, clock
        self._held: dict[tuple[Kind, Market], HeldMarket] = {}
        self._current: set[tuple[Kind, Market]] = set()

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
        self._current.clear()

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
        return HeldMarket(kind, entries, now)


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


def _indexed(kind: Kind, entries: Entries) -> Callable[..., Selection]:
    rows = [(entry.id, entry.packed) for entry in entries.values() if entry.packed is not None]
    return _INDEXES[kind](rows).best


_INDEXES: Mapping[Kind, type[LeadIndex] | type[ListingIndex]] = {
    "LEAD": LeadIndex,
    "PROPERTY": ListingIndex,
}
