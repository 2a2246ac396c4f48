"""Which part of a market can hold counterparts of a lead or a property: ranges that the knock-outs
leave.
"""

from typing import NamedTuple

from cobroke.domain.postings.features import LeadFeatures

MOST_ROOMS = 6
ROOMS_KEYS = (*map(str, range(MOST_ROOMS)), f"{MOST_ROOMS}+")


class PriceRange(NamedTuple):
    """Kopecks, both ends included."""

    lowest: int
    highest: int


def rooms_key(rooms: int) -> str:
    """Listings with six rooms and more stand together."""
    return ROOMS_KEYS[min(rooms, MOST_ROOMS)]


def rooms_keys(lead: LeadFeatures) -> tuple[str, ...]:
    """Where listings for this lead may stand: a wished number and one more or less; without a wish
    everywhere.
    """
    if not lead.rooms:
        return ROOMS_KEYS
    near = {rooms + step for rooms in lead.rooms for step in (-1, 0, 1) if rooms + step >= 0}
    return tuple(sorted({rooms_key(rooms) for rooms in near}))


def prices(lead: LeadFeatures) -> PriceRange:
    """From 0.60 of the least budget to 1.10 of the greatest: the knock-out K5."""
    return PriceRange(-(-6 * lead.budget_min // 10), highest_price(lead))


def highest_price(lead: LeadFeatures) -> int:
    """The greatest price the knock-outs let a lead see, in kopecks: a lead's place in its
    market.
    """
    return 11 * lead.budget_max // 10
