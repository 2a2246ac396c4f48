"""A run forgets a market in which nothing stands any more, none where somebody is just coming."""

from collections.abc import Callable, Iterator
from itertools import count
from unittest.mock import patch

import pytest

from cobroke.domain.deals.pair import Side
from cobroke.domain.postings.features import Group, Market
from cobroke.flows.schedule import rematch
from cobroke.flows.schedule.rematch import parts_of_a_run
from cobroke.storage.matching import markets, registry
from cobroke.storage.schedule import agenda
from tests.builders import a_lead, a_property
from tests.pump import Json
from tests.support.many_markets import ManyMarkets
from tests.support.schedule import Schedule
from tests.support.scheduler import Killed
from tests.support.table_calls import Death, watched
from tests.support.town import MINUTE

TULA = Market("тула", Group.FLAT)
RUN_EVERY = 30 * MINUTE


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """No account: the table is in memory. The first run of all looks back a day."""
    monkeypatch.setattr(agenda, "LATEST_DAYS", 1)


class Land(ManyMarkets):
    """With a scheduled run."""

    def runs(self) -> None:
        self.now += RUN_EVERY
        Schedule(self).run()

    @property
    def cities(self) -> set[str]:
        return {market.city for market in registry.markets(self.table)}

    def of(self, entity: str) -> list[Json]:
        return [item for item in self.table.items() if item["entity"] == entity]


def body(kind: Side, city: str) -> Json:
    return a_lead(city=city) if kind == "LEAD" else a_property(city=city)


def test_a_lead_that_wanders_through_many_cities_leaves_its_last_one_alone() -> None:
    land = Land()
    lead = land.posts("LEAD", land.anna, a_lead(city="Место"))
    land.follows()
    before = len(parts_of_a_run(land.table))
    for number in range(300):
        land.now += 6_000
        land.edits("LEAD", lead, a_lead(city=f"Место {number}"))
        land.follows()
    assert len(land.cities) == 301
    land.runs()
    assert land.cities == {"место 299"}
    assert len(parts_of_a_run(land.table)) == before
    assert all(item["expires"] < land.now // 1000 + 31 * 24 * 3600 for item in land.of("FOLLOWED"))


@pytest.mark.parametrize("kind", ["LEAD", "PROPERTY"])
def test_a_market_is_forgotten_by_the_run_behind_the_one_that_comes_too_soon(kind: Side) -> None:
    land = Land()
    gone = land.posts(kind, land.anna, body(kind, "Тула"))
    land.follows()
    land.now += RUN_EVERY
    land.archives(kind, gone)
    land.follows()
    Schedule(land).run()
    assert land.cities == {"тула"}, "somebody may hold it for known"
    land.runs()
    assert land.cities == set()
    assert [item["left"] for item in land.of("FOLLOWED")] == [False]


@pytest.mark.parametrize("kind", ["LEAD", "PROPERTY"])
def test_a_market_is_kept_while_an_object_stands_in_it(kind: Side) -> None:
    land = Land()
    land.posts(kind, land.anna, body(kind, "Тула"))
    gone = land.posts("LEAD", land.anna, body("LEAD", "Тула"))
    land.follows()
    land.archives("LEAD", gone)
    land.follows()
    for _ in range(3):
        land.runs()
    assert land.cities == {"тула"}


def test_nothing_is_asked_of_a_market_that_nothing_has_left() -> None:
    land = Land()
    land.posts("LEAD", land.anna, body("LEAD", "Тула"))
    land.follows()
    with patch.object(markets, "is_empty", side_effect=AssertionError):
        land.runs()
        land.runs()


def test_a_run_that_dies_behind_a_slice_asks_at_its_end() -> None:
    clean = a_deserted_land()
    with patch.object(rematch, "SLICE", 1), watched(clean.table) as calls:
        clean.runs()
    assert clean.cities == {"тверь"}
    for number in range(len(calls)):
        dying = a_deserted_land()
        with (
            patch.object(rematch, "SLICE", 1),
            watched(dying.table, Death(number, "after")),
            pytest.raises(Killed),
        ):
            dying.runs()
        dying.runs()
        assert dying.cities == {"тверь"}, number


def a_deserted_land() -> Land:
    """Three went from Тула to Тверь, one after the other; all is followed, no run has come."""
    land = Land()
    for _ in range(3):
        moved = land.posts("PROPERTY", land.anna, body("PROPERTY", "Тула"))
        land.edits("PROPERTY", moved, body("PROPERTY", "Тверь"))
    registry.remember(land.table, TULA, set(), land.now)
    land.follows()
    return land


def before_call(land: Land, number: int, act: Callable[[], object]) -> None:
    calls = count()

    def others() -> None:
        if next(calls) == number:
            act()

    land.table.between = others


def lands() -> Iterator[tuple[int, Land]]:
    """A deserted land for each call of a run over Тула."""
    land, calls = a_deserted_land(), list[None]()
    land.now += RUN_EVERY
    land.table.between = lambda: calls.append(None)
    rematch.work_on(land.table, "MARKET#FLAT#тула", land.clock)
    for number in range(len(calls)):
        land = a_deserted_land()
        land.now += RUN_EVERY
        yield number, land


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("known_for", [None, 1, 9, 10])
def test_a_market_is_known_whenever_somebody_comes_to_it(
    *, known_for: int | None, late: bool
) -> None:
    """Between any two calls of the run, the record read at once or behind it; perhaps by a function
    that has known the market for so many minutes.
    """
    forgotten = 0
    for number, land in lands():
        if known_for is not None:
            land.now += registry.KNOWN_FOR_MS - land.now % registry.KNOWN_FOR_MS
            registry.remember(land.table, TULA, land.known, land.now)
            land.now += known_for * MINUTE

        def comes(land: Land = land) -> None:
            land.posts("LEAD", land.anna, body("LEAD", "Тула"))
            if not late:
                land.follows()

        before_call(land, number, comes)
        rematch.work_on(land.table, "MARKET#FLAT#тула", land.clock)
        forgotten += "тула" not in land.cities
        land.follows()
        assert land.cities == {"тула", "тверь"}, number
    assert (forgotten > 0) == (late and known_for is None)


@pytest.mark.parametrize("minutes", [15, 17])
def test_a_market_is_not_forgotten_while_a_function_may_hold_it_for_known(minutes: int) -> None:
    """The ten minutes, and the six in which a slow function may put it yet."""
    land = a_deserted_land()
    land.now += RUN_EVERY
    registry.remember(land.table, TULA, land.known, land.now)
    land.now += minutes * MINUTE
    rematch.work_on(land.table, "MARKET#FLAT#тула", land.clock)
    assert ("тула" in land.cities) == (minutes == 15)


def test_whoever_comes_back_is_followed_from_where_the_runs_had_come() -> None:
    land = a_deserted_land()
    land.runs()
    land.posts("LEAD", land.anna, body("LEAD", "Тула"))
    land.follows()
    schedule = Schedule(land)
    land.now += RUN_EVERY
    schedule.run()
    assert land.cities == {"тула", "тверь"}
    assert schedule.did["objects"] <= 1 + 3, "who came, and those of Тверь at the most"
