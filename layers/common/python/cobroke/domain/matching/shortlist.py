"""The best of many packed rows: those that earn alike but for price and area stand in one cell, the
best cells come first, and what cannot reach the last one kept is not looked at.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from cobroke.domain.ids import object_id, owner_of
from cobroke.domain.matching.score import FULL, LISTED, LOCATION_CAP, WEIGHTS, is_capped

type Row = tuple[str, bytes]
"""An object's id and its features as `pack_property` or `pack_lead` writes them."""
type ByPlace = Mapping[int | None, list[Row]]
"""Rows by their credit for location."""
type Hidden = Callable[[int, bytes], bool]
"""Whether a pair is left out, from its score (basis points) and the packed counterpart."""

OUT = -sum(WEIGHTS.values()) * FULL
"""Earned by what a knock-out forbids: nothing makes up for it."""
_NUMBERS = (WEIGHTS["budget"] + WEIGHTS["area"]) * FULL
_OVERFULL = 3
"""So many times what is asked for, and the list is cut back."""
_OWNERS_ALONE = -12
"""So many last characters of an object's id hold nothing but its owner's."""


class Ranked(NamedTuple):
    """A place in the order: as tuples compare, the greater comes first (a newer object's id is
    greater).
    """

    score: int
    id: str


class Selection(NamedTuple):
    """Best first; `was_cut`: whether there were more to show than were asked for."""

    ranked: list[Ranked]
    was_cut: bool


class Reading(NamedTuple):
    """What a row earns: each credit times its weight, summed; OUT or less where knocked out."""

    fixed_part: slice
    fixed: Callable[[bytes], tuple[int, int]]
    """For rooms, type, class and condition, from that part; with the weights in play but the
    location's.
    """
    numbers: Callable[[bytes], int]
    """For budget and area."""


class _Cell(NamedTuple):
    """`top` is the score of a row with full credit for budget and area, `reach` the same before the
    cap.
    """

    top: int
    reach: int
    weights: int
    earned: int
    rows: list[Row]


class Shortlist:
    """The best `most` (at least 1) of what it is filled with, without the owner's own and the
    hidden ones.
    """

    def __init__(self, owner: str, most: int, hidden: Mapping[str, Hidden]) -> None:
        self.bound = (LISTED, "")
        """Nothing below it gets in. It rises only once more than `most` are in: that keeps
        `was_cut` exact.
        """
        self._owner, self._most, self._hidden = owner, most, hidden
        self._ending = object_id(0, bytes(2), owner)[_OWNERS_ALONE:]
        self._kept: list[tuple[int, str]] = []
        self._was_cut = False

    def fill(self, by_place: ByPlace, reading: Reading) -> None:
        """With rows that no earlier call has held."""
        for cell in sorted(_cells(by_place, reading), key=lambda cell: cell[:2], reverse=True):
            if cell.top < self.bound[0]:
                break
            self._take(cell, reading.numbers)
        self._cut()

    def selection(self) -> Selection:
        return Selection(
            [Ranked(*place) for place in sorted(self._kept, reverse=True)], self._was_cut
        )

    def _take(self, cell: _Cell, numbers: Callable[[bytes], int]) -> None:
        top, _, weights, earned, rows = cell
        least, oldest = self._limits(cell)
        for an_id, packed in rows:
            # Where the last one kept has the cell's best score, age decides.
            if an_id < oldest:
                continue
            points = numbers(packed)
            if points >= least and self._offer(
                min((earned + points) // weights, top), an_id, packed
            ):
                if top < self.bound[0]:
                    break
                least, oldest = self._limits(cell)

    def _limits(self, cell: _Cell) -> tuple[int, str]:
        """The least sum for budget and area, and the oldest id, with which a row may still
        get in.
        """
        score, an_id = self.bound
        return score * cell.weights - cell.earned, an_id if score == cell.top else ""

    def _offer(self, score: int, an_id: str, packed: bytes) -> bool:
        """Whether the bound has risen."""
        if (score, an_id) < self.bound or self._is_left_out(score, an_id, packed):
            return False
        self._kept.append((score, an_id))
        return len(self._kept) >= _OVERFULL * self._most and self._cut()

    def _is_left_out(self, score: int, an_id: str, packed: bytes) -> bool:
        if an_id in self._hidden and self._hidden[an_id](score, packed):
            return True
        return an_id.endswith(self._ending) and owner_of(an_id) == self._owner

    def _cut(self) -> bool:
        """Whether the bound has risen."""
        if len(self._kept) <= self._most:
            return False
        self._kept.sort(reverse=True)
        del self._kept[self._most :]
        self.bound, self._was_cut = self._kept[-1], True
        return True


def _cells(by_place: ByPlace, reading: Reading) -> Iterator[_Cell]:
    cells: dict[tuple[int, int, bool], list[Row]] = defaultdict(list)
    for location, rows in by_place.items():
        for part, alike in _by_part(rows, reading.fixed_part).items():
            earned, weights = reading.fixed(part)
            if location is not None:
                earned, weights = (
                    earned + WEIGHTS["location"] * location,
                    weights + WEIGHTS["location"],
                )
            if earned >= 0:
                cells[earned, weights, is_capped(location)] += alike
    for (earned, weights, capped), rows in cells.items():
        reach = (earned + _NUMBERS) // weights
        yield _Cell(min(reach, LOCATION_CAP) if capped else reach, reach, weights, earned, rows)


def _by_part(rows: Iterable[Row], part: slice) -> Mapping[bytes, list[Row]]:
    found = defaultdict(list)
    for row in rows:
        found[row[1][part]].append(row)
    return found
