"""A real city's listings and leads, packed, and larger cities like it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from random import Random
from typing import Any, NamedTuple

from benchmarks import market
from cobroke.domain.ids import created_at, owner_of, posting_id, realtor_id
from cobroke.domain.matching.market import highest_price, rooms_key
from cobroke.domain.matching.top_list import PackedRow
from cobroke.domain.postings.features import (
    LeadFeatures,
    PropertyFeatures,
    pack_lead,
    pack_property,
)
from cobroke.edge.models.lead import LeadBody
from cobroke.edge.models.property import PropertyBody

REALTORS = 500
OFF = 3
"""How far the prices and areas of another object like a real one are off at most, in percent."""


class Entry[F](NamedTuple):
    """An object of the market, whole and packed."""

    id: str
    features: F
    row: PackedRow


type Lead = Entry[LeadFeatures]
type Listing = Entry[PropertyFeatures]


def packed_listings(rng: Random) -> list[Listing]:
    """Make them in the order of a market's keys."""
    known = [PropertyBody.model_validate(body).features() for body in market.listings()]
    made = _entries(known, pack_property, rng)
    return sorted(
        made, key=lambda each: (rooms_key(each.features.rooms), each.features.price, each.id)
    )


def packed_leads(rng: Random) -> list[Lead]:
    """Make them in the order of a market's keys."""
    known = [LeadBody.model_validate(body).features() for body in market.buyers()]
    made = _entries(known, pack_lead, rng)
    return sorted(made, key=lambda each: (highest_price(each.features), each.id))


def _entries[F](known: Iterable[F], pack: Callable[[F], bytes], rng: Random) -> Iterator[Entry[F]]:
    owners = [realtor_id(rng.randbytes(8)) for _ in range(REALTORS)]
    for number, each in enumerate(known):
        an_id = posting_id(number, rng.randbytes(2), rng.choice(owners))
        yield Entry(an_id, each, (an_id, pack(each)))


def city[F](entries: Sequence[Entry[F]], size: int, rng: Random) -> list[PackedRow]:
    """Make a city of real objects and, beyond them, of others like them, in the order of ids."""
    rows = [each.row for each in entries]
    if size < len(rows):
        return sorted(rng.sample(rows, size))
    made = dict(rows)
    while len(made) < size:  # no id twice
        made.update([tile(rng.choice(entries), rng)])
    return sorted(made.items())


def tile(each: Entry[Any], rng: Random) -> PackedRow:
    """Make another object like it, as old and of the same owner."""
    own, percents = each.features, rng.sample(range(100 - OFF, 101 + OFF), 2)
    numbers = own._asdict()
    for name in numbers:
        if name.startswith(("budget", "price")):
            numbers[name] = numbers[name] * percents[0] // 100
        elif name.startswith("area"):
            numbers[name] = numbers[name] * percents[1] // 100
    new_id = posting_id(created_at(each.id), rng.randbytes(2), owner_of(each.id))
    pack = pack_property if isinstance(own, PropertyFeatures) else pack_lead
    return new_id, pack(type(own)(**numbers))
