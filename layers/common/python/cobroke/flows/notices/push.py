"""Pushes a notice to its realtor's Telegram: once, unless the answer that it was sent is lost."""

from collections.abc import Callable
from typing import NamedTuple

from cobroke.domain.notices.wording import Words
from cobroke.domain.realtors import Realtor
from cobroke.storage.notices import pushes
from cobroke.storage.table import Table
from cobroke.telegram.bot_api import Answer, Blocked, Refused, Sent, Slower

LONGEST_SEND_S = 12
"""Nothing is sent where no more time than that is left: that it was sent must be written."""

type Send = Callable[[str, Words], Answer]
"""(chat id, words) → what Telegram says, or Unreachable."""


class PushResult(NamedTuple):
    """What became of it, and (not None) after how many seconds it is to be tried again."""

    said: str
    again_after_s: int | None = None


def push(table: Table, send: Send, realtor_id: str, notice_id: str, now_s: int) -> PushResult:
    """Push the notice, and return what became of it. Raises what `send` does, and gives the claim
    up: a failed try. To be asked to wait, by Telegram, by another's claim or for want of time, is
    none.
    """
    if table.seconds_left <= LONGEST_SEND_S:
        return PushResult("no time left", again_after_s=1)
    found = pushes.load(table, realtor_id, notice_id)
    if isinstance(found, str):
        return PushResult(found)
    realtor, notice = found
    if realtor.push_after > now_s:
        return PushResult("waiting", again_after_s=realtor.push_after - now_s)
    if not pushes.claim(table, realtor_id, notice_id, now_s):
        return PushResult("claimed", again_after_s=pushes.CLAIMED_FOR_S)
    try:
        answer = send(realtor.telegram_id, notice.words)
    except Exception:
        pushes.give_up(table, realtor_id, notice_id)
        raise
    return _settled(table, realtor, notice_id, answer, now_s)


def _settled(
    table: Table, realtor: Realtor, notice_id: str, answer: Answer, now_s: int
) -> PushResult:
    match answer:
        case Sent():
            pushes.sent(table, realtor.id, notice_id, now_s)
            return PushResult("sent")
        case Slower(seconds):
            pushes.wait(table, realtor, now_s + seconds)
            pushes.give_up(table, realtor.id, notice_id)
            return PushResult("slower", again_after_s=seconds)
        case Blocked():
            pushes.switch_off(table, realtor)
            return PushResult("blocked")
        case Refused(status):
            return PushResult(f"refused with {status}")
