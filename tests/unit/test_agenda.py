"""The agenda: what falls due is taken once it is due, from the oldest day on, and nothing of it is
lost.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from random import Random
from typing import Any, get_args
from unittest.mock import patch

import pytest

from cobroke.clock import DAY_MS
from cobroke.domain.ids import match_id, posting_id, realtor_id
from cobroke.domain.postings.features import PropertyFeatures
from cobroke.domain.postings.places import NOWHERE
from cobroke.domain.postings.posting import FRESH_FOR_MS, Content
from cobroke.flows.schedule.agenda import work_off
from cobroke.storage.postings import postings
from cobroke.storage.schedule import agenda
from cobroke.storage.schedule.agenda import LATEST_DAYS, SHARDS, Due, What
from tests.memory_table import MemoryTable
from tests.support.contents import FLAT
from tests.support.scheduler import Killed
from tests.support.table_calls import Death, When, watched

NOON = 20_420 * DAY_MS + DAY_MS // 2
OWNER = realtor_id(b"listings")


def a_due(at: int, number: int = 0, what: What = "LEAD") -> Due:
    return Due(at, what, posting_id(number, bytes(2), OWNER))


def reminded(*dues: Due, table: MemoryTable | None = None) -> MemoryTable:
    table = table or MemoryTable()
    for due in dues:
        table.transact([agenda.remind(table, due)])
    return table


def taken(table: MemoryTable, now: int) -> list[Due]:
    """As a run takes it: each is done before the next is asked for."""
    found = []
    for shard in range(SHARDS):
        for due in agenda.due(table, shard, now):
            found.append(due)
            agenda.done(table, due)
    return found


@contextmanager
def asking(table: MemoryTable) -> Iterator[list[tuple[str, Any]]]:
    """Each call of the table, with what it asks for."""
    calls, call = list[tuple[str, Any]](), table._call

    def noted(operation: str, **arguments: Any) -> Any:
        calls.append((operation, arguments))
        return call(operation, **arguments)

    with patch.object(table, "_call", noted):
        yield calls


def days_read(calls: Sequence[tuple[str, Any]]) -> set[str]:
    asked = [
        arguments["ExpressionAttributeValues"][":pk"]["S"]
        for operation, arguments in calls
        if operation == "query"
    ]
    return {pk.split("#")[1] for pk in asked}


@pytest.mark.parametrize(("late", "is_due"), [(-1, False), (0, True), (1, True)])
def test_what_is_due_at_a_moment_is_taken_from_that_millisecond_on(late: int, is_due: bool) -> None:
    due = a_due(NOON)
    assert taken(reminded(due), NOON + late) == [due] * is_due


def test_a_day_comes_in_order_of_time_and_an_earlier_day_first() -> None:
    rng = Random(3)
    dues = [a_due(NOON - rng.randrange(9 * DAY_MS), number) for number in range(60)]
    table, found = reminded(*dues), list[Due]()
    for shard in range(SHARDS):
        shards = list(agenda.due(table, shard, NOON))
        assert shards == sorted(shards)
        assert len(shards) > 5
        found += shards
    assert sorted(found) == sorted(dues)


def test_every_kind_of_thing_comes_back_as_it_was_put_down() -> None:
    ids = posting_id(7, bytes(2), OWNER), posting_id(8, bytes(2), OWNER)
    dues = {
        Due(NOON, what, match_id(*ids) if what == "PAIR" else ids[0])
        for what in get_args(What.__value__)
    }
    assert len(dues) == 3
    assert set(taken(reminded(*dues), NOON)) == dues


def test_a_run_three_weeks_late_takes_what_fell_due_on_every_day_between() -> None:
    table = reminded(a_due(NOON))
    assert len(taken(table, NOON)) == 1
    later = [a_due(NOON + day * DAY_MS + 1, day) for day in range(22)]
    reminded(*later, table=table)
    assert sorted(taken(table, NOON + 21 * DAY_MS)) == later[:21]
    assert taken(table, NOON + 21 * DAY_MS + 1) == later[21:]


def test_the_first_run_of_all_looks_so_many_days_back_as_an_item_is_kept() -> None:
    oldest = a_due(NOON - LATEST_DAYS * DAY_MS)
    assert taken(reminded(oldest), NOON) == [oldest]
    (item,) = reminded(oldest).items()
    assert item["expires"] == NOON // 1000


def test_days_that_are_done_are_not_read_again_but_today_is() -> None:
    table = reminded(a_due(NOON))
    taken(table, NOON)
    with asking(table) as calls:
        taken(table, NOON)
    assert len(calls) == 2 * SHARDS, "the cursor, and today"
    assert len(days_read(calls)) == 1
    with asking(table) as calls:
        taken(table, NOON + 2 * DAY_MS)
    assert len(days_read(calls)) == 3


def test_what_falls_due_later_today_is_found_later_today_and_tomorrow() -> None:
    soon, tonight = a_due(NOON + 1, 1), a_due(NOON + DAY_MS // 2 - 1, 2)
    table = reminded(soon, tonight)
    assert taken(table, NOON) == []
    assert taken(table, NOON + 1) == [soon]
    assert taken(table, NOON + DAY_MS) == [tonight]


def test_a_run_that_dies_half_way_leaves_the_rest_of_the_day_to_the_next() -> None:
    dues = [a_due(NOON - DAY_MS + number, number) for number in range(40)]
    table = reminded(*dues)
    for shard in range(SHARDS):
        for due in agenda.due(table, shard, NOON):
            agenda.done(table, due)
            break
    assert len(taken(table, NOON)) == 40 - SHARDS
    assert taken(table, NOON + DAY_MS) == []


def test_a_slow_run_that_calls_an_older_day_done_again_loses_nothing() -> None:
    table = reminded(a_due(NOON - 2 * DAY_MS))
    slow = [agenda.due(table, shard, NOON) for shard in range(SHARDS)]
    for each in slow:
        next(each, None)
    reminded(a_due(NOON + DAY_MS, 1), table=table)
    assert len(taken(table, NOON + DAY_MS)) == 2
    for each in slow:
        list(each)
    late = a_due(NOON + 2 * DAY_MS, 2)
    reminded(late, table=table)
    assert taken(table, NOON + 2 * DAY_MS) == [late]


def a_listing(table: MemoryTable, clock: Callable[[], int]) -> str:
    features = PropertyFeatures("орел", 0, 1, 2, 1000, 5000, 2, NOWHERE, NOWHERE)
    return postings.create(table, "PROPERTY", OWNER, Content(FLAT, features), clock).id


def worked_off(table: MemoryTable, clock: Callable[[], int]) -> int:
    return sum(work_off(table, shard, clock)["stale"] for shard in range(SHARDS))


def test_a_clock_that_is_set_back_during_a_run_does_not_lose_what_was_due() -> None:
    table = MemoryTable()
    listing = a_listing(table, lambda: NOON)

    def set_back() -> Callable[[], int]:
        looks = iter([NOON + FRESH_FOR_MS])
        return lambda: next(looks, NOON + FRESH_FOR_MS - 1)

    assert sum(work_off(table, shard, set_back())["stale"] for shard in range(SHARDS)) == 1
    assert postings.load(table, "PROPERTY", listing).stale


def reminders(table: MemoryTable) -> list[int]:
    """The times of all that is to come."""
    return sorted(int(item["SK"][:13]) for item in table.items() if item["entity"] == "DUE")


def put_again(table: MemoryTable, listing: str, at: int) -> None:
    content = postings.load(table, "PROPERTY", listing).content
    postings.replace_content(table, "PROPERTY", OWNER, listing, content, lambda: at)


def test_a_put_reminds_nobody_and_on_its_day_an_object_is_asked_when_it_grows_stale_now() -> None:
    table = MemoryTable()
    listing = a_listing(table, lambda: NOON)
    for day in range(1, 50):
        put_again(table, listing, NOON + day * DAY_MS)
    assert reminders(table) == [NOON + FRESH_FOR_MS]
    assert worked_off(table, lambda: NOON + FRESH_FOR_MS) == 0
    assert reminders(table) == [NOON + 49 * DAY_MS + FRESH_FOR_MS]
    assert worked_off(table, lambda: NOON + 49 * DAY_MS + FRESH_FOR_MS - 1) == 0
    assert worked_off(table, lambda: NOON + 49 * DAY_MS + FRESH_FOR_MS) == 1
    assert reminders(table) == []


def test_reminders_of_one_object_become_one() -> None:
    """Until 2026-12 each PUT put one."""
    table = MemoryTable()
    listing = a_listing(table, lambda: NOON)
    reminded(
        *(Due(NOON + FRESH_FOR_MS + day, "PROPERTY", listing) for day in range(9)), table=table
    )
    put_again(table, listing, NOON + DAY_MS)
    assert worked_off(table, lambda: NOON + FRESH_FOR_MS + 8) == 0
    assert reminders(table) == [NOON + DAY_MS + FRESH_FOR_MS]


def test_what_comes_back_is_reminded_of_again() -> None:
    table = MemoryTable()
    listing = a_listing(table, lambda: NOON)
    assert worked_off(table, lambda: NOON + FRESH_FOR_MS) == 1
    put_again(table, listing, back := NOON + FRESH_FOR_MS + DAY_MS)
    assert reminders(table) == [back + FRESH_FOR_MS]
    assert worked_off(table, lambda: back + FRESH_FOR_MS) == 1


def calls_of_a_run(put_at: int | None = None) -> list[str]:
    table = MemoryTable()
    listing = a_listing(table, lambda: NOON)
    if put_at:
        put_again(table, listing, put_at)
    with watched(table) as calls:
        worked_off(table, lambda: NOON + FRESH_FOR_MS)
    return calls


@pytest.fixture
def _few_days(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first run of all looks back a day."""
    monkeypatch.setattr(agenda, "LATEST_DAYS", 1)


