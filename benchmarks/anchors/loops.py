"""A plain loop over tuples of integers, as fast as a plain loop gets: tables instead of formulas,
no call a row.
"""

import heapq
import time
from collections.abc import Iterable, Sequence

from benchmarks.anchors.wanted import (
    LISTED,
    MOST,
    STEPS,
    Best,
    Offer,
    PackedOffer,
    Wish,
    rooms_credit,
    unpack_offer,
)

type _Fields = tuple[int, int, int, int, int, int]
"""Price, area, rooms, kind (type, class and condition in one), district and metro."""

NAME = "a plain loop over packed rows"


class PackedLoop:
    """Over the listings of a city, which are unpacked beforehand."""

    name = NAME
    cpu_seconds = staticmethod(time.process_time)

    def __init__(self, offers: Sequence[Offer]) -> None:
        self._rows = [(offer.number, _fields(offer)) for offer in offers]
        self._owners = [offer.owner for offer in offers]

    def best(self, wish: Wish) -> Best:
        owners, owner = self._owners, wish.owner
        found = [place for place in _listed(wish, self._rows) if owners[place[1]] != owner]
        return heapq.nlargest(MOST, found)


def listed_of_packed(wish: Wish, rows: Sequence[PackedOffer]) -> list[tuple[int, str]]:
    """Return the score and the id of each listing of a market read that may be shown, the lead's
    owner's own among them.
    """
    if not rows:
        return []
    ids, packed = zip(*rows, strict=True)
    return _listed(wish, zip(ids, map(unpack_offer, packed), strict=True))


def _fields(offer: Offer) -> _Fields:
    kind = offer.type << 4 | offer.klass << 2 | offer.condition
    return offer.price, offer.area, offer.rooms, kind, offer.district, offer.metro


def _kinds(wish: Wish) -> list[int | None]:
    """Return what type, class and condition earn, by the kind; None where they knock out."""
    return [
        (80_000 if kind >> 4 == wish.type else 40_000)
        + 5 * STEPS[wish.klass][kind >> 2 & 3]
        + 5 * STEPS[wish.condition][kind & 3]
        if kind >> 5 == wish.type // 2
        else None
        for kind in range(64)
    ]


def _listed[Key](  # noqa: C901, PLR0912 - no call a row
    wish: Wish, rows: Iterable[tuple[Key, _Fields]]
) -> list[tuple[int, Key]]:
    """Return the score and the key of each row that may be shown, whoever owns it."""
    _, low, high, smallest, largest = wish[:5]
    rooms_points, kinds = [rooms_credit(wish.rooms, count) for count in range(256)], _kinds(wish)
    has_rooms, districts, metros = bool(wish.rooms), wish.districts, wish.metros
    placed = bool(districts or metros)
    weights = 60 + 15 * has_rooms + 25 * placed
    cheapest, dearest, least = 6 * low, 11 * high, 8 * smallest
    found = []
    for key, (price, area, rooms, kind, district, metro) in rows:
        if not cheapest <= 10 * price <= dearest or 10 * area < least:
            continue
        points, credit = kinds[kind], rooms_points[rooms]
        if points is None or credit == 0:
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
            found.append((score, key))
    return found
