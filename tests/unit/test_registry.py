"""The registry: every market there is, once, whatever its city is called; and the parts of a run that name them."""

from collections.abc import Callable

import pytest

from cobroke.domain.features import Group, Market
from cobroke.flows.rematch import parts_of_a_run, work_on
from cobroke.storage import agenda, keys, registry
from tests.memory_table import MemoryTable

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
]
MARKETS = {Market(city, group) for city in CITIES for group in Group}


def of(markets: set[Market]) -> MemoryTable:
    table, known = MemoryTable(), set[Market]()
    for market in markets:
        registry.remember(table, market, known)
    return table


def counting(table: MemoryTable) -> Callable[[], int]:
    """How many calls of the table there were since."""
    calls = list[None]()
    table.between = lambda: calls.append(None)
    return lambda: len(calls)


def test_every_market_is_listed_once_whatever_its_city_is_called() -> None:
    table = of(MARKETS)
    found = list(registry.markets(table))
    assert len(found) == len(MARKETS) == 22
    assert set(found) == MARKETS


def test_a_market_that_is_known_costs_no_call_and_one_that_is_there_is_not_put_again() -> None:
    table, known = MemoryTable(), set[Market]()
    calls = counting(table)
    for _ in range(3):
        for market in MARKETS:
            registry.remember(table, market, known)
    assert calls() == len(MARKETS) == len(known)
    before = list(table.items())
    for market in MARKETS:
        registry.remember(table, market, set())
    assert list(table.items()) == before


def test_a_market_that_could_not_be_put_is_not_taken_for_known() -> None:
    table, known = MemoryTable(), set[Market]()

    def refuse() -> None:
        raise OSError

    table.between = refuse
    market = Market("тула", Group.FLAT)
    with pytest.raises(OSError):  # noqa: PT011 - any failure
        registry.remember(table, market, known)
    table.between = lambda: None
    registry.remember(table, market, known)
    assert list(registry.markets(table)) == [market]


def test_the_parts_of_a_run_are_every_market_and_every_shard_of_the_agenda() -> None:
    parts = parts_of_a_run(of({Market("город#1", Group.FLAT), Market("москва", Group.HOUSE)}))
    assert sorted(parts) == [
        *(f"AGENDA#{shard}" for shard in range(agenda.SHARDS)),
        "MARKET#FLAT#город#1",
        "MARKET#HOUSE#москва",
    ]
    assert parts_of_a_run(MemoryTable()) == [f"AGENDA#{shard}" for shard in range(agenda.SHARDS)]


def test_the_part_of_a_market_is_followed_under_the_name_of_that_market() -> None:
    table = of(MARKETS)
    for part in parts_of_a_run(table):
        if part.startswith("MARKET#"):
            work_on(table, part, lambda: 1_764_000_000_000)
    followed = {item["PK"] for item in table.items() if item["entity"] == "FOLLOWED"}
    assert followed == {keys.followed(market)[0] for market in MARKETS}
    assert len(followed) == len(MARKETS)
