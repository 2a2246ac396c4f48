"""The agenda: what falls due without anybody acting, under its day; and how far each part of it has
been worked off.

An item only reminds: it counts where its object or match still carries that due time. An object has
one: of when it would have grown stale when that was written. On its day it is reminded of again,
where its owner has written it since.
"""

import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from cobroke.clock import DAY_MS
from cobroke.storage import entities, key_parts, keys
from cobroke.storage.changes import OVERLAP_MS
from cobroke.storage.table import Key, Table, Write

SHARDS = 4
LATEST_DAYS = 100
"""No run is later than that; an item is kept for this time after it fell due."""

type What = Literal["LEAD", "PROPERTY", "PAIR"]


class Due(NamedTuple):
    """A lead or a property grows stale, or a pair's match expires (`id`: the match's), at `at`
    (ms).
    """

    at: int
    what: What
    id: str


def remind(table: Table, due: Due) -> Write:
    """Make the write of the reminder, a part of the transaction that sets the due time of a match,
    or brings an object to the market.
    """
    expires = due.at // 1000 + LATEST_DAYS * DAY_MS // 1000
    return table.put(entities.DUE.at(_key(due), {"expires": expires}))


def done(table: Table, due: Due, again: Due | None = None) -> None:
    """Delete the reminder; put the one of `again`, a later time, in the same transaction."""
    table.transact([table.delete(_key(due)), *([remind(table, again)] if again else ())])


def due(table: Table, shard: int, now: int) -> Iterator[Due]:
    """Read what is due by now, the oldest first, from the first day that the shard's cursor does
    not call done. A day is called done when nobody can remind of anything in it any more: a worker
    whose clock is behind may do so a little after midnight.
    """
    today, over = now // DAY_MS, (now - OVERLAP_MS) // DAY_MS
    for day in range(_first_day(table, shard, today), today + 1):
        for item in table.query(
            keys.reminders(_date(day), shard), high=f"{keys.moment(now)}{keys.LAST}"
        ):
            yield Due._make(key_parts.due_in(item["SK"]))
        if day < over:
            _call_done(table, shard, day)


def _first_day(table: Table, shard: int, today: int) -> int:
    """Find the day after the last that is done."""
    cursor = table.get(keys.cursor(shard))
    return cursor["day"] + 1 if cursor else today - LATEST_DAYS


def _call_done(table: Table, shard: int, day: int) -> None:
    table.try_put(entities.CURSOR.at(keys.cursor(shard), {"day": day}))


def _key(due: Due) -> Key:
    shard = zlib.crc32(due.id.encode()) % SHARDS
    return keys.reminder(_date(due.at // DAY_MS), shard, due.at, due.what, due.id)


def _date(day: int) -> str:
    return datetime.fromtimestamp(day * DAY_MS // 1000, UTC).date().isoformat()
