"""All listings of one market, indexed for finding the best ones for a lead."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from heapq import heapreplace
from itertools import product
from operator import itemgetter
from typing import NamedTuple

from cobroke.domain.matching.best_first import (
    SHIFT,
    Best,
    Index,
    most_promising_first,
    newest_first,
    promise,
    step_of,
)
from cobroke.domain.matching.market import prices
from cobroke.domain.matching.points import (
    AREA,
    BUDGET,
    FULL_AREA,
    FULL_BUDGET,
    OUT,
)
from cobroke.domain.matching.score import (
    FULL,
    LEAST_AREA,
    LOCATION_CAP,
    SMALLEST,
)
from cobroke.domain.matching.top_list import PackedRow
from cobroke.domain.matching.wish import ELSEWHERE, Wish, wish_of
from cobroke.domain.postings.features import LeadFeatures, class_byte, unpack_property
from cobroke.domain.postings.places import NOWHERE, Place

type _Listing = tuple[int, int, int, int, Place, Place]
"""Number, price, area, kind, district and metro."""
type _Steps = defaultdict[int, list[_Listing]]
"""Listings by the step of their price, the newest first."""
type _Shelves[K] = defaultdict[tuple[K, int], _Steps]
"""By a key and their rooms."""

_NOWHERE_WISHED: Mapping[Place, int] = {}

type _Cell = tuple[int, list[_Listing], tuple[int, _Location]]
"""A place that none of the listings exceeds, the listings, and what they earn by their rooms and by
their places.
"""


class _Location(NamedTuple):
    """What listings earn by their places, in points."""

    near: Mapping[Place, int]
    """By their metro; with any other, `elsewhere`."""
    elsewhere: int
    told: frozenset[Place] = frozenset()
    """Districts whose listings stand in cells of their own."""


class ListingIndex(Index[LeadFeatures]):
    """Of a market as it is: after changes another one is built, in O(n log n).

    A list costs O(cells · log cells + rows read).
    """

    def __init__(self, candidates: Iterable[PackedRow]) -> None:
        """Candidates: of one market, ids distinct."""
        self._rows = sorted(candidates, key=itemgetter(0))
        self._by_district: _Shelves[Place] = defaultdict(_steps)
        self._by_metro: _Shelves[Place] = defaultdict(_steps)
        self._by_kind: _Shelves[int] = defaultdict(_steps)
        self._by_rooms: defaultdict[int, _Steps] = defaultdict(_steps)
        for number, packed in newest_first(self._rows):
            self._put(number, packed)
        self._prices = _edges(self._by_rooms.values())
        self._kinds = {kind for kind, _ in self._by_kind}

    def _fill(self, best: Best, seeker: LeadFeatures) -> None:
        wish = self._wish(seeker)
        if not seeker.districts and not seeker.metros:
            _read(best, wish, self._without_place(wish))
            return
        _read(best, wish, self._hits(wish))
        if best.score_to_beat <= LOCATION_CAP:
            _read(best, wish, self._misses(wish), LOCATION_CAP)

    def _put(self, number: int, packed: bytes) -> None:
        listing = unpack_property("", packed)
        _, _, _, _, price, area, rooms, district, metro = listing
        kind, step = class_byte(listing), step_of(price)
        row = number, price, area, kind, district, metro
        self._by_district[district, rooms][step].append(row)
        self._by_metro[metro, rooms][step].append(row)
        self._by_kind[kind, rooms][step].append(row)
        self._by_rooms[rooms][step].append(row)

    def _wish(self, lead: LeadFeatures) -> Wish:
        return wish_of(lead, self._by_rooms.keys(), self._kinds, self._prices)

    def _without_place(self, wish: Wish) -> Iterator[_Cell]:
        anywhere = _Location(_NOWHERE_WISHED, 0)
        for (kind, count), steps in self._by_kind.items():
            if count in wish.rooms:
                yield from _cells(steps, wish, count, wish.kinds[kind], anywhere)

    def _hits(self, wish: Wish) -> Iterator[_Cell]:
        """Yield the cells of the wished districts, then those of the wished metros elsewhere."""
        at_home = _Location(wish.in_district, wish.in_district[ELSEWHERE])
        most = wish.best_kind + max(wish.in_district.values())
        for district, count in product(wish.lead.districts, wish.rooms):
            if steps := self._by_district.get((district, count)):
                yield from _cells(steps, wish, count, most, at_home)
        for metro, count in product(wish.lead.metros, wish.rooms):
            if steps := self._by_metro.get((metro, count)):
                earned = wish.outside[metro]
                there = _Location(_NOWHERE_WISHED, earned, wish.lead.districts)
                yield from _cells(steps, wish, count, wish.best_kind + earned, there)

    def _misses(self, wish: Wish) -> Iterator[_Cell]:
        """Yield the cells of all, of which those in a wished place are left out when read."""
        away, unknown = wish.outside[ELSEWHERE], wish.outside[NOWHERE]
        near = {NOWHERE: unknown} | dict.fromkeys(wish.lead.metros, OUT)
        there = _Location(near, away, wish.lead.districts)
        most = wish.best_kind + max(away, unknown)
        for count in wish.rooms:
            yield from _cells(self._by_rooms[count], wish, count, most, there, LOCATION_CAP)


def _read(  # noqa: C901, PLR0912 - one loop: see below
    best: Best, wish: Wish, cells: Iterable[_Cell], cap: int = FULL
) -> None:
    """Take the cells' listings as far as they get in; none scores more than `cap`. What
    `budget_credit`, `area_credit` and `offer` say stands here once more: to call them takes a third
    longer.
    """
    low, high, smallest, largest = wish.lead[4:8]
    (cheapest, dearest), tiniest = prices(wish.lead), -(-SMALLEST * smallest // 10)
    over, under = 9 * FULL * high, FULL * low
    wide, narrow = 2 * FULL * largest, 3 * FULL * smallest
    kinds, weight, all_rows = wish.kinds, wish.weight, best.rows
    kept, hidden, ending, bound = best.kept, best.hidden, best.ending, best.bound
    for listings, (rooms, (near, elsewhere, told)) in most_promising_first(cells, best):
        least = (bound >> SHIFT) * weight - FULL_BUDGET - FULL_AREA
        for number, price, area, kind, district, metro in listings:
            if area < tiniest or district in told:
                continue
            points = rooms + kinds[kind] + near.get(metro, elsewhere)
            if points < least:
                continue
            if price > high:
                if price > dearest:
                    continue
                points += BUDGET * ((over - 80_000 * price) // high)
            elif price < low:
                if price < cheapest:
                    continue
                points += BUDGET * ((20_000 * price - under) // low)
            else:
                points += FULL_BUDGET
            if area > largest:
                credit = (wide - 10_000 * area) // largest
                points += AREA * (credit if credit > LEAST_AREA else LEAST_AREA)
            elif area < smallest:
                points += AREA * ((40_000 * area - narrow) // smallest)
            else:
                points += FULL_AREA
            score = points // weight
            place = (score if score < cap else cap) << SHIFT | number
            if place > bound:
                row = all_rows[number]
                suspect = row[0].endswith(ending) or row[0] in hidden
                if not suspect or not best.leaves_out(place >> SHIFT, row):
                    heapreplace(kept, place)
                    bound = kept[0]


def _steps() -> _Steps:
    return defaultdict(list)


def _edges(shelves: Iterable[_Steps]) -> Mapping[int, tuple[int, int]]:
    """Return the lowest and the highest price (kopecks) of each step."""
    prices: defaultdict[int, list[int]] = defaultdict(list)
    for shelf in shelves:
        for step, listings in shelf.items():
            prices[step] += (price for _, price, *_ in listings)
    return {step: (min(found), max(found)) for step, found in prices.items()}


def _cells(
    steps: _Steps, wish: Wish, count: int, most: int, where: _Location, cap: int = FULL
) -> Iterator[_Cell]:
    """Yield the cells of listings of so many rooms that earn so much at most but for rooms, price
    and area.
    """
    by_step, weight, facts = wish.steps, wish.weight, (wish.rooms[count], where)
    most += wish.rooms[count]
    for step, rows in steps.items():
        if step in by_step:
            top = (most + by_step[step]) // weight
            yield promise(min(top, cap), rows), rows, facts
