"""Notifications: GET /notifications · POST /notifications/{notification_id}/read · POST /notifications/read-all"""

import time
from typing import Annotated, Any, Literal

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel

from cobroke.clock import timestamp
from cobroke.domain.paging import asked
from cobroke.http import Api
from cobroke.query import PageLimit, PageNumber
from cobroke.storage import notices
from cobroke.storage.notices import Notice, NoticeType

api = handler = Api("notifications")

UnreadOnly = Annotated[Literal["true", "false"], Query()]


class Notification(BaseModel):
    id: str
    type: NoticeType
    title: str
    message: str
    data: dict[str, Any]
    is_read: bool
    created_at: str


class Notifications(BaseModel):
    notifications: list[Notification]
    unread_count: int
    total: int
    page: int
    limit: int


class Read(BaseModel):
    id: str
    is_read: bool


class AllRead(BaseModel):
    unread_count: int


@api.serves("GET /notifications")
def list_notifications(
    unread_only: UnreadOnly = "false", page: PageNumber = None, limit: PageLimit = None
) -> Notifications:
    which = asked(page, limit)
    found, total, unread = notices.page_of(api.table, api.caller, which, _now(), unread_only=unread_only == "true")
    return Notifications.model_construct(
        notifications=list(map(_notification, found)),
        unread_count=unread,
        total=total,
        page=which.number,
        limit=which.limit,
    )


@api.serves("POST /notifications/read-all")
def read_all() -> AllRead:
    notices.read_all(api.table, api.caller, _now())
    return AllRead(unread_count=0)


@api.serves("POST /notifications/{notification_id}/read")
def read(notification_id: str) -> Read:
    notices.read(api.table, api.caller, notification_id, _now())
    return Read(id=notification_id, is_read=True)


def _notification(notice: Notice) -> Notification:
    return Notification.model_construct(
        id=notice.id,
        type=notice.type,
        title=notice.title,
        message=notice.message,
        data=dict(notice.data),
        is_read=notice.is_read,
        created_at=timestamp(notice.at),
    )


def _now() -> int:
    return int(time.time())
