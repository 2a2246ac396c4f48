"""Blocks as they are kept: whom a realtor has blocked, and who has blocked them, packed in an item
beside their profile. Of the latter there is no end: what fills the item moves to one of its own,
and who blocks them next reads and writes none of these.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from cobroke.domain import ids
from cobroke.storage import entities
from cobroke.storage.conditions import ABSENT, at_version, over
from cobroke.storage.notation import Item
from cobroke.storage.parting import block_keys
from cobroke.storage.table import Key, Table, Write

IN_A_PART = 1_000
"""Two read units of them."""
_OWN = struct.Struct(">8sQ")


@dataclass(frozen=True)
class Blocks:
    """`own`: when (ms) this realtor blocked whom; `against`: the newest who have blocked them, the
    others in so many `parts`; `returned`: how many times one of either has been unblocked. By the
    raw ids of realtors.
    """

    realtor_id: str
    own: Mapping[bytes, int] = field(default_factory=dict)
    against: tuple[bytes, ...] = ()
    parts: int = 0
    returned: int = 0
    version: int = 0

    @classmethod
    def of(cls, realtor_id: str, item: Item | None) -> Self:
        """Return what an item holds; nothing where there is none."""
        if item is None:
            return cls(realtor_id)
        own, against = dict(_OWN.iter_unpack(item["own"])), unpacked(item["against"])
        return cls(realtor_id, own, against, item["parts"], item["returned"], item["version"])

    def has_blocked(self, realtor_id: str) -> bool:
        return ids.raw_realtor_id(realtor_id) in self.own

    @property
    def part_keys(self) -> list[Key]:
        return [block_keys.blocks_part(self.realtor_id, number) for number in range(self.parts)]

    def blocking(self, realtor_id: str, now: int) -> Self:
        return replace(self, own={**self.own, ids.raw_realtor_id(realtor_id): now})

    def unblocking(self, realtor_id: str) -> Self:
        raw = ids.raw_realtor_id(realtor_id)
        own = {one: at for one, at in self.own.items() if one != raw}
        return replace(self, own=own, returned=self.returned + 1)


def unpacked(against: bytes) -> tuple[bytes, ...]:
    return struct.unpack("8s" * (len(against) // ids.REALTOR_BYTES), against)


def write(table: Table, old: Blocks, new: Blocks) -> Write:
    """Make the write of a change, on condition that it is as it was read."""
    facts = {
        "own": b"".join(_OWN.pack(*one) for one in new.own.items()),
        "against": b"".join(new.against),
        "parts": new.parts,
        "returned": new.returned,
        "version": old.version + 1,
    }
    item = entities.BLOCKS.at(block_keys.blocks(old.realtor_id), facts)
    return table.put(item, when=over(old.version))


def blocked_by(table: Table, old: Blocks, blocker: str) -> list[Write]:
    """Make the writes of one more who has blocked them; those who fill their item become a part."""
    raw = ids.raw_realtor_id(blocker)
    if len(old.against) < IN_A_PART:
        return [write(table, old, replace(old, against=(*old.against, raw)))]
    facts = {"against": b"".join(old.against), "version": 1}
    part = entities.BLOCKS.at(block_keys.blocks_part(old.realtor_id, old.parts), facts)
    new = replace(old, against=(raw,), parts=old.parts + 1)
    return [write(table, old, new), table.put(part, when=ABSENT)]


def unblocked_by(table: Table, old: Blocks, blocker: str) -> list[Write]:
    """Make the writes of one less, whichever part they are in: all of these are read."""
    return _without(table, replace(old, returned=old.returned + 1), ids.raw_realtor_id(blocker))


def forgetting(table: Table, old: Blocks, realtor_id: str) -> list[Write]:
    """Make the writes of one who forgets whom there is no more, whoever had blocked whom."""
    raw = ids.raw_realtor_id(realtor_id)
    own = {one: at for one, at in old.own.items() if one != raw}
    return _without(table, replace(old, own=own), raw)


def against(table: Table, known: Blocks) -> tuple[bytes, ...]:
    """Read all who have blocked them."""
    parts = table.get_many(known.part_keys).values()
    return (*known.against, *(raw for part in parts for raw in unpacked(part["against"])))


def _without(table: Table, new: Blocks, raw: bytes) -> list[Write]:
    """Make the writes of `new` without one of those who have blocked them. Who was taken over and
    has blocked them since is there twice.
    """
    left = _less(new.against, raw)
    writes = [write(table, new, replace(new, against=left))]
    parts = table.get_many(new.part_keys) if len(left) == len(new.against) else {}
    for part in parts.values():
        there = unpacked(part["against"])
        if raw in there:
            facts = {"against": b"".join(_less(there, raw)), "version": part["version"] + 1}
            return [*writes, table.put(part | facts, when=at_version(part["version"]))]
    return writes


def _less(some: tuple[bytes, ...], raw: bytes) -> tuple[bytes, ...]:
    if raw not in some:
        return some
    at = some.index(raw)
    return some[:at] + some[at + 1 :]
