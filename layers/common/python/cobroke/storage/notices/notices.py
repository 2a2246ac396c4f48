"""Notices: what realtors are told, each once, and a mark for each that has not been read."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any, Literal

from cobroke.domain.deals import pair
from cobroke.domain.errors import NotFound
from cobroke.domain.ids import owner_of
from cobroke.domain.notices.wording import Words
from cobroke.domain.paging import Page
from cobroke.exact_json import dumps, loads
from cobroke.storage import entities, keys
from cobroke.storage.conditions import ABSENT, PRESENT
from cobroke.storage.notation import Item
from cobroke.storage.retry import try_transact
from cobroke.storage.table import BATCH, Key, Table, Write

KEPT_S = 90 * 24 * 3600

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
        return int(self.id[:13])


def notice_id(at: int, *reports: object) -> str:
    """Make an id of the event's own stored time and what it reports: the same however often it is
    told.
    """
    digest = hashlib.blake2b(dumps([str(part) for part in reports]).encode(), digest_size=8)
    return f"{keys.moment(at)}-{digest.hexdigest()}"


def due(notice: pair.OwedNotice) -> tuple[str, str]:
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
    read since.
    """
    return try_transact(table, writes(table, realtor_id, notice))


def writes(table: Table, realtor_id: str, notice: Notice, facts: Item | None = None) -> list[Write]:
    """Make the writes of the notice, if it is not there, and of its mark; `facts` are kept with a
    notice that grows until it is read.
    """
    expires = notice.at // 1000 + KEPT_S
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


def page_of(
    table: Table, realtor_id: str, page: Page, now_s: int, *, unread_only: bool
) -> tuple[list[Notice], int, int]:
    """Read a page of them, newest first, how many there are in all, and how many are unread."""
    told = [] if unread_only else _ids(table, keys.notices(realtor_id), now_s)
    # read last: what is told between the two is not listed as read
    marks = _ids(table, keys.unread(realtor_id), now_s)
    listed = marks if unread_only else told
    items = _with_marks(table, realtor_id, page.of(listed), {*marks})
    marked = {*marks} & {*listed} | {sk for pk, sk in items if pk == keys.unread(realtor_id)}
    found = [(notice, items.get((keys.notices(realtor_id), notice))) for notice in page.of(listed)]
    return (
        [of_item(item, is_read=sk not in marked) for sk, item in found if item],
        len(listed),
        len(marked),
    )


def _with_marks(
    table: Table, realtor_id: str, ids: Sequence[str], marked: set[str]
) -> dict[Key, Item]:
    """Read these notices, and the marks of those that are not known to be `marked`. Where they are
    written just now, one may be seen before the other: what is missing is looked for once more, as
    of one moment.
    """
    wanted = [(keys.notices(realtor_id), notice) for notice in ids]
    items = table.get_many(wanted)
    unknown = [(keys.unread(realtor_id), notice) for notice in ids if notice not in marked]
    for some in batched(
        [*(key for key in wanted if key not in items), *unknown], BATCH, strict=False
    ):
        items |= table.get_together(some)
    return items


def read(table: Table, realtor_id: str, notice: str, now_s: int) -> None:
    """Take its mark off. Repeatable. Raises NotFound where the realtor has no such notice."""
    item = table.get((keys.notices(realtor_id), notice))
    if item is None or item["expires"] <= now_s:
        raise NotFound
    try_transact(table, _reading(table, realtor_id, [(notice, "version" in item)]))


def read_all(table: Table, realtor_id: str, now_s: int) -> None:
    """Take all marks off. What is told meanwhile stays unread; so does a mark without its notice,
    which is the audit's.
    """
    raws = table.query_raw(keys.unread(realtor_id), attributes=("SK", "expires", "grows"))
    marks = [(raw["SK"]["S"], "grows" in raw) for raw in raws if int(raw["expires"]["N"]) > now_s]
    for some in batched(marks, BATCH // 2, strict=False):
        if not try_transact(table, _reading(table, realtor_id, some)):
            for mark in some:
                try_transact(table, _reading(table, realtor_id, [mark]))


def _reading(table: Table, realtor_id: str, marks: Iterable[tuple[str, bool]]) -> list[Write]:
    """Make the writes that take marks off. A notice that grows says itself that it was read: what
    would let it grow asks it alone.
    """
    writes = []
    for notice, grows in marks:
        writes.append(table.delete((keys.unread(realtor_id), notice)))
        if grows:
            key = keys.notices(realtor_id), notice
            writes.append(table.update(key, "SET is_read = :yes", {"yes": True}, when=PRESENT))
    return writes


def _ids(table: Table, pk: str, now_s: int) -> list[str]:
    """Read them, newest first. What has expired may still lie there for days."""
    raws = table.query_raw(pk, newest_first=True, attributes=("SK", "expires"))
    return [raw["SK"]["S"] for raw in raws if int(raw["expires"]["N"]) > now_s]


def of_item(item: Item, *, is_read: bool) -> Notice:
    return Notice(
        item["SK"],
        item["type"],
        Words(*(item[name] for name in Words._fields)),
        loads(item["d"]),
        is_read,
    )
