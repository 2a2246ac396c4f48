"""The match score of a lead and a property, 0–10000 basis points, in integers only, and why it is that.

Source of the formulas: docs/scoring.md. The same from both sides; no clock, no I/O.
"""

from typing import Literal, NamedTuple

from cobroke.domain.features import LeadFeatures, PropertyFeatures
from cobroke.domain.places import NOWHERE

FULL = 10_000
LISTED = 5_000
"""A pair below this score is not recommended."""
LOCATION_CAP = 6_000
"""No pair scores higher while the location earns less than half its credit."""

WEIGHTS = {"budget": 30, "location": 25, "rooms": 15, "area": 12, "type": 8, "class": 5, "condition": 5}
_ABOVE = (10_000, 8_000, 6_000, 4_000)
_BELOW = (10_000, 5_000, 2_000, 0)

type State = Literal["MATCH", "PARTIAL", "MISS", "UNKNOWN", "NOT_STATED"]


class CriterionCredit(NamedTuple):
    """One row of the breakdown: the credit in basis points, None where the wish was not stated."""

    criterion: str
    weight: int
    credit: int | None
    state: State


class Evaluation(NamedTuple):
    score: int
    breakdown: tuple[CriterionCredit, ...]


type _Credits = tuple[int, int | None, int | None, int, int, int, int]


def score(lead: LeadFeatures, listing: PropertyFeatures) -> int | None:
    """In basis points, or None where a knock-out (K3–K7) forbids the pair."""
    return None if knocked_out(lead, listing) else _total(_credits(lead, listing))


def evaluate(lead: LeadFeatures, listing: PropertyFeatures) -> Evaluation | None:
    """The score with its seven rows, or None where a knock-out (K3–K7) forbids the pair."""
    if knocked_out(lead, listing):
        return None
    earned = _credits(lead, listing)
    metro_unknown = bool(lead.metros) and listing.metro == NOWHERE
    rows = (
        CriterionCredit(criterion, weight, credit, _state(criterion, credit, metro_unknown=metro_unknown))
        for (criterion, weight), credit in zip(WEIGHTS.items(), earned, strict=True)
    )
    return Evaluation(_total(earned), tuple(rows))


def knocked_out(lead: LeadFeatures, listing: PropertyFeatures) -> bool:
    """K3 city, K4 type, K5 price, K6 area, K7 rooms; every bound belongs to what may pass."""
    return (
        lead.city != listing.city
        or _type(lead.type, listing.type) == 0
        or not 6 * lead.budget_min <= 10 * listing.price <= 11 * lead.budget_max
        or 10 * listing.area < 8 * lead.area_min
        or not _rooms_near(lead.rooms, listing.rooms)
    )


def _rooms_near(wished: frozenset[int], rooms: int) -> bool:
    return not wished or not wished.isdisjoint((rooms - 1, rooms, rooms + 1))


def _credits(lead: LeadFeatures, listing: PropertyFeatures) -> _Credits:
    return (
        _budget(lead.budget_min, lead.budget_max, listing.price),
        _location(lead, listing),
        _rooms(lead.rooms, listing.rooms),
        _area(lead.area_min, lead.area_max, listing.area),
        _type(lead.type, listing.type),
        _steps(lead.klass, listing.klass),
        _steps(lead.condition, listing.condition),
    )


def _total(earned: _Credits) -> int:
    total = in_play = 0
    for weight, credit in zip(WEIGHTS.values(), earned, strict=True):
        if credit is not None:
            total += weight * credit
            in_play += weight
    location = earned[1]
    if location is not None and location < FULL // 2:
        return min(total // in_play, LOCATION_CAP)
    return total // in_play


def _budget(low: int, high: int, price: int) -> int:
    if price > high:
        return (FULL * high - 8 * FULL * (price - high)) // high
    if price < low:
        return (FULL * low - 2 * FULL * (low - price)) // low
    return FULL


def _location(lead: LeadFeatures, listing: PropertyFeatures) -> int | None:
    district = FULL if listing.district in lead.districts else 0
    metro = 3_000 if listing.metro == NOWHERE else FULL if listing.metro in lead.metros else 0
    if lead.districts and lead.metros:
        return (85 * max(district, metro) + 15 * min(district, metro)) // 100
    if lead.districts:
        return district
    return metro if lead.metros else None


def _rooms(wished: frozenset[int], rooms: int) -> int | None:
    if not wished:
        return None
    if rooms in wished:
        return FULL
    return 6_000 if rooms - 1 in wished else 4_000


def _area(low: int, high: int, area: int) -> int:
    if area < low:
        return (FULL * low - 4 * FULL * (low - area)) // low
    if area > high:
        return max(4_000, (FULL * high - FULL * (area - high)) // high)
    return FULL


def _type(wished: int, offered: int) -> int:
    if wished == offered:
        return FULL
    # The two types of a group; a wish is never APARTMENTS.
    return FULL // 2 if wished // 2 == offered // 2 else 0


def _steps(wished: int, offered: int) -> int:
    return _ABOVE[offered - wished] if offered >= wished else _BELOW[wished - offered]


def _state(criterion: str, credit: int | None, *, metro_unknown: bool) -> State:
    if credit is None:
        return "NOT_STATED"
    if criterion == "location" and metro_unknown and credit < FULL // 2:
        return "UNKNOWN"
    if credit == FULL:
        return "MATCH"
    return "PARTIAL" if credit else "MISS"
