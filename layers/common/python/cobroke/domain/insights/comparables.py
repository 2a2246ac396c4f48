"""What comparable listings ask for a square metre."""

from collections.abc import Iterable
from typing import NamedTuple

from cobroke.domain.matching.top_list import PackedRow
from cobroke.domain.postings.features import PropertyFeatures, unpack_property

LEAST = 5
"""Fewer comparables say nothing."""
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
    """Compare the listing with all others of its market that have its district, rooms and
    condition, and an area within 20 %; None where there are less than five. Halves are rounded
    away from zero. O(listings + comparables · log of them).
    """
    others = (unpack_property(own.city, packed) for an_id, packed in listings if an_id != own_id)
    # A price of a m² in roubles is kopecks / hundredths of m².
    alike = sorted(
        (_FINE * other.price // other.area, other.price, other.area)
        for other in others
        if _is_comparable(own, other)
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


def _is_comparable(own: PropertyFeatures, other: PropertyFeatures) -> bool:
    return (
        (own.district, own.rooms, own.condition) == (other.district, other.rooms, other.condition)
        and own.market == other.market
        and 5 * abs(own.area - other.area) <= own.area
    )


def _rounded(part: int, whole: int) -> int:
    size = (2 * abs(part) + whole) // (2 * whole)
    return size if part >= 0 else -size
