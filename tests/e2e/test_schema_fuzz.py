"""The contract, tried on the deployed stack by requests made up from it."""

import pytest

from tools.emulator import RunningStack
from tools.fuzz import Found, fuzz

SEED = 8


def test_every_answer_is_as_the_contract_says(stack: RunningStack) -> None:
    try:
        assert fuzz(stack.base_url, SEED, examples=5, whole=False) > 1_000
    except Found as what:
        pytest.fail(str(what), pytrace=False)
