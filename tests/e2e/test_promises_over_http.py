"""A what-if is a promise on the deployed stack too, and the tour shows one that is kept."""

import subprocess
import sys
from collections import Counter
from itertools import islice
from random import Random

from tests.client import Client
from tests.conftest import ROOT
from tests.support.promises import ListingInAMarket, Realtors, ends, promises
from tools.emulator import RunningStack

STEPS = 50


def test_fifty_steps_bring_what_they_promise(stranger: Client, a_city: str) -> None:
    kinds: Counter[str] = Counter()
    scenes = promises(lambda: Realtors.registered(stranger), lambda seed: f"{a_city}-{seed}")
    for scene, step in islice(scenes, STEPS):
        scene.keeps(step)
        kinds[step["change"]] += 1
    assert len(kinds) >= 5, kinds


def test_at_the_ends_of_a_price_curve_as_many_buyers_are_there(
    stranger: Client, a_city: str
) -> None:
    rng = Random(1)
    scene = ListingInAMarket(Realtors.registered(stranger), rng, a_city)
    for price, buyers in rng.sample(ends(scene.ask()["price_curve"]), 6):
        assert scene.at(price)["buyers"] == buyers


def test_the_tour_of_the_demo_ends_and_keeps_its_promise(stack: RunningStack) -> None:
    tour = [sys.executable, "-m", "tools.demo", stack.base_url]
    done = subprocess.run(tour, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert ", as promised." in done.stdout
    assert "is no longer recommended." in done.stdout
