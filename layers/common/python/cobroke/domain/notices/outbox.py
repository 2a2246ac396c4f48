"""A realtor's outbox: which of the notices that wait to be pushed are told now, and when the next
may be.
"""

from collections.abc import Sequence
from typing import NamedTuple

from cobroke.domain.notices.push_settings import PushSettings, allowed_at, quiet_until

KEPT_MS = 24 * 3600 * 1000
"""How much longer a notice waits to be pushed than the settings ask."""
MOST_APART = 3
"""How many are told one by one; more become one message."""


class Waiting(NamedTuple):
    """A notice that is to be pushed, and when it came (ms). `recommended`: it tells of alerts."""

    notice_id: str
    came_at: int
    recommended: bool


class Plan(NamedTuple):
    """What is told now, in one message; what is never told; when what is left of it may be told
    next (ms; None: nothing is left).
    """

    tell: tuple[str, ...]
    drop: tuple[str, ...]
    wake_at: int | None


def plan(settings: PushSettings, waiting: Sequence[Waiting], now: int) -> Plan:
    """Decide what of these, oldest first, is told at `now` (ms). What is due is told one by one,
    what is more than three as one, and of a daily time all alerts are.
    """
    if not settings.enabled:
        return Plan((), _ids(waiting), None)
    allowed = {
        notice: allowed_at(settings, notice.came_at, recommended=notice.recommended)
        for notice in waiting
    }
    kept = [notice for notice in waiting if now - allowed[notice] <= KEPT_MS]
    dropped = [notice for notice in waiting if now - allowed[notice] > KEPT_MS]
    from_now = quiet_until(settings, now)
    due = [notice for notice in kept if allowed[notice] <= now == from_now]
    told = _told(settings, due)
    left = set(kept).difference(told)
    wake_at = min((max(allowed[notice], from_now) for notice in left), default=None)
    return Plan(_ids(told), _ids(dropped), wake_at)


def _told(settings: PushSettings, due: Sequence[Waiting]) -> Sequence[Waiting]:
    """Choose the next message's from what is due."""
    if len(due) > MOST_APART:
        return due
    if due and due[0].recommended and settings.daily_at is not None:
        return [notice for notice in due if notice.recommended]
    return due[:1]


def _ids(notices: Sequence[Waiting]) -> tuple[str, ...]:
    return tuple(notice.notice_id for notice in notices)
