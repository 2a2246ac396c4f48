"""What protects others from whoever registers with the Telegram id of one who was erased: for 30
days, under a keyed hash of it, who has blocked them, and the arrival times of their use.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cobroke.clock import DAY_MS
from cobroke.domain.fair_use import QUOTAS
from cobroke.storage import entities
from cobroke.storage.conditions import ABSENT, holding
from cobroke.storage.erasing import jobs
from cobroke.storage.notation import Item
from cobroke.storage.parting import blocks
from cobroke.storage.parting.blocks import Blocks
from cobroke.storage.table import Key, Table, Write

KEPT_MS = 30 * DAY_MS
_ARRIVALS = tuple(f"{use}_until" for use in QUOTAS)


@dataclass(frozen=True)
class Protection:
    """`against`: the raw ids of those who have blocked them, packed. `at` (ms): when they were
    erased; 0 where nothing lies there.
    """

    at: int = 0
    against: bytes = b""
    suspended: bool = False
    arrivals: Mapping[str, int] = field(default_factory=dict)


def key(digest: str) -> Key:
    return f"PROTECTION#{digest}", "PROTECTION"


def keep(
    table: Table, digest: str, now: int, against: bytes, limits: Item, *, suspended: bool
) -> Write:
    """Make the write that keeps them from `now` (ms) on, the arrival times as LIMITS has them."""
    facts = {
        "kept_at": now,
        "expires": (now + KEPT_MS) // 1000,
        "against": against,
        "suspended": suspended,
        **_arrivals(limits),
    }
    return table.put(entities.PROTECTION.at(key(digest), facts))


def of_item(item: Item | None, now: int) -> Protection:
    """Return what is kept at `now` (ms); of what has expired nothing but that it lies there."""
    if item is None:
        return Protection()
    if item["expires"] <= now // 1000:
        return Protection(item["kept_at"])
    return Protection(item["kept_at"], item["against"], item["suspended"], _arrivals(item))


def taken_over(
    table: Table, digest: str, known: Protection, realtor_id: str, now: int
) -> list[Write]:
    """Make the writes by which it is the new realtor's, on condition that it is as it was read;
    those who have blocked them follow (`jobs.PART`).
    """
    if not known.at:
        return [table.check(key(digest), when=ABSENT)]
    writes = [table.delete(key(digest), when=holding(kept_at=known.at))]
    if known.against:
        none = Blocks(realtor_id)
        new = Blocks(realtor_id, against=blocks.unpacked(known.against))
        writes += [blocks.write(table, none, new), jobs.begin(table, jobs.PART, realtor_id, now)]
    return writes


def _arrivals(item: Item) -> Mapping[str, int]:
    return {name: item[name] for name in _ARRIVALS if name in item}
