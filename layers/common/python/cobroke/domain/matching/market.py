"""Which part of a market can hold counterparts of a lead or a property: ranges that the knock-outs
leave.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cobroke.domain.matching.score import CHEAPEST, DEAREST
from cobroke.domain.postings.features import Features, LeadFeatures
from cobroke.domain.postings.kinds import Kind

MOST_ROOMS = 6
ROOMS_KEYS = (*map(str, range(MOST_ROOMS)), f"{MOST_ROOMS}+")


LEADS = ""
"""The shelf of all leads of a market."""


SHELVES: Mapping[Kind, Sequence[str]] = {"LEAD": (LEADS,), "PROPERTY": ROOMS_KEYS}


class Position(NamedTuple):
    """Where a posting stands in its market: on a shelf, by a price in kopecks."""

    shelf: str
    price: int


class Shelf(NamedTuple):
    """A part of a market: the prices (kopecks) on one shelf, both ends included; without a highest
    one to its end.
    """

    name: str
    lowest: int
    highest: int | None


class PriceRange(NamedTuple):
    """Kopecks, both ends included."""

    lowest: int
    highest: int


def rooms_key(rooms: int) -> str:
    """Return the shelf of a number of rooms: listings with six rooms and more stand together."""
    return ROOMS_KEYS[min(rooms, MOST_ROOMS)]


def rooms_keys(lead: LeadFeatures) -> tuple[str, ...]:
    """Return the shelves where listings for this lead may stand: those of a wished number and of
    one more or less; without a wish all of them.
    """
    if not lead.rooms:
        return ROOMS_KEYS
    near = {rooms + step for rooms in lead.rooms for step in (-1, 0, 1) if rooms + step >= 0}
    return tuple(sorted({rooms_key(rooms) for rooms in near}))


def prices(lead: LeadFeatures) -> PriceRange:
    """Return the prices (kopecks) that the knock-out K5 leaves."""
    return PriceRange(-(-CHEAPEST * lead.budget_min // 10), highest_price(lead))


def highest_price(lead: LeadFeatures) -> int:
    """Return the greatest price the knock-outs let a lead see, in kopecks: a lead's place in its
    market.
    """
    return DEAREST * lead.budget_max // 10


def position_of(features: Features) -> Position:
    """Return where it stands: a lead by the highest price it may be shown, a listing by its rooms
    and price.
    """
    if isinstance(features, LeadFeatures):
        return Position(LEADS, highest_price(features))
    return Position(rooms_key(features.rooms), features.price)


def shelves_for(seeker: Features) -> Iterator[Shelf]:
    """Yield the shelves of counterparts that the knock-outs of price and rooms may let it see."""
    if isinstance(seeker, LeadFeatures):
        lowest, highest = prices(seeker)
        yield from (Shelf(rooms, lowest, highest) for rooms in rooms_keys(seeker))
    else:
        yield Shelf(LEADS, seeker.price, None)
