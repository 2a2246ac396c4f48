"""All listings of one market, indexed for finding the best ones for a lead."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

from cobroke.domain.matching.best_first import SHIFT, Best, Cell, Scoring, step_of
from cobroke.domain.matching.points import (
    ALWAYS,
    FULL_AREA,
    FULL_BUDGET,
    LOCATION,
    OUT,
    ROOMS,
    Wished,
    of_area,
    of_budget,
    of_classes,
    of_places,
    of_rooms,
)
from cobroke.domain.matching.score import FULL, LOCATION_CAP, metro_credit, rooms_credit
from cobroke.domain.matching.top_list import NONE_HIDDEN, Hidden, PackedRow, Selection
from cobroke.domain.postings.features import CLASS_BYTES, LeadFeatures, class_byte, unpack_property
from cobroke.domain.postings.places import NOWHERE, Place

type _Listing = tuple[int, int, int, int, int, Place, Place]
"""Number, price, area, rooms, kind, district and metro."""
type _Shelves[K] = defaultdict[K, defaultdict[int, list[_Listing]]]
"""Listings by the step of their price, newest first."""

_ELSEWHERE = b""
"""In place of a metro station that is not wished."""


class _Wish(NamedTuple):
    """What listings earn with a lead, in points, by what they have."""

    rooms: Mapping[int, int]
    """By their number; without those that knock out."""
    kinds: Sequence[int]
    steps: Mapping[int, int]
    """At most for price and area, by the step of the price; without those that knock out."""
    in_district: Mapping[Place, Wished]
    """By metro, where the district is wished."""
    outside: Mapping[Place, Wished]
    weight: int


class ListingIndex:
    """Of a market as it is: after changes another one is built, in O(n log n).

    A list costs O(cells + rows read · log cells): the best 200 of 22,963 listings a median of 496
    rows.
    """

    def __init__(self, candidates: Iterable[PackedRow]) -> None:
        """Candidates: of one market, ids distinct."""
        self._rows = sorted(candidates, key=itemgetter(0))
        self._by_district: _Shelves[Place] = _shelves()
        self._by_metro: _Shelves[Place] = _shelves()
        self._by_rooms: _Shelves[int] = _shelves()
        self._by_rooms_and_kind: _Shelves[tuple[int, int]] = _shelves()
        for number in range(len(self._rows) - 1, -1, -1):
            self._put(number, self._rows[number][1])
        self._kinds = {kind for _, kind in self._by_rooms_and_kind}
        self._prices = _edges(self._by_rooms.values())

    def best(
        self, lead: LeadFeatures, owner: str, most: int, hidden: Mapping[str, Hidden] = NONE_HIDDEN
    ) -> Selection:
        """Return the same as `best_properties` of all the candidates."""
        best, wish = Best(self._rows, owner, most, hidden), self._wish(lead)
        scored = _scoring(lead, wish)
        for cells in self._passes(lead, wish):
            best.fill(cells, scored)
            if best.score_to_beat > LOCATION_CAP:
                break
        return best.selection()

    def _put(self, number: int, packed: bytes) -> None:
        listing = unpack_property("", packed)
        _, _, _, _, price, area, rooms, district, metro = listing
        kind, step = class_byte(listing), step_of(price)
        row = number, price, area, rooms, kind, district, metro
        self._by_district[district][step].append(row)
        self._by_metro[metro][step].append(row)
        self._by_rooms[rooms][step].append(row)
        self._by_rooms_and_kind[rooms, kind][step].append(row)

    def _wish(self, lead: LeadFeatures) -> _Wish:
        low, high, kind = lead.budget_min, lead.budget_max, class_byte(lead)
        rooms = {
            count: of_rooms(rooms_credit(lead.rooms, count)).points for count in self._by_rooms
        }
        # Of the prices of a step the one nearest to the budget loses least.
        steps = {
            step: of_budget(low, high, max(lowest, min(highest, low))) + FULL_AREA
            for step, (lowest, highest) in self._prices.items()
        }
        return _Wish(
            {count: points for count, points in rooms.items() if points >= 0},
            [of_classes(kind, offered) for offered in range(CLASS_BYTES)],
            {step: points for step, points in steps.items() if points >= 0},
            _of_metros(lead, FULL if lead.districts else None),
            _of_metros(lead, 0 if lead.districts else None),
            ALWAYS
            + (ROOMS if lead.rooms else 0)
            + (LOCATION if lead.districts or lead.metros else 0),
        )

    def _passes(self, lead: LeadFeatures, wish: _Wish) -> Iterator[Iterable[Cell[_Listing]]]:
        """Yield the cells in a wished place, then the others; all at once where none is wished."""
        if not lead.districts and not lead.metros:
            keys = [key for key in self._by_rooms_and_kind if key[0] in wish.rooms]
            alike = {(rooms, kind): wish.rooms[rooms] + wish.kinds[kind] for rooms, kind in keys}
            yield _cells(self._by_rooms_and_kind, alike, wish, FULL)
            return
        kind = max((wish.kinds[kind] for kind in self._kinds), default=OUT)
        hit = kind + max(wish.rooms.values(), default=OUT) + LOCATION * FULL
        yield [
            *_cells(self._by_district, dict.fromkeys(lead.districts, hit), wish, FULL),
            *_cells(self._by_metro, dict.fromkeys(lead.metros, hit), wish, FULL),
        ]
        missed = kind + max(wish.outside[metro].points for metro in (NOWHERE, _ELSEWHERE))
        alike_in_rooms = {rooms: missed + points for rooms, points in wish.rooms.items()}
        yield _cells(self._by_rooms, alike_in_rooms, wish, LOCATION_CAP)


def _scoring(lead: LeadFeatures, wish: _Wish) -> Scoring[_Listing]:
    low, high, smallest, largest, districts = *lead[4:8], lead.districts
    rooms_points, kinds, _, in_district, outside, weight = wish
    at_home, away = in_district[_ELSEWHERE], outside[_ELSEWHERE]

    def scored(listings: Sequence[_Listing], bound: int) -> Iterable[int]:
        least = (bound >> SHIFT) * weight - FULL_BUDGET - FULL_AREA
        found = []
        for number, price, area, rooms, kind, district, metro in listings:
            location, _, cap = (
                in_district.get(metro, at_home)
                if district in districts
                else outside.get(metro, away)
            )
            points = kinds[kind] + rooms_points.get(rooms, OUT) + location
            if points < least:
                continue
            points += FULL_BUDGET if low <= price <= high else of_budget(low, high, price)
            points += FULL_AREA if smallest <= area <= largest else of_area(smallest, largest, area)
            found.append(min(points // weight, cap) << SHIFT | number)
        return found

    return scored


def _shelves[K]() -> _Shelves[K]:
    return defaultdict(lambda: defaultdict(list))


def _edges(shelves: Iterable[Mapping[int, list[_Listing]]]) -> Mapping[int, tuple[int, int]]:
    """Return the lowest and the highest price (kopecks) of each step."""
    prices: defaultdict[int, list[int]] = defaultdict(list)
    for shelf in shelves:
        for step, listings in shelf.items():
            prices[step] += (price for _, price, *_ in listings)
    return {step: (min(found), max(found)) for step, found in prices.items()}


def _of_metros(lead: LeadFeatures, district: int | None) -> Mapping[Place, Wished]:
    """Return what the location earns by metro, given the credit for the district; _ELSEWHERE stands
    for the stations that are not wished.
    """
    metros = (*lead.metros, NOWHERE, _ELSEWHERE)
    return {metro: of_places(district, metro_credit(lead.metros, metro)) for metro in metros}


def _cells[K](
    shelves: _Shelves[K], fixed: Mapping[K, int], wish: _Wish, cap: int
) -> Iterator[Cell[_Listing]]:
    """Yield the cells of the keys in `fixed`, which gives the points that their listings have at
    most but for price and area.
    """
    for key, most in fixed.items():
        for step, listings in shelves.get(key, {}).items():
            if step in wish.steps:
                yield min((most + wish.steps[step]) // wish.weight, cap), listings
