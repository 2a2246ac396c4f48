"""The leads of a market that fit a listing, at which prices, and what keeps the near ones away."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from cobroke.domain.insights.bounds import cheapest, dearest
from cobroke.domain.insights.fitting import FITS, Hides
from cobroke.domain.insights.price_curve import PriceRange
from cobroke.domain.matching.points import (
    ALWAYS,
    Wished,
    of_area,
    of_budget,
    of_places,
    of_wished_classes,
    of_wished_rooms,
)
from cobroke.domain.matching.score import (
    CHEAPEST,
    DEAREST,
    FULL,
    LISTED,
    UNKNOWN_METRO,
    WEIGHTS,
    steps_credit,
    type_credit,
)
from cobroke.domain.matching.top_list import PackedRow
from cobroke.domain.postings.features import (
    LEAD_BUDGET_AREA,
    LEAD_DISTRICTS,
    LEAD_METROS,
    LEAD_PLACES,
    LEAD_ROOMS_KIND,
    PLACE_BYTES,
    PropertyFeatures,
    class_byte,
)
from cobroke.domain.postings.places import NOWHERE, Place


class _Lead(NamedTuple):
    """What a lead gives to the listing, whatever its price, in points."""

    id: str
    budget: tuple[int, int]
    area: int
    rooms: Wished
    kind: int
    location: Wished
    wished_kind: int

    @property
    def points(self) -> int:
        return self.area + self.rooms.points + self.kind + self.location.points

    @property
    def weights(self) -> int:
        return ALWAYS + self.rooms.weight + self.location.weight


class Buyers:
    """Of one reading of a market, row by row."""

    def __init__(self, listing: PropertyFeatures, within: PriceRange, hides: Hides) -> None:
        """Within: the prices that are asked for, kopecks."""
        self.fitting = self.listed = 0
        self.missed: Counter[str] = Counter()
        self.fits: list[PriceRange] = []
        """At which prices each of the leads fits that do at one of them."""
        self._listing, self._within, self._hides = listing, within, hides
        self._kinds = of_wished_classes(class_byte(listing))

    def read(self, leads: Iterable[PackedRow]) -> None:
        """Count them, in O(leads · places of a lead)."""
        for lead in self._in_reach(leads):
            fits = self._fits(lead)
            budget = of_budget(*lead.budget, self._listing.price)
            score = min((lead.points + budget) // lead.weights, lead.location.cap)
            is_listed = score >= LISTED
            if (is_listed or fits) and not self._hides(lead.id, score if budget > 0 else None):
                self.listed += is_listed
                self.fitting += score >= FITS
                self.fits += fits
                if LISTED <= score < FITS:
                    self.missed.update(self._missed(lead, budget))

    def _in_reach(self, leads: Iterable[PackedRow]) -> Iterator[_Lead]:
        """Yield those that no knock-out keeps from the listing at every price."""
        area, rooms, (cheap, dear) = self._listing.area, self._listing.rooms, self._within
        for an_id, packed in leads:
            low, high, smallest, largest = LEAD_BUDGET_AREA.unpack_from(packed)
            if 10 * cheap > DEAREST * high or 10 * dear < CHEAPEST * low:
                continue
            of_size, part = of_area(smallest, largest, area), packed[LEAD_ROOMS_KIND]
            of_rooms = of_wished_rooms(int.from_bytes(part[:-1]), rooms)
            of_kind = self._kinds[part[-1]]
            if of_size > 0 and of_rooms.points >= 0 and of_kind > 0:
                location = _location(packed, self._listing)
                yield _Lead(an_id, (low, high), of_size, of_rooms, of_kind, location, part[-1])

    def _fits(self, lead: _Lead) -> list[PriceRange]:
        """Return at which prices the lead fits, cut to no range: one range or none."""
        if lead.location.cap < FITS:
            return []
        credit = -(-(FITS * lead.weights - lead.points) // WEIGHTS["budget"])
        if credit > FULL:
            return []
        low, high = lead.budget
        fits = PriceRange(cheapest(low, credit), dearest(high, credit))
        reached = fits.lowest <= self._within.highest and fits.highest >= self._within.lowest
        return [fits] if reached else []

    def _missed(self, lead: _Lead, budget: int) -> Iterator[str]:
        """Yield each criterion that would make the lead fit, were its credit full; the cap stays,
        but for location.
        """
        missing = FITS * lead.weights - lead.points - budget
        for criterion, lost in self._lost(lead, budget).items():
            if lost >= missing and (lead.location.cap == FULL or criterion == "location"):
                yield criterion

    def _lost(self, lead: _Lead, budget: int) -> Mapping[str, int]:
        """Return the points that each criterion in play lacks."""
        listing, wished = self._listing, lead.wished_kind
        earned = {
            "type": type_credit(wished >> 4, listing.type),
            "class": steps_credit(wished >> 2 & 3, listing.klass),
            "condition": steps_credit(wished & 3, listing.condition),
        }
        points = {
            "budget": (budget, WEIGHTS["budget"]),
            "location": (lead.location.points, lead.location.weight),
            "rooms": (lead.rooms.points, lead.rooms.weight),
            "area": (lead.area, WEIGHTS["area"]),
        } | {name: (WEIGHTS[name] * credit, WEIGHTS[name]) for name, credit in earned.items()}
        return {name: FULL * weight - had for name, (had, weight) in points.items() if weight}


def _location(packed: bytes, listing: PropertyFeatures) -> Wished:
    """Return what the listing's place earns with a packed lead."""
    stations = LEAD_PLACES + PLACE_BYTES * packed[LEAD_DISTRICTS]
    district = metro = None
    if packed[LEAD_DISTRICTS]:
        district = FULL * _has(packed, LEAD_PLACES, stations, listing.district)
    if packed[LEAD_METROS]:
        unknown = listing.metro == NOWHERE
        hit = not unknown and _has(packed, stations, len(packed), listing.metro)
        metro = UNKNOWN_METRO if unknown else FULL * hit
    return of_places(district, metro)


def _has(packed: bytes, start: int, end: int, place: Place) -> bool:
    found = packed.find(place, start, end)
    while found >= 0 and (found - start) % PLACE_BYTES:
        found = packed.find(place, found + 1, end)
    return found >= 0
