"""What bounds a realtor, in one item: how many leads and properties they have, and what they have
taken of what all share. Each number is changed, and bounded, in the transaction of what it counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import and_
from typing import Self

from cobroke.domain.errors import LimitReached
from cobroke.domain.fair_use import Quota
from cobroke.domain.postings.kinds import Kind
from cobroke.domain.vocabulary import PostingStatus
from cobroke.storage import entities, keys
from cobroke.storage.conditions import (
    ANYTHING,
    WriteCondition,
    above,
    as_counted,
    at_most,
    below,
    missing,
)
from cobroke.storage.entities import Entity
from cobroke.storage.notation import Item
from cobroke.storage.table import Key, Table, Write

type Counts = Mapping[tuple[Kind, PostingStatus], int]
"""How many objects there are of a kind and status."""

MOST_ACTIVE = 1_000
_NAMES: Mapping[tuple[Kind, PostingStatus], str] = {
    ("LEAD", "ACTIVE"): "leads",
    ("PROPERTY", "ACTIVE"): "properties",
    ("LEAD", "ARCHIVED"): "archived_leads",
    ("PROPERTY", "ARCHIVED"): "archived_properties",
}


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
    return taken(table, entities.LIMITS, keys.limits(owner), change)


def taken(
    table: Table, entity: Entity, key: Key, change: Change, facts: Mapping[str, int] = {}
) -> Write:
    """Make the write of a change to an item of this kind, and set these `facts` of it."""
    sets = {"entity": entity.name, **change.sets, **facts}
    when = reduce(and_, change.when) if change.when else ANYTHING
    return table.update(key, sets, change.adds, when=when)


def taking(name: str, quota: Quota, arrival: int, now: int, cost: int = 1) -> Change:
    """Return the change of who takes of a quota. `arrival`: the arrival time (ms) that was seen
    under this name; of who is idle it is set anew, of who is not moved on. Raises RateLimited, and
    is refused beyond the quota.
    """
    after = quota.taken(arrival, cost, now)
    if arrival <= now:
        return Change({name: after}, when=(missing(name) | at_most(name, now),))
    step = after - arrival
    in_time = above(name, now) & at_most(name, quota.latest(now) - step)
    return Change(adds={name: step}, when=(in_time,))


def created(kind: Kind) -> Change:
    """Return the change of who makes one more, refused where there is no room for it."""
    name = _NAMES[kind, "ACTIVE"]
    return Change(adds={name: 1}, when=(missing(name) | below(name, MOST_ACTIVE),))


def archived(kind: Kind) -> Change:
    return Change(adds={_NAMES[kind, "ACTIVE"]: -1, _NAMES[kind, "ARCHIVED"]: 1})


def check(table: Table, owner: str, kind: Kind) -> None:
    """Raise LimitReached where there is no room: why a transaction that makes one was refused."""
    if of_item(table.get(keys.limits(owner)) or {})[kind, "ACTIVE"] >= MOST_ACTIVE:
        raise LimitReached


def total(table: Table, owner: str, kind: Kind, status: PostingStatus | None) -> int | None:
    """Read how many they have of a kind and status (None: of any); None where it is not known."""
    item = table.get(keys.limits(owner)) or {}
    if not is_whole(item):
        return None
    return sum(
        count
        for (of, found), count in of_item(item).items()
        if of == kind and status in (None, found)
    )


def is_whole(item: Item) -> bool:
    return "whole" in item


def of_item(item: Item) -> Counts:
    """Return what has been counted; 0 where nothing has."""
    return {of: item.get(name, 0) for of, name in _NAMES.items()}


def replace(table: Table, owner: str, kept: Counts, counted: Counts) -> Write:
    """Make the write that sets a recount in place of what was kept, refused where that has changed
    meanwhile.
    """
    sets = {_NAMES[of]: count for of, count in counted.items()} | {"whole": 1}
    still = tuple(as_counted(_NAMES[of], count) for of, count in kept.items())
    return write(table, owner, Change(sets, when=still))
