"""A plain loop over everything: in Decimal, as one writes it from the formulas, and over tuples of
integers, as fast as a plain loop gets.
"""

import heapq
from collections.abc import Sequence
from decimal import Decimal
from math import floor
from typing import NamedTuple

from benchmarks.anchors.wanted import LISTED, MOST, Best, Offer, Wish

ABOVE, BELOW = (10_000, 8_000, 6_000, 4_000), (10_000, 5_000, 2_000, 0)
STEPS = [
    [
        ABOVE[offered - wished] if offered >= wished else BELOW[wished - offered]
        for offered in range(4)
    ]
    for wished in range(4)
]
HALF_FITTING = {(0, 1), (2, 3), (3, 2)}
"""Type that is wished, type that is offered."""


class _Numbers(NamedTuple):
    """Of a listing, or of a lead, as Decimals: roubles and m²."""

    price: Decimal
    area: Decimal


class DecimalLoop:
    """Fair: no number is converted in the loop, and what knocks out comes first."""

    name = "a fair loop in Decimal"

    def __init__(self, offers: Sequence[Offer]) -> None:
        self._offers = [
            (offer, _Numbers(Decimal(offer.price) / 100, Decimal(offer.area) / 100))
            for offer in offers
        ]

    def best(self, wish: Wish) -> Best:
        least = _Numbers(Decimal(wish.low) / 100, Decimal(wish.smallest) / 100)
        most = _Numbers(Decimal(wish.high) / 100, Decimal(wish.largest) / 100)
        found = []
        for offer, numbers in self._offers:
            if offer.owner != wish.owner:
                score = _score(wish, least, most, offer, numbers)
                if score is not None and score >= LISTED:
                    found.append((score, offer.number))
        return heapq.nlargest(MOST, found)


def _score(
    wish: Wish, least: _Numbers, most: _Numbers, offer: Offer, numbers: _Numbers
) -> int | None:
    """Score by the formulas of docs/scoring.md as they are written there."""
    rooms = _rooms(wish.rooms, offer.rooms)
    kind = wish.type, offer.type
    if rooms == 0 or (kind[0] != kind[1] and kind not in HALF_FITTING):
        return None
    if not Decimal("0.6") * least.price <= numbers.price <= Decimal("1.1") * most.price:
        return None
    if numbers.area < Decimal("0.8") * least.area:
        return None
    location = _location(wish, offer)
    earned = [
        (30, _budget(least.price, most.price, numbers.price)),
        (25, location),
        (15, rooms),
        (12, _area(least.area, most.area, numbers.area)),
        (8, 10_000 if kind[0] == kind[1] else 5_000),
        (5, STEPS[wish.klass][offer.klass]),
        (5, STEPS[wish.condition][offer.condition]),
    ]
    stated = [(weight, credit) for weight, credit in earned if credit is not None]
    weights = sum(weight for weight, _ in stated)
    points = sum(weight * credit for weight, credit in stated) // weights
    return points if location is None or location >= 5_000 else min(points, 6_000)


def _budget(low: Decimal, high: Decimal, price: Decimal) -> int:
    """Divide last: what is a whole number stays one in 28 digits."""
    if price > high:
        return floor(10_000 * (high - 8 * (price - high)) / high)
    return floor(10_000 * (low - 2 * (low - price)) / low) if price < low else 10_000


def _area(smallest: Decimal, largest: Decimal, area: Decimal) -> int:
    if area < smallest:
        return floor(10_000 * (smallest - 4 * (smallest - area)) / smallest)
    if area > largest:
        return max(4_000, floor(10_000 * (largest - (area - largest)) / largest))
    return 10_000


class PackedLoop:
    """Tables instead of formulas, one loop, no call a row."""

    name = "a plain loop over packed rows"

    def __init__(self, offers: Sequence[Offer]) -> None:
        self._rows = [tuple(offer) for offer in offers]

    def best(self, wish: Wish) -> Best:  # noqa: C901, PLR0912 - no call a row
        owner, low, high, smallest, largest = wish[:5]
        rooms_points = [_rooms(wish.rooms, count) for count in range(256)]
        kinds = [
            [
                [
                    (80_000 if kind == wish.type else 40_000)
                    + 5 * STEPS[wish.klass][klass]
                    + 5 * STEPS[wish.condition][condition]
                    if kind // 2 == wish.type // 2
                    else None
                    for condition in range(4)
                ]
                for klass in range(4)
            ]
            for kind in range(4)
        ]
        has_rooms, districts, metros = bool(wish.rooms), wish.districts, wish.metros
        placed = bool(districts or metros)
        weights = 60 + 15 * has_rooms + 25 * placed
        cheapest, dearest, least = 6 * low, 11 * high, 8 * smallest
        found = []
        for (
            number,
            whose,
            price,
            area,
            rooms,
            kind,
            klass,
            condition,
            district,
            metro,
        ) in self._rows:
            if not cheapest <= 10 * price <= dearest or 10 * area < least:
                continue
            points = kinds[kind][klass][condition]
            credit = rooms_points[rooms]
            if points is None or credit == 0 or whose == owner:
                continue
            if credit is not None:
                points += 15 * credit
            capped = False
            if placed:
                near = 10_000 if district in districts else 0
                by_metro = 3_000 if not metro else 10_000 if metro in metros else 0
                if districts and metros:
                    more, fewer = (near, by_metro) if near > by_metro else (by_metro, near)
                    location = (85 * more + 15 * fewer) // 100
                else:
                    location = near if districts else by_metro
                points, capped = points + 25 * location, location < 5_000
            if price > high:
                points += 30 * ((10_000 * high - 80_000 * (price - high)) // high)
            elif price < low:
                points += 30 * ((10_000 * low - 20_000 * (low - price)) // low)
            else:
                points += 300_000
            if area < smallest:
                points += 12 * ((10_000 * smallest - 40_000 * (smallest - area)) // smallest)
            elif area > largest:
                points += 12 * max(4_000, (10_000 * largest - 10_000 * (area - largest)) // largest)
            else:
                points += 120_000
            score = points // weights
            if capped and score > 6_000:
                score = 6_000
            if score >= LISTED:
                found.append((score, number))
        return heapq.nlargest(MOST, found)


def _rooms(wished: frozenset[int], rooms: int) -> int | None:
    if not wished:
        return None
    if rooms in wished:
        return 10_000
    return 6_000 if rooms - 1 in wished else 4_000 if rooms + 1 in wished else 0


def _location(wish: Wish, offer: Offer) -> int | None:
    if not wish.districts and not wish.metros:
        return None
    district = 10_000 if offer.district in wish.districts else 0
    metro = 3_000 if not offer.metro else 10_000 if offer.metro in wish.metros else 0
    if wish.districts and wish.metros:
        return (85 * max(district, metro) + 15 * min(district, metro)) // 100
    return district if wish.districts else metro
