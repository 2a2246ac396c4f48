"""Inboxes: of what each realtor is shown of their notices the version, to which every transaction
adds that changes it; and which notices are the newest 500.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from cobroke.exact_json import dumps, loads
from cobroke.storage import entities, keys
from cobroke.storage.conditions import ANYTHING, WriteCondition, at_least, at_most, over
from cobroke.storage.notation import Item
from cobroke.storage.table import Table, Write

MOST = 500
"""So many of the newest notices are listed: an older one is gone as if it had been read."""
BEFORE_ALL = " "


class Inbox(NamedTuple):
    """A realtor's, as it was read. What is older than `oldest` has fallen out. At least `room` more
    are told before another does; None where nobody has counted. `changed` is what the last
    transaction made of notices: which version each has, None where it was read.
    """

    realtor_id: str
    version: int = 0
    changed: Mapping[str, int | None] = {}
    oldest: str = BEFORE_ALL
    room: int | None = None
    there: Sequence[str] | None = None
    """The ids, newest first, where they have just been counted."""
    closed: bool = False
    """Whether its realtor is erased: they are told nothing any more."""


def load(table: Table, realtor_id: str) -> Inbox:
    """Read it by itself: what its version counts is seen whole from then on, but perhaps for what
    it says has `changed`.
    """
    return of_item(realtor_id, table.get(keys.inbox(realtor_id)))


def of_item(realtor_id: str, item: Item | None) -> Inbox:
    """Return the inbox; where there is no item nothing has changed yet."""
    if item is None:
        return Inbox(realtor_id)
    counted = {name: item[name] for name in ("oldest", "room") if name in item}
    closed = item.get("closed", False)
    return Inbox(realtor_id, item["version"], loads(item["changed"]), **counted, closed=closed)


def closing(table: Table, inbox: Inbox) -> Write:
    """Make the write that closes it for good, on condition that nobody has told anything since it
    was read. Whoever tells at this moment has lost the race: there is no room, and never will be.
    """
    facts = {"version": inbox.version + 1, "changed": "{}", "closed": True}
    item = entities.INBOX.at(keys.inbox(inbox.realtor_id), {"oldest": BEFORE_ALL, "room": -1})
    return table.put(item | facts, when=over(inbox.version))


def counted(table: Table, inbox: Inbox) -> Inbox:
    """Return it as it is now that its notices are counted: it knows which is the oldest."""
    if inbox.room is not None:
        return inbox
    there = _there(table, inbox)
    oldest = there[-1] if len(there) == MOST else inbox.oldest
    return inbox._replace(oldest=oldest, room=MOST - len(there), there=there)


def reading(table: Table, realtor_id: str, ids: Collection[str]) -> Write:
    """Make the write that says that these were read."""
    return _changing(table, realtor_id, dict.fromkeys(ids))


def telling(
    table: Table, inbox: Inbox, new: Collection[str], grown: Mapping[str, int] | None = None
) -> list[Write]:
    """Make the writes that say that these are new, and of these grown which version they have; as
    many of the oldest as there is no more room for fall out, with their marks. It is one write, and
    another at most for each that is new. Their condition: what grows has not fallen out, and there
    still is the room, or nothing has changed since the inbox was read.
    """
    grown = grown or {}
    listed = [notice for notice in new if notice >= inbox.oldest]
    changed = dict.fromkeys(listed, 0) | dict(grown)
    if inbox.there is None and inbox.room is not None and len(listed) <= inbox.room:
        fits = at_least("room", len(listed))
        fits = fits & at_most("oldest", min(grown)) if grown else fits
        return [_changing(table, inbox.realtor_id, changed, taken=len(listed), when=fits)]
    there = _there(table, inbox) if inbox.there is None else inbox.there
    together = sorted({*there, *listed}, reverse=True)
    oldest = together[MOST - 1] if len(together) >= MOST else inbox.oldest
    window = {"oldest": oldest, "room": MOST - len(together[:MOST])}
    fallen = [notice for notice in together[MOST:] if notice not in listed][: len(listed)]
    return [
        _changing(table, inbox.realtor_id, changed, window, when=over(inbox.version)),
        *(table.delete((keys.unread(inbox.realtor_id), notice)) for notice in fallen),
    ]


def _changing(
    table: Table,
    realtor_id: str,
    changed: Mapping[str, int | None],
    window: Item | None = None,
    *,
    taken: int = 0,
    when: WriteCondition = ANYTHING,
) -> Write:
    """Make the write of an inbox; without it no transaction changes what is shown."""
    facts = {"entity": entities.INBOX.name, "changed": dumps(dict(changed)), **(window or {})}
    more = {"version": 1} | ({"room": -taken} if taken else {})
    return table.update(keys.inbox(realtor_id), facts, more, when=when)


def _there(table: Table, inbox: Inbox) -> list[str]:
    """Read the ids of the newest that lie there, newest first. What has expired may be among them,
    the oldest; what was told last may not be seen yet.
    """
    raws = newest(table, keys.notices(inbox.realtor_id), inbox.oldest, ("SK",))
    told = {notice for notice, version in inbox.changed.items() if version is not None}
    found = told | {raw["SK"]["S"] for raw in raws}
    return sorted((one for one in found if one >= inbox.oldest), reverse=True)[:MOST]


def newest(
    table: Table, pk: str, oldest: str, attributes: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Read as many of a realtor's notices or marks as are listed at most, down to the oldest."""
    raws = table.query_raw(pk, oldest, newest_first=True, attributes=attributes, page_limit=MOST)
    return islice(raws, MOST)
