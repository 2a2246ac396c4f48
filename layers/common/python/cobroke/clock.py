"""The clock of the functions: whole milliseconds since 1970, UTC."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

type Clock = Callable[[], int]
"""Says now, in ms."""


DAY_MS = 24 * 3600 * 1000


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def timestamp(ms: int) -> str:
    """Write a time as RFC 3339 with milliseconds, as in 2026-11-24T09:30:00.123Z."""
    moment = datetime.fromtimestamp(ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def timestamp_or_none(ms: int | None) -> str | None:
    return None if ms is None else timestamp(ms)
