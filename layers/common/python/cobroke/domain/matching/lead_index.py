"""All leads of one market, indexed for finding the best ones for a listing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter

from cobroke.domain.matching.best_first import SHIFT, Best, Cell, Scoring, step_of
from cobroke.domain.matching.market import prices
from cobroke.domain.matching.points import (
    ALWAYS,
    FULL_AREA,
    FULL_BUDGET,
    of_area,
    of_budget,
    of_classes,
    of_places,
    of_wished_rooms,
)
from cobroke.domain.matching.score import (
    FULL,
    LOCATION_CAP,
    district_credit,
    metro_credit,
)
from cobroke.domain.matching.top_list import NONE_HIDDEN, Hidden, PackedRow, Selection
from cobroke.domain.postings.features import CLASS_BYTES, PropertyFeatures, class_byte, unpack_lead
from cobroke.domain.postings.places import Place

type _Lead = tuple[int, int, int, int, int, int, int, frozenset[Place], frozenset[Place]]
"""Number, the least and the greatest budget and area, rooms as bits, kind, districts and metros."""
type _Shelf[K] = defaultdict[K, list[_Lead]]
"""Newest first."""


class _Step:
    """The leads that may see a listing whose price is of one step."""

    def __init__(self) -> None:
        self.by_district: _Shelf[Place] = defaultdict(list)
        self.by_metro: _Shelf[Place] = defaultdict(list)
        self.by_rooms: _Shelf[int] = defaultdict(list)
        """All that wish a place."""
        self.without_place: _Shelf[tuple[int, int]] = defaultdict(list)
        """By rooms and kind."""

    def put(self, lead: _Lead) -> None:
        *_, rooms, kind, districts, metros = lead
        if not districts and not metros:
            self.without_place[rooms, kind].append(lead)
            return
        for district in districts:
            self.by_district[district].append(lead)
        for metro in metros:
            self.by_metro[metro].append(lead)
        self.by_rooms[rooms].append(lead)


class LeadIndex:
    """Of a market as it is: after changes another one is built, in O(n log n) and for each lead a
    row under every step of price and every place that it wishes.

    A list costs O(cells + rows read · log cells).
    """

    def __init__(self, candidates: Iterable[PackedRow]) -> None:
        """Candidates: of one market, ids distinct."""
        self._rows = sorted(candidates, key=itemgetter(0))
        self._steps: defaultdict[int, _Step] = defaultdict(_Step)
        for number in range(len(self._rows) - 1, -1, -1):
            self._put(number, self._rows[number][1])

    def best(
        self,
        listing: PropertyFeatures,
        owner: str,
        most: int,
        hidden: Mapping[str, Hidden] = NONE_HIDDEN,
    ) -> Selection:
        """Return the same as `best_leads` of all the candidates."""
        best, scored = Best(self._rows, owner, most, hidden), _scoring(listing)
        step = self._steps.get(step_of(listing.price), _Step())
        for cells in (_near(listing, step), _elsewhere(listing, step)):
            best.fill(cells, scored)
            if best.score_to_beat > LOCATION_CAP:
                break
        return best.selection()

    def _put(self, number: int, packed: bytes) -> None:
        lead = unpack_lead("", packed)
        lowest, highest = prices(lead)
        rooms = sum(1 << count for count in lead.rooms)
        row = number, *lead[4:8], rooms, class_byte(lead), lead.districts, lead.metros
        for step in range(step_of(lowest), step_of(highest) + 1):
            self._steps[step].put(row)


def _near(listing: PropertyFeatures, step: _Step) -> Iterator[Cell[_Lead]]:
    """Yield the cells of the leads that wish the listing's place or none."""
    for leads in (step.by_district.get(listing.district), step.by_metro.get(listing.metro)):
        if leads:
            yield FULL, leads
    offered = class_byte(listing)
    for (rooms, kind), leads in step.without_place.items():
        wished = of_wished_rooms(rooms, listing.rooms)
        most = of_classes(kind, offered) + wished.points + FULL_BUDGET + FULL_AREA
        yield most // (ALWAYS + wished.weight), leads


def _elsewhere(listing: PropertyFeatures, step: _Step) -> Iterator[Cell[_Lead]]:
    """Yield the cells of all that wish a place, among them the others, unless their rooms knock
    out.
    """
    for rooms, leads in step.by_rooms.items():
        if of_wished_rooms(rooms, listing.rooms).points >= 0:
            yield LOCATION_CAP, leads


def _scoring(listing: PropertyFeatures) -> Scoring[_Lead]:
    price, area, count, district, metro = listing[4:]
    offered = class_byte(listing)
    kinds = [of_classes(wished, offered) for wished in range(CLASS_BYTES)]

    def scored(leads: Sequence[_Lead], bound: int) -> Iterable[int]:
        least, found = bound >> SHIFT, []
        for number, low, high, smallest, largest, rooms, kind, districts, metros in leads:
            near, rooms_weight, _ = of_wished_rooms(rooms, count)
            points = kinds[kind] + near
            if points < 0:
                continue
            places = of_places(district_credit(districts, district), metro_credit(metros, metro))
            points, weight = points + places.points, ALWAYS + rooms_weight + places.weight
            if points + FULL_BUDGET + FULL_AREA < least * weight:
                continue
            points += FULL_BUDGET if low <= price <= high else of_budget(low, high, price)
            points += FULL_AREA if smallest <= area <= largest else of_area(smallest, largest, area)
            found.append(min(points // weight, places.cap) << SHIFT | number)
        return found

    return scored
