"""The match score of a lead and a property, 0–10000 basis points, in integers only, and why it is
that.

Source of the formulas: docs/scoring.md. The same from both sides; no clock, no I/O.
"""

from typing import Literal, NamedTuple

from cobroke.domain.postings.features import LeadFeatures, PropertyFeatures
from cobroke.domain.postings.places import NOWHERE, Place

FULL = 10_000
LISTED = 5_000
"""A pair below this score is not recommended."""
LOCATION_CAP = 6_000
"""No pair scores higher while the location earns less than half its credit."""
UNKNOWN_METRO = 3_000
"""The credit for metro of a listing that names no station."""

WEIGHTS = {
    "budget": 30,
    "location": 25,
    "rooms": 15,
    "area": 12,
    "type": 8,
    "class": 5,
    "condition": 5,
}
DEAREST, CHEAPEST = 11, 6
"""Tenths of the greatest and of the least budget: beyond them a price is knocked out (K5)."""
SMALLEST = 8
"""Tenths of the least area: below them an area is knocked out (K6)."""
LEAST_AREA = 4_000
"""The credit for an area however large."""
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
    """Return the score in basis points, or None where a knock-out (K3–K7) forbids the pair."""
    earned = _credits(lead, listing)
    return None if earned is None else _total(earned)


def evaluate(lead: LeadFeatures, listing: PropertyFeatures) -> Evaluation | None:
    """Return the score with its seven rows, or None where a knock-out (K3–K7) forbids the pair."""
    earned = _credits(lead, listing)
    if earned is None:
        return None
    metro_unknown = bool(lead.metros) and listing.metro == NOWHERE
    rows = (
        CriterionCredit(
            criterion, weight, credit, _state(criterion, credit, metro_unknown=metro_unknown)
        )
        for (criterion, weight), credit in zip(WEIGHTS.items(), earned, strict=True)
    )
    return Evaluation(_total(earned), tuple(rows))


def knocked_out(lead: LeadFeatures, listing: PropertyFeatures) -> bool:
    """Return whether a knock-out forbids the pair: K3 city, K4 type, K5 price, K6 area, K7 rooms;
    every bound belongs to what may pass.
    """
    return _credits(lead, listing) is None


def _credits(lead: LeadFeatures, listing: PropertyFeatures) -> _Credits | None:
    """Return the seven credits in basis points, or None where the cities differ or a credit that
    knocks out (type, budget, area, rooms) is 0.
    """
    if lead.city != listing.city:
        return None
    kind = type_credit(lead.type, listing.type)
    budget = budget_credit(lead.budget_min, lead.budget_max, listing.price)
    area = area_credit(lead.area_min, lead.area_max, listing.area)
    rooms = rooms_credit(lead.rooms, listing.rooms)
    if 0 in (kind, budget, area, rooms):
        return None
    location = location_credit(
        district_credit(lead.districts, listing.district), metro_credit(lead.metros, listing.metro)
    )
    klass, condition = (
        steps_credit(lead.klass, listing.klass),
        steps_credit(lead.condition, listing.condition),
    )
    return budget, location, rooms, area, kind, klass, condition


def is_capped(location: int | None) -> bool:
    """Return whether the credit for location (None: not in play) keeps a pair at LOCATION_CAP."""
    return location is not None and location < FULL // 2


def _total(earned: _Credits) -> int:
    total = in_play = 0
    for weight, credit in zip(WEIGHTS.values(), earned, strict=True):
        if credit is not None:
            total += weight * credit
            in_play += weight
    return min(total // in_play, LOCATION_CAP) if is_capped(earned[1]) else total // in_play


def budget_credit(low: int, high: int, price: int) -> int:
    """Return the credit for budget in basis points: 2000 at the edges; 0 beyond them, a knock-out
    (K5).
    """
    if price > high:
        inside = 10 * price <= DEAREST * high
        return (FULL * high - 8 * FULL * (price - high)) // high if inside else 0
    if price < low:
        inside = 10 * price >= CHEAPEST * low
        return (FULL * low - 2 * FULL * (low - price)) // low if inside else 0
    return FULL


def district_credit(wished: frozenset[Place], district: Place) -> int | None:
    """Return the credit for district in basis points, or None without such a wish."""
    return (FULL if district in wished else 0) if wished else None


def metro_credit(wished: frozenset[Place], metro: Place) -> int | None:
    """Return the credit for metro in basis points, or None without such a wish."""
    if not wished:
        return None
    return UNKNOWN_METRO if metro == NOWHERE else FULL if metro in wished else 0


def location_credit(district: int | None, metro: int | None) -> int | None:
    """Return the credit for location, of those for the two kinds of place, in basis points, or None
    where there is no such wish.
    """
    if district is None or metro is None:
        return metro if district is None else district
    return (85 * max(district, metro) + 15 * min(district, metro)) // 100


def rooms_credit(wished: frozenset[int], rooms: int) -> int | None:
    """Return the credit for rooms in basis points, or None without such a wish; 0 where no wished
    number is near, a knock-out (K7).
    """
    if not wished:
        return None
    if rooms in wished:
        return FULL
    return 6_000 if rooms - 1 in wished else 4_000 if rooms + 1 in wished else 0


def area_credit(low: int, high: int, area: int) -> int:
    """Return the credit for area in basis points: at least 2000; 0 below what a lead accepts, a
    knock-out (K6).
    """
    if area < low:
        return (FULL * low - 4 * FULL * (low - area)) // low if 10 * area >= SMALLEST * low else 0
    if area > high:
        return max(LEAST_AREA, (FULL * high - FULL * (area - high)) // high)
    return FULL


def type_credit(wished: int, offered: int) -> int:
    """Return the credit for type in basis points: 0 between the groups, a knock-out (K4)."""
    if wished == offered:
        return FULL
    # The two types of a group; a wish is never APARTMENTS.
    return FULL // 2 if wished // 2 == offered // 2 else 0


def steps_credit(wished: int, offered: int) -> int:
    """Return the credit for two classes or two conditions in basis points."""
    return _ABOVE[offered - wished] if offered >= wished else _BELOW[wished - offered]


def _state(criterion: str, credit: int | None, *, metro_unknown: bool) -> State:
    if credit is None:
        return "NOT_STATED"
    if criterion == "location" and metro_unknown and is_capped(credit):
        return "UNKNOWN"
    if credit == FULL:
        return "MATCH"
    return "PARTIAL" if credit else "MISS"
