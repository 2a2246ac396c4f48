"""How many active leads and properties a realtor has: counted in the transactions that change it,
and bounded there.
"""

from collections.abc import Mapping

from cobroke.domain.errors import LimitReached
from cobroke.storage import entities, keys
from cobroke.storage.keys import KINDS, Kind
from cobroke.storage.notation import Item
from cobroke.storage.table import Table, Write

type Counts = Mapping[Kind, int]
"""Active objects by kind."""

MOST_ACTIVE = 1_000


def check(table: Table, owner: str, kind: Kind) -> None:
    """LimitReached where there is no room for another. The transaction that makes it checks again."""
    if kept(table, owner)[kind] >= MOST_ACTIVE:
        raise LimitReached


def count(table: Table, owner: str, kind: Kind, change: int) -> Write:
    name = _name(kind)
    room = f"attribute_not_exists({name}) OR {name} < :most" if change > 0 else ""
    values = {"change": change, "entity": entities.LIMITS.name} | (
        {"most": MOST_ACTIVE} if room else {}
    )
    return table.update(
        keys.limits(owner), f"SET entity = :entity ADD {name} :change", values, condition=room
    )


def kept(table: Table, owner: str) -> Counts:
    """What has been counted; 0 where nothing has."""
    return of_item(table.get(keys.limits(owner)) or {})


def of_item(item: Item) -> Counts:
    return {kind: item.get(_name(kind), 0) for kind in KINDS}


def replace(table: Table, owner: str, kept: Counts, counted: Counts) -> Write:
    """A recount in place of what was kept, refused where that has changed meanwhile."""
    item = entities.LIMITS.at(
        keys.limits(owner), {_name(kind): count for kind, count in counted.items()}
    )
    condition = " AND ".join(_still(_name(kind), count) for kind, count in kept.items())
    return table.put(
        item, condition=condition, values={_name(kind): count for kind, count in kept.items()}
    )


def _still(name: str, count: int) -> str:
    same = f"{name} = :{name}"
    return same if count else f"(attribute_not_exists({name}) OR {same})"


def _name(kind: Kind) -> str:
    return "leads" if kind == "LEAD" else "properties"
