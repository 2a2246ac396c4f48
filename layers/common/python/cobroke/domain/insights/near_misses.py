"""The listings of a market that fit a lead, and those that would after one change of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Literal, NamedTuple

from cobroke.domain.insights.fitting import FITS, Hides, least_score
from cobroke.domain.insights.wish_table import ByPlace, ByRooms, OfPlace, OfRooms, weights_of
from cobroke.domain.matching.points import FULL_AREA, FULL_BUDGET, of_area, of_budget
from cobroke.domain.matching.score import FULL, LISTED, WEIGHTS
from cobroke.domain.matching.top_list import PackedRow, Ranked
from cobroke.domain.postings.features import (
    LISTING_DISTRICT,
    LISTING_METRO,
    LISTING_PRICE_AREA,
    LISTING_ROOMS_KIND,
    LeadFeatures,
)
from cobroke.domain.postings.places import Place

type Numbered = Literal["budget", "area"]
"""The criteria that compare a number with two bounds."""
type Added[K] = dict[K, list[Ranked]]
"""Listings that fit with one wish more, by that wish, each with its score then."""

_ranked = partial(tuple.__new__, Ranked)
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
    """A listing and what it has earned, in points: for budget, area, the rest, and in all."""

    id: str
    price: int
    area: int
    budget: int
    size: int
    rooms: OfRooms
    total: int


class NearMisses:
    """Of one reading of a market, row by row."""

    def __init__(self, lead: LeadFeatures, hides: Hides) -> None:
        self.fitting = self.listed = 0
        self.by_number: Mapping[Numbered, list[NearMiss]] = {"budget": [], "area": []}
        self.by_rooms: Added[int] = defaultdict(list)
        self.by_district: Added[Place] = defaultdict(list)
        self.by_station: Added[Place] = defaultdict(list)
        self._weights = weights_of(lead)
        self._lead, self._hides = lead, hides

    def read(self, listings: Iterable[PackedRow]) -> None:
        """Count and keep them, in O(listings): most cost two look-ups, a sum and a few
        comparisons.
        """
        low, high, smallest, largest = self._lead[4:8]
        by_rooms, by_place = ByRooms(self._lead), ByPlace(self._lead)
        listed, fits = LISTED * self._weights, FITS * self._weights
        price_area = LISTING_PRICE_AREA.unpack_from
        for an_id, packed in listings:
            rooms, place = by_rooms[packed[LISTING_ROOMS_KIND]], by_place[packed[_LISTING_PLACES]]
            price, area = price_area(packed)
            budget = FULL_BUDGET if low <= price <= high else of_budget(low, high, price)
            size = FULL_AREA if smallest <= area <= largest else of_area(smallest, largest, area)
            total = budget + size + rooms.points + place.points
            if total >= listed and self._is_fitting(an_id, total, place.cap):
                continue
            lacks = fits - total
            if 0 < place.most >= lacks:
                self._keep_place(an_id, packed, total, place)
            most = max(FULL_BUDGET - budget, FULL_AREA - size, rooms.most)
            if most >= lacks and place.cap == FULL:
                self._keep(_Row(an_id, price, area, budget, size, rooms, total))

    def ranked(self, miss: NearMiss, points: int) -> Ranked:
        """Return the place of a near miss that earns these points where it has missed."""
        return Ranked((miss.earned + points) // self._weights, miss.id)

    def _is_fitting(self, an_id: str, total: int, cap: int) -> bool:
        """Count a listing that earns enough to be listed, and return whether it fits."""
        score = min(total // self._weights, cap)
        is_shown = not self._hides(an_id, score)
        is_fitting = is_shown and score >= FITS
        self.listed += is_shown
        self.fitting += is_fitting
        return is_fitting

    def _keep_place(self, an_id: str, packed: bytes, total: int, place: OfPlace) -> None:
        """Keep the listing under its district and its metro, as far as either is enough."""
        least = least_score(self._hides, an_id)
        if least is None:
            return
        missing = least * self._weights - total
        for gain, to, at in (
            (place.of_district, self.by_district, LISTING_DISTRICT),
            (place.of_metro, self.by_station, LISTING_METRO),
        ):
            if 0 < gain >= missing:
                to[packed[at]].append(_ranked(((total + gain) // self._weights, an_id)))

    def _keep(self, row: _Row) -> None:
        """Keep the listing under each number and wish that earns the points that it misses."""
        least = least_score(self._hides, row.id)
        if least is None:
            return
        missing = least * self._weights - row.total
        self._keep_number("budget", row, row.price, row.budget, missing)
        self._keep_number("area", row, row.area, row.size, missing)
        for count, gain in row.rooms.gains:
            if gain >= missing:
                score = (row.total + gain) // self._weights
                self.by_rooms[count].append(Ranked(score, row.id))

    def _keep_number(self, of: Numbered, row: _Row, number: int, points: int, missing: int) -> None:
        weight = WEIGHTS[of]
        credit = -(-(points + missing) // weight)
        if credit <= FULL:
            self.by_number[of].append(NearMiss(row.id, number, credit, row.total - points))
