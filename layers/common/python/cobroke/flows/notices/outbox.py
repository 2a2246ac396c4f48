"""What comes into a realtor's outbox, and what wakes it: at most one message of a realtor is under
way to `telegram_push`, however many notices wait.
"""

from functools import partial
from typing import Literal, NamedTuple

from cobroke.domain.notices.outbox import Waiting
from cobroke.domain.notices.push_settings import allowed_at
from cobroke.domain.realtors import Realtor
from cobroke.storage import keys
from cobroke.storage.notices import outboxes, push_settings
from cobroke.storage.notices.outboxes import NEVER, Outbox, Ticket
from cobroke.storage.retry import retry_on_conflict
from cobroke.storage.table import Table

type Unwanted = Literal["gone", "unverified", "blocked", "off"]
"""Why nothing is pushed to a realtor: erased or suspended, no proof, the bot blocked, switched off
by themselves.
"""


class Taken(NamedTuple):
    """What became of it, and the message that is to be sent, if one is."""

    said: str
    ticket: Ticket | None = None


def unwanted(realtor: Realtor) -> Unwanted | None:
    """Return why a realtor is to be pushed nothing now; None: they are to be."""
    if realtor.is_gone:
        return "gone"
    if not realtor.verified:
        return "unverified"
    if realtor.push_off:
        return "blocked"
    return None if push_settings.of(realtor).enabled else "off"


def take(table: Table, realtor_id: str, notice: Waiting) -> Taken:
    """Take a notice that has come into its realtor's outbox: once, whatever brings it again, and
    never where they are to be pushed nothing now. What brings it again sends its message again: the
    first may have died before it did.
    """
    return retry_on_conflict(table, partial(_take, table, realtor_id, notice))


def _take(table: Table, realtor_id: str, notice: Waiting) -> Taken:
    # first: whatever has taken it is seen in the outbox from then on
    item = table.get((keys.notices(realtor_id), notice.notice_id))
    outbox, realtor = outboxes.load(table, realtor_id)
    if item is None or realtor is None:
        return Taken("gone")
    if "queued_at" in item:
        own = outbox.made_by == notice.notice_id
        return Taken("known", outbox.under_way if own else None)
    if why := unwanted(realtor):
        table.transact([outboxes.taking(table, realtor_id, notice.notice_id, NEVER)])
        return Taken(why)
    new = _called(outbox.with_one_more(notice), realtor, notice)
    taken = outboxes.taking(table, realtor_id, notice.notice_id, notice.came_at)
    outboxes.save(table, outbox, new, taken)
    return Taken("queued", new.under_way if new.ticket != outbox.ticket else None)


def _called(outbox: Outbox, realtor: Realtor, notice: Waiting) -> Outbox:
    """Send a message where none is under way, or the one that is comes too late for this notice."""
    now = notice.came_at
    soon = max(now, outbox.next_at)
    if outbox.ticket and not outbox.is_lost(now):
        settings = push_settings.of(realtor)
        allowed = allowed_at(settings, now, recommended=notice.recommended)
        if max(allowed, soon) >= outbox.due:
            return outbox
    return outbox.called(soon, made_by=notice.notice_id)


def wake(table: Table, realtor_id: str, number: int, now: int) -> Taken:
    """Let what waits be looked at now: its message may have been lost, or the settings are others.
    `number` is that of the WAKE, which may come again.
    """
    made_by = f"WAKE {number}"

    def attempt() -> Taken:
        outbox, _ = outboxes.load(table, realtor_id)
        if outbox.made_by == made_by:
            return Taken("known", outbox.under_way)
        if not outbox.waiting:
            return Taken("empty")
        new = outbox.called(max(now, outbox.next_at), made_by)
        outboxes.save(table, outbox, new)
        return Taken("woken", new.under_way)

    return retry_on_conflict(table, attempt)
