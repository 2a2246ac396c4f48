"""The leads of a market that fit a listing, at which prices, and what keeps the near ones away."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cobroke.domain.insights.bounds import cheapest, dearest
from cobroke.domain.insights.fitting import FITS, Hides
from cobroke.domain.matching.market import PriceRange
from cobroke.domain.matching.points import (
    ALWAYS,
    FULL_AREA,
    FULL_BUDGET,
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


class _Part(NamedTuple):
    """Points for rooms, type, class and condition, whatever else a lead wishes."""

    rooms: Wished
    points: int
    weight: int


class _ByPart(dict[bytes, _Part]):
    """By the packed rooms and kind of a lead."""

    def __init__(self, listing: PropertyFeatures) -> None:
        super().__init__()
        self._rooms, self._kinds = listing.rooms, of_wished_classes(class_byte(listing))

    def __missing__(self, packed: bytes) -> _Part:
        rooms = of_wished_rooms(int.from_bytes(packed[:-1]), self._rooms)
        points, weight = rooms.points + self._kinds[packed[-1]], ALWAYS + rooms.weight
        self[packed] = _Part(rooms, points, weight)
        return self[packed]


class _Lead(NamedTuple):
    """What a lead gives to the listing, in points: for budget at today's price, for the rest
    whatever the price; and what all its wishes weigh.
    """

    budget: int
    rest: int
    weights: int
    area: int
    rooms: Wished
    location: Wished
    kind: int


class Buyers:
    """Of one reading of a market, row by row."""

    def __init__(self, listing: PropertyFeatures, within: PriceRange, hides: Hides) -> None:
        """Within: the prices that are asked for, kopecks."""
        self.fitting = self.listed = 0
        self.missed: Counter[str] = Counter()
        self.fits: list[PriceRange] = []
        """At which prices each of the leads fits that does at one of them."""
        self._listing, self._within, self._hides = listing, within, hides

    def read(self, leads: Iterable[PackedRow]) -> None:
        """Count them, in O(leads · places of a lead)."""
        (cheap, dear), area = self._within, self._listing.area
        by_part = _ByPart(self._listing)
        for an_id, packed in leads:
            low, high, smallest, largest = LEAD_BUDGET_AREA.unpack_from(packed)
            if 10 * cheap > DEAREST * high or 10 * dear < CHEAPEST * low:
                continue
            size = FULL_AREA if smallest <= area <= largest else of_area(smallest, largest, area)
            part = by_part[packed[LEAD_ROOMS_KIND]]
            if size + part.points >= 0:
                self._judge(an_id, packed, (low, high), size, part)

    def _judge(
        self, an_id: str, packed: bytes, wished: tuple[int, int], size: int, part: _Part
    ) -> None:
        """Count a lead that no knock-out keeps from the listing at every price."""
        location = _location(packed, self._listing)
        rest = size + part.points + location.points
        weights = part.weight + location.weight
        fits = self._fits(wished, rest, weights) if location.cap == FULL else []
        budget = of_budget(*wished, self._listing.price)
        score = min((rest + budget) // weights, location.cap)
        is_listed = score >= LISTED
        if not (is_listed or fits) or self._hides(an_id, score if budget > 0 else None):
            return
        self.listed += is_listed
        self.fitting += score >= FITS
        self.fits += fits
        if LISTED <= score < FITS:
            kind = packed[LEAD_ROOMS_KIND][-1]
            lead = _Lead(budget, rest, weights, size, part.rooms, location, kind)
            for criterion in self._missed(lead):
                self.missed[criterion] += 1

    def _fits(self, wished: tuple[int, int], rest: int, weights: int) -> list[PriceRange]:
        """Return at which prices a lead fits: one range, that reaches into those asked for, or
        none.
        """
        credit = -(-(FITS * weights - rest) // WEIGHTS["budget"])
        if credit > FULL:
            return []
        low, high = wished
        fits = PriceRange(cheapest(low, credit), dearest(high, credit))
        reached = fits.lowest <= self._within.highest and fits.highest >= self._within.lowest
        return [fits] if reached else []

    def _missed(self, lead: _Lead) -> Iterator[str]:
        """Yield each criterion that would make the lead fit, were its credit full; the cap stays,
        but for location.
        """
        missing = FITS * lead.weights - lead.rest - lead.budget
        for criterion, lost in self._lost(lead):
            if lost >= missing and (lead.location.cap == FULL or criterion == "location"):
                yield criterion

    def _lost(self, lead: _Lead) -> Iterator[tuple[str, int]]:
        """Yield the points that each criterion lacks which is in play."""
        yield "budget", FULL_BUDGET - lead.budget
        yield "location", FULL * lead.location.weight - lead.location.points
        yield "rooms", FULL * lead.rooms.weight - lead.rooms.points
        yield "area", FULL_AREA - lead.area
        wished, offered = lead.kind, self._listing
        yield "type", WEIGHTS["type"] * (FULL - type_credit(wished >> 4, offered.type))
        yield "class", WEIGHTS["class"] * (FULL - steps_credit(wished >> 2 & 3, offered.klass))
        yield (
            "condition",
            WEIGHTS["condition"] * (FULL - steps_credit(wished & 3, offered.condition)),
        )


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
