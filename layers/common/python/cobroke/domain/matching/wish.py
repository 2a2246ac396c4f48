"""What the listings of a market earn with one lead, by what they have: worked out once a list."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cobroke.domain.matching.points import (
    ALWAYS,
    FULL_AREA,
    LOCATION,
    OUT,
    ROOMS,
    of_budget,
    of_offered_classes,
    of_places,
    of_rooms,
)
from cobroke.domain.matching.score import FULL, metro_credit, rooms_credit
from cobroke.domain.postings.features import LeadFeatures, class_byte
from cobroke.domain.postings.places import NOWHERE, Place

ELSEWHERE = b""
"""In place of a metro station that is not wished."""


class Wish(NamedTuple):
    """In points. What knocks out has no entry, and in `kinds` OUT."""

    lead: LeadFeatures
    rooms: Mapping[int, int]
    """By their number."""
    kinds: Sequence[int]
    steps: Mapping[int, int]
    """At most for price and area, by the step of the price."""
    in_district: Mapping[Place, int]
    """By metro, where the district is wished."""
    outside: Mapping[Place, int]
    weight: int
    best_kind: int


def wish_of(
    lead: LeadFeatures,
    rooms: Iterable[int],
    kinds: Iterable[int],
    prices: Mapping[int, tuple[int, int]],
) -> Wish:
    """Work it out for the numbers of rooms and the kinds that there are, and the lowest and the
    highest price (kopecks) of each step.
    """
    low, high, earned = lead.budget_min, lead.budget_max, of_offered_classes(class_byte(lead))
    by_rooms = {count: of_rooms(rooms_credit(lead.rooms, count)).points for count in rooms}
    # Of the prices of a step the one nearest to the budget loses least.
    steps = {
        step: of_budget(low, high, max(lowest, min(highest, low))) + FULL_AREA
        for step, (lowest, highest) in prices.items()
    }
    return Wish(
        lead,
        {count: points for count, points in by_rooms.items() if points >= 0},
        earned,
        {step: points for step, points in steps.items() if points >= 0},
        _by_metro(lead, FULL if lead.districts else None),
        _by_metro(lead, 0 if lead.districts else None),
        ALWAYS + (ROOMS if lead.rooms else 0) + (LOCATION if lead.districts or lead.metros else 0),
        max((earned[kind] for kind in kinds), default=OUT),
    )


def _by_metro(lead: LeadFeatures, district: int | None) -> Mapping[Place, int]:
    """Return what the location earns by metro, given the credit for the district; ELSEWHERE stands
    for the stations that are not wished.
    """
    metros = (*lead.metros, NOWHERE, ELSEWHERE)
    return {metro: of_places(district, metro_credit(lead.metros, metro)).points for metro in metros}
