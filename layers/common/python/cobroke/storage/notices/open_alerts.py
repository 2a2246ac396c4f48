"""The one notice of each own object that tells of its alerts and grows until it is read; a slot
names the last one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from cobroke.domain.ids import owner_of
from cobroke.domain.notices.alert import NOBODY, Alert
from cobroke.domain.postings.kinds import Kind
from cobroke.exact_json import dumps, loads
from cobroke.storage import entities, keys
from cobroke.storage.conditions import ABSENT, at_version, holding, missing
from cobroke.storage.notation import Item
from cobroke.storage.notices import inboxes, notices
from cobroke.storage.notices.inboxes import Inbox
from cobroke.storage.notices.notices import Notice
from cobroke.storage.table import Key, Table, Write


class Last(NamedTuple):
    """The last notice of an own object's alerts."""

    kind: Kind
    own_id: str
    slot: Item | None
    notice: Item | None
    """None where none is to be seen: a read may show the slot before it."""
    grows: bool
    inbox: Inbox
    """The owner's."""

    def with_one_more(
        self, counterpart: str, score: int, at: int, counted_in: str | None
    ) -> tuple[str, Alert]:
        """Return the alert, and the id of the notice that tells of it: this one, or one that begins
        at this time (ms). `counted_in`: the notice that counts the counterpart already.
        """
        if self.notice and self.grows:
            an_id, so_far = (
                self.notice["SK"],
                Alert(self.notice["counterparts"], loads(self.notice["scores"])),
            )
        else:
            an_id, so_far = (
                notices.notice_id(at, *keys.alerted(self.kind, self.own_id, counterpart)),
                NOBODY,
            )
        return an_id, so_far.growing(counterpart, score, counted_before=counted_in == an_id)


def load(table: Table, kind: Kind, slots: Mapping[str, Item | None], now_s: int) -> Iterable[Last]:
    """Read those of these own objects, by their slots, and their owners' inboxes: many in one read,
    and one more for each inbox that nobody has counted. One that has fallen out grows no more;
    there is none of who is told nothing any more.
    """
    named = {own_id: _notice(own_id, slot) for own_id, slot in slots.items() if slot}
    owners = dict.fromkeys(map(owner_of, slots))
    items = table.get_many([*named.values(), *map(keys.inbox, owners)])
    inboxes_of = {
        owner: inboxes.counted(table, inboxes.of_item(owner, items.get(keys.inbox(owner))))
        for owner in owners
    }
    for own_id, slot in slots.items():
        notice = items.get(named[own_id]) if slot else None
        inbox = inboxes_of[owner_of(own_id)]
        if inbox.closed:
            continue
        yield Last(kind, own_id, slot, notice, _grows(notice, inbox, now_s), inbox)


def _grows(notice: Item | None, inbox: Inbox, now_s: int) -> bool:
    if notice is None or "is_read" in notice:
        return False
    return bool(notice["expires"] > now_s and notice["SK"] >= inbox.oldest)


def _notice(own_id: str, slot: Item) -> Key:
    return keys.notices(owner_of(own_id)), slot["notice"]


def writes(table: Table, last: Last, new: Notice, alert: Alert) -> list[Write]:
    """Make at most four writes, beside those of the inbox, on condition that the last notice is as
    it was seen: no other is unread beside a new one.
    """
    counted: Item = {"counterparts": alert.count, "scores": dumps(dict(alert.best))}
    if last.notice and last.grows:
        return [_grown(table, last.notice, new, counted)]
    slot = entities.SLOT.at(keys.alert_slot(last.kind, last.own_id), {"notice": new.id})
    begun = notices.writes(table, owner_of(last.own_id), new, counted | {"version": 1})
    if last.slot is None:
        return [*begun, table.put(slot, when=ABSENT)]
    begun.append(table.put(slot, when=holding(notice=last.slot["notice"])))
    if last.notice is None:
        begun.append(table.check(_notice(last.own_id, last.slot), when=ABSENT))
    return begun


def _grown(table: Table, old: Item, new: Notice, counted: Item) -> Write:
    """Make the write that lets it grow where it is, only as long as it is unread: it is not told
    again.
    """
    text = new.words._asdict() | {"d": dumps(dict(new.data))}
    facts = text | counted | {"version": old["version"] + 1}
    unread = at_version(old["version"]) & missing("is_read")
    return table.update((old["PK"], old["SK"]), facts, when=unread)


def inbox_writes(table: Table, tellings: Iterable[tuple[Last, Notice]]) -> Iterator[Write]:
    """Make the writes of the owners' inboxes: one for each owner, and another at most for each
    notice that begins.
    """
    of_each = defaultdict[str, list[tuple[Last, Notice]]](list)
    for last, notice in tellings:
        of_each[last.inbox.realtor_id].append((last, notice))
    for some in of_each.values():
        inbox = some[0][0].inbox
        grown = {
            new.id: last.notice["version"] + 1 for last, new in some if last.notice and last.grows
        }
        begun = [new.id for _, new in some if new.id not in grown]
        yield from inboxes.telling(table, inbox, begun, grown)
