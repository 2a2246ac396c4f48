"""What the caller was told: GET /notifications"""

import json
import time
from typing import Annotated

from fastapi import Query  # type: ignore[import-not-found]

from benchmarks.naive import table
from benchmarks.naive.access import Caller
from benchmarks.naive.leads import moment
from benchmarks.naive.models import Notification, Notifications
from benchmarks.naive.table import Item


def list_notifications(
    owner: Caller,
    page: Annotated[int, Query(ge=1)] = 1,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Notifications:
    """Read a page, newest first; those with a mark are unread."""
    told, unread = _ids(f"NOTICES#{owner}"), _ids(f"UNREAD#{owner}")
    keys = [(f"NOTICES#{owner}", notice) for notice in told[(page - 1) * limit : page * limit]]
    items, marked = table.get_many(keys), {*unread}
    return Notifications(
        notifications=[_notification(items[key], key[1] not in marked) for key in keys],
        unread_count=len(unread),
        total=len(told),
        page=page,
        limit=limit,
    )


def _ids(pk: str) -> list[str]:
    now = int(time.time())
    found = table.query(pk, newest_first=True, attributes="SK, expires")
    return [str(item["SK"]) for item in found if item["expires"] > now]


def _notification(item: Item, is_read: bool) -> Notification:  # noqa: FBT001 - a fact of the item
    return Notification(
        id=item["SK"],
        type=item["type"],
        title=item["title"],
        message=item["message"],
        data=json.loads(item["d"]),
        is_read=is_read,
        created_at=moment(int(item["SK"][:13])),
    )
