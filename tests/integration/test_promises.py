"""A what-if is a promise, and so is a price curve: done, it is as was said."""

from collections import Counter
from itertools import islice
from random import Random

import pytest

from tests.client import Client
from tests.support.promises import LeadInAMarket, ListingInAMarket, Realtors, ends, promises

pytestmark = pytest.mark.usefixtures("in_memory")

STEPS, MARKETS = 60, 6


def test_after_each_step_the_promised_number_is_there(stranger: Client) -> None:
    kinds: Counter[str] = Counter()
    for scene, step in islice(promises(lambda: Realtors.registered(stranger)), STEPS):
        scene.keeps(step)
        kinds[step["change"]] += 1
    assert len(kinds) >= 5, kinds


def test_what_a_put_alone_brings_back_is_counted_now(stranger: Client) -> None:
    """Disliked, better since, and the lead not newer: in the list after any PUT."""
    scene = LeadInAMarket(Realtors.registered(stranger), Random(3))
    asked, shown = scene.ask(), scene.shown()
    scene.put()
    assert asked["fitting"] == sum(score >= 80 for score in scene.shown().values())
    assert len(shown) < asked["listed"] == len(scene.shown())
    now = scene.ask()
    assert now | {"as_of": ""} == asked | {"as_of": ""}


@pytest.mark.parametrize("seed", range(MARKETS))
def test_at_each_end_of_a_stretch_as_many_buyers_are_there(seed: int, stranger: Client) -> None:
    rng = Random(seed)
    scene = ListingInAMarket(Realtors.registered(stranger), rng)
    answer = scene.ask()
    assert answer["buyers"] == sum(score >= 80 for score in scene.shown())
    assert answer["listed"] == len(scene.shown())
    points = ends(answer["price_curve"])
    for price, buyers in rng.sample(points, min(12, len(points))):
        found = scene.at(price)
        assert (found["buyers"], sum(score >= 80 for score in scene.shown())) == (buyers, buyers)
    if step := answer["next_step"]:
        assert scene.at(step["price"])["buyers"] == answer["buyers"] + step["adds"]
