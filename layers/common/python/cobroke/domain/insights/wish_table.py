"""What the listings of a market earn with one lead by their rooms, kind and place, and what one
wish more would add: worked out once for all that are alike.
"""

from collections.abc import Iterator
from typing import NamedTuple

from cobroke.domain.matching.points import (
    ALWAYS,
    LOCATION,
    ROOMS,
    of_offered_classes,
    of_places,
    of_rooms,
)
from cobroke.domain.matching.score import (
    FULL,
    district_credit,
    metro_credit,
    rooms_credit,
)
from cobroke.domain.postings.features import PLACE_BYTES, LeadFeatures, class_byte
from cobroke.domain.postings.places import NOWHERE, Place

MOST_ROOMS, MOST_PLACES, HIGHEST_ROOMS = 20, 50, 50
"""How many a lead may list of each; the highest number of rooms."""


class OfRooms(NamedTuple):
    """Points for rooms, type, class and condition; what a number of rooms more would add at most,
    and what each would.
    """

    points: int
    most: int
    gains: tuple[tuple[int, int], ...]


class OfPlace(NamedTuple):
    """Points for location; what the listing's district or metro would add at most if it were wished
    too; the cap; what each of the two would add, 0 where that is no step.
    """

    points: int
    most: int
    cap: int
    of_district: int
    of_metro: int


class ByRooms(dict[bytes, OfRooms]):
    """By the packed rooms and kind of a listing."""

    def __init__(self, lead: LeadFeatures) -> None:
        super().__init__()
        self._wished = lead.rooms
        self._kinds = of_offered_classes(class_byte(lead))

    def __missing__(self, packed: bytes) -> OfRooms:
        rooms, kind = packed
        points = of_rooms(rooms_credit(self._wished, rooms)).points
        gains = tuple(self._gains(rooms, points))
        most = max((gain for _, gain in gains), default=0)
        self[packed] = OfRooms(self._kinds[kind] + points, most, gains)
        return self[packed]

    def _gains(self, rooms: int, points: int) -> Iterator[tuple[int, int]]:
        if not 0 < len(self._wished) < MOST_ROOMS:
            return
        for count in range(max(rooms - 1, 0), min(rooms + 1, HIGHEST_ROOMS) + 1):
            gain = of_rooms(rooms_credit(self._wished | {count}, rooms)).points - points
            if gain:
                yield count, gain


class ByPlace(dict[bytes, OfPlace]):
    """By the packed district and metro of a listing."""

    def __init__(self, lead: LeadFeatures) -> None:
        super().__init__()
        self._districts, self._metros = lead.districts, lead.metros

    def __missing__(self, packed: bytes) -> OfPlace:
        district, metro = packed[:PLACE_BYTES], packed[PLACE_BYTES:]
        of_district = district_credit(self._districts, district)
        of_metro = metro_credit(self._metros, metro)
        points, _, cap = of_places(of_district, of_metro)
        gains = (
            _gain(self._districts, district, of_places(FULL, of_metro).points - points),
            _gain(self._metros, metro, of_places(of_district, FULL).points - points),
        )
        self[packed] = OfPlace(points, max(gains), cap, *gains)
        return self[packed]


def _gain(wished: frozenset[Place], place: Place, points: int) -> int:
    is_step = 0 < len(wished) < MOST_PLACES and place not in wished and place != NOWHERE
    return points if is_step else 0


def weights_of(lead: LeadFeatures) -> int:
    """Return what the criteria weigh that are in play with a lead."""
    wishes_place = lead.districts or lead.metros
    return ALWAYS + (ROOMS if lead.rooms else 0) + (LOCATION if wishes_place else 0)
