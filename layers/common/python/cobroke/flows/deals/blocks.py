"""A realtor blocks another, or no longer: one transaction over what both know of it. A block only
hides; what is open between the two closes behind it (parting.py).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from cobroke.clock import Clock
from cobroke.domain import ids
from cobroke.domain.errors import LimitReached, NotFound
from cobroke.domain.realtors import Realtor
from cobroke.storage import keys, realtors
from cobroke.storage.parting import block_changes, block_keys, blocks
from cobroke.storage.parting.block_changes import BlockChange
from cobroke.storage.parting.blocks import Blocks
from cobroke.storage.postings.allowance import Allowance
from cobroke.storage.retry import retry_on_conflict
from cobroke.storage.table import Table, Write

MOST_BLOCKED = 1_000


class Blocked(NamedTuple):
    """Whom a realtor has blocked, and when (ms)."""

    realtor: Realtor
    at: int


def block(
    table: Table, caller: str, blocked: str, clock: Clock, allowance: Allowance | None = None
) -> None:
    """Keep the two apart. Raises NotFound where there is no such realtor, LimitReached or
    RateLimited. Repeatable.
    """

    def decide(own: Blocks, theirs: Blocks, now: int) -> list[Write]:
        if own.has_blocked(blocked):
            return []
        if len(own.own) >= MOST_BLOCKED:
            raise LimitReached
        return [
            blocks.write(table, own, own.blocking(blocked, now)),
            *blocks.blocked_by(table, theirs, caller),
            block_changes.write(table, BlockChange(now, caller, blocked, after="")),
        ]

    _change(table, caller, blocked, decide, clock, allowance)


def unblock(
    table: Table, caller: str, blocked: str, clock: Clock, allowance: Allowance | None = None
) -> None:
    """Take the caller's block back. Raises NotFound where there is no such realtor, or RateLimited.
    Repeatable.
    """

    def decide(own: Blocks, theirs: Blocks, now: int) -> list[Write]:
        if not own.has_blocked(blocked):
            return []
        return [
            blocks.write(table, own, own.unblocking(blocked)),
            *blocks.unblocked_by(table, theirs, caller),
            block_changes.write(table, BlockChange(now, caller, blocked)),
        ]

    _change(table, caller, blocked, decide, clock, allowance)


type _Decide = Callable[[Blocks, Blocks, int], list[Write]]


def _change(
    table: Table,
    caller: str,
    other: str,
    decide: _Decide,
    clock: Clock,
    allowance: Allowance | None,
) -> None:
    """Write what is decided on what both know, and its charge."""
    own_key, their_key = block_keys.blocks(caller), block_keys.blocks(other)
    of_allowance = [allowance.key] if allowance else []

    def attempt() -> None:
        items = table.get_many([own_key, their_key, keys.realtor(other), *of_allowance])
        if (
            keys.realtor(other) not in items
            or realtors.of_item(items[keys.realtor(other)]).erased_at
        ):
            raise NotFound
        if allowance:
            allowance.saw(items.get(allowance.key))
        own, theirs = Blocks.of(caller, items.get(own_key)), Blocks.of(other, items.get(their_key))
        now = clock()
        writes = decide(own, theirs, now)
        if writes and allowance:
            writes.append(allowance.charge("write", now, acted=1))
        if writes:
            table.transact(writes)

    retry_on_conflict(table, attempt)


def blocked_by(table: Table, caller: str) -> Sequence[Blocked]:
    """Read whom they have blocked, the newest first."""
    own = Blocks.of(caller, table.get(block_keys.blocks(caller)))
    at = {ids.realtor_id(raw): ms for raw, ms in own.own.items()}
    items = table.get_many(map(keys.realtor, at))
    found = [realtors.of_item(item) for item in items.values()]
    return sorted(
        (Blocked(realtor, at[realtor.id]) for realtor in found if not realtor.erased_at),
        key=lambda one: (one.at, one.realtor.id),
        reverse=True,
    )
