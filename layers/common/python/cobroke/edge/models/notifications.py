"""What a realtor was told, as they see it."""

from typing import Any

from pydantic import BaseModel

from cobroke.clock import timestamp
from cobroke.edge.models.fields import Id, Timestamp
from cobroke.storage.notices.notices import Notice, NoticeType


class Notification(BaseModel):
    id: Id
    type: NoticeType
    title: str
    message: str
    data: dict[str, Any]
    """The ids it speaks of, as they apply, and the `reason` of a NEW_MATCH."""
    is_read: bool
    created_at: Timestamp


def notification(notice: Notice) -> Notification:
    return Notification.model_construct(
        id=notice.id,
        type=notice.type,
        title=notice.words.title,
        message=notice.words.message,
        data=dict(notice.data),
        is_read=notice.is_read,
        created_at=timestamp(notice.at),
    )
