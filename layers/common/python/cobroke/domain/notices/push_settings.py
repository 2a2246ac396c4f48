"""When a realtor wants to be told by Telegram, by their own clock.

The clock on their wall decides: while it shows a time of the quiet hours nothing is sent, also
where it is set to summer time or back in between.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from functools import cache
from typing import NamedTuple

_MINUTE_MS = 60_000
_DAY = 24 * 60
_CLOCKS_CHANGE_ON = 15
"""In minutes: every clock is a multiple of it away from UTC, and is set at such a moment."""


class Quiet(NamedTuple):
    """From `start` until before `end`, by the realtor's clock ("HH:MM"): over midnight where `end`
    comes before `start`.
    """

    start: str
    end: str


@dataclass(frozen=True)
class PushSettings:
    """`time_zone` is a name of the IANA list; at `daily_at` ("HH:MM") alerts are told."""

    enabled: bool = True
    time_zone: str = "Europe/Moscow"
    quiet: Quiet | None = None
    daily_at: str | None = None


DEFAULT = PushSettings()


def is_time_zone(name: str) -> bool:
    """Return whether it is a name of the IANA list."""
    return name in _time_zones()


def allowed_at(settings: PushSettings, came_at_ms: int, *, recommended: bool) -> int:
    """Return the first moment (ms), from when a notice came, at which it may be pushed: where there
    is a daily time an alert (`recommended`) waits for it, then anything for the quiet hours' end.
    """
    if recommended and settings.daily_at is not None:
        came_at_ms = _next_daily(settings.daily_at, _zone(settings.time_zone), came_at_ms)
    return quiet_until(settings, came_at_ms)


def quiet_until(settings: PushSettings, at_ms: int) -> int:
    """Return the first moment (ms) from this one that is not in the quiet hours."""
    if settings.quiet is None:
        return at_ms
    start, end = map(_minutes, settings.quiet)
    zone, at = _zone(settings.time_zone), at_ms
    while True:
        shown = _shown(zone, at)
        minute = shown.hour * 60 + shown.minute
        if (minute - start) % _DAY >= (end - start) % _DAY:
            return at
        step = min((end - minute) % _DAY, _CLOCKS_CHANGE_ON - minute % _CLOCKS_CHANGE_ON)
        at += step * _MINUTE_MS - at % _MINUTE_MS


def _next_daily(daily_at: str, zone: tzinfo, from_ms: int) -> int:
    """Return the next moment (ms) of the daily one, from this. Of a time that the clock shows twice
    on a day it is the first; one that it leaps over comes as late as if it did not.
    """
    shown = _shown(zone, from_ms)
    moments = (
        datetime.combine(shown.date() + timedelta(days), time.fromisoformat(daily_at), zone)
        for days in (-1, 0, 1)
    )
    return min(at for at in map(_ms, moments) if at >= from_ms)


def _shown(zone: tzinfo, at_ms: int) -> datetime:
    """Return what the clock of a zone shows."""
    return datetime.fromtimestamp(at_ms // 1000, zone)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp()) * 1000


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


@cache
def _zone(name: str) -> tzinfo:
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - most who know settings never need a clock

    return ZoneInfo(name)


@cache
def _time_zones() -> frozenset[str]:
    from zoneinfo import available_timezones  # noqa: PLC0415 - it takes 50 ms to read

    return frozenset(available_timezones()) - {"localtime"}  # a file of this machine
