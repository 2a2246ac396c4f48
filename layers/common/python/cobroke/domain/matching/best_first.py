"""Branch and bound: of many cells of rows the most promising is read first, and none that can no
longer get in.

All of the order is one integer, a **place**: the score << SHIFT | the row's number, which grows
with its id.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush, heappushpop, heapreplace

from cobroke.domain.ids import object_id, owner_of
from cobroke.domain.matching.score import LISTED
from cobroke.domain.matching.shortlist import Hidden, Ranked, Row, Selection

SHIFT = 32
_NUMBER = (1 << SHIFT) - 1
_READ_AT_ONCE = 16
"""Rows of a cell, before another one may be more promising."""
_OWNERS_ALONE = -12
"""So many last characters of an object's id hold nothing but its owner's."""
_CHEAP = 24
"""Prices of no more bits (168 thousand roubles) stand together."""

type Cell[R] = tuple[int, list[R]]
"""A score that none of its rows exceeds; the rows, each with its number first, the newest first."""
type Scoring[R] = Callable[[Sequence[R], int], Iterable[int]]
"""The places of rows, below any bound where a knock-out forbids one; those below that bound may be
left out.
"""


def step_of(price: int) -> int:
    """Prices (kopecks) by steps, four to a doubling, counted upwards."""
    bits = max(price.bit_length(), _CHEAP)
    return 4 * bits + (price >> bits - 3)


class Best:
    """The best `most` (at least 1) of some rows, without the owner's own and the hidden ones."""

    def __init__(
        self, rows: Sequence[Row], owner: str, most: int, hidden: Mapping[str, Hidden]
    ) -> None:
        """All rows there are, by their numbers."""
        self._rows, self._owner, self._most, self._hidden = rows, owner, most, hidden
        self._ending = object_id(0, bytes(2), owner)[_OWNERS_ALONE:]
        self._bound = (LISTED << SHIFT) - 1
        self._offered: set[int] = set()
        self._kept: list[int] = []

    @property
    def score_to_beat(self) -> int:
        """Nothing of a lower score gets in."""
        return self._bound >> SHIFT

    def fill[R: tuple[int, *tuple[object, ...]]](
        self, cells: Iterable[Cell[R]], scored: Scoring[R]
    ) -> None:
        """A row may stand in several cells, and in those of another call."""
        ahead = [(-(top << SHIFT | rows[0][0]), 0, rows) for top, rows in cells]
        heapify(ahead)
        while ahead and -ahead[0][0] > self._bound:
            first, at, rows = ahead[0]
            for place in scored(rows[at : at + _READ_AT_ONCE], self._bound):
                if place > self._bound:
                    self._offer(place)
            at += _READ_AT_ONCE
            if at < len(rows):
                heapreplace(ahead, (-(-first >> SHIFT << SHIFT | rows[at][0]), at, rows))
            else:
                heappop(ahead)

    def selection(self) -> Selection:
        best = sorted(self._kept, reverse=True)[: self._most]
        ranked = [Ranked(place >> SHIFT, self._rows[place & _NUMBER][0]) for place in best]
        return Selection(ranked, len(self._kept) > self._most)

    def _offer(self, place: int) -> None:
        if place in self._offered:
            return
        self._offered.add(place)
        if self._is_left_out(place >> SHIFT, *self._rows[place & _NUMBER]):
            return
        # One more than asked for is kept: it tells whether the list was cut.
        if len(self._kept) <= self._most:
            heappush(self._kept, place)
        else:
            heappushpop(self._kept, place)
        if len(self._kept) > self._most:
            self._bound = self._kept[0]

    def _is_left_out(self, score: int, an_id: str, packed: bytes) -> bool:
        if an_id in self._hidden and self._hidden[an_id](score, packed):
            return True
        return an_id.endswith(self._ending) and owner_of(an_id) == self._owner
