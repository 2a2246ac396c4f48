"""Whatever realtors do, the alerts are those of a slow and obvious model: a search for a
counterexample.
"""

import pytest

from tests.support.alerts_model import BEST, TOP, TownAndModel
from tests.support.town import counts

STEPS = 70
SEEDS = range(12)


@pytest.mark.parametrize("seed", SEEDS)
def test_after_each_step_the_alerts_are_those_of_the_model(seed: int) -> None:
    city = TownAndModel(seed)
    for step in range(STEPS):
        city.step()
        assert city.is_as_the_model_says(), step


def test_the_search_meets_what_it_looks_for() -> None:
    grown = again = crowded = read = resurfaced = 0
    for seed in SEEDS:
        city = TownAndModel(seed)
        for _ in range(STEPS):
            city.step()
        told = [one for notices in city.model.told.values() for one in notices]
        grown += sum(len(one.scores) > TOP for one in told)
        read += sum(one.read for one in told)
        again += sum(len(notices) > 1 for notices in city.model.told.values())
        shown = [city.model.shows(own) for own, one in city.model.things.items() if one.there]
        crowded += sum(len(row) > BEST for row in shown)
        resurfaced += sum(not city.model.is_hidden(*both) for both in city.model.disliked)
        assert sum(counts(city.world.alerted()).values()) == sum(len(one.scores) for one in told)
    assert min(grown, again, crowded, read, resurfaced) >= 5, (
        grown,
        again,
        crowded,
        read,
        resurfaced,
    )


def test_so_they_are_when_months_go_by_and_some_alert_again() -> None:
    forgotten = 0
    for seed in range(8):
        city = TownAndModel(seed, waits=3)
        for step in range(STEPS):
            city.step()
            assert city.is_as_the_model_says(), (seed, step)
        forgotten += city.model.forgotten
    assert forgotten >= 5


@pytest.mark.parametrize("best", [BEST - 1, BEST + 1])
def test_a_model_with_another_bound_would_be_found_wrong(best: int) -> None:
    def differs(seed: int) -> bool:
        city = TownAndModel(seed, best)
        for _ in range(STEPS):
            city.step()
            if not city.is_as_the_model_says():
                return True
        return False

    assert any(differs(seed) for seed in SEEDS)
