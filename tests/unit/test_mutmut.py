"""What mutmut asks of the tests it runs."""

import tomllib

import pytest

from tests.conftest import ROOT


def test_no_test_that_mutmut_runs_has_a_name_that_cannot_be_asked_for(
    request: pytest.FixtureRequest,
) -> None:
    """It asks for each test by its name, and takes an error of the asking for a mutant that was
    found.
    """
    told = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutmut"]
    chosen = [ROOT / file for file in told["pytest_add_cli_args_test_selection"]]
    names = [item.nodeid for item in request.session.items if item.path in chosen]
    assert [name for name in names if "\\" in name or not name.isascii()] == []
    assert all(path.exists() for path in chosen)
