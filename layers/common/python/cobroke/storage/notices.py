"""Notices: what realtors are told, each once, and a mark for each that has not been read."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import batched
from typing import Any, Literal

from cobroke.domain import pair
from cobroke.domain.errors import NotFound
from cobroke.domain.ids import owner_of
from cobroke.domain.paging import Page
from cobroke.exact_json import dumps, loads
from cobroke.storage import keys
from cobroke.storage.notation import Item
from cobroke.storage.retry import until_written
from cobroke.storage.table import BATCH, ConditionFailed, Table, Write

KEPT_S = 90 * 24 * 3600

type NoticeType = Literal["NEW_MATCH", "CONTACT_SHARED"]


@dataclass(frozen=True)
class Notice:
    """`id` begins with the time (ms) of the event it tells of; `data` holds the ids it speaks of, and the reason."""

    id: str
    type: NoticeType
    title: str
    message: str
    data: Mapping[str, Any]
    is_read: bool = False

    @property
    def at(self) -> int:
        return int(self.id[:13])


def notice_id(at: int, *reports: object) -> str:
    """From the event's own stored time and what it reports: the same however often it is told."""
    digest = hashlib.blake2b(dumps([str(part) for part in reports]).encode(), digest_size=8)
    return f"{keys.moment(at)}-{digest.hexdigest()}"


def due(notice: pair.Notice) -> tuple[str, str]:
    """Whom a pair's notice is for, and its id: the same for whoever tells it and whoever looks whether it was told."""
    to = owner_of(notice.lead_id if notice.to == "LEAD" else notice.property_id)
    return to, notice_id(notice.at, *notice)


def told(table: Table, notices: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Of these (realtor's id, notice's id), those that have been put before."""
    wanted = {(keys.notices(realtor_id), notice): (realtor_id, notice) for realtor_id, notice in notices}
    return {wanted[key] for key in table.get_many(wanted)}


def put(table: Table, realtor_id: str, notice: Notice) -> bool:
    """Tell it, unread, unless it was told before. False where it was, also if it has been read since."""
    try:
        table.transact(writes(table, realtor_id, notice))
    except ConditionFailed:
        return False
    return True


def writes(table: Table, realtor_id: str, notice: Notice, facts: Item | None = None) -> list[Write]:
    """The notice, if it is not there, and its mark; `facts` are kept with one that grows until it is read."""
    expires = notice.at // 1000 + KEPT_S
    mark: Item = {"PK": keys.unread(realtor_id), "SK": notice.id, "entity": "UNREAD", "expires": expires}
    if facts:
        mark["grows"] = True
    item: Item = {
        "PK": keys.notices(realtor_id),
        "SK": notice.id,
        "entity": "NOTICE",
        "type": notice.type,
        "title": notice.title,
        "message": notice.message,
        "d": dumps(dict(notice.data)),
        "expires": expires,
    }
    return [table.put(item | (facts or {}), condition="attribute_not_exists(PK)"), table.put(mark)]


def page_of(
    table: Table, realtor_id: str, page: Page, now_s: int, *, unread_only: bool
) -> tuple[list[Notice], int, int]:
    """A page of them, newest first; how many there are in all, and how many are unread."""
    unread = _ids(table, keys.unread(realtor_id), now_s)
    listed = unread if unread_only else _ids(table, keys.notices(realtor_id), now_s)
    wanted = [(keys.notices(realtor_id), notice) for notice in page.of(listed)]
    items, marked = table.get_many(wanted), set(unread)
    notices = [of_item(items[key], is_read=key[1] not in marked) for key in wanted if key in items]
    return notices, len(listed), len(unread)


def read(table: Table, realtor_id: str, notice: str, now_s: int) -> None:
    """Take its mark off. Repeatable; NotFound where the realtor has no such notice."""
    key, mark = (keys.notices(realtor_id), notice), (keys.unread(realtor_id), notice)

    def attempt() -> None:
        items = table.get_many([key, mark])
        if key not in items or items[key]["expires"] <= now_s:
            raise NotFound
        if mark in items:
            table.transact(_reading(table, realtor_id, notice, grows="grows" in items[mark]))

    until_written(table, attempt)


def read_all(table: Table, realtor_id: str, now_s: int) -> None:
    """What is told meanwhile stays unread."""
    raws = table.query_raw(keys.unread(realtor_id), newest_first=True, attributes=("SK", "expires", "grows"))
    marks = [(raw["SK"]["S"], "grows" in raw) for raw in raws if int(raw["expires"]["N"]) > now_s]
    for some in batched(marks, BATCH // 2, strict=False):
        writes = [write for notice, grows in some for write in _reading(table, realtor_id, notice, grows=grows)]
        until_written(table, lambda writes=writes: table.transact(writes))  # type: ignore[misc]


def _reading(table: Table, realtor_id: str, notice: str, *, grows: bool) -> list[Write]:
    """Its mark goes. One that grows says itself that it was read: what would let it grow looks at it alone."""
    mark = table.delete((keys.unread(realtor_id), notice))
    if not grows:
        return [mark]
    key = keys.notices(realtor_id), notice
    return [mark, table.update(key, "SET is_read = :yes", {"yes": True}, condition="attribute_exists(PK)")]


def _ids(table: Table, pk: str, now_s: int) -> list[str]:
    """Newest first. What has expired may still lie there for days."""
    raws = table.query_raw(pk, newest_first=True, attributes=("SK", "expires"))
    return [raw["SK"]["S"] for raw in raws if int(raw["expires"]["N"]) > now_s]


def of_item(item: Item, *, is_read: bool) -> Notice:
    return Notice(item["SK"], item["type"], item["title"], item["message"], loads(item["d"]), is_read)
