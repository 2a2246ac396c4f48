"""Writes that meet others: read again, decide again, try again, as long as the request has time."""

from collections.abc import Callable, Sequence

from cobroke.storage.pauses import pause
from cobroke.storage.table import ConditionFailed, Table, Write


class Torn(Exception):
    """One item of a transaction was seen and another not yet: read again."""


def retry_on_conflict[Result](table: Table, attempt: Callable[[], Result]) -> Result:
    """Return what `attempt` returns. It must read what it decides on: it runs anew after every lost
    race. Raises Busy where there is no more time.
    """
    tried = 0
    while True:
        try:
            return attempt()
        except (ConditionFailed, Torn):
            pause(tried := tried + 1, table.seconds_left)


def try_transact(table: Table, writes: Sequence[Write]) -> bool:
    """Make all of the writes once; return False where a condition does not hold: somebody else has
    written what was seen.
    """
    try:
        table.transact(writes)
    except ConditionFailed:
        return False
    return True
