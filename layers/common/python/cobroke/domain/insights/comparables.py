"""What comparable listings ask for a square metre."""

from collections.abc import Iterable
from typing import NamedTuple

from cobroke.domain.matching.top_list import PackedRow
from cobroke.domain.postings.features import (
    LISTING_DISTRICT,
    LISTING_PRICE_AREA,
    LISTING_ROOMS_KIND,
    PropertyFeatures,
    class_byte,
)

LEAST = 5
"""Fewer comparables say nothing."""
_GROUP_AND_CONDITION = 0b10_00_11
"""Of a class byte."""
_FINE = 10**16
"""Two prices of a square metre differ by 10^-14 roubles at least: areas are below 10^7."""


class Comparables(NamedTuple):
    """How many there are; the median in kopecks for a m²; by how much the listing asks more, in
    tenths of a percent.
    """

    compared: int
    median_price_per_m2: int
    percent_above: int


def comparables(
    own_id: str, own: PropertyFeatures, listings: Iterable[PackedRow]
) -> Comparables | None:
    """Return how the listing compares with all others of its city that have its group, district,
    rooms and condition, and an area within 20 %; None where there are less than five. Halves are
    rounded away from zero. O(listings + comparables · log of them).
    """
    district, rooms, kind = own.district, own.rooms, class_byte(own)
    numbers = (
        LISTING_PRICE_AREA.unpack_from(packed)
        for an_id, packed in listings
        if packed[LISTING_DISTRICT] == district
        and an_id != own_id
        and _is_alike(packed[LISTING_ROOMS_KIND], rooms, kind)
    )
    # A price of a m² in roubles is kopecks / hundredths of m².
    alike = sorted(
        (_FINE * price // area, price, area)
        for price, area in numbers
        if 5 * abs(own.area - area) <= own.area
    )
    if len(alike) < LEAST:
        return None
    (_, price, area), (_, next_price, next_area) = (
        alike[(len(alike) - 1) // 2],
        alike[len(alike) // 2],
    )
    sum_of_two, parts = price * next_area + next_price * area, 2 * area * next_area
    above = own.price * parts - own.area * sum_of_two
    return Comparables(
        len(alike),
        _rounded(100 * sum_of_two, parts),
        _rounded(1000 * above, own.area * sum_of_two),
    )


def _is_alike(packed: bytes, rooms: int, kind: int) -> bool:
    """Return whether rooms, group and condition are these, whatever the type in the group."""
    return packed[0] == rooms and (packed[1] ^ kind) & _GROUP_AND_CONDITION == 0


def _rounded(part: int, whole: int) -> int:
    size = (2 * abs(part) + whole) // (2 * whole)
    return size if part >= 0 else -size
