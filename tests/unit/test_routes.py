"""ROUTES, the functions and the house: each says the same."""

import re
from pathlib import Path

from cobroke.edge.routes import DEFAULT_FUNCTION, ROUTES
from tests.conftest import ROOT

FUNCTIONS = {path.parent.name: path for path in ROOT.glob("functions/*/handler.py")}


def _source(path: Path) -> str:
    return path.read_text()


def test_every_route_is_served_by_its_function_and_no_other() -> None:
    for function, path in FUNCTIONS.items():
        served = re.findall(r'@api\.serves\("([^"]+)"', _source(path))
        assert sorted(served) == sorted(
            route.key for route in ROUTES if route.function == function
        ), function
    assert {route.function for route in ROUTES} | {DEFAULT_FUNCTION} <= FUNCTIONS.keys()


def test_a_handlers_docstring_lists_its_routes() -> None:
    for route in ROUTES:
        docstring = " ".join(_source(FUNCTIONS[route.function]).split('"""')[1].split())
        assert route.key in docstring, route.key


def test_the_readme_names_the_file_of_every_route() -> None:
    said = re.findall(
        r"^\| (`[A-Z]+ /.*`) \| `(functions/.*)` \|$", _source(ROOT / "README.md"), re.MULTILINE
    )
    named = {(route, path) for routes, path in said for route in re.findall("`([^`]*)`", routes)}
    assert named == {
        (re.sub(r"\{\w+\}", "{id}", route.key), f"functions/{route.function}/handler.py")
        for route in ROUTES
    }


def test_only_identity_is_public() -> None:
    assert [route.key for route in ROUTES if route.public] == [
        "POST /auth/register",
        "POST /auth/telegram",
    ]


def test_a_handler_is_at_most_150_lines_and_a_module_250() -> None:
    for path in (
        *ROOT.glob("functions/**/*.py"),
        *ROOT.glob("layers/common/python/**/*.py"),
        *ROOT.glob("infra/*.py"),
    ):
        limit = 150 if path.name == "handler.py" else 250
        assert len(_source(path).splitlines()) <= limit, path
