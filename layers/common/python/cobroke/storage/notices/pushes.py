"""Who pushes a notice to Telegram: one at a time, and never again once it was sent."""

from cobroke.domain.errors import Busy
from cobroke.storage import keys, realtors
from cobroke.storage.notices.notices import Notice, of_item
from cobroke.storage.pauses import TRIES, pause
from cobroke.storage.realtors import Realtor
from cobroke.storage.retry import written
from cobroke.storage.table import Table

CLAIMED_FOR_S = 60


def load(table: Table, realtor_id: str, notice_id: str) -> tuple[Realtor, Notice] | None:
    """Whom to push what; None where it was pushed, or is gone, or he is not to be reached."""
    realtor_key, notice_key = keys.realtor(realtor_id), (keys.notices(realtor_id), notice_id)
    items = table.get_many([realtor_key, notice_key])
    if len(items) < 2 or "pushed_at" in items[notice_key]:
        return None
    realtor = realtors.of_item(items[realtor_key])
    return (
        (realtor, of_item(items[notice_key], is_read=False))
        if realtor.verified and not realtor.push_off
        else None
    )


def claim(table: Table, realtor_id: str, notice_id: str, now_s: int) -> bool:
    """Whether nobody else is sending it, nor has sent it. A claim ends by itself."""
    unsent = "attribute_exists(PK) AND attribute_not_exists(pushed_at)"
    free = f"{unsent} AND (attribute_not_exists(claimed_until) OR claimed_until <= :now)"
    values = {"until": now_s + CLAIMED_FOR_S, "now": now_s}
    key = keys.notices(realtor_id), notice_id
    return written(table, [table.update(key, "SET claimed_until = :until", values, condition=free)])


def give_up(table: Table, realtor_id: str, notice_id: str) -> None:
    """The claim, so that the next try need not wait for its end."""
    _set(table, realtor_id, notice_id, "claimed_until", 0)


def sent(table: Table, realtor_id: str, notice_id: str, now_s: int) -> None:
    """For good: whatever delivers the notice again finds it pushed. What else would be a double is
    tried as long as there is time.
    """
    tried = 0
    while True:
        try:
            return _set(table, realtor_id, notice_id, "pushed_at", now_s)
        except Busy:
            pause(tried := min(tried + 1, TRIES - 1), table.seconds_left)


def switch_off(table: Table, realtor: Realtor) -> None:
    """Until his next login; where he has logged in since he was read, that counts."""
    key, values = (
        keys.realtor(realtor.id),
        {"off": True, "old": realtor.version, "new": realtor.version + 1},
    )
    change = table.update(
        key, "SET push_off = :off, version = :new", values, condition="version = :old"
    )
    written(table, [change])


def wait(table: Table, realtor: Realtor, until_s: int) -> None:
    """No message to him before, nor before the end of a longer wait. The version tells a login
    under way that it has read what is no longer so.
    """
    key, values = keys.realtor(realtor.id), {"until": until_s, "one": 1}
    longer = "SET push_after = :until ADD version :one"
    written(table, [table.update(key, longer, values, condition="push_after < :until")])


def _set(table: Table, realtor_id: str, notice_id: str, name: str, value: int) -> None:
    """A notice that grows meanwhile is waited for: it must not make its message a double."""
    key = keys.notices(realtor_id), notice_id
    change = table.update(
        key, f"SET {name} = :value", {"value": value}, condition="attribute_exists(PK)"
    )
    written(table, [change])
