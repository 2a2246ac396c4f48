"""The markets there are: each put by whoever writes to it; known to the scheduled runs."""

import hashlib
import zlib
from collections.abc import Iterator

from cobroke.domain.postings.features import Market
from cobroke.storage import entities, key_parts, keys
from cobroke.storage.conditions import ABSENT, below
from cobroke.storage.notation import Item
from cobroke.storage.retry import retry_on_conflict
from cobroke.storage.table import ConditionFailed, Table, Write

SHARDS = 8
KNOWN_FOR_MS = 10 * 60 * 1000
"""For this time a market that was put is not put again."""
MOST_KNOWN = 10_000
LAPSED_MS = KNOWN_FOR_MS + 6 * 60 * 1000
"""Nobody holds a market for known that was put so long ago: with the ten minutes, the five in which
what looked at its clock may put it yet (a function of the stream has no more), and one in which
clocks differ.
"""
UNSEEN_FOR_MS = 60 * 60 * 1000
"""The same, and well above the time that an audit takes: it has looked for objects long before."""

type Known = set[tuple[Market, int]]
"""The markets that were put, and in which ten minutes."""


def remember(table: Table, market: Market, known: Known, now: int) -> None:
    """Put it, with the time (ms); `known` spares doing so twice in ten minutes."""
    lately = market, now // KNOWN_FOR_MS
    if lately in known:
        return
    retry_on_conflict(table, lambda: _put(table, market, now))
    if len(known) >= MOST_KNOWN:
        known.clear()
    known.add(lately)


def new(table: Table, market: Market, now: int) -> Write:
    """Make the same write for a transaction, refused where the market is there."""
    return table.put(_item(market, now), when=ABSENT)


def forget(table: Table, market: Market, now: int, unseen_for: int = UNSEEN_FOR_MS) -> Write:
    """Make a delete of it, refused where somebody may still hold it for known. `now` (ms) is before
    the look that found nothing there: who comes behind that look puts it anew.
    """
    item = _item(market, now)
    return table.delete((item["PK"], item["SK"]), when=below("put_at", now - unseen_for))


def markets(table: Table) -> Iterator[Market]:
    for shard in range(SHARDS):
        for item in table.query(keys.markets(shard)):
            yield Market(item["city"], key_parts.group_in(item["SK"]))


def _put(table: Table, market: Market, now: int) -> None:
    """Put the market. Raises ConditionFailed where a run or an audit forgets it at this moment,
    which is waited for.
    """
    if not table.try_put(_item(market, now)):
        raise ConditionFailed


def _item(market: Market, now: int) -> Item:
    shard = zlib.crc32(repr(market).encode()) % SHARDS
    digest = hashlib.sha256(market.city.encode()).hexdigest()
    return entities.MARKET.at(
        keys.market(shard, market.group, digest), {"city": market.city, "put_at": now}
    )
