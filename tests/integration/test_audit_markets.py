"""The nightly audit forgets the markets in which nothing stands, but none where somebody is just
coming.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from random import Random

import pytest

from cobroke.domain.deals.pair import Side
from cobroke.domain.postings.features import Group, Market
from cobroke.domain.postings.posting import FRESH_FOR_MS
from cobroke.flows.audit import audit, deserted
from cobroke.flows.schedule.rematch import parts_of_a_run, work_on
from cobroke.storage.matching import registry
from tests.builders import a_lead, a_property
from tests.pump import Json
from tests.support.many_markets import ManyMarkets

MINUTE, DAY = 60_000, 24 * 3600 * 1000
TULA = Market("тула", Group.FLAT)


@pytest.fixture(autouse=True)
def aws() -> None:
    """No account: the table is in memory."""


class Land(ManyMarkets):
    """With a nightly audit."""

    def audits(self) -> Counter[str]:
        """What had drifted."""
        drift = Counter[str]()
        audit(self.table, self.clock, lambda: None, Random(0), drift)
        return +drift

    @property
    def cities(self) -> set[str]:
        return {market.city for market in registry.markets(self.table)}

    def knows(self) -> bool:
        return any(market == TULA for market, _ in self.known)


def body(kind: Side, city: str) -> Json:
    return a_lead(city=city) if kind == "LEAD" else a_property(city=city)


@pytest.fixture
def land() -> Land:
    """Somebody went from Тула to Тверь."""
    land = Land()
    moved = land.posts("PROPERTY", land.anna, body("PROPERTY", "Тула"))
    land.follows()
    land.edits("PROPERTY", moved, body("PROPERTY", "Тверь"))
    land.follows()
    return land


@pytest.fixture
def deserted_land(land: Land) -> Land:
    land.now += deserted.QUIET_MS + MINUTE
    return land


def test_a_market_in_which_nothing_stands_is_forgotten_and_is_no_drift(deserted_land: Land) -> None:
    assert deserted_land.cities == {"тула", "тверь"}
    assert deserted_land.audits() == {}
    assert deserted_land.cities == {"тверь"}
    assert "MARKET#FLAT#тула" not in parts_of_a_run(deserted_land.table)
    assert deserted_land.audits() == {}


def test_a_listing_that_wanders_through_many_cities_leaves_one_part_in_a_run() -> None:
    land = Land()
    wandering = land.posts("PROPERTY", land.anna, body("PROPERTY", "Город"))
    for number in range(30):
        land.edits("PROPERTY", wandering, body("PROPERTY", f"Город {number}"))
        land.follows()
    assert len(land.cities) == 30
    land.now += deserted.QUIET_MS + MINUTE
    land.audits()
    assert len(land.cities) == 1


@pytest.mark.parametrize("kind", ["LEAD", "PROPERTY"])
def test_a_market_is_kept_while_an_object_stands_in_it(land: Land, kind: Side) -> None:
    land.posts(kind, land.anna, body(kind, "Тула"))
    land.follows()
    land.now += FRESH_FOR_MS - DAY
    land.audits()
    assert "тула" in land.cities


def test_a_market_is_kept_until_the_runs_have_followed_what_happened_in_it(land: Land) -> None:
    gone = land.posts("LEAD", land.anna, body("LEAD", "Тула"))
    land.follows()
    land.now += deserted.QUIET_MS
    land.archives("LEAD", gone)
    land.now += deserted.QUIET_MS - MINUTE
    assert land.audits() == {}
    assert "тула" in land.cities
    land.now += 2 * MINUTE
    assert land.audits() == {}
    assert "тула" not in land.cities


def test_whoever_comes_to_a_forgotten_market_makes_it_known_again_and_it_is_followed(
    deserted_land: Land,
) -> None:
    deserted_land.audits()
    deserted_land.posts("LEAD", deserted_land.anna, body("LEAD", "Тула"))
    deserted_land.follows()
    assert deserted_land.cities == {"тула", "тверь"}
    part = "MARKET#FLAT#тула"
    assert part in parts_of_a_run(deserted_land.table)
    assert work_on(deserted_land.table, part, deserted_land.clock)["objects"] == 2, (
        "who came, and who had left"
    )


def test_whose_record_is_lost_is_made_known_by_the_next_audit(deserted_land: Land) -> None:
    deserted_land.audits()
    deserted_land.posts("LEAD", deserted_land.anna, body("LEAD", "Тула"))
    deserted_land.now += 10 * MINUTE
    assert deserted_land.audits() == {"markets": 1}
    assert deserted_land.cities == {"тула", "тверь"}


def before_call(land: Land, number: int, act: Callable[[], object]) -> None:
    calls = count()

    def others() -> None:
        if next(calls) == number:
            act()

    land.table.between = others


def lands() -> Iterator[tuple[int, Land]]:
    """A deserted land for each call of its audit."""
    calls = list[None]()
    land = deserted_land_of()
    land.table.between = lambda: calls.append(None)
    land.audits()
    for number in range(len(calls)):
        yield number, deserted_land_of()


def deserted_land_of() -> Land:
    land = Land()
    land.edits(
        "PROPERTY",
        land.posts("PROPERTY", land.anna, body("PROPERTY", "Тула")),
        body("PROPERTY", "Тверь"),
    )
    registry.remember(land.table, TULA, set(), land.now)
    land.follows()
    land.now += deserted.QUIET_MS + MINUTE
    return land


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("known", [False, True])
def test_a_market_is_known_whenever_somebody_comes_to_it(*, known: bool, late: bool) -> None:
    """Between any two calls of the audit, his stream record read at once or behind it; perhaps by a
    function that has known the market for nine minutes, of a record that came late.
    """
    forgotten = 0
    for number, land in lands():
        if known:
            land.now += registry.KNOWN_FOR_MS - land.now % registry.KNOWN_FOR_MS
            registry.remember(land.table, TULA, land.known, land.now)
            assert land.knows()
            land.now += 9 * MINUTE

        def comes(land: Land = land) -> None:
            land.posts("LEAD", land.anna, body("LEAD", "Тула"))
            if not late:
                land.follows()

        before_call(land, number, comes)
        assert land.audits() == {}, number
        forgotten += "тула" not in land.cities
        land.follows()
        assert land.cities == {"тула", "тверь"}, number
    assert (forgotten > 0) == (late and not known)


def _audit(land: Land, found: list[Counter[str]]) -> None:
    found.append(land.audits())


def test_two_audits_at_once_forget_it_once_and_find_no_drift() -> None:
    for number, land in lands():
        others = list[Counter[str]]()
        before_call(land, number, partial(_audit, land, others))
        assert land.audits() == {}
        assert others == [{}]
        assert land.cities == {"тверь"}, number
