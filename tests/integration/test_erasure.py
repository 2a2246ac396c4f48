"""A realtor is erased: nothing of them is left in the table, whatever comes in between, and what
others have agreed on with them stays.
"""

import pytest

from cobroke.storage import entities
from cobroke.flows.erasing.fates import FATES
from tests.support.leaving import CANARIES, Leaving, holding
from tests.support.town import SIDES


@pytest.fixture(autouse=True)
def aws() -> None:
    """No account: the table is in memory."""


def test_of_each_kind_of_item_it_is_known_what_becomes_of_it() -> None:
    assert set(FATES) == {one.name for one in entities.ENTITIES}


def test_nothing_of_hers_is_left() -> None:
    town = Leaving()
    town.lives()
    assert holding(town.table.items(), *CANARIES)
    town.leaves()
    town.works()
    assert holding(town.table.items(), *CANARIES) == []
    assert town.audits() == {}
    left = holding(town.table.items(), town.anna)
    print({(i["entity"], i["PK"], i["SK"]) for i in left})
    assert 0
