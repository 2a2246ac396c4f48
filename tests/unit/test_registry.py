"""The registry: every market there is, once, whatever its city is called; and the parts of a run
that name them.
"""

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any
from unittest.mock import patch

import pytest

from cobroke.domain.postings.features import Group, Market
from cobroke.flows.schedule.rematch import parts_of_a_run, work_on
from cobroke.storage import keys
from cobroke.storage.matching import registry
from cobroke.storage.notation import Item
from cobroke.storage.schedule import agenda
from cobroke.storage.table import ConditionFailed
from tests.memory_table import MemoryTable

START = 1_764_000_000_000
CITIES = [
    "москва",
    "город#1",
    "#",
    "##flat",
    "flat#house",
    "нижний новгород",
    " a~b ",
    "market#flat#тула",
    "agenda#0",
    "~",
    "é" * 120,
    "\U0001d158\U0001d165" * 120,
]
MARKETS = {Market(city, group) for city in CITIES for group in Group}


def of(markets: set[Market]) -> MemoryTable:
    table, known = MemoryTable(), set[tuple[Market, int]]()
    for market in markets:
        registry.remember(table, market, known, START)
    return table


def counting(table: MemoryTable) -> Callable[[], int]:
    """How many calls of the table there were since."""
    calls = list[None]()
    table.between = lambda: calls.append(None)
    return lambda: len(calls)


def test_every_market_is_listed_once_whatever_its_city_is_called() -> None:
    table = of(MARKETS)
    found = list(registry.markets(table))
    assert len(found) == len(MARKETS) == 24
    assert set(found) == MARKETS


def test_a_market_that_is_known_costs_no_call_and_is_put_again_after_ten_minutes() -> None:
    table, known = MemoryTable(), set[tuple[Market, int]]()
    calls = counting(table)
    for now in (START, START + registry.KNOWN_FOR_MS - 1):
        for market in MARKETS:
            registry.remember(table, market, known, now)
    assert calls() == len(MARKETS) == len(known)
    for market in MARKETS:
        registry.remember(table, market, known, START + registry.KNOWN_FOR_MS)
    assert calls() == 2 * len(MARKETS)
    assert set(registry.markets(table)) == MARKETS


def test_what_is_known_does_not_grow_without_end() -> None:
    table, known = MemoryTable(), set[tuple[Market, int]]()
    with patch.object(registry, "MOST_KNOWN", 3):
        for market in MARKETS:
            registry.remember(table, market, known, START)
            assert len(known) <= 3
            calls = counting(table)
            registry.remember(table, market, known, START)
            assert calls() == 0
    assert set(registry.markets(table)) == MARKETS


def test_a_market_that_could_not_be_put_is_not_taken_for_known() -> None:
    table, known = MemoryTable(), set[tuple[Market, int]]()

    def refuse() -> None:
        raise ZeroDivisionError

    table.between = refuse
    market = Market("тула", Group.FLAT)
    with pytest.raises(ZeroDivisionError):  # any failure
        registry.remember(table, market, known, START)
    table.between = lambda: None
    registry.remember(table, market, known, START)
    assert list(registry.markets(table)) == [market]


def test_a_market_whose_put_meets_another_write_is_put_behind_it() -> None:
    table, refusals, market = MemoryTable(), iter([True, True]), Market("тула", Group.FLAT)
    put = table.try_put

    def held(item: Item, **asked: Any) -> bool:
        return not next(refusals, False) and put(item, **asked)

    with patch.object(table, "try_put", held), patch("cobroke.storage.pauses.time.sleep"):
        registry.remember(table, market, set[tuple[Market, int]](), START)
    assert list(registry.markets(table)) == [market]


@pytest.mark.parametrize(("later", "forgotten"), [(0, False), (1, True)])
def test_a_market_is_not_forgotten_while_somebody_may_hold_it_for_known(
    later: int, *, forgotten: bool
) -> None:
    table, market = MemoryTable(), Market("тула", Group.FLAT)
    registry.remember(table, market, set[tuple[Market, int]](), START)
    write = registry.forget(table, market, START + registry.UNSEEN_FOR_MS + later)
    with nullcontext() if forgotten else pytest.raises(ConditionFailed):
        table.transact([write])
    assert list(registry.markets(table)) == ([] if forgotten else [market])


def test_whoever_comes_to_a_forgotten_market_puts_it_again() -> None:
    table, known, market = MemoryTable(), set[tuple[Market, int]](), Market("тула", Group.FLAT)
    registry.remember(table, market, known, START)
    later = START + registry.UNSEEN_FOR_MS + 1
    table.transact([registry.forget(table, market, later)])
    registry.remember(table, market, known, later)
    assert list(registry.markets(table)) == [market]


def test_the_parts_of_a_run_are_every_market_and_every_shard_of_the_agenda() -> None:
    parts = parts_of_a_run(of({Market("город#1", Group.FLAT), Market("москва", Group.HOUSE)}))
    assert sorted(parts) == [
        *(f"AGENDA#{shard}" for shard in range(agenda.SHARDS)),
        "MARKET#FLAT#город#1",
        "MARKET#HOUSE#москва",
    ]
    assert parts_of_a_run(MemoryTable()) == [
        *(f"AGENDA#{shard}" for shard in range(agenda.SHARDS)),
    ]


def test_the_part_of_a_market_is_followed_under_the_name_of_that_market() -> None:
    table = of(MARKETS)
    for part in parts_of_a_run(table):
        if part.startswith("MARKET#"):
            work_on(table, part, lambda: 1_764_000_000_000)
    followed = {item["PK"] for item in table.items() if item["entity"] == "FOLLOWED"}
    assert followed == {keys.followed(market)[0] for market in MARKETS}
    assert len(followed) == len(MARKETS)
