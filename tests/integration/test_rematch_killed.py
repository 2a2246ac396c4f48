"""A run that is killed: the next goes on behind its last whole slice, and nothing is left out."""

from itertools import count, pairwise
from random import Random
from typing import Any
from unittest.mock import patch

import pytest

from cobroke.flows.schedule import rematch
from cobroke.flows.schedule.rematch import SLICE
from cobroke.storage.changes import OVERLAP_MS
from cobroke.storage.notices import alerts
from cobroke.storage.postings import postings
from cobroke.storage.schedule import runs
from tests.builders import a_property
from tests.outage import APART_MS, SELLER, Outage, moves
from tests.support.contents import MOSCOW, content
from tests.support.lossy_city import LOST, SEEDS, a_day, deliver
from tests.support.schedule import Schedule
from tests.support.scheduler import Killed
from tests.support.town import START


@pytest.fixture(autouse=True)
def aws() -> None:
    """No account: the table is in memory."""


@pytest.mark.parametrize("slices", [1, 2, 4])
def test_a_run_that_is_killed_leaves_the_rest_to_the_next_one(slices: int) -> None:
    """And what came before it is not looked at again, but for a minute of it."""
    outage = Outage(5 * SLICE)
    number = count()
    with (
        pytest.raises(Killed),
        outage.watched(lambda *call: moves(*call) and next(number) == slices),
    ):
        outage.run()
    followed = outage.written[slices * SLICE - 1]
    assert outage.watermark == followed.changed_at
    assert outage.run()["objects"] == (5 - slices) * SLICE + 1
    assert outage.watermark == outage.now


def test_run_after_run_is_killed_after_as_many_calls_and_still_all_is_followed() -> None:
    """As the ten minutes of a worker end: each gets further."""
    outage, marks, left = Outage(6 * SLICE), [0], 0
    for _ in range(12):
        made = count()
        try:
            with outage.watched(lambda *_, made=made: next(made) == 12):
                outage.run()
        except Killed:
            marks.append(outage.watermark)
        else:
            left = outage.run()["objects"]
            break
    assert len(marks) > 2
    assert all(earlier < later for earlier, later in pairwise(marks))
    assert left <= 1


def test_what_the_stream_lost_is_told_by_a_run_that_is_killed_slice_after_slice() -> None:
    outage = Outage(2 * SLICE, done=False)
    number = count()
    with pytest.raises(Killed), outage.watched(lambda *call: moves(*call) and next(number) == 1):
        outage.run()
    assert outage.run()["objects"] == SLICE + 1
    assert all(alerts.cause_of(outage.table, one) is None for one in outage.written)


def test_a_slower_worker_never_takes_the_watermark_back() -> None:
    outage = Outage(0)
    runs.follow(outage.table, MOSCOW, START + 1)
    runs.follow(outage.table, MOSCOW, START)
    assert outage.watermark == START + 1
    runs.follow(outage.table, MOSCOW, START + 2)
    assert outage.watermark == START + 2


def test_two_workers_at_once_end_where_the_later_one_began() -> None:
    outage, began = Outage(4 * SLICE), list[int]()

    def another(operation: str, arguments: Any) -> bool:
        if moves(operation, arguments) and not began:
            began.append(outage.now)
            outage.run()
        return False

    with outage.watched(another):
        outage.run()
    assert began
    assert outage.watermark > began[0]


def test_a_change_of_a_clock_ahead_moves_the_watermark_no_further_than_the_time_it_is() -> None:
    outage = Outage(SLICE)
    outage.now -= 5_000
    ahead = outage.written[-1].changed_at
    outage.posts(0)
    outage.now -= APART_MS
    number, now = count(), outage.now
    with pytest.raises(Killed), outage.watched(lambda *call: moves(*call) and next(number) == 1):
        outage.run()
    assert now < outage.watermark < ahead


def test_what_commits_late_with_a_time_that_was_followed_is_followed_by_the_next_run() -> None:
    """A change commits at most 20 s after its time, by a clock at most 5 s off."""
    outage = Outage(SLICE + 1)
    late = outage.now - 25_000
    number = count()
    with pytest.raises(Killed), outage.watched(lambda *call: moves(*call) and next(number) == 1):
        outage.run()
    outage.run()
    created = postings.create(
        outage.table, "PROPERTY", SELLER, content("PROPERTY", a_property()), lambda: late
    )
    assert created.changed_at < outage.watermark
    assert late > outage.watermark - OVERLAP_MS
    outage.run()
    assert alerts.cause_of(outage.table, created) is None


@pytest.mark.parametrize("seed", SEEDS[:3])
@pytest.mark.parametrize("killed_at", [0, 1, 3, 8])
def test_slice_by_slice_and_killed_between_all_that_the_stream_has_lost_is_there_and_nothing_twice(
    seed: int, killed_at: int
) -> None:
    city, clean = a_day(seed)
    call, number = city.table._call, count()

    def die(operation: str, **arguments: Any) -> Any:
        if moves(operation, arguments) and next(number) == killed_at:
            raise Killed
        return call(operation, **arguments)

    with patch.object(rematch, "SLICE", 4):
        with patch.object(city.table, "_call", die), pytest.raises(Killed):
            Schedule(city).run()
        Schedule(city).run()
    deliver(city, Random(seed), LOST)
    assert city.state == clean.state
