"""Outboxes: which of a realtor's notices wait to be pushed, and the one message under way that will
tell them. An outbox is one item, written whole over the version that was read: whatever is decided
of it, of one notice or of hundreds, is one small write.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from cobroke.domain.notices.outbox import Waiting
from cobroke.domain.realtors import Realtor
from cobroke.exact_json import dumps, loads
from cobroke.storage import entities, keys, realtors
from cobroke.storage.conditions import PRESENT, at_version, missing, over
from cobroke.storage.notation import Item
from cobroke.storage.notices import inboxes
from cobroke.storage.table import Table, Write

CLAIMED_FOR_MS = 60_000
LOST_AFTER_MS = 60 * 60_000
"""Longer than a message that fails is tried, or the queue is behind."""
NEVER = 0


class Ticket(NamedTuple):
    """What the one message of a realtor bears, and when (ms) it is to come."""

    realtor_id: str
    number: int
    due: int

    @property
    def message(self) -> dict[str, str]:
        return {"realtor_id": self.realtor_id, "ticket": str(self.number)}

    @property
    def due_s(self) -> int:
        """When it is to come, in whole seconds, never too early."""
        return -(-self.due // 1000)

    def seconds_from(self, now: int) -> int:
        """Return in how many whole seconds from now (ms) it is not too early, 0 where it is due."""
        return max(0, -((now - self.due) // 1000))


@dataclass(frozen=True)
class Outbox:
    """A realtor's, as it was read; times in ms.

    `ticket` is that of the message under way, 0 where there is none: whatever bears another is
    dropped. `replaced` is the one before, whose message may have died before it sent this one;
    `made_by` says which record of the stream made it, where one did, and `scheduled` which ticket
    lies in a schedule. No message goes to the chat before `next_at`; until `claimed_until`
    somebody may be sending one.
    """

    realtor_id: str
    version: int = 0
    waiting: tuple[Waiting, ...] = ()
    """Oldest first."""
    ticket: int = 0
    replaced: int = 0
    due: int = 0
    made_by: str = ""
    scheduled: int = 0
    next_at: int = 0
    claimed_until: int = 0

    @property
    def under_way(self) -> Ticket | None:
        return Ticket(self.realtor_id, self.ticket, self.due) if self.ticket else None

    def is_lost(self, now: int) -> bool:
        """Return whether its message should long have come."""
        return bool(self.ticket) and now > self.due + LOST_AFTER_MS

    def is_claimed(self, now: int) -> bool:
        """Return whether somebody may be sending: a claim from behind a clock set back is none."""
        return now < self.claimed_until <= now + CLAIMED_FOR_MS

    @property
    def earliest(self) -> int:
        """When (ms) its message may be worked off."""
        return max(self.due, self.next_at)

    @property
    def ids(self) -> list[str]:
        return [notice.notice_id for notice in self.waiting]

    def with_one_more(self, notice: Waiting) -> "Outbox":
        """Add a notice. What is no longer among the newest that are listed falls out."""
        return replace(self, waiting=tuple(sorted([*self.waiting, notice])[-inboxes.MOST :]))

    def without(self, notices: Collection[str]) -> "Outbox":
        left = tuple(notice for notice in self.waiting if notice.notice_id not in notices)
        return replace(self, waiting=left)

    def among(self, notices: Collection[str]) -> "Outbox":
        return self.without({*self.ids}.difference(notices))

    def lacking(self, left: "Outbox") -> list[str]:
        """Return what waits here and no longer there."""
        return [notice for notice in self.ids if notice not in left.ids]

    def called(self, due: int, made_by: str = "") -> "Outbox":
        """Return it with a ticket that no message ever bore, as it will be saved."""
        ticket = self.version + 1
        return replace(self, ticket=ticket, replaced=self.ticket, due=due, made_by=made_by)

    def closed(self) -> "Outbox":
        """Return it without a message under way."""
        return replace(self, ticket=0, replaced=self.ticket, due=0, made_by="", scheduled=0)


class Found(NamedTuple):
    """An outbox with its realtor, None where there is none."""

    outbox: Outbox
    realtor: Realtor | None


def load(table: Table, realtor_id: str) -> Found:
    """Read both, the outbox by itself: it is seen as the last write of it has made it."""
    whose = keys.realtor(realtor_id)
    begun = table.begin_many([whose])
    outbox = _of_item(realtor_id, table.get(keys.outbox(realtor_id)))
    item = begun().get(whose)
    return Found(outbox, realtors.of_item(item) if item else None)


def save(table: Table, old: Outbox, new: Outbox, *more: Write) -> Outbox:
    """Write it over what was read, together with `more`, and return it as it is then. Raises
    ConditionFailed where somebody else has written it.
    """
    new = replace(new, version=old.version + 1)
    facts = {name: getattr(new, name) for name in _NUMBERS}
    facts |= {"waiting": dumps([list(one) for one in new.waiting]), "made_by": new.made_by}
    item = entities.OUTBOX.at(keys.outbox(new.realtor_id), facts)
    table.transact([table.put(item, when=over(old.version)), *more])
    return new


def taking(table: Table, realtor_id: str, notice_id: str, at: int) -> Write:
    """Make the write that says when (ms; NEVER: not at all) a notice has come to the outbox, for
    whatever brings it again. It waits for all of the write that put the notice: its mark is seen
    from then on.
    """
    key = keys.notices(realtor_id), notice_id
    return table.update(key, {"queued_at": at}, when=PRESENT & missing("queued_at"))


def switching_off(table: Table, realtor: Realtor) -> Write:
    """Make the write that lets nothing more be pushed until their next login. Its condition: they
    are as they were read; a login since then counts.
    """
    off = {"push_off": True, "version": realtor.version + 1}
    return table.update(keys.realtor(realtor.id), off, when=at_version(realtor.version))


def waking(table: Table, realtor_id: str, number: int) -> Write:
    """Make the write by which the stream wakes it. The number is another than any before."""
    return table.put(entities.WAKE.at(keys.wake(realtor_id), {"version": number}))


def unread(table: Table, outbox: Outbox, now: int) -> set[str]:
    """Read which of those that wait nobody has read, and are still listed."""
    if not outbox.waiting:
        return set()
    first, last = outbox.waiting[0].notice_id, outbox.waiting[-1].notice_id
    marks = table.query_raw(
        keys.unread(outbox.realtor_id), first, last, attributes=("SK", "expires")
    )
    return {raw["SK"]["S"] for raw in marks if int(raw["expires"]["N"]) * 1000 > now}


_NUMBERS = ("version", "ticket", "replaced", "due", "scheduled", "next_at", "claimed_until")


def _of_item(realtor_id: str, item: Item | None) -> Outbox:
    if item is None:
        return Outbox(realtor_id)
    numbers = {name: item[name] for name in _NUMBERS}
    return Outbox(
        realtor_id, waiting=_waiting(loads(item["waiting"])), made_by=item["made_by"], **numbers
    )


def _waiting(rows: Iterable[list[object]]) -> tuple[Waiting, ...]:
    return tuple(Waiting._make(row) for row in rows)
