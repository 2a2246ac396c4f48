"""Who has blocked or unblocked whom, in order of time: what a memory of it is caught up by, and
what is still to close behind a block. Where it is put anew it comes back as a record of the stream,
behind what others have written meanwhile.
"""

from collections.abc import Iterator
from typing import NamedTuple

from cobroke.clock import DAY_MS
from cobroke.storage import entities, keys
from cobroke.storage.changes import CHANGES_KEPT_S, OVERLAP_MS
from cobroke.storage.notation import Item
from cobroke.storage.parting import block_keys
from cobroke.storage.table import Table, Write

CAUGHT_UP_MS = 2 * DAY_MS
"""So far back a run looks for what the stream has lost."""


class BlockChange(NamedTuple):
    """`after`: the sort key of the blocker's item behind which what is open between the two is
    still to close; None: nothing is.
    """

    at: int
    blocker: str
    blocked: str
    after: str | None = None


def write(table: Table, change: BlockChange) -> Write:
    facts = {"expires": change.at // 1000 + CHANGES_KEPT_S}
    key = block_keys.change(change.at, change.blocker, change.blocked)
    still = {} if change.after is None else {"after": change.after}
    return table.put(entities.BLOCK_CHANGE.at(key, facts | still))


def go_on(table: Table, change: BlockChange, after: str | None) -> None:
    """Let the next slice begin behind this item of the blocker's; None: all has ended."""
    table.transact([write(table, change._replace(after=after))])


def since(table: Table, ms: int) -> Iterator[BlockChange]:
    """Read all that was acknowledged since this time (ms), and perhaps some more."""
    since_then = keys.moment(max(ms - OVERLAP_MS, 0))
    return map(of_item, table.query(block_keys.CHANGES, since_then))


def of_item(item: Item) -> BlockChange:
    return BlockChange(*block_keys.change_in(item["SK"]), item.get("after"))


def unfinished(table: Table, now: int) -> Iterator[BlockChange]:
    """Read behind which blocks something is still to close."""
    changes = since(table, now - CAUGHT_UP_MS)
    return (change for change in changes if change.after is not None)
