"""Packed rows by cells: those that earn alike but for price and area stand in one, the best cells
come first, and what cannot get into the list is not looked at.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from cobroke.domain.matching.points import FULL_AREA, FULL_BUDGET, LOCATION
from cobroke.domain.matching.score import LOCATION_CAP, is_capped
from cobroke.domain.matching.top_list import PackedRow, TopList

type ByPlace = Mapping[int | None, list[PackedRow]]
"""Rows by their credit for location."""


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
    rows: list[PackedRow]


def fill(top_list: TopList[tuple[int, str]], by_place: ByPlace, reading: Reading) -> None:
    """Fill the list with rows that it was not offered before: O(rows) in the worst case, a look at
    a row's id where its cell can no longer get in.
    """
    for cell in sorted(_cells(by_place, reading), key=lambda cell: cell[:2], reverse=True):
        if cell.top < top_list.bound[0]:
            break
        _take(top_list, cell, reading.numbers)


def _take(top_list: TopList[tuple[int, str]], cell: _Cell, numbers: Callable[[bytes], int]) -> None:
    top, _, weights, earned, rows = cell
    bound = top_list.bound
    least, oldest = _limits(cell, bound)
    for row in rows:
        # Where the list's last one has the cell's best score, age decides.
        if row[0] < oldest:
            continue
        points = numbers(row[1])
        if points < least:
            continue
        place = min((earned + points) // weights, top), row[0]
        if place > bound:
            top_list.offer(place, place[0], row)
            bound = top_list.bound
            if top < bound[0]:
                break
            least, oldest = _limits(cell, bound)


def _limits(cell: _Cell, bound: tuple[int, str]) -> tuple[int, str]:
    """Return the least sum for budget and area (points), and the oldest id, with which a row may
    still get in.
    """
    score, an_id = bound
    return score * cell.weights - cell.earned, an_id if score == cell.top else ""


def _cells(by_place: ByPlace, reading: Reading) -> Iterator[_Cell]:
    cells: dict[tuple[int, int, bool], list[PackedRow]] = defaultdict(list)
    for location, rows in by_place.items():
        for part, alike in _by_part(rows, reading.fixed_part).items():
            earned, weights = reading.fixed(part)
            if location is not None:
                earned, weights = earned + LOCATION * location, weights + LOCATION
            if earned >= 0:
                cells[earned, weights, is_capped(location)] += alike
    for (earned, weights, capped), rows in cells.items():
        reach = (earned + FULL_BUDGET + FULL_AREA) // weights
        yield _Cell(min(reach, LOCATION_CAP) if capped else reach, reach, weights, earned, rows)


def _by_part(rows: Iterable[PackedRow], part: slice) -> Mapping[bytes, list[PackedRow]]:
    found = defaultdict(list)
    for row in rows:
        found[row[1][part]].append(row)
    return found
