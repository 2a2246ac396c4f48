"""How many active leads and properties a realtor has: counted in the transactions that change it,
and bounded there.
"""

from collections.abc import Mapping
from functools import reduce
from operator import and_

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


def check(table: Table, owner: str, kind: Kind) -> None:
    """Raise LimitReached where there is no room: why a transaction that makes one was refused."""
    if kept(table, owner)[kind] >= MOST_ACTIVE:
        raise LimitReached


def count(table: Table, owner: str, kind: Kind, change: int) -> Write:
    """Make a write that adds `change`, refused where there is no room for it."""
    name = _name(kind)
    room = missing(name) | below(name, MOST_ACTIVE) if change > 0 else ANYTHING
    values = {"change": change, "entity": entities.LIMITS.name}
    return table.update(
        keys.limits(owner), f"SET entity = :entity ADD {name} :change", values, when=room
    )


def kept(table: Table, owner: str) -> Counts:
    """Read what has been counted; 0 where nothing has."""
    return of_item(table.get(keys.limits(owner)) or {})


def of_item(item: Item) -> Counts:
    return {kind: item.get(_name(kind), 0) for kind in KINDS}


def replace(table: Table, owner: str, kept: Counts, counted: Counts) -> Write:
    """Make the write that puts a recount in place of what was kept, refused where that has changed
    meanwhile.
    """
    item = entities.LIMITS.at(
        keys.limits(owner), {_name(kind): count for kind, count in counted.items()}
    )
    still = (_still(_name(kind), count) for kind, count in kept.items())
    return table.put(item, when=reduce(and_, still))


def _still(name: str, count: int) -> WriteCondition:
    same = holding(**{name: count})
    return same if count else missing(name) | same


def _name(kind: Kind) -> str:
    return _NAMES[kind]
