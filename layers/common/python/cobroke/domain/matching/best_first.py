"""Branch and bound: of many cells of rows the most promising is read first, and none that can no
longer get in.

All of the order is one integer, a **place**: the score << SHIFT | the row's number, which grows
with its id.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from operator import itemgetter

from cobroke.domain.matching.points import FULL_AREA, FULL_BUDGET
from cobroke.domain.matching.score import LISTED
from cobroke.domain.matching.top_list import Hidden, PackedRow, Ranked, Selection, TopList

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


class Best(TopList[int]):
    """The best `most` (at least 1) of some rows, which stand in the order of their ids, without the
    owner's own and the hidden ones. Each is offered once at most.
    """

    def __init__(
        self, rows: Sequence[PackedRow], owner: str, most: int, hidden: Mapping[str, Hidden]
    ) -> None:
        super().__init__((LISTED << SHIFT) - 1, owner, most, hidden)
        self.rows = rows
        """By their numbers."""

    @property
    def score_to_beat(self) -> int:
        """Nothing of a lower score gets in."""
        return self.bound >> SHIFT

    def selection(self) -> Selection:
        places, rows = self.best, self.rows
        scores = [place >> SHIFT for place in places]
        ids = [rows[place & _NUMBER][0] for place in places]
        ranked: list[Ranked] = list(map(_ranked, zip(scores, ids, strict=True)))
        return Selection(ranked, self.was_cut)


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
