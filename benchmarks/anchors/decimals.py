"""A plain loop over everything, in Decimal, as one writes it from the formulas."""

import heapq
import time
from collections.abc import Iterator, Sequence
from decimal import Decimal
from math import floor
from typing import NamedTuple

from benchmarks.anchors.wanted import (
    LISTED,
    MOST,
    STEPS,
    Best,
    Offer,
    PackedOffer,
    Wish,
    location_credit,
    rooms_credit,
)

NAME = "a fair loop in Decimal"
HALF_FITTING = {(0, 1), (2, 3), (3, 2)}
"""Type that is wished, type that is offered."""
CHEAPEST, DEAREST, SMALLEST = Decimal("0.6"), Decimal("1.1"), Decimal("0.8")


class _Numbers(NamedTuple):
    """Roubles and m²: of a listing, or the least or the most that a lead wishes."""

    price: Decimal
    area: Decimal


class _Wished(NamedTuple):
    wish: Wish
    least: _Numbers
    most: _Numbers


class DecimalLoop:
    """Over listings. Fair: no number is converted in the loop, and what knocks out comes first."""

    name = NAME
    cpu_seconds = staticmethod(time.process_time)

    def __init__(self, offers: Sequence[Offer]) -> None:
        self._offers = [(offer, _numbers(offer.price, offer.area)) for offer in offers]

    def listed(self, wish: Wish) -> Best:
        """Return all that may be shown, in the order of their numbers."""
        wished, found = _wished(wish), []
        for offer, numbers in self._offers:
            if offer.owner != wish.owner:
                score = _score(wished, offer, numbers)
                if score is not None and score >= LISTED:
                    found.append((score, offer.number))
        return found

    def best(self, wish: Wish) -> Best:
        return heapq.nlargest(MOST, self.listed(wish))


class DecimalLoopOverLeads:
    """The same the other way."""

    name = NAME
    cpu_seconds = staticmethod(time.process_time)

    def __init__(self, wishes: Sequence[Wish]) -> None:
        self._wishes = [*map(_wished, wishes)]

    def listed(self, offer: Offer) -> Best:
        """Return all that may be shown, in the order of their numbers."""
        numbers, found = _numbers(offer.price, offer.area), []
        for number, wished in enumerate(self._wishes):
            if offer.owner != wished.wish.owner:
                score = _score(wished, offer, numbers)
                if score is not None and score >= LISTED:
                    found.append((score, number))
        return found

    def best(self, offer: Offer) -> Best:
        return heapq.nlargest(MOST, self.listed(offer))


def listed_of_packed(wish: Wish, rows: Sequence[PackedOffer]) -> Iterator[tuple[int, str]]:
    """Yield the score and the id of each listing of a market read that may be shown, the lead's
    owner's own among them. Here every number is converted: they come packed.
    """
    wished = _wished(wish)
    for an_id, packed in rows:
        offer = Offer.unpacked(packed)
        score = _score(wished, offer, _numbers(offer.price, offer.area))
        if score is not None and score >= LISTED:
            yield score, an_id


def _numbers(price: int, area: int) -> _Numbers:
    return _Numbers(Decimal(price) / 100, Decimal(area) / 100)


def _wished(wish: Wish) -> _Wished:
    return _Wished(wish, _numbers(wish.low, wish.smallest), _numbers(wish.high, wish.largest))


def _score(wished: _Wished, offer: Offer, numbers: _Numbers) -> int | None:
    """Score by the formulas of docs/scoring.md as they are written there."""
    wish, least, most = wished
    rooms = rooms_credit(wish.rooms, offer.rooms)
    kind = wish.type, offer.type
    if rooms == 0 or (kind[0] != kind[1] and kind not in HALF_FITTING):
        return None
    if not CHEAPEST * least.price <= numbers.price <= DEAREST * most.price:
        return None
    if numbers.area < SMALLEST * least.area:
        return None
    location = location_credit(wish, offer)
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
