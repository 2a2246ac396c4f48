"""Notifications: GET /notifications · POST /notifications/{notification_id}/read · POST
/notifications/read-all
"""

import time
from typing import Annotated, Literal

from pydantic import BaseModel, WithJsonSchema

from cobroke.clock import DAY_MS
from cobroke.domain.paging import asked
from cobroke.domain.preconditions import weak_etag
from cobroke.edge.api import Api
from cobroke.edge.models.fields import Count, Id
from cobroke.edge.models.notifications import Notification, notification
from cobroke.edge.query import PageLimit, PageNumber
from cobroke.storage.notices import inboxes, notices, pages

api = handler = Api("notifications")

UnreadOnly = Annotated[Literal["true", "false"], WithJsonSchema({"type": "boolean"})]


class Notifications(BaseModel):
    notifications: list[Notification]
    unread_count: Count
    total: Count
    """(added)"""
    page: int
    """(added)"""
    limit: int
    """(added)"""


class Read(BaseModel):
    id: Id
    is_read: bool


class AllRead(BaseModel):
    unread_count: Count


@api.serves("GET /notifications")
def list_notifications(
    unread_only: UnreadOnly = "false", page: PageNumber = None, limit: PageLimit = None
) -> Notifications:
    """List what the caller was told, newest first.

    Kept 90 days, and of these the newest 500. `unread_count` counts all unread, whatever is listed.
    With `If-None-Match` what has not changed is a 304.
    """
    which, now = asked(page, limit), _now()
    inbox = inboxes.load(api.table, api.caller)
    # what expires changes no inbox: it is forgotten with the day
    api.unless_known(
        weak_etag(api.caller, inbox.version, now * 1000 // DAY_MS, *which, unread_only)
    )
    found, total, unread = pages.page_of(
        api.table, inbox, which, now, unread_only=unread_only == "true"
    )
    return Notifications.model_construct(
        notifications=list(map(notification, found)),
        unread_count=unread,
        total=total,
        page=which.number,
        limit=which.limit,
    )


@api.serves("POST /notifications/read-all")
def read_all_notifications() -> AllRead:
    """Mark all as read.

    (added) What is told meanwhile stays unread.
    """
    notices.read_all(api.table, api.caller, _now())
    return AllRead(unread_count=0)


@api.serves("POST /notifications/{notification_id}/read")
def read_notification(notification_id: str) -> Read:
    """Mark one as read.

    Repeatable.
    """
    notices.read(api.table, api.caller, notification_id, _now())
    return Read(id=notification_id, is_read=True)


def _now() -> int:
    return int(time.time())