@pytest.mark.usefixtures("_few_days")
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("put_at", [None, NOON + DAY_MS])
def test_a_run_that_dies_at_any_call_leaves_the_object_reminded_of(
    put_at: int | None, when: When
) -> None:
    for number in range(len(calls_of_a_run(put_at))):
        table = MemoryTable()
        listing = a_listing(table, lambda: NOON)
        if put_at:
            put_again(table, listing, put_at)
        with watched(table, Death(number, when)), pytest.raises(Killed):
            worked_off(table, lambda: NOON + FRESH_FOR_MS)
        worked_off(table, lambda: NOON + FRESH_FOR_MS)
        stale_at = (put_at or NOON) + FRESH_FOR_MS
        worked_off(table, lambda stale_at=stale_at: stale_at)  # type: ignore[misc]
        assert postings.load(table, "PROPERTY", listing).stale, number
        assert reminders(table) == [], number


@pytest.mark.usefixtures("_few_days")
@pytest.mark.parametrize("late", [0, 1])
def test_a_put_between_any_two_calls_of_a_run_is_reminded_of(late: int) -> None:
    """Just before it would have grown stale, and just behind."""
    for number in range(len(calls_of_a_run())):
        table = MemoryTable()
        listing = a_listing(table, lambda: NOON)
        put_at = NOON + FRESH_FOR_MS + late

        def puts(call: int, moment: When, number: int = number) -> None:
            if (call, moment) == (number, "before"):
                put_again(table, listing, put_at)  # noqa: B023 - within its turn

        with watched(table, puts), patch("cobroke.storage.pauses.time.sleep"):
            worked_off(table, lambda: NOON + FRESH_FOR_MS)
        stored = postings.load(table, "PROPERTY", listing)
        assert not stored.stale, number
        assert set(reminders(table)) <= {NOON + FRESH_FOR_MS, stored.stale_at}, number
        assert worked_off(table, lambda: stored.stale_at or 0) == 1, number  # noqa: B023


