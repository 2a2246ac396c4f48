"""What a pair earns, in points: a credit times its weight. OUT or less in all where a knock-out
forbids the pair.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from cobroke.domain.matching.score import (
    FULL,
    LOCATION_CAP,
    WEIGHTS,
    area_credit,
    budget_credit,
    is_capped,
    location_credit,
    rooms_credit,
    steps_credit,
    type_credit,
)
from cobroke.domain.postings.features import CLASS_BYTES

OUT = -sum(WEIGHTS.values()) * FULL
"""Earned by what a knock-out forbids: nothing makes up for it."""
BUDGET, LOCATION, ROOMS, AREA, _TYPE, _CLASS, _CONDITION = WEIGHTS.values()
ALWAYS = BUDGET + AREA + _TYPE + _CLASS + _CONDITION
"""The weights that are in play for every pair."""
FULL_BUDGET, FULL_AREA = BUDGET * FULL, AREA * FULL
FULL_KIND = (_TYPE + _CLASS + _CONDITION) * FULL


class Wished(NamedTuple):
    """What a wish earns and weighs, nothing where it is not stated; no score is above the cap."""

    points: int
    weight: int
    cap: int = FULL


@cache
def of_places(district: int | None, metro: int | None) -> Wished:
    """Return what the location earns, given the credits of the two kinds of place."""
    credit = location_credit(district, metro)
    if credit is None:
        return Wished(0, 0)
    return Wished(LOCATION * credit, LOCATION, LOCATION_CAP if is_capped(credit) else FULL)


def of_rooms(credit: int | None) -> Wished:
    if credit is None:
        return Wished(0, 0)
    return Wished(ROOMS * credit or OUT, ROOMS)


def of_wished_rooms(wished: int, offered: int) -> Wished:
    """Return what the rooms earn, given the wished numbers as bits: without any there is no such
    wish.
    """
    near = wished << 1 >> offered & 7
    return _NEAR[near] if near or not wished else _FAR


def of_classes(wished: int, offered: int) -> int:
    steps = _CLASS * steps_credit(wished >> 2 & 3, offered >> 2 & 3) + _CONDITION * steps_credit(
        wished & 3, offered & 3
    )
    kind = type_credit(wished >> 4, offered >> 4)
    return _TYPE * kind + steps if kind else OUT


@cache
def of_offered_classes(wished: int) -> Sequence[int]:
    """Return what type, class and condition earn with this wish, by what is offered."""
    return [of_classes(wished, offered) for offered in range(CLASS_BYTES)]


@cache
def of_wished_classes(offered: int) -> Sequence[int]:
    """Return what type, class and condition earn with this offer, by what is wished."""
    return [of_classes(wished, offered) for wished in range(CLASS_BYTES)]


def of_budget(low: int, high: int, price: int) -> int:
    return BUDGET * budget_credit(low, high, price) or OUT


def of_area(low: int, high: int, area: int) -> int:
    return AREA * area_credit(low, high, area) or OUT


_NEAR = [
    of_rooms(rooms_credit(frozenset(bit for bit in range(3) if bits >> bit & 1), 1))
    for bits in range(8)
]
"""By bits: one room fewer is wished, as many, one more."""
_FAR = of_rooms(0)
