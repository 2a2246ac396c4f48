"""How many leads and properties a realtor has, against what their creation and archiving have
counted.
"""

from typing import NamedTuple

from cobroke.storage import keys
from cobroke.storage.postings import limits, own_lists
from cobroke.storage.postings.limits import Counts
from cobroke.storage.retry import try_transact
from cobroke.storage.table import Table


class WrongLimits(NamedTuple):
    owner: str
    kept: Counts
    counted: Counts


def wrong(table: Table, owner: str) -> WrongLimits | None:
    """Return what is kept and what was counted where they differ, or what is kept is not whole,
    else None. What is kept is read first: what changes it behind that makes it unfit to be written
    over.
    """
    item = table.get(keys.limits(owner)) or {}
    kept, counted = limits.of_item(item), own_lists.count(table, owner)
    if kept == counted and limits.is_whole(item):
        return None
    return WrongLimits(owner, kept, counted)


def recount(table: Table, found: WrongLimits) -> bool:
    return try_transact(table, [limits.replace(table, *found)])
