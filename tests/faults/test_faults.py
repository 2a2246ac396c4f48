"""Whatever fails on the way to the table, and whoever acts in between: nothing is lost, doubled or
miscounted.

`make faults` runs more seeds; `make mutants` plants what these must find.
"""

import os
import subprocess
import sys

import pytest

from tests.support.sandboxes import ROADS, Road
from tests.support.world import ACTS, SEEDS, World


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("seed", SEEDS)
def test_all_is_as_it_has_to_be_after_many_acts_at_once_under_faults(seed: int, road: Road) -> None:
    assert World(seed, road).run(ACTS) == []


def test_a_seed_is_the_same_run_in_every_process() -> None:
    """Whatever the order of its sets: what a seed has found is found again."""
    told = "from tests.support.world import World; w = World(4); w.run(60); print(w.scheduler.now)"
    under_way = [
        subprocess.Popen(
            [sys.executable, "-c", told],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        for seed in ("1", "2")
    ]
    ends = [run.communicate()[0] for run in under_way]
    assert {*ends} == {ends[0]} != {b""}
