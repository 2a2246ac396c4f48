"""The main job over HTTP, on the deployed stack: a whole city posted and edited at once, every list
exact.
"""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

import pytest

from tests import market
from tests.client import Client
from tests.support.acknowledged_city import AcknowledgedCity

SEED = 20261124
WRITERS, READERS = 8, 2


def _at_once(work: Callable[..., None], *arguments: Iterable[Any]) -> None:
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(work, *arguments))


@pytest.fixture
def readers(city: AcknowledgedCity) -> Iterable[None]:
    """Some who look at lists the whole time; no answer of theirs may fail."""
    stop, failures = threading.Event(), []

    def look(seed: int) -> None:
        rng = Random(seed)
        while not stop.wait(0.05):
            for own, best in (
                (city.leads, city._best_for_lead),
                (city.listings, city._best_for_listing),
            ):
                if own:
                    try:
                        best(rng.choice(list(own.values())))
                    except AssertionError as failure:
                        failures.append(failure)

    threads = [threading.Thread(target=look, args=(seed,)) for seed in range(READERS)]
    for thread in threads:
        thread.start()
    yield
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.fixture
def city(stranger: Client) -> AcknowledgedCity:
    return AcknowledgedCity(stranger)


@pytest.mark.usefixtures("made_up_city", "readers")
def test_every_list_is_exact_after_a_city_was_posted_and_edited_at_once(
    city: AcknowledgedCity,
) -> None:
    leads, listings = market.a_city(SEED, other_city=True)
    rng = Random(SEED)
    _at_once(city.create_lead, range(len(leads)), leads)
    _at_once(city.create_listing, range(len(listings)), listings)
    edits = rng.sample(list(city.listings.values()), 90)
    _at_once(city.edit_listing, edits, [Random(seed) for seed in range(len(edits))])
    edits = rng.sample(list(city.leads.values()), 60)
    _at_once(city.edit_lead, edits, [Random(seed) for seed in range(len(edits))])
    assert city.shown_at_once >= 200

    everything = [*city.leads.values(), *city.listings.values()]
    _at_once(city.must_be_exact, everything)
    active = [lead for lead in city.leads.values() if lead["status"] == "ACTIVE"]
    _at_once(city.must_page, rng.sample(active, 20))
    assert (
        sum(1 for lead in active if len(city._best_for_lead(lead)["recommendations"]) == 100) > 10
    )
