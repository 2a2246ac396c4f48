"""Outboxes whose message was lost: something waits to be pushed, and nothing comes for it."""

from dataclasses import replace

from cobroke.clock import Clock
from cobroke.storage.notices import outboxes
from cobroke.storage.notices.outboxes import Outbox
from cobroke.storage.table import ConditionFailed, Table


def look(table: Table, clock: Clock, realtor_id: str) -> Outbox | None:
    """Return a realtor's outbox where it is asleep, else None."""
    outbox, _ = outboxes.load(table, realtor_id)
    return outbox if outbox.is_lost(clock()) else None


def wake(table: Table, clock: Clock, outbox: Outbox) -> bool:
    """Let the stream send a message for it; return False where it is no longer as it was seen."""
    now = clock()
    try:
        woken = outboxes.waking(table, outbox.realtor_id, now)
        outboxes.save(table, outbox, replace(outbox, due=now), woken)
    except ConditionFailed:
        return False
    return True