def test_a_worker_whose_clock_is_ahead_at_midnight_leaves_the_day_to_what_is_put_there_yet() -> (
    None
):
    """An object that was put in the last minute of a day is reminded of in that day, 60 days on."""
    table, midnight = MemoryTable(), NOON + DAY_MS // 2
    listing = a_listing(table, lambda: midnight - 2_000)
    put_again(table, listing, midnight - 1_000)
    worked_off_by_another = iter([True])

    def others(call: int, moment: When) -> None:
        if moment == "before" and call == 3 and next(worked_off_by_another, None):
            for shard in range(SHARDS):
                list(agenda.due(table, shard, midnight + FRESH_FOR_MS + 4_000))

    with watched(table, others):
        worked_off(table, lambda: midnight + FRESH_FOR_MS - 1_500)
    assert worked_off(table, lambda: midnight + FRESH_FOR_MS + DAY_MS) == 1


def test_what_the_store_refuses_is_still_due() -> None:
    table = MemoryTable()
    listing = a_listing(table, lambda: NOON)
    with patch.object(postings, "grow_stale", side_effect=OSError), suppress(OSError):
        worked_off(table, lambda: NOON + FRESH_FOR_MS)
    assert not postings.load(table, "PROPERTY", listing).stale
    assert worked_off(table, lambda: NOON + FRESH_FOR_MS) == 1
