"""Branch and bound: of many cells of rows the most promising is read first, and none that can no
longer get in.

All of the order is one integer, a **place**: the score << SHIFT | the row's number, which grows
with its id.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from heapq import heappush, heappushpop
from operator import itemgetter

from cobroke.domain.ids import OWNERS_ALONE, owner_of, posting_id
from cobroke.domain.matching.points import FULL_AREA, FULL_BUDGET
from cobroke.domain.matching.score import LISTED
from cobroke.domain.matching.top_list import Hidden, PackedRow, Ranked, Selection

SHIFT = 32
_NUMBER = (1 << SHIFT) - 1
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


class Best:
    """The best `most` (at least 1) of some rows, without the owner's own and the hidden ones. Each
    is offered once at most.
    """

    def __init__(
        self, rows: Sequence[PackedRow], owner: str, most: int, hidden: Mapping[str, Hidden]
    ) -> None:
        self.bound = (LISTED << SHIFT) - 1
        """What is not above it does not get in."""
        self._rows, self._owner, self._most, self._hidden = rows, owner, most, hidden
        self._ending = posting_id(0, bytes(2), owner)[OWNERS_ALONE:]
        self._kept: list[int] = []
        """A heap of one more than asked for, which tells whether the list was cut."""

    @property
    def score_to_beat(self) -> int:
        """Nothing of a lower score gets in."""
        return self.bound >> SHIFT

    def take(self, place: int) -> int:
        """Take a place above the bound, and return the bound as it now is."""
        an_id, packed = self._rows[place & _NUMBER]
        if an_id.endswith(self._ending) and owner_of(an_id) == self._owner:
            return self.bound
        if an_id in self._hidden and self._hidden[an_id](place >> SHIFT, packed):
            return self.bound
        if len(self._kept) > self._most:
            heappushpop(self._kept, place)
        else:
            heappush(self._kept, place)
            if len(self._kept) <= self._most:
                return self.bound
        self.bound = self._kept[0]
        return self.bound

    def selection(self) -> Selection:
        places, rows = sorted(self._kept, reverse=True)[: self._most], self._rows
        scores = [place >> SHIFT for place in places]
        ids = [rows[place & _NUMBER][0] for place in places]
        ranked: list[Ranked] = list(map(_ranked, zip(scores, ids, strict=True)))
        return Selection(ranked, len(self._kept) > self._most)


def promise(top: int, rows: Sequence[tuple[int, *tuple[object, ...]]]) -> int:
    """Return a place that none of these rows exceeds: none scores more than `top`, each has its
    number first, and the newest comes first.
    """
    return (top << SHIFT) + rows[0][0]


def limits(bound: int, top: int, weight: int) -> tuple[int, int]:
    """Return with how many points, but for price and area, a row may still get in that scores no
    more than `top`; and the oldest number with which it may.
    """
    score = bound >> SHIFT
    if score > top:
        return 0, _NUMBER
    oldest = bound & _NUMBER if score == top else 0
    return score * weight - FULL_BUDGET - FULL_AREA, oldest


def most_promising_first[Cell: tuple[int, *tuple[object, ...]]](
    cells: Iterable[Cell],
) -> list[Cell]:
    """Return the cells by what each promises, which comes first in it."""
    return sorted(cells, key=itemgetter(0), reverse=True)
