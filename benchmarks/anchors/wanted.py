"""A lead and listings as all anchors get them, and what they give back."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from cobroke.domain.ids import owner_of
from cobroke.domain.postings.features import LeadFeatures, PropertyFeatures
from cobroke.domain.postings.places import NOWHERE, Place

MOST = 200
LISTED = 5_000
"""Basis points: what scores less is not shown."""

type Best = list[tuple[int, int]]
"""Score and number, best first."""


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


class Anchor(Protocol):
    name: str

    def best(self, wish: Wish) -> Best:
        """Return the best MOST that are not the lead's owner's."""


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
