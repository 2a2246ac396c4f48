"""Who pushes a notice to Telegram: one at a time, and never again once it was sent."""

from typing import Literal

from cobroke.domain.errors import Busy
from cobroke.domain.realtors import Realtor
from cobroke.storage import keys, realtors
from cobroke.storage.conditions import PRESENT, at_most, at_version, below, missing
from cobroke.storage.notices.notices import Notice, of_item
from cobroke.storage.pauses import TRIES, pause
from cobroke.storage.retry import try_transact
from cobroke.storage.table import Table

CLAIMED_FOR_S = 60

type Unwanted = Literal["gone", "pushed before", "unverified", "off"]
"""Why a notice is not pushed; `off`: the chat has blocked the bot."""


def load(table: Table, realtor_id: str, notice_id: str) -> tuple[Realtor, Notice] | Unwanted:
    """Read whom to push what, or why nobody is to be pushed it."""
    realtor_key, notice_key = keys.realtor(realtor_id), (keys.notices(realtor_id), notice_id)
    items = table.get_many([realtor_key, notice_key])
    if len(items) < 2:
        return "gone"
    if "pushed_at" in items[notice_key]:
        return "pushed before"
    realtor = realtors.of_item(items[realtor_key])
    if not realtor.verified:
        return "unverified"
    return "off" if realtor.push_off else (realtor, of_item(items[notice_key], is_read=False))


def claim(table: Table, realtor_id: str, notice_id: str, now_s: int) -> bool:
    """Claim it; return False where somebody else is sending it, or has sent it. A claim ends by
    itself.
    """
    unclaimed = missing("claimed_until") | at_most("claimed_until", now_s)
    free = PRESENT & missing("pushed_at") & unclaimed
    key, until = (keys.notices(realtor_id), notice_id), now_s + CLAIMED_FOR_S
    change = table.update(key, {"claimed_until": until}, when=free)
    return try_transact(table, [change])


def give_up(table: Table, realtor_id: str, notice_id: str) -> None:
    """End the claim, so that the next try need not wait for its end."""
    _set(table, realtor_id, notice_id, "claimed_until", 0)


def sent(table: Table, realtor_id: str, notice_id: str, now_s: int) -> None:
    """Mark it for good: whatever delivers the notice again finds it pushed. What else would be a
    double is tried as long as there is time.
    """
    tried = 0
    while True:
        try:
            return _set(table, realtor_id, notice_id, "pushed_at", now_s)
        except Busy:
            pause(tried := min(tried + 1, TRIES - 1), table.seconds_left)


def switch_off(table: Table, realtor: Realtor) -> None:
    """Push nothing until their next login; one since they were read counts."""
    change = table.update(
        keys.realtor(realtor.id),
        {"push_off": True, "version": realtor.version + 1},
        when=at_version(realtor.version),
    )
    try_transact(table, [change])


def wait(table: Table, realtor: Realtor, until_s: int) -> None:
    """Send no message to them before, nor before the end of a longer wait. The version tells a
    login under way that it has read what is no longer so.
    """
    longer = table.update(
        keys.realtor(realtor.id),
        {"push_after": until_s},
        {"version": 1},
        when=below("push_after", until_s),
    )
    try_transact(table, [longer])


def _set(table: Table, realtor_id: str, notice_id: str, name: str, value: int) -> None:
    """Set it; wait for a notice that grows meanwhile: it must not make its message a double."""
    key = keys.notices(realtor_id), notice_id
    change = table.update(key, {name: value}, when=PRESENT)
    try_transact(table, [change])
