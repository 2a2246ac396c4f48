"""What of an outbox is told now, dropped, and when the next may be: every plan is played to its end
and held against the rules of the contract.
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobroke.domain.notices.outbox import KEPT_MS, Plan, Waiting, plan
from cobroke.domain.notices.push_settings import (
    DEFAULT,
    PushSettings,
    Quiet,
    allowed_at,
    quiet_until,
)

SECOND = 1_000
HOUR = 3_600_000
NIGHT = PushSettings(quiet=Quiet("22:00", "08:00"))
DAILY = PushSettings(daily_at="09:00")
OFF = PushSettings(enabled=False)


def ms(text: str) -> int:
    moment = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Moscow"))
    return round(moment.timestamp() * 1000)


NOON = ms("2026-10-03T12:00")


def waiting(*came: int, recommended: bool = False) -> list[Waiting]:
    return [Waiting(f"notice {place}", at, recommended) for place, at in enumerate(came)]


def ids(*places: int) -> tuple[str, ...]:
    return tuple(f"notice {place}" for place in places)


def test_an_empty_outbox_is_left_alone() -> None:
    assert plan(NIGHT, [], NOON) == Plan((), (), None)


def test_the_oldest_goes_first_and_the_next_at_once() -> None:
    assert plan(DEFAULT, waiting(1 + NOON, 2 + NOON), NOON + 2) == Plan(ids(0), (), NOON + 2)


def test_three_go_one_by_one_and_four_as_one() -> None:
    three, four = (waiting(*[NOON] * count) for count in (3, 4))
    assert plan(DEFAULT, three, NOON) == Plan(ids(0), (), NOON)
    assert plan(DEFAULT, four, NOON) == Plan(ids(0, 1, 2, 3), (), None)


def test_at_night_nothing_is_told_and_in_the_morning_all_is_one() -> None:
    night, morning = ms("2026-10-03T23:00"), ms("2026-10-04T08:00")
    came = waiting(*(night + minute for minute in range(12)))
    assert plan(NIGHT, came, night + HOUR) == Plan((), (), morning)
    assert plan(NIGHT, came, morning) == Plan(ids(*range(12)), (), None)


def test_what_a_slow_chat_has_pushed_into_the_night_waits_for_its_end() -> None:
    came = waiting(ms("2026-10-03T21:59"))
    assert plan(NIGHT, came, ms("2026-10-03T22:01")) == Plan((), (), ms("2026-10-04T08:00"))


def test_alerts_of_a_day_are_one_message_and_the_rest_goes_at_once() -> None:
    came = [
        Waiting("an alert", NOON, recommended=True),
        Waiting("an interest", NOON + 1, recommended=False),
        Waiting("another alert", NOON + 2, recommended=True),
    ]
    morning = ms("2026-10-04T09:00")
    assert plan(DAILY, came, NOON + 2) == Plan(("an interest",), (), morning)
    assert plan(DAILY, [came[0], came[2]], morning) == Plan(("an alert", "another alert"), (), None)
    assert plan(DAILY, came, morning) == Plan(("an alert", "another alert"), (), morning)


def test_without_a_daily_time_alerts_go_one_by_one() -> None:
    assert plan(DEFAULT, waiting(NOON, NOON, recommended=True), NOON).tell == ids(0)


def test_what_has_waited_a_day_longer_than_it_should_is_dropped() -> None:
    came = waiting(NOON, NOON + 1)
    assert plan(DEFAULT, came, NOON + KEPT_MS) == Plan(ids(0), (), NOON + KEPT_MS)
    assert plan(DEFAULT, came, NOON + KEPT_MS + 1) == Plan(ids(1), ids(0), None)


def test_the_day_begins_when_the_settings_allow_it() -> None:
    came, morning = waiting(NOON, recommended=True), ms("2026-10-04T09:00")
    assert plan(DAILY, came, morning + KEPT_MS).tell == ids(0)
    assert plan(DAILY, came, morning + KEPT_MS + 1) == Plan((), ids(0), None)


def test_what_comes_while_pushes_are_off_is_dropped() -> None:
    assert plan(OFF, waiting(NOON, NOON + 1), NOON) == Plan((), ids(0, 1), None)


def test_a_clock_that_was_set_back_tells_nothing_before_it_came() -> None:
    assert plan(DEFAULT, waiting(NOON), NOON - HOUR) == Plan((), (), NOON)


clocks = st.builds("{:02}:{:02}".format, st.integers(0, 23), st.integers(0, 59))
quiets = st.none() | st.builds(Quiet, clocks, clocks).filter(lambda quiet: quiet[0] != quiet[1])
settings = st.builds(
    PushSettings,
    time_zone=st.sampled_from(["Europe/Moscow", "Europe/Berlin", "Asia/Kolkata"]),
    quiet=quiets,
    daily_at=st.none() | clocks,
)
offsets = st.lists(st.integers(0, 3 * 24 * HOUR), max_size=8)


@st.composite
def outboxes(draw: st.DrawFn) -> list[Waiting]:
    start = draw(st.integers(ms("2026-10-20"), ms("2027-04-01")))
    came = sorted(start + offset for offset in draw(offsets))
    return [Waiting(str(place), at, draw(st.booleans())) for place, at in enumerate(came)]


def played(mine: PushSettings, outbox: Sequence[Waiting], now: int) -> list[tuple[int, Plan]]:
    """Every plan until nothing is left, each when the one before says, a second apart."""
    plans, left = [], list(outbox)
    while left:
        made = plan(mine, left, now)
        plans.append((now, made))
        left = [notice for notice in left if notice.notice_id not in made.tell + made.drop]
        assert (made.wake_at is None) == (not left)
        if made.wake_at is not None:
            assert made.wake_at >= now
            assert made.tell or made.drop or made.wake_at > now
            now = max(made.wake_at, now + SECOND * bool(made.tell))
    return plans


@given(settings, outboxes(), st.integers(-HOUR, 4 * 24 * HOUR))
def test_every_outbox_comes_to_its_end(
    mine: PushSettings, outbox: list[Waiting], wait: int
) -> None:
    by_id = {notice.notice_id: notice for notice in outbox}
    allowed = {
        an_id: allowed_at(mine, one.came_at, recommended=one.recommended)
        for an_id, one in by_id.items()
    }
    plans = played(mine, outbox, outbox[0].came_at + wait) if outbox else []
    for now, made in plans:
        for an_id in made.tell:
            assert allowed[an_id] <= now <= allowed[an_id] + KEPT_MS
            assert quiet_until(mine, now) == now
        assert all(now > allowed[an_id] + KEPT_MS for an_id in made.drop)
        daily = mine.daily_at and all(by_id[an_id].recommended for an_id in made.tell)
        assert len(made.tell) in {0, 1} or len(made.tell) > 3 or daily
    ended = [an_id for _, made in plans for an_id in made.tell + made.drop]
    assert sorted(ended) == sorted(by_id)


@given(settings, outboxes(), st.integers(0, 4 * 24 * HOUR))
def test_nothing_could_be_told_before_the_plan_wakes(
    mine: PushSettings, outbox: list[Waiting], wait: int
) -> None:
    now = outbox[0].came_at + wait if outbox else NOON
    made = plan(mine, outbox, now)
    left = [one for one in outbox if one.notice_id not in made.tell + made.drop]
    if made.wake_at is None:
        assert left == []
        return
    assert plan(mine, left, made.wake_at).tell
    if made.wake_at > now:
        assert not plan(mine, left, made.wake_at - 1).tell


@pytest.mark.parametrize("count", [4, 5, 40])
def test_a_digest_holds_all_that_is_due_and_nothing_that_is_not(count: int) -> None:
    later = Waiting("later", NOON, recommended=True)
    due = waiting(*[NOON] * count)
    made = plan(DAILY, [*due, later], NOON + 1)
    assert made == Plan(ids(*range(count)), (), ms("2026-10-04T09:00"))
