"""The markets there are: each put once, by whoever first writes to it; known to the scheduled runs."""

import zlib
from collections.abc import Iterator

from cobroke.domain.features import Group, Market
from cobroke.storage.table import Key, Table

SHARDS = 8


def remember(table: Table, market: Market, known: set[Market]) -> None:
    """Put it if it is not there; `known` spares asking twice."""
    if market not in known:
        pk, sk = _key(market)
        table.put_alone({"PK": pk, "SK": sk, "entity": "MARKET"}, condition="attribute_not_exists(PK)", values=None)
        known.add(market)


def markets(table: Table) -> Iterator[Market]:
    for shard in range(SHARDS):
        for item in table.query(_partition(shard)):
            group, _, city = item["SK"].partition("#")
            yield Market(city, Group[group])


def _key(market: Market) -> Key:
    """The group first: a city's name may hold any sign."""
    shard = zlib.crc32(repr(market).encode()) % SHARDS
    return _partition(shard), f"{market.group.name}#{market.city}"


def _partition(shard: int) -> str:
    return f"MARKETS#{shard}"
