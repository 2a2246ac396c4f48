"""What bounds a realtor, in one item: how many active leads and properties they have, and what they
have taken of what all share. Each number is changed, and bounded, in the transaction of what it
counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import and_
from typing import Self

from cobroke.domain.errors import LimitReached
from cobroke.domain.postings.kinds import KINDS, Kind
from cobroke.storage import entities, keys
from cobroke.storage.conditions import ANYTHING, WriteCondition, below, holding, missing
from cobroke.storage.notation import Item
from cobroke.storage.table import Table, Write

type Counts = Mapping[Kind, int]
"""Active objects by kind."""

MOST_ACTIVE = 1_000
_NAMES: Mapping[Kind, str] = {"LEAD": "leads", "PROPERTY": "properties"}


@dataclass(frozen=True)
class Change:
    """A part of what a transaction does to the item: which numbers it sets or adds to, and when."""

    sets: Mapping[str, int] = field(default_factory=dict)
    adds: Mapping[str, int] = field(default_factory=dict)
    when: tuple[WriteCondition, ...] = ()

    def __add__(self, other: Self) -> Self:
        sets, adds = {**self.sets, **other.sets}, {**self.adds, **other.adds}
        return type(self)(sets, adds, self.when + other.when)


def write(table: Table, owner: str, change: Change) -> Write:
    """Make the write of a change; two are added up, as an item may stand in a transaction once."""
    sets = {"entity": entities.LIMITS.name, **change.sets}
    expression = "SET " + ", ".join(f"{name} = :{name}" for name in sets)
    if change.adds:
        expression += " ADD " + ", ".join(f"{name} :{name}" for name in change.adds)
    when = reduce(and_, change.when) if change.when else ANYTHING
    return table.update(keys.limits(owner), expression, {**sets, **change.adds}, when=when)


def active(kind: Kind, change: int) -> Change:
    """Return the change of how many are active, refused where there is no room for it."""
    name = _name(kind)
    room = (missing(name) | below(name, MOST_ACTIVE),) if change > 0 else ()
    return Change(adds={name: change}, when=room)


def check(table: Table, owner: str, kind: Kind) -> None:
    """Raise LimitReached where there is no room: why a transaction that makes one was refused."""
    if kept(table, owner)[kind] >= MOST_ACTIVE:
        raise LimitReached


def kept(table: Table, owner: str) -> Counts:
    """Read what has been counted; 0 where nothing has."""
    return of_item(table.get(keys.limits(owner)) or {})


def of_item(item: Item) -> Counts:
    return {kind: item.get(_name(kind), 0) for kind in KINDS}


def replace(table: Table, owner: str, kept: Counts, counted: Counts) -> Write:
    """Make the write that sets a recount in place of what was kept, refused where that has changed
    meanwhile.
    """
    sets = {_name(kind): count for kind, count in counted.items()}
    still = tuple(_still(_name(kind), count) for kind, count in kept.items())
    return write(table, owner, Change(sets, when=still))


def _still(name: str, count: int) -> WriteCondition:
    same = holding(**{name: count})
    return same if count else missing(name) | same


def _name(kind: Kind) -> str:
    return _NAMES[kind]
