"""How many active leads and properties a realtor has, against what their creation and archiving
have counted.
"""

from typing import NamedTuple

from cobroke.domain.paging import Page
from cobroke.storage.postings import limits, own_lists
from cobroke.storage.postings.limits import Counts
from cobroke.storage.retry import try_transact
from cobroke.storage.table import Table


class WrongLimits(NamedTuple):
    owner: str
    kept: Counts
    counted: Counts


def wrong(table: Table, owner: str) -> WrongLimits | None:
    """Return what is kept and what was counted where they differ, else None. What is kept is read
    first: what changes it behind that makes it unfit to be written over.
    """
    kept = limits.kept(table, owner)
    counted = {
        kind: own_lists.list_own(table, kind, owner, "ACTIVE", Page(1, 1))[1] for kind in kept
    }
    return None if kept == counted else WrongLimits(owner, kept, counted)


def recount(table: Table, found: WrongLimits) -> bool:
    return try_transact(table, [limits.replace(table, *found)])
