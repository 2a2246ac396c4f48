"""The rotation of the signing key in process: the drill's own walk, over moto, each step's
functions made anew.
"""

import pytest

from tests.support.rotation_in_process import InProcess
from tools.drill.rotation import NEW, STEPS, walk


def test_a_key_is_published_signs_and_is_retired_and_no_deploy_update_or_delete_replaces_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    walk(InProcess(monkeypatch), told.append)
    assert len(told) == 1 + len(STEPS)
    assert told[4] == f"retire: {NEW} signs, 2 of 5 tokens work, 6 parameters as put"
    assert told[5] == f"back to sign: {NEW} signs, 6 of 6 tokens work, 6 parameters as put"
