"""Notices: what realtors are told, each once, and a mark for each that has not been read."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any, Literal

from cobroke.domain.deals import owed
from cobroke.domain.errors import NotFound
from cobroke.domain.ids import owner_of
from cobroke.domain.notices.wording import Words
from cobroke.exact_json import dumps, loads
from cobroke.storage import entities, keys
from cobroke.storage.conditions import ABSENT, ANYTHING, PRESENT, WriteCondition
from cobroke.storage.notation import Item
from cobroke.storage.notices import inboxes
from cobroke.storage.retry import retry_on_conflict, try_transact
from cobroke.storage.table import BATCH, ConditionFailed, Table, Write

KEPT_S = 90 * 24 * 3600
_MARK = ("SK", "expires", "grows")
_READ_AT_ONCE = BATCH // 2 - 1
"""Marks of one transaction: two items each at most, and the inbox."""

type NoticeType = Literal["NEW_MATCH", "CONTACT_SHARED"]


@dataclass(frozen=True)
class Notice:
    """`id` begins with the time (ms) of the event it tells of; `data` holds the ids it speaks of,
    and the reason.
    """

    id: str
    type: NoticeType
    words: Words
    data: Mapping[str, Any]
    is_read: bool = False

    @property
    def at(self) -> int:
        return _time_in(self.id)


def notice_id(at: int, *reports: object) -> str:
    """Make an id of the event's own stored time and what it reports: the same however often it is
    told.
    """
    digest = hashlib.blake2b(dumps([str(part) for part in reports]).encode(), digest_size=8)
    return f"{keys.moment(at)}-{digest.hexdigest()}"


def expires_of(notice: str) -> int:
    """Return until when (s) the notice of this id is kept."""
    return _time_in(notice) // 1000 + KEPT_S


def _time_in(notice: str) -> int:
    return int(notice[:13])


def due(notice: owed.OwedNotice) -> tuple[str, str]:
    """Find whom a pair's notice is for, and its id: the same for whoever tells it and whoever looks
    whether it was told.
    """
    return owner_of(notice.posting_id), notice_id(notice.at, *notice)


def already_put(table: Table, notices: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Find those of these (realtor's id, notice's id) that have been put before."""
    wanted = {
        (keys.notices(realtor_id), notice): (realtor_id, notice) for realtor_id, notice in notices
    }
    return {wanted[key] for key in table.get_many(wanted)}


def put(table: Table, realtor_id: str, notice: Notice) -> bool:
    """Tell it, unread, unless it was told before; return False where it was, also if it has been
    read since, and where its realtor is told nothing any more.
    """

    def attempt() -> bool:
        inbox = inboxes.load(table, realtor_id)
        if inbox.closed:
            return False
        counted = inboxes.telling(table, inbox, [notice.id])
        try:
            table.transact([*writes(table, realtor_id, notice), *counted])
        except ConditionFailed:
            if table.get((keys.notices(realtor_id), notice.id)) is None:
                raise
            return False
        return True

    return retry_on_conflict(table, attempt)


def writes(table: Table, realtor_id: str, notice: Notice, facts: Item | None = None) -> list[Write]:
    """Make the writes of the notice, if it is not there, and of its mark; `facts` are kept with a
    notice that grows until it is read.
    """
    expires = expires_of(notice.id)
    grows = {"grows": True} if facts else {}
    mark = entities.UNREAD.at((keys.unread(realtor_id), notice.id), {"expires": expires} | grows)
    said = {
        "type": notice.type,
        **notice.words._asdict(),
        "d": dumps(dict(notice.data)),
        "expires": expires,
    }
    item = entities.NOTICE.at((keys.notices(realtor_id), notice.id), said | (facts or {}))
    return [table.put(item, when=ABSENT), table.put(mark)]


def read(table: Table, realtor_id: str, notice: str, now_s: int) -> None:
    """Take its mark off. Repeatable. Raises NotFound where the realtor has no such notice, or it
    has fallen out.
    """
    begun = table.begin_many([keys.inbox(realtor_id)])
    item = table.get((keys.notices(realtor_id), notice))
    inbox = inboxes.of_item(realtor_id, begun().get(keys.inbox(realtor_id)))
    if item is None or item["expires"] <= now_s:
        raise NotFound
    if notice < inboxes.counted(table, inbox).oldest:
        raise NotFound
    try_transact(table, _reading(table, realtor_id, [(notice, "version" in item)], when=PRESENT))


def read_all(table: Table, realtor_id: str, now_s: int) -> None:
    """Take the marks of all that are listed off. What is told meanwhile stays unread; so does a
    mark without its notice, which is the audit's.
    """
    inbox = inboxes.counted(table, inboxes.load(table, realtor_id))
    marks = [
        (raw["SK"]["S"], "grows" in raw)
        for raw in inboxes.newest(table, keys.unread(realtor_id), inbox.oldest, _MARK)
        if int(raw["expires"]["N"]) > now_s
    ]
    for some in batched(marks, _READ_AT_ONCE, strict=False):
        if not try_transact(table, _reading(table, realtor_id, some)):
            for mark in some:
                try_transact(table, _reading(table, realtor_id, [mark]))


def _reading(
    table: Table,
    realtor_id: str,
    marks: Sequence[tuple[str, bool]],
    *,
    when: WriteCondition = ANYTHING,
) -> list[Write]:
    """Make the writes that take marks off. A notice that grows says itself that it was read: what
    would let it grow asks it alone.
    """
    writes = [inboxes.reading(table, realtor_id, [notice for notice, _ in marks])]
    for notice, grows in marks:
        writes.append(table.delete((keys.unread(realtor_id), notice), when=when))
        if grows:
            key = keys.notices(realtor_id), notice
            writes.append(table.update(key, {"is_read": True}, when=PRESENT))
    return writes


def of_item(item: Item, *, is_read: bool) -> Notice:
    return Notice(
        item["SK"],
        item["type"],
        Words(*(item[name] for name in Words._fields)),
        loads(item["d"]),
        is_read,
    )
