"""The listings of a market that fit a lead, and those that would after one change of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from cobroke.domain.insights.fitting import FITS, Hides, least_score
from cobroke.domain.insights.wish_table import ByPlace, ByRooms, OfPlace, OfRooms, weights_of
from cobroke.domain.matching.points import FULL_AREA, FULL_BUDGET, OUT, of_area, of_budget
from cobroke.domain.matching.score import FULL, LISTED, WEIGHTS
from cobroke.domain.matching.top_list import PackedRow, Ranked
from cobroke.domain.postings.features import (
    LISTING_DISTRICT,
    LISTING_METRO,
    LISTING_PRICE_AREA,
    LISTING_ROOMS_KIND,
    LeadFeatures,
)
from cobroke.domain.postings.places import Place, PlaceType

type Numbered = Literal["budget", "area"]
"""The criteria that compare a number with two bounds."""
type Added[K] = dict[K, list[Ranked]]
"""Listings that fit with one wish more, by that wish, each with its score then."""

_LISTING_PLACES = slice(LISTING_DISTRICT.start, LISTING_METRO.stop)


class NearMiss(NamedTuple):
    """A listing that fits as soon as its price (kopecks) or area (hundredths of m²) has this credit
    (basis points); it has earned these points by all else.
    """

    id: str
    number: int
    credit: int
    earned: int


class _Row(NamedTuple):
    """A listing and what it has earned, in points."""

    id: str
    packed: bytes
    price: int
    area: int
    budget: int
    size: int
    rooms: OfRooms
    place: OfPlace

    @property
    def total(self) -> int:
        return self.budget + self.size + self.rooms.points + self.place.points


class NearMisses:
    """Of one reading of a market, row by row."""

    def __init__(self, lead: LeadFeatures, hides: Hides) -> None:
        self.fitting = self.listed = 0
        self.by_number: Mapping[Numbered, list[NearMiss]] = {"budget": [], "area": []}
        self.by_rooms: Added[int] = defaultdict(list)
        self.by_place: Mapping[PlaceType, Added[Place]] = {
            "district": defaultdict(list),
            "station": defaultdict(list),
        }
        self._weights = weights_of(lead)
        self._lead, self._hides = lead, hides

    def read(self, listings: Iterable[PackedRow]) -> None:
        """Count and keep them, in O(listings): who is out in two criteria costs two look-ups and
        a sum.
        """
        low, high, smallest, largest = self._lead[4:8]
        by_rooms, by_place = ByRooms(self._lead), ByPlace(self._lead)
        price_area = LISTING_PRICE_AREA.unpack_from
        # With two that are OUT, no one gain is enough.
        hopeless = FITS * self._weights - (FULL_BUDGET - OUT)
        for an_id, packed in listings:
            rooms, place = by_rooms[packed[LISTING_ROOMS_KIND]], by_place[packed[_LISTING_PLACES]]
            price, area = price_area(packed)
            budget = FULL_BUDGET if low <= price <= high else of_budget(low, high, price)
            size = FULL_AREA if smallest <= area <= largest else of_area(smallest, largest, area)
            if budget + size + rooms.points + place.points >= hopeless:
                self._judge(_Row(an_id, packed, price, area, budget, size, rooms, place))

    def ranked(self, miss: NearMiss, points: int) -> Ranked:
        """Return the place of a near miss that earns these points where it has missed."""
        return Ranked((miss.earned + points) // self._weights, miss.id)

    def _judge(self, row: _Row) -> None:
        score = min(row.total // self._weights, row.place.cap)
        if score >= LISTED and not self._hides(row.id, score):
            self.listed += 1
            if score >= FITS:
                self.fitting += 1
                return
        least = self._least_score(row)
        if least is not None:
            self._keep(row, least * self._weights - row.total)

    def _least_score(self, row: _Row) -> int | None:
        """Return with which score the listing fits, None where no one change is enough."""
        place = max(row.place.of_district, row.place.of_metro)
        gains = [place]
        if row.place.cap == FULL:
            gains += [FULL_BUDGET - row.budget, FULL_AREA - row.size]
            gains += [gain for _, gain in row.rooms.gains]
        if row.total + max(gains) < FITS * self._weights:
            return None
        return least_score(self._hides, row.id)

    def _keep(self, row: _Row, missing: int) -> None:
        """Keep the listing under each change that earns the points that it misses."""
        if row.place.cap == FULL:
            self._keep_number("budget", row, row.price, row.budget, missing)
            self._keep_number("area", row, row.area, row.size, missing)
            for count, gain in row.rooms.gains:
                self._keep_wish(self.by_rooms, count, row, gain, missing)
        district, metro = row.packed[LISTING_DISTRICT], row.packed[LISTING_METRO]
        stations = self.by_place["station"]
        self._keep_wish(self.by_place["district"], district, row, row.place.of_district, missing)
        self._keep_wish(stations, metro, row, row.place.of_metro, missing)

    def _keep_number(self, of: Numbered, row: _Row, number: int, points: int, missing: int) -> None:
        weight = WEIGHTS[of]
        credit = -(-(points + missing) // weight)
        if credit <= FULL:
            self.by_number[of].append(NearMiss(row.id, number, credit, row.total - points))

    def _keep_wish[K](self, of: Added[K], wish: K, row: _Row, gain: int, missing: int) -> None:
        if 0 < gain >= missing:
            of[wish].append(Ranked((row.total + gain) // self._weights, row.id))
