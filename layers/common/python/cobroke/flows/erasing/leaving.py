"""A realtor leaves: one transaction, after which they are gone and no token of theirs is good."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from cobroke.clock import Clock
from cobroke.domain.errors import NotFound, Unauthorized
from cobroke.domain.parted import Gone
from cobroke.domain.realtors import Realtor, erased, restored, suspended
from cobroke.storage import keys, realtors
from cobroke.storage.conditions import holding
from cobroke.storage.erasing import jobs, protections
from cobroke.storage.notation import Item
from cobroke.storage.notices import inboxes
from cobroke.storage.parting import blocks, gone, parted
from cobroke.storage.parting.blocks import Blocks
from cobroke.storage.retry import retry_on_conflict
from cobroke.storage.table import Key, Table, Write

type Digest = Callable[[str], str]
"""The keyed hash of a Telegram id."""


class _Known(NamedTuple):
    realtor: Realtor
    gone: Gone
    items: Mapping[Key, Item]


def erase(table: Table, realtor_id: str, digest: Digest, clock: Clock) -> int:
    """Forget who the realtor was, free their Telegram id, keep what protects others from whoever
    takes it, and begin the job that does the rest; return when (ms) they were erased.
    Repeatable. Raises Unauthorized where there is no such realtor.
    """

    def attempt() -> int:
        found = _load(table, realtor_id)
        if found is None:
            raise Unauthorized
        old = found.realtor
        if not old.erased_at:
            new = erased(old, clock())
            table.transact([*_emptied(table, found, new), *_kept(table, found, new, digest)])
            return new.erased_at
        return old.erased_at

    return retry_on_conflict(table, attempt)


def suspend(table: Table, realtor_id: str, clock: Clock) -> Realtor:
    """End all their tokens and let them have no other; nothing is deleted. Repeatable. Raises
    NotFound.
    """
    return _set(table, realtor_id, lambda old: suspended(old, clock()), gone.going)


def restore(table: Table, realtor_id: str) -> Realtor:
    """Let them be there again, and all of theirs. Repeatable. Raises NotFound."""
    return _set(table, realtor_id, restored, gone.returning)


def _set(
    table: Table,
    realtor_id: str,
    changed: Callable[[Realtor], Realtor],
    among_the_gone: Callable[[Table, Gone, str], Write],
) -> Realtor:
    def attempt() -> Realtor:
        found = _load(table, realtor_id)
        if found is None or found.realtor.erased_at:
            raise NotFound
        old, new = found.realtor, changed(found.realtor)
        if new != old:
            table.transact(
                [
                    realtors.write(table, old, new),
                    among_the_gone(table, found.gone, realtor_id),
                ]
            )
        return new

    return retry_on_conflict(table, attempt)


def _load(table: Table, realtor_id: str) -> _Known | None:
    """Read them with what hangs on who they are; None where there is no such realtor."""
    whose = keys.realtor(realtor_id)
    beside = keys.limits(realtor_id), keys.inbox(realtor_id), *parted.wanted(realtor_id)
    items = table.get_many([whose, *beside])
    if whose not in items:
        return None
    return _Known(realtors.of_item(items[whose]), gone.among(items), items)


def _emptied(table: Table, found: _Known, new: Realtor) -> list[Write]:
    """Make the writes after which nothing says who they were, and nobody tells them anything."""
    old = found.realtor
    inbox = inboxes.of_item(old.id, found.items.get(keys.inbox(old.id)))
    return [
        realtors.write(table, old, new),
        table.delete(keys.telegram(old.telegram_id), when=holding(realtor_id=old.id)),
        gone.going(table, found.gone, old.id),
        inboxes.closing(table, inbox),
    ]


def _kept(table: Table, found: _Known, new: Realtor, digest: Digest) -> list[Write]:
    """Make the writes of what outlives them for a while, and of the job. What is known of blocks
    has another version then: whoever blocks them at this moment reads again that they are gone.
    """
    old, items = found.realtor, found.items
    known = Blocks.of(old.id, items.get(parted.wanted(old.id)[0]))
    return [
        protections.keep(
            table,
            digest(old.telegram_id),
            new.erased_at,
            b"".join(dict.fromkeys(blocks.against(table, known))),
            items.get(keys.limits(old.id), {}),
            suspended=bool(old.suspended_at),
        ),
        blocks.write(table, known, known),
        jobs.begin(table, jobs.ERASE, old.id, new.erased_at),
    ]
