"""The match score once more, from the page in exact fractions: slow, obvious, none of the product
in it.
"""

import math
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, NamedTuple

from tests.place_names import PlaceType, normalised

type Json = dict[str, Any]
type Side = Literal["lead", "listing"]

BEST = 100
LISTED_FROM = 5000
CAP_WITHOUT_LOCATION = 6000
WEIGHTS = {
    "budget": 30,
    "location": 25,
    "rooms": 15,
    "area": 12,
    "type": 8,
    "class": 5,
    "condition": 5,
}
HALF_FITTING_TYPES = {("APARTMENT", "APARTMENTS"), ("HOUSE", "TOWNHOUSE"), ("TOWNHOUSE", "HOUSE")}
CLASSES = ["ECONOMY", "COMFORT", "BUSINESS", "ELITE"]
CONDITIONS = ["ROUGH", "PRE_FINISHING", "FINISHING", "DESIGN"]
CREDIT_BY_STEPS = {-3: 0, -2: 2000, -1: 5000, 0: 10000, 1: 8000, 2: 6000, 3: 4000}


class Row(NamedTuple):
    """One recommended counterpart: its id and its score as the API shows it (0.00-100.00)."""

    id: str
    score: Decimal


class Recommendations(NamedTuple):
    """The best rows of one object in order, and what `total` says."""

    rows: list[Row]
    total: int


def score(requirements: Json, listing: Json) -> int | None:
    """Basis points, or None when one of K3-K7 knocks the pair out."""
    if knocked_out(requirements, listing):
        return None
    stated = {
        name: credit
        for name, credit in all_credits(requirements, listing).items()
        if credit is not None
    }
    total = sum(WEIGHTS[name] * credit for name, credit in stated.items())
    points = math.floor(Fraction(total, sum(WEIGHTS[name] for name in stated)))
    return min(points, CAP_WITHOUT_LOCATION) if stated.get("location", 10000) < 5000 else points


def breakdown(requirements: Json, listing: Json) -> list[Json]:
    """The seven rows of `score_breakdown`, credits with four decimals."""
    return [
        {
            "criterion": name,
            "weight": WEIGHTS[name],
            "credit": None if credit is None else Decimal(credit).scaleb(-4),
            "state": _state(name, credit, requirements, listing),
        }
        for name, credit in all_credits(requirements, listing).items()
    ]


def recommended(own: Json, others: Iterable[Json], *, side: Side) -> Recommendations:
    """The best 100 for `own`, a lead or listing; all are {id, owner, status, created_at, body}."""
    found = []
    for other in others:
        points = _points(own, other, side)
        if points is not None and points >= LISTED_FROM:
            found.append((points, other["created_at"], other["id"]))
    found.sort(reverse=True)
    rows = [Row(id_, Decimal(points).scaleb(-2)) for points, _, id_ in found[:BEST]]
    return Recommendations(rows, len(rows))


def knocked_out(requirements: Json, listing: Json) -> bool:
    """Whether K3, K4, K5, K6 or K7 fails (K1 and K2 are not the pair's own facts)."""
    address, details = listing["address"], listing["details"]
    budget_min, budget_max = _bounds(requirements["budget"])
    area_min, _ = _bounds(requirements["area"])
    price, area = _exact(details["price"]), _exact(details["area"])
    rooms = requirements.get("rooms") or []
    return (
        normalised(requirements["location"]["city"], "city") != normalised(address["city"], "city")
        or _type_credit(requirements, listing) == 0
        or price < Fraction(60, 100) * budget_min
        or price > Fraction(110, 100) * budget_max
        or area < Fraction(80, 100) * area_min
        or (bool(rooms) and min(abs(details["rooms"] - wish) for wish in rooms) > 1)
    )


def all_credits(requirements: Json, listing: Json) -> dict[str, int | None]:
    """Basis points for each criterion in the page's order; None for a wish not stated."""
    details = listing["details"]
    return {
        "budget": _budget_credit(requirements, details),
        "location": _location_credit(requirements, listing["address"]),
        "rooms": _rooms_credit(requirements, details),
        "area": _area_credit(requirements, details),
        "type": _type_credit(requirements, listing),
        "class": _ladder_credit(CLASSES, requirements["property_class"], details["property_class"]),
        "condition": _ladder_credit(CONDITIONS, requirements["condition"], details["condition"]),
    }


def _budget_credit(requirements: Json, details: Json) -> int:
    low, high = _bounds(requirements["budget"])
    price = _exact(details["price"])
    if price > high:
        over = (price - high) / high
        return math.floor(10000 * (1 - 8 * over))
    if price < low:
        under = (low - price) / low
        return math.floor(10000 * (1 - 2 * under))
    return 10000


def _location_credit(requirements: Json, address: Json) -> int | None:
    districts = _places(requirements["location"].get("districts"), "district")
    stations = _places(requirements["location"].get("metro_stations"), "station")
    station = address.get("metro_station")
    d = 10000 if normalised(address["district"], "district") in districts else 0
    m = 3000 if station is None else 10000 if normalised(station, "station") in stations else 0
    if districts and stations:
        return math.floor(Fraction(85 * max(d, m) + 15 * min(d, m), 100))
    if districts:
        return d
    return m if stations else None


def _rooms_credit(requirements: Json, details: Json) -> int | None:
    stated = requirements.get("rooms") or []
    by_difference = {0: 10000, 1: 6000, -1: 4000}
    return max((by_difference.get(details["rooms"] - wish, 0) for wish in stated), default=None)


def _area_credit(requirements: Json, details: Json) -> int:
    low, high = _bounds(requirements["area"])
    area = _exact(details["area"])
    if area < low:
        under = (low - area) / low
        return math.floor(10000 * (1 - 4 * under))
    if area > high:
        over = (area - high) / high
        return max(4000, math.floor(10000 * (1 - over)))
    return 10000


def _type_credit(requirements: Json, listing: Json) -> int:
    wish, offer = requirements["property_type"], listing["details"]["property_type"]
    if wish == offer:
        return 10000
    return 5000 if (wish, offer) in HALF_FITTING_TYPES else 0


def _ladder_credit(ladder: list[str], wish: str, offer: str) -> int:
    return CREDIT_BY_STEPS[ladder.index(offer) - ladder.index(wish)]


def _state(criterion: str, credit: int | None, requirements: Json, listing: Json) -> str:
    if credit is None:
        return "NOT_STATED"
    asks_for_metro = bool(requirements["location"].get("metro_stations"))
    metro_unknown = listing["address"].get("metro_station") is None
    if criterion == "location" and asks_for_metro and metro_unknown and credit < 5000:
        return "UNKNOWN"
    return {10000: "MATCH", 0: "MISS"}.get(credit, "PARTIAL")


def _points(own: Json, other: Json, side: Side) -> int | None:
    if own["owner"] == other["owner"] or not own["status"] == other["status"] == "ACTIVE":
        return None
    lead, listing = (own, other) if side == "lead" else (other, own)
    return score(lead["body"]["requirements"], listing["body"])


def _places(names: list[str] | None, of: PlaceType) -> set[str]:
    return {normalised(name, of) for name in names or []}


def _bounds(bounds: Json) -> tuple[Fraction, Fraction]:
    return _exact(bounds["min"]), _exact(bounds["max"])


def _exact(number: int | Decimal) -> Fraction:
    if isinstance(number, float):
        raise TypeError("a binary float has already lost the digits this file is about")
    return Fraction(number)
