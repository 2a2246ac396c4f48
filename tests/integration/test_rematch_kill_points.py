"""Wherever the planner or the worker dies, and whoever runs beside them: in the end all is done,
and nothing twice.
"""

from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from random import Random
from typing import Any
from unittest.mock import patch

import pytest

from cobroke.clock import DAY_MS
from cobroke.domain.deals.pair import PENDING_FOR, PairIds
from cobroke.domain.postings.posting import FRESH_FOR_MS
from cobroke.flows.schedule import rematch
from infra.schedules import PLANNER_ACTIONS, WORKER_ACTIONS
from tests.builders import a_lead, a_property
from tests.pump import Json
from tests.support.lossy_city import City, deliver
from tests.support.schedule import Schedule
from tests.support.scheduler import Killed
from tests.support.table_calls import Death, When, rights_used, watched
from tests.support.town import MINUTE, START

OLD = START + 2 * MINUTE
EVENING = OLD + FRESH_FOR_MS + 30 * MINUTE


@pytest.fixture(autouse=True)
def aws() -> None:
    """No account: the table is in memory."""


@pytest.fixture(scope="module")
def evening() -> Iterator[City]:
    """Something of every kind is to be done: the stream of the last hour is lost, and time has gone
    by. A run takes several slices for it.
    """
    with patch.multiple(rematch, FAR_BEHIND=3, SLICE=3):
        yield an_evening()


def an_evening() -> City:
    city = City(0)
    anna, boris, clara, dima = city.realtors
    city.now = OLD
    for kind, body in (("LEAD", a_lead(city="Тверь")), ("PROPERTY", a_property(city="Тверь"))):
        city.posts(kind, anna, body)  # type: ignore[arg-type]
    city.now = EVENING - PENDING_FOR - 5 * MINUTE
    lead = city.posts("LEAD", anna, a_lead())
    listings = [
        city.posts("PROPERTY", boris, a_property(price=20_000_000 + number)) for number in range(3)
    ]
    for listing in listings[:2]:
        city.acts("LEAD", PairIds(lead, listing), "LIKE")
    city.now = EVENING - DAY_MS
    city.posts("LEAD", anna, a_lead(city="Тверь"))  # which stays, and its market with it
    deliver(city, Random(0))
    Schedule(city).run()
    city.looks_at("LEAD", lead)
    city.now = EVENING - 20 * MINUTE
    new = [
        city.posts("PROPERTY", clara, a_property(price=19_000_000 + number)) for number in range(3)
    ]
    newcomer = city.posts("LEAD", dima, a_lead())
    city.acts("LEAD", PairIds(newcomer, new[0]), "LIKE")
    city.acts("PROPERTY", PairIds(newcomer, new[0]), "LIKE")
    city.acts("LEAD", PairIds(newcomer, listings[2]), "LIKE")
    city.archives("PROPERTY", listings[2])
    city.now, city.tick, city.position = EVENING, 0, len(city.table.stream)
    return city


def left_by(city: City) -> dict[Any, Json]:
    """All there is but the reports: a run that was planned again has more of them."""
    return {
        key: raw for key, raw in city.table.store.items.items() if not key[0].startswith("RUN#")
    }


def run_until_done(schedule: Schedule) -> None:
    """Call what dies again: the schedule tries again, the queue hands its message out again."""
    with schedule.on_time():
        for step in (schedule.plan, schedule.work):
            try:
                step()
            except Killed:
                step()


def clean_run(evening: City) -> tuple[City, Schedule, list[str]]:
    city = deepcopy(evening)
    schedule = Schedule(city)
    with watched(city.table, queue=schedule) as calls:
        run_until_done(schedule)
    return city, schedule, calls


def test_the_evenings_run_does_something_of_every_kind(evening: City) -> None:
    city, schedule, calls = clean_run(evening)
    assert {kind for kind in schedule.did if schedule.did[kind]} == {
        "alerts",
        "closed",
        "expired",
        "objects",
        "refreshed",
        "stale",
        "told",
    }
    assert (schedule.did["stale"], schedule.did["expired"], schedule.did["closed"]) == (2, 2, 1)
    assert {*calls} == {
        "batch_get_item",
        "get_item",
        "put_item",
        "query",
        "send_message",
        "transact_write_items",
    }
    assert left_by(city) != left_by(evening)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_death_at_any_call_leaves_nothing_undone_and_nothing_done_twice(
    evening: City, when: When
) -> None:
    clean, _, calls = clean_run(evening)
    wrong, deaths = [], 0
    for number, name in enumerate(calls):
        city = deepcopy(evening)
        schedule, death = Schedule(city), Death(number, when)
        with watched(city.table, death, schedule):
            run_until_done(schedule)
        deaths += death.came
        if left_by(city) != left_by(clean):
            wrong.append((number, name))
    assert wrong == []
    assert deaths == len(calls) > 100


def test_a_second_run_in_the_midst_of_the_first_does_nothing_twice(evening: City) -> None:
    clean, schedule, calls = clean_run(evening)
    wanted, wrong = schedule.did, list[Any]()
    del wanted["objects"]
    for number in range(len(calls)):
        city = deepcopy(evening)
        first, second = Schedule(city), Schedule(city)

        def meanwhile(
            call: int, moment: When, number: int = number, second: Schedule = second
        ) -> None:
            if (call, moment) == (number, "before") and not second.did:
                second.run()

        with watched(city.table, meanwhile, first):
            run_until_done(first)
        did = first.did + second.did
        del did["objects"]
        if left_by(city) != left_by(clean) or did != wanted:
            wrong.append((number, calls[number], did))
    assert wrong == []


def test_a_worker_that_fails_says_so_and_its_part_comes_again(evening: City) -> None:
    clean, _, _ = clean_run(evening)
    city = deepcopy(evening)
    schedule, failures = Schedule(city), list[None]()

    def fail(operation: str, **arguments: Any) -> Any:
        if operation == "transact_write_items" and len(failures) < 4:
            failures.append(None)
            raise OSError
        return call(operation, **arguments)

    call = city.table._call
    with patch.object(city.table, "_call", fail), schedule.on_time():
        schedule.plan()
        while schedule.queue:
            with suppress(AssertionError):
                schedule.work()
    assert len(failures) == 4
    assert left_by(city) == left_by(clean)


def test_planner_and_worker_may_do_what_they_do_and_no_more(evening: City) -> None:
    city = deepcopy(evening)
    schedule = Schedule(city)
    with schedule.on_time():
        with rights_used(city.table) as used:
            schedule.plan()
        assert used == set(PLANNER_ACTIONS)
        with rights_used(city.table) as used:
            schedule.work()
        assert used == set(WORKER_ACTIONS)
