"""How many active leads and properties a realtor has: counted in the transactions that change it, and bounded there."""

from cobroke.domain.errors import LimitReached
from cobroke.storage import keys
from cobroke.storage.keys import Kind
from cobroke.storage.table import Table, Write

MOST_ACTIVE = 1_000


def check(table: Table, owner: str, kind: Kind) -> None:
    """LimitReached where there is no room for another. The transaction that makes it checks again."""
    item = table.get(keys.limits(owner))
    if item and item.get(_name(kind), 0) >= MOST_ACTIVE:
        raise LimitReached


def count(table: Table, owner: str, kind: Kind, change: int) -> Write:
    name = _name(kind)
    room = f"attribute_not_exists({name}) OR {name} < :most" if change > 0 else ""
    values = {"change": change, "entity": "LIMITS"} | ({"most": MOST_ACTIVE} if room else {})
    return table.update(keys.limits(owner), f"SET entity = :entity ADD {name} :change", values, condition=room)


def _name(kind: Kind) -> str:
    return "leads" if kind == "LEAD" else "properties"
