"""Every mistake that a search has to find can be planted where it is said to be."""

import pytest

from tests.mutants import MUTANTS, Mutant, planted
from tests.support import fault_mutants


@pytest.mark.parametrize(
    "mutant", [*MUTANTS, *fault_mutants.MUTANTS], ids=lambda mutant: mutant.name
)
def test_the_text_of_a_mistake_is_found(mutant: Mutant) -> None:
    with planted(mutant):
        pass
