"""Whatever fails on the way to the table, and whoever acts in between: nothing is lost, doubled or
miscounted.

`make faults` runs more seeds; `make mutants` plants what these must find.
"""

import pytest

from tests.support.sandboxes import ROADS, Road
from tests.support.world import ACTS, SEEDS, World


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("seed", SEEDS)
def test_all_is_as_it_has_to_be_after_many_acts_at_once_under_faults(seed: int, road: Road) -> None:
    assert World(seed, road).run(ACTS) == []
