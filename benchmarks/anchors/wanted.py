"""Leads and listings as all anchors get them, and what they give back."""

import struct
from collections.abc import Sequence
from typing import NamedTuple, Protocol, Self

from cobroke.domain.ids import owner_of
from cobroke.domain.postings.features import LeadFeatures, PropertyFeatures
from cobroke.domain.postings.places import NOWHERE, Place

MOST = 200
LISTED = 5_000
"""Basis points: what scores less is not shown."""

type Best = list[tuple[int, int]]
"""Score and number, best first."""
type PackedOffer = tuple[str, bytes]
"""A listing's id, and what is packed of it, as a market read leaves it."""

ABOVE, BELOW = (10_000, 8_000, 6_000, 4_000), (10_000, 5_000, 2_000, 0)
STEPS = [
    [
        ABOVE[offered - wished] if offered >= wished else BELOW[wished - offered]
        for offered in range(4)
    ]
    for wished in range(4)
]
"""The credit for a class or a condition, by the wished and the offered one."""
unpack_offer = struct.Struct(">QIBBQQ").unpack
"""Reads price, area, rooms, kind and the two places: numbers of 8 bytes, 0 for no station."""


class Offer(NamedTuple):
    """A listing: kopecks, hundredths of m², codes of its places (0: no station is named)."""

    number: int
    owner: int
    price: int
    area: int
    rooms: int
    type: int
    klass: int
    condition: int
    district: int
    metro: int

    @classmethod
    def unpacked(cls, packed: bytes) -> Self:
        """Unpack one without a number and an owner."""
        price, area, rooms, kind, district, metro = unpack_offer(packed)
        return cls(0, 0, price, area, rooms, kind >> 4, kind >> 2 & 3, kind & 3, district, metro)


class Wish(NamedTuple):
    """A lead in the same units; empty: no such wish."""

    owner: int
    low: int
    high: int
    smallest: int
    largest: int
    rooms: frozenset[int]
    type: int
    klass: int
    condition: int
    districts: frozenset[int]
    metros: frozenset[int]


class Anchor[Seeker](Protocol):
    name: str

    def cpu_seconds(self) -> float:
        """Return what whoever works for it has used."""

    def best(self, seeker: Seeker, /) -> Best:
        """Return the best MOST that are not its owner's."""


class Codes:
    """Small numbers for places and realtors, as a table of one's own would have them."""

    def __init__(self) -> None:
        self._places: dict[Place, int] = {NOWHERE: 0}
        self._realtors: dict[str, int] = {}

    def offers(self, listings: Sequence[tuple[str, PropertyFeatures]]) -> list[Offer]:
        """Make them of listings in the order of their ids."""
        return [
            Offer(
                number,
                self._realtor(an_id),
                of.price,
                of.area,
                of.rooms,
                of.type,
                of.klass,
                of.condition,
                self._place(of.district),
                self._place(of.metro),
            )
            for number, (an_id, of) in enumerate(listings)
        ]

    def wish(self, an_id: str, of: LeadFeatures) -> Wish:
        return Wish(
            self._realtor(an_id),
            *(of.budget_min, of.budget_max, of.area_min, of.area_max),
            of.rooms,
            *(of.type, of.klass, of.condition),
            frozenset(map(self._place, of.districts)),
            frozenset(map(self._place, of.metros)),
        )

    def _place(self, place: Place) -> int:
        return self._places.setdefault(place, len(self._places))

    def _realtor(self, posting_id: str) -> int:
        return self._realtors.setdefault(owner_of(posting_id), len(self._realtors))


class PackedCodes(Codes):
    """The same where places are the numbers that `unpack_offer` reads."""

    def _place(self, place: Place) -> int:
        return int.from_bytes(place)


def rooms_credit(wished: frozenset[int], rooms: int) -> int | None:
    if not wished:
        return None
    if rooms in wished:
        return 10_000
    return 6_000 if rooms - 1 in wished else 4_000 if rooms + 1 in wished else 0


def location_credit(wish: Wish, offer: Offer) -> int | None:
    if not wish.districts and not wish.metros:
        return None
    district = 10_000 if offer.district in wish.districts else 0
    metro = 3_000 if not offer.metro else 10_000 if offer.metro in wish.metros else 0
    if wish.districts and wish.metros:
        return (85 * max(district, metro) + 15 * min(district, metro)) // 100
    return district if wish.districts else metro
