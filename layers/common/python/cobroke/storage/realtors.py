"""Realtors: who registered, and what Telegram has proven of each."""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, fields, replace

from cobroke.domain import ids
from cobroke.domain.errors import (
    AlreadyRegistered,
    NotRegistered,
    Refusal,
    Suspended,
    Unauthorized,
)
from cobroke.domain.realtors import Proof, Realtor, proven
from cobroke.storage import entities, key_parts, keys
from cobroke.storage.conditions import ABSENT, at_version
from cobroke.storage.erasing import protections
from cobroke.storage.notation import Item
from cobroke.storage.retry import Torn, retry_on_conflict
from cobroke.storage.table import Table, Write

REMEMBERED_MS = 30_000
"""By the wall clock: a monotonic one stands still while the function's sandbox is frozen."""
_MOST_REMEMBERED = 10_000
_ATTRIBUTES = [field.name for field in fields(Realtor) if field.name != "id"]


def register(table: Table, realtor: Realtor, digest: str = "") -> Realtor:
    """Put a new realtor under a new id. The Telegram id belongs to whoever came first; what
    protects others from who had it before, under its keyed `digest`, is theirs now. Raises
    AlreadyRegistered where it is taken, Suspended where its realtor is.
    """
    claimed = keys.telegram(realtor.telegram_id)

    def attempt() -> Realtor:
        items = table.get_many([claimed, protections.key(digest)])
        if claimed in items:
            raise _taken(table, items[claimed]["realtor_id"])
        known = protections.of_item(items.get(protections.key(digest)), realtor.registered_at)
        if known.suspended:
            raise Suspended
        new = replace(realtor, id=ids.realtor_id(os.urandom(ids.REALTOR_BYTES)))
        claim = entities.TELEGRAM.at(claimed, {"realtor_id": new.id})
        bounds = entities.LIMITS.at(keys.limits(new.id), {**entities.NONE_YET, **known.arrivals})
        new_items = [claim, _item(new), bounds]
        table.transact(
            [
                *(table.put(item, when=ABSENT) for item in new_items),
                *protections.taken_over(table, digest, known, new.id, realtor.registered_at),
            ]
        )
        return new

    return retry_on_conflict(table, attempt)


def login(table: Table, proof: Proof) -> Realtor:
    """Return the realtor with the proven Telegram id, as of this proof; raise NotRegistered where
    there is none, Suspended where the operator has suspended them. The first proof verifies them
    and ends every token issued before.
    """

    def attempt() -> Realtor:
        old = _with_telegram_id(table, proof.telegram_id)
        if old.suspended_at:
            raise Suspended
        new = proven(old, proof)
        if new != old:
            table.transact([write(table, old, new)])
        return new

    return retry_on_conflict(table, attempt)


def change(
    table: Table,
    realtor_id: str,
    changed: Callable[[Realtor], Realtor],
    beside: Callable[[], Sequence[Write]] = tuple,
) -> Realtor:
    """Return the realtor as `changed` makes them of what they are, written together with what is to
    be `beside`: neither where nothing changes. Raises Unauthorized where there is no such realtor.
    """

    def attempt() -> Realtor:
        old = find(table, realtor_id)
        if old is None:
            raise Unauthorized
        new = changed(old)
        if new != old:
            table.transact([write(table, old, new), *beside()])
        return new

    return retry_on_conflict(table, attempt)


def write(table: Table, old: Realtor, new: Realtor) -> Write:
    """Make the write of one who has changed, as the next version; refused where they are not as
    they were read.
    """
    later = replace(new, version=old.version + 1)
    return table.put(_item(later), when=at_version(old.version))


def find(table: Table, realtor_id: str) -> Realtor | None:
    """Read a realtor; None where there is none, or no longer: they are erased."""
    item = table.get(keys.realtor(realtor_id))
    found = of_item(item) if item else None
    return found if found and not found.erased_at else None


def _taken(table: Table, realtor_id: str) -> Refusal:
    """Return why nobody registers with the Telegram id of this realtor."""
    known = find(table, realtor_id)
    return Suspended() if known and known.suspended_at else AlreadyRegistered()


def _with_telegram_id(table: Table, telegram_id: str) -> Realtor:
    claim = table.get(keys.telegram(telegram_id))
    if claim is None:
        raise NotRegistered
    realtor = find(table, claim["realtor_id"])
    if realtor is None:
        raise Torn
    return realtor


def _item(realtor: Realtor) -> Item:
    attributes = asdict(realtor)
    return entities.REALTOR.at(
        keys.realtor(realtor.id), {name: attributes[name] for name in _ATTRIBUTES}
    )


class KnownRealtors:
    """A function's memory of realtors, each as of 30 s ago at most."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[Realtor, int]] = {}

    def among(self, realtor_ids: Iterable[str], now: int) -> dict[str, Realtor]:
        """Return those of these that are remembered."""
        known = {an_id: self._known[an_id] for an_id in realtor_ids if an_id in self._known}
        return {
            an_id: realtor
            for an_id, (realtor, read_at) in known.items()
            if 0 <= now - read_at <= REMEMBERED_MS
        }

    def remember(self, realtors: Iterable[Realtor], read_at: int) -> None:
        """Keep them as they were read since this time (ms)."""
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known |= {realtor.id: (realtor, read_at) for realtor in realtors}


def of_item(item: Item) -> Realtor:
    kept = {name: item[name] for name in _ATTRIBUTES if name in item}
    return Realtor(id=key_parts.realtor_in(item["PK"]), **kept)
