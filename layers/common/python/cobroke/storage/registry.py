"""The markets there are: each put once, by whoever first writes to it; known to the scheduled runs."""

import zlib
from collections.abc import Iterator

from cobroke.domain.features import Group, Market
from cobroke.storage.notation import Item
from cobroke.storage.table import Table, Write

SHARDS = 8
_ABSENT = "attribute_not_exists(PK)"


def remember(table: Table, market: Market, known: set[Market]) -> None:
    """Put it if it is not there; `known` spares asking twice."""
    if market not in known:
        table.put_alone(_item(market), condition=_ABSENT, values=None)
        known.add(market)


def new(table: Table, market: Market) -> Write:
    """The same, as a write that is refused where it is there."""
    return table.put(_item(market), condition=_ABSENT)


def markets(table: Table) -> Iterator[Market]:
    for shard in range(SHARDS):
        for item in table.query(_partition(shard)):
            group, _, city = item["SK"].partition("#")
            yield Market(city, Group[group])


def _item(market: Market) -> Item:
    """The group first: a city's name may hold any sign."""
    shard = zlib.crc32(repr(market).encode()) % SHARDS
    return {"PK": _partition(shard), "SK": f"{market.group.name}#{market.city}", "entity": "MARKET"}


def _partition(shard: int) -> str:
    return f"MARKETS#{shard}"
