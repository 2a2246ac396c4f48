"""Behind a block closes what is PENDING between the two, as withdrawn by who has blocked.

An act has read that nobody is parted, on condition that this still holds: so what is open when a
block commits is all there will be while it stands, and whoever looks behind it finds all of it.
"""

from itertools import islice
from typing import NamedTuple

from cobroke.clock import Clock
from cobroke.domain.deals import negotiation
from cobroke.domain.deals.pair import Pair
from cobroke.domain.ids import owner_of
from cobroke.domain.postings.kinds import Kind, other
from cobroke.storage.deals import pairs
from cobroke.storage.parting import block_changes, block_keys
from cobroke.storage.parting.block_changes import BlockChange
from cobroke.storage.parting.blocks import Blocks
from cobroke.storage.postings import counts, postings
from cobroke.storage.retry import retry_on_conflict
from cobroke.storage.table import Table

SLICE = 200
"""So many items of the blocker's are read with one record of the stream: each object, and its
counts. Only of those with a match the pairs are.
"""


class Parting(NamedTuple):
    """How many matches closed, and behind which item of the blocker's the next may be; None where
    all was seen.
    """

    closed: int
    after: str | None


def part_slice(table: Table, change: BlockChange, clock: Clock) -> Parting:
    """Close what a slice of the blocker's objects holds, and let the next come behind what others
    have written meanwhile. Done again, it finds what it has left.
    """
    parting = part(table, change, clock, SLICE)
    block_changes.go_on(table, change, parting.after)
    return parting


def part(table: Table, change: BlockChange, clock: Clock, most: int | None = None) -> Parting:
    """Close what is PENDING between the two, of `most` items of the blocker's. Repeatable; where
    the block no longer stands nothing does.
    """
    owned = list(islice(counts.behind(table, change.blocker, change.after or ""), most))
    found = [
        (kind, pair)
        for _, kind, an_id, matches in owned
        if matches
        for pair in pairs.of_posting(table, kind, an_id).values()
        if pair.status == "PENDING" and owner_of(pair.posting_id(other(kind))) == change.blocked
    ]
    closed = sum(_close(table, change, kind, pair, clock) for kind, pair in found)
    return Parting(closed, owned[-1][0] if len(owned) == most else None)


def part_all(table: Table, clock: Clock) -> int:
    """Close all that the stream has left open behind the blocks of the last days; return how many
    matches these are.
    """
    closed = 0
    for change in block_changes.unfinished(table, clock()):
        closed += part(table, change._replace(after=""), clock).closed
        block_changes.go_on(table, change, None)
    return closed


def _close(table: Table, change: BlockChange, kind: Kind, known: Pair, clock: Clock) -> bool:
    """Close a match if it is PENDING while the block stands; return whether it was. The pair is
    read first: as it was then, it was open when the block stood.
    """

    def attempt() -> bool:
        (pair,) = pairs.load_many(table, [known.ids])
        closed = negotiation.part(pair, kind, clock())
        if closed is pair or not _stands(table, change):
            return False
        market = postings.load(table, "LEAD", pair.lead_id).content.features.market
        table.transact(pairs.writes(table, pair, closed, market))
        return True

    return retry_on_conflict(table, attempt)


def _stands(table: Table, change: BlockChange) -> bool:
    own = Blocks.of(change.blocker, table.get(block_keys.blocks(change.blocker)))
    return own.has_blocked(change.blocked)
