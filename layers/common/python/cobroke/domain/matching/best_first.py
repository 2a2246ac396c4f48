"""Branch and bound: of many cells of rows the most promising is read first, and none that can no
longer get in.

All of the order is one integer, a **place**: the score << SHIFT | the row's number, which grows
with its id.
"""

from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from heapq import heapify, heappop, heapreplace
from operator import itemgetter

from cobroke.domain.matching.score import LISTED
from cobroke.domain.matching.top_list import (
    NONE_HIDDEN,
    Hidden,
    PackedRow,
    Ranked,
    Selection,
    TopList,
)
from cobroke.domain.parted import FROM_NOBODY, Parted

SHIFT = 32
_NUMBER = (1 << SHIFT) - 1
_AT_A_TIME = 32
"""Rows of a cell."""
_CHEAP = 24
"""Prices of no more bits (168 thousand roubles) stand together."""
_ranked = partial(tuple.__new__, Ranked)


def step_of(price: int) -> int:
    """Return the step of a price (kopecks): there are four to a doubling, counted upwards."""
    bits = max(price.bit_length(), _CHEAP)
    return 4 * bits + (price >> bits - 3)


def newest_first(rows: Sequence[PackedRow]) -> Iterator[tuple[int, bytes]]:
    """Yield the number of each row and what is packed in it, of rows in the order of their ids."""
    for number in range(len(rows) - 1, -1, -1):
        yield number, rows[number][1]


class Best(TopList[int]):
    """The best `most` (at least 1) of some rows, which stand in the order of their ids, without the
    owner's own, those of whom the owner is parted and the hidden ones, and without those that are
    not above `floor`. Each is offered once at most.
    """

    def __init__(
        self,
        rows: Sequence[PackedRow],
        owner: str,
        most: int,
        hidden: Mapping[str, Hidden],
        parted: Parted,
        floor: Ranked | None = None,
    ) -> None:
        super().__init__(_place_of(floor, rows), owner, most, hidden, parted)
        self.rows = rows
        """By their numbers."""

    @property
    def score_to_beat(self) -> int:
        """Nothing of a lower score gets in."""
        return self.bound >> SHIFT

    @property
    def size(self) -> int:
        """How many there are, one more than asked for at most."""
        return len(self.kept) - self.kept.count(self._lowest)

    def selection(self) -> Selection:
        places, rows = self.best, self.rows
        scores = [place >> SHIFT for place in places]
        ids = [rows[place & _NUMBER][0] for place in places]
        ranked: list[Ranked] = list(map(_ranked, zip(scores, ids, strict=True)))
        return Selection(ranked, self.was_cut)


class Index[Seeker](ABC):
    """Of a market as it is, for those of the other kind."""

    _rows: Sequence[PackedRow]

    def best(
        self,
        seeker: Seeker,
        owner: str,
        most: int,
        hidden: Mapping[str, Hidden] = NONE_HIDDEN,
        parted: Parted = FROM_NOBODY,
    ) -> Selection:
        """Return the same as `selection` finds of all the candidates."""
        best = Best(self._rows, owner, most, hidden, parted)
        self._fill(best, seeker)
        return best.selection()

    def above(
        self,
        place: Ranked,
        seeker: Seeker,
        owner: str,
        most: int,
        parted: Parted = FROM_NOBODY,
    ) -> int:
        """Return how many stand above this place in its list, `most` (at least 2) at most."""
        best = Best(self._rows, owner, most - 1, NONE_HIDDEN, parted, place)
        self._fill(best, seeker)
        return best.size

    @abstractmethod
    def _fill(self, best: Best, seeker: Seeker) -> None:
        """Put into it all that may get in."""


def _place_of(floor: Ranked | None, rows: Sequence[PackedRow]) -> int:
    """Return a place below all that is listed, or the last that is not above `floor`, which may be
    no row's.
    """
    if floor is None:
        return (LISTED << SHIFT) - 1
    number = bisect_left(rows, floor.id, key=itemgetter(0))
    is_there = number < len(rows) and rows[number][0] == floor.id
    return (floor.score << SHIFT | number) - (not is_there)


def promise(top: int, rows: Sequence[tuple[int, *tuple[object, ...]]]) -> int:
    """Return a place that none of these rows exceeds: none scores more than `top`, each has its
    number first, and the newest comes first.
    """
    return (top << SHIFT) + rows[0][0]


def most_promising_first[Row: tuple[int, *tuple[object, ...]], Facts](
    cells: Iterable[tuple[int, Sequence[Row], Facts]], best: Best
) -> Iterator[tuple[Sequence[Row], Facts]]:
    """Yield rows of the cells, some at a time, with what is known of their cell: those first that
    promise most, as long as they may get into the list, which whoever reads them fills meanwhile.
    A cell has a place that none of its rows exceeds, and its rows, the newest first.
    """
    kept = best.kept
    # Negative, for the least comes out of a heap first; the cell's number tells equal ones apart.
    ahead = [
        (-promised, number, 0, rows, facts) for number, (promised, rows, facts) in enumerate(cells)
    ]
    heapify(ahead)
    while ahead and -ahead[0][0] > kept[0]:
        promised, number, start, rows, facts = ahead[0]
        end = start + _AT_A_TIME
        if end < len(rows):
            # As far as the next row is older, less is promised.
            lost = rows[start][0] - rows[end][0]
            heapreplace(ahead, (promised + lost, number, end, rows, facts))
        else:
            heappop(ahead)
        yield rows[start:end], facts
