"""When a push may go out: quiet hours and the daily time by the realtor's own clock, held against a
clock that is looked at every minute.
"""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobroke.domain.notices.push_settings import (
    DEFAULT,
    PushSettings,
    Quiet,
    allowed_at,
    is_time_zone,
    quiet_until,
)
from tests.conftest import ROOT

MINUTE_MS = 60_000
NIGHT = Quiet("22:00", "08:00")
ZONES = [
    "Europe/Moscow",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Australia/Lord_Howe",  # half an hour of summer time
    "America/Nuuk",  # set at midnight
    "America/St_Johns",
    "Pacific/Chatham",
    "Africa/Cairo",
    "UTC",
]


def ms(text: str, zone: str = "Europe/Moscow", *, fold: int = 0) -> int:
    """What a clock there shows."""
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)
    return round(moment.timestamp() * 1000)


def clock(at_ms: int, zone: str) -> str:
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone)).strftime("%H:%M")


def is_quiet(quiet: Quiet | None, shown: str) -> bool:
    if quiet is None:
        return False
    if quiet.start < quiet.end:
        return quiet.start <= shown < quiet.end
    return shown >= quiet.start or shown < quiet.end


def whole_minutes(from_ms: int) -> range:
    first = -(-from_ms // MINUTE_MS) * MINUTE_MS
    return range(first, first + 3 * 24 * 60 * MINUTE_MS, MINUTE_MS)


def slowly(settings: PushSettings, came_at: int, *, recommended: bool) -> int:
    """The same by looking at the clock every minute. One that is wound on from 2:00 to 3:00 stands
    for a second one, that was not, until that has come to 3:00.
    """
    zone = ZoneInfo(settings.time_zone)
    at = came_at
    if recommended and settings.daily_at is not None:
        at = next(at for at in whole_minutes(came_at) if begins_a_day(settings.daily_at, at, zone))
    if not is_quiet(settings.quiet, clock(at, settings.time_zone)):
        return at
    return next(
        at
        for at in whole_minutes(at)
        if not is_quiet(settings.quiet, clock(at, settings.time_zone))
    )


def begins_a_day(daily_at: str, at_ms: int, zone: ZoneInfo) -> bool:
    """Whether it is the daily moment: the first that shows it, or would if the clock had not been
    wound on within the last two hours.
    """
    at = datetime.fromtimestamp(at_ms / 1000, zone)
    before = at.astimezone(UTC) - timedelta(hours=2)
    wound_on = at.utcoffset() - before.astimezone(zone).utcoffset()  # type: ignore[operator]
    if wound_on > timedelta(0):
        unset = at - wound_on
        leapt = unset.replace(tzinfo=zone).astimezone(UTC).astimezone(zone) != unset
        if unset.strftime("%H:%M") == daily_at and leapt:
            return True
    return at.strftime("%H:%M") == daily_at and at.fold == 0


clocks = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
quiets = st.none() | st.builds(Quiet, clocks, clocks).filter(lambda quiet: quiet[0] != quiet[1])
settings = st.builds(
    PushSettings, time_zone=st.sampled_from(ZONES), quiet=quiets, daily_at=st.none() | clocks
)
years = st.integers(ms("2026-01-01"), ms("2028-01-01"))


@st.composite
def near_a_change(draw: st.DrawFn) -> tuple[PushSettings, int]:
    """Settings, and a moment of the two days before their zone's clock is set."""
    mine = draw(settings)
    zone = ZoneInfo(mine.time_zone)
    days = [datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(day) for day in range(700)]
    changes = [
        day
        for day, following in pairwise(days)
        if day.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset()
    ]
    day = draw(st.sampled_from(changes or days))
    return mine, round(day.timestamp() * 1000) + draw(st.integers(-36 * 3_600_000, 36 * 3_600_000))


def test_who_set_nothing_is_told_at_once() -> None:
    now = ms("2026-10-03T03:00:00.123")
    assert allowed_at(DEFAULT, now, recommended=True) == now
    assert allowed_at(DEFAULT, now, recommended=False) == now


@pytest.mark.parametrize(
    ("came", "told"),
    [
        ("2026-10-03T21:59:59.999", "2026-10-03T21:59:59.999"),
        ("2026-10-03T22:00", "2026-10-04T08:00"),
        ("2026-10-03T23:30:30.5", "2026-10-04T08:00"),
        ("2026-10-04T00:00", "2026-10-04T08:00"),
        ("2026-10-04T07:59:59.999", "2026-10-04T08:00"),
        ("2026-10-04T08:00", "2026-10-04T08:00"),
    ],
)
def test_what_comes_at_night_waits_for_the_morning(came: str, told: str) -> None:
    mine = PushSettings(quiet=NIGHT)
    assert allowed_at(mine, ms(came), recommended=False) == ms(told)
    assert quiet_until(mine, ms(came)) == ms(told)


def test_quiet_hours_may_be_by_day() -> None:
    mine = PushSettings(quiet=Quiet("09:00", "18:30"), time_zone="Asia/Kolkata")
    came = ms("2026-10-03T09:00", "Asia/Kolkata")
    assert allowed_at(mine, came, recommended=False) == ms("2026-10-03T18:30", "Asia/Kolkata")
    assert allowed_at(mine, came - 1, recommended=False) == came - 1


@pytest.mark.parametrize(
    ("came", "told"),
    [
        ("2026-10-03T08:59:59.999", "2026-10-03T09:00"),
        ("2026-10-03T09:00", "2026-10-03T09:00"),
        ("2026-10-03T09:00:00.001", "2026-10-04T09:00"),
        ("2026-12-31T10:00", "2027-01-01T09:00"),
    ],
)
def test_an_alert_waits_for_the_daily_time(came: str, told: str) -> None:
    mine = PushSettings(daily_at="09:00")
    assert allowed_at(mine, ms(came), recommended=True) == ms(told)
    assert allowed_at(mine, ms(came), recommended=False) == ms(came)


def test_a_daily_time_within_the_quiet_hours_waits_for_their_end() -> None:
    mine = PushSettings(quiet=NIGHT, daily_at="23:00")
    assert allowed_at(mine, ms("2026-10-03T12:00"), recommended=True) == ms("2026-10-04T08:00")
    assert allowed_at(mine, ms("2026-10-03T23:30"), recommended=True) == ms("2026-10-05T08:00")


def test_a_night_is_shorter_or_longer_when_the_clock_is_set() -> None:
    mine = PushSettings(quiet=NIGHT, time_zone="Europe/Berlin")
    for evening, morning in (("2027-03-27", "2027-03-28"), ("2026-10-24", "2026-10-25")):
        came = ms(f"{evening}T22:00", "Europe/Berlin")
        told = ms(f"{morning}T08:00", "Europe/Berlin")
        assert allowed_at(mine, came, recommended=False) == told
        assert told - came in {9 * 3_600_000, 11 * 3_600_000}


def test_quiet_hours_whose_end_the_clock_leaps_over_end_there() -> None:
    mine = PushSettings(quiet=Quiet("01:00", "02:30"), time_zone="Europe/Berlin")
    came = ms("2027-03-28T01:59", "Europe/Berlin")
    assert allowed_at(mine, came, recommended=False) == ms("2027-03-28T03:00", "Europe/Berlin")


def test_quiet_hours_that_the_clock_comes_back_to_are_quiet_again() -> None:
    mine = PushSettings(quiet=Quiet("01:00", "02:30"), time_zone="Europe/Berlin")
    first, second = (ms("2026-10-25T02:30", "Europe/Berlin", fold=fold) for fold in (0, 1))
    assert quiet_until(mine, first - 1) == first
    assert quiet_until(mine, first + 30 * MINUTE_MS) == second


def test_a_daily_time_that_is_shown_twice_comes_once() -> None:
    mine = PushSettings(daily_at="02:30", time_zone="Europe/Berlin")
    first = ms("2026-10-25T02:30", "Europe/Berlin")
    assert allowed_at(mine, first, recommended=True) == first
    after = allowed_at(mine, first + 1, recommended=True)
    assert after == ms("2026-10-26T02:30", "Europe/Berlin")


def test_a_daily_time_that_the_clock_leaps_over_comes_nevertheless() -> None:
    mine = PushSettings(daily_at="02:30", time_zone="Europe/Berlin")
    came = ms("2027-03-28T01:00", "Europe/Berlin")
    assert allowed_at(mine, came, recommended=True) == ms("2027-03-28T03:30", "Europe/Berlin")


@given(settings, years, st.booleans())
def test_it_is_the_first_minute_whose_clock_allows_it(
    mine: PushSettings, came_at: int, recommended: bool
) -> None:
    told = allowed_at(mine, came_at, recommended=recommended)
    assert told == slowly(mine, came_at, recommended=recommended)


@given(near_a_change(), st.booleans())
def test_it_is_so_when_the_clock_is_set(case: tuple[PushSettings, int], recommended: bool) -> None:
    mine, came_at = case
    told = allowed_at(mine, came_at, recommended=recommended)
    assert told == slowly(mine, came_at, recommended=recommended)


@pytest.mark.parametrize(
    "name", ["Europe/Moscow", "Asia/Kolkata", "UTC", "America/Argentina/Ushuaia"]
)
def test_zones_are_known_by_their_names(name: str) -> None:
    assert is_time_zone(name)


@pytest.mark.parametrize(
    "name",
    [
        *("", "MSK", "europe/moscow", "Europe/Moscow ", "Europe", "+03:00", "UTC\0", "zones"),
        *("../UTC", "/etc/localtime", "localtime", "Europe/../Europe/Moscow"),
        *("posix/Europe/Moscow", "right/UTC", "posixrules"),
    ],
)
def test_what_is_no_name_of_the_list_is_none(name: str) -> None:
    assert not is_time_zone(name)


WITHOUT_FILES = """
import zoneinfo
assert zoneinfo.TZPATH == (), zoneinfo.TZPATH
from cobroke.domain.notices.push_settings import PushSettings, Quiet, is_time_zone, quiet_until
assert is_time_zone("Asia/Kolkata") and not is_time_zone("MSK")
print(quiet_until(PushSettings(time_zone="Asia/Kolkata", quiet=Quiet("00:00", "23:59")), 0))
"""


def test_it_needs_no_zone_files_of_the_system() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_FILES],
        env={"PYTHONTZPATH": "", "PYTHONPATH": str(ROOT / "layers/common/python")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == str(ms("1970-01-01T23:59", "Asia/Kolkata")), done.stderr


def test_settings_alone_read_no_zone() -> None:
    imports = "import sys, cobroke.domain.notices.push_settings; print('zoneinfo' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", imports],
        env={"PYTHONPATH": str(ROOT / "layers/common/python")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"
