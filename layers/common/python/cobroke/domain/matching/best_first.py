"""Branch and bound: of many cells of rows the most promising is read first, and none that can no
longer get in.

All of the order is one integer, a **place**: the score << SHIFT | the row's number, which grows
with its id.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import heapify, heappop, heapreplace

from cobroke.domain.matching.score import LISTED
from cobroke.domain.matching.top_list import Hidden, PackedRow, Ranked, Selection, TopList

SHIFT = 32
_NUMBER = (1 << SHIFT) - 1
_READ_AT_ONCE = 16
"""Rows of a cell, before another one may be more promising."""
_CHEAP = 24
"""Prices of no more bits (168 thousand roubles) stand together."""

type Cell[R] = tuple[int, list[R]]
"""A score that none of its rows exceeds; the rows, each with its number first, the newest first."""
type Scoring[R] = Callable[[Sequence[R], int], Iterable[int]]
"""The places of rows, below any bound where a knock-out forbids one; those below that bound may be
left out.
"""


def step_of(price: int) -> int:
    """Return the step of a price (kopecks): there are four to a doubling, counted upwards."""
    bits = max(price.bit_length(), _CHEAP)
    return 4 * bits + (price >> bits - 3)


class Best:
    """The best `most` (at least 1) of some rows, without the owner's own and the hidden ones."""

    def __init__(
        self, rows: Sequence[PackedRow], owner: str, most: int, hidden: Mapping[str, Hidden]
    ) -> None:
        """All rows there are, by their numbers."""
        self._rows = rows
        self._list = TopList((LISTED << SHIFT) - 1, owner, most, hidden)
        self._offered: set[int] = set()

    @property
    def score_to_beat(self) -> int:
        """Nothing of a lower score gets in."""
        return self._list.bound >> SHIFT

    def fill[R: tuple[int, *tuple[object, ...]]](
        self, cells: Iterable[Cell[R]], scored: Scoring[R]
    ) -> None:
        """Fill the list from the cells, the most promising first. A row may stand in several cells,
        and in those of another call. O(cells + rows read · log cells): a row is read only while its
        cell may still hold one that gets in.
        """
        top_list = self._list
        ahead = [(-(top << SHIFT | rows[0][0]), 0, rows) for top, rows in cells]
        heapify(ahead)
        while ahead and -ahead[0][0] > top_list.bound:
            first, at, rows = ahead[0]
            for place in scored(rows[at : at + _READ_AT_ONCE], top_list.bound):
                if place > top_list.bound and place not in self._offered:
                    self._offered.add(place)
                    top_list.offer(place, place >> SHIFT, self._rows[place & _NUMBER])
            at += _READ_AT_ONCE
            if at < len(rows):
                heapreplace(ahead, (-(-first >> SHIFT << SHIFT | rows[at][0]), at, rows))
            else:
                heappop(ahead)

    def selection(self) -> Selection:
        best = self._list.best
        ranked = [Ranked(place >> SHIFT, self._rows[place & _NUMBER][0]) for place in best]
        return Selection(ranked, self._list.was_cut)
