"""Pages of a realtor's notices: of the newest 500 that have not expired, each with whether it was
read.
"""

from collections.abc import Mapping, Sequence
from itertools import batched
from typing import NamedTuple, Protocol

from cobroke.storage import keys
from cobroke.storage.notation import Item
from cobroke.storage.notices import inboxes, notices
from cobroke.storage.notices.inboxes import Inbox
from cobroke.storage.notices.notices import Notice
from cobroke.storage.table import BATCH, Key, Table


class Selection(Protocol):
    """Which of the ids are wanted, the newest first: a `Page` of them, or those `Behind` one."""

    def of(self, rows: Sequence[str], /) -> Sequence[str]: ...


class _Found(NamedTuple):
    """The ids of all that are listed and of the unread among all, newest first, and the items of a
    page.
    """

    listed: Sequence[str]
    unread: set[str]
    on_page: Mapping[str, Item]

    def lacks(self, notice: str, version: int | None) -> bool:
        """Return whether the notice is not seen as of this version; None: as it was read."""
        if version is None:
            return notice in self.unread
        older = notice in self.on_page and self.on_page[notice].get("version", 0) < version
        return older or notice not in self.listed or notice not in self.unread


def page_of(
    table: Table, inbox: Inbox, page: Selection, now_s: int, *, unread_only: bool
) -> tuple[list[Notice], int, int]:
    """Read a page of them, newest first, how many there are in all, and how many are unread: no
    older than the inbox. What it says has changed last may still be under way: it is waited for.
    """
    found = _found(table, inbox, page, now_s, unread_only=unread_only)
    changed = {
        notice: version
        for notice, version in inbox.changed.items()
        if notice >= inbox.oldest and notices.expires_of(notice) > now_s
    }
    if any(found.lacks(notice, version) for notice, version in changed.items()):
        both = keys.notices(inbox.realtor_id), keys.unread(inbox.realtor_id)
        table.get_together([(pk, notice) for pk in both for notice in changed])
        found = _found(table, inbox, page, now_s, unread_only=unread_only)
    shown = [
        notices.of_item(item, is_read=notice not in found.unread)
        for notice, item in found.on_page.items()
    ]
    return shown, len(found.listed), len(found.unread)


def _found(table: Table, inbox: Inbox, page: Selection, now_s: int, *, unread_only: bool) -> _Found:
    """Read at most 500 ids of notices, none where the unread alone are wanted and the inbox knows
    which is the oldest; then as many marks.
    """
    told_pk, unread_pk = keys.notices(inbox.realtor_id), keys.unread(inbox.realtor_id)
    without = unread_only and inbox.room is not None
    told = [] if without else _ids(table, told_pk, inbox.oldest, now_s)
    oldest = told[-1] if len(told) == inboxes.MOST else inbox.oldest
    begun = table.begin_many((told_pk, one) for one in ([] if unread_only else page.of(told)))
    # read last: what is told between the two is not listed as read
    marks = _ids(table, unread_pk, oldest, now_s)
    listed = marks if unread_only else told
    ids = page.of(listed)
    items = table.get_many((told_pk, one) for one in ids) if unread_only else begun()
    items |= _unsure(table, inbox.realtor_id, ids, items, {*marks})
    unread = {*marks} & {*listed} | {sk for pk, sk in items if pk == unread_pk}
    return _Found(
        listed, unread, {one: items[told_pk, one] for one in ids if (told_pk, one) in items}
    )


def _unsure(
    table: Table, realtor_id: str, ids: Sequence[str], seen: Mapping[Key, Item], marked: set[str]
) -> dict[Key, Item]:
    """Read the notices that were not seen, and the marks of those not known to be `marked`. Where
    they are written just now, one may be seen before the other: what is missing is looked for once
    more, as of one moment.
    """
    wanted = [(keys.notices(realtor_id), notice) for notice in ids]
    unknown = [(keys.unread(realtor_id), notice) for notice in ids if notice not in marked]
    items: dict[Key, Item] = {}
    for some in batched(
        [*(key for key in wanted if key not in seen), *unknown], BATCH, strict=False
    ):
        items |= table.get_together(some)
    return items


def _ids(table: Table, pk: str, oldest: str, now_s: int) -> list[str]:
    """Read them, newest first. What has expired may still lie there for days."""
    raws = inboxes.newest(table, pk, oldest, ("SK", "expires"))
    return [raw["SK"]["S"] for raw in raws if int(raw["expires"]["N"]) > now_s]
