"""ROUTES, the functions and the README say the same; the house has its measures."""

import ast
import re
from collections import Counter
from pathlib import Path

from cobroke.edge.routes import DEFAULT_FUNCTION, PAGES, ROUTES
from tests.conftest import ROOT

PRODUCT = [
    *ROOT.glob("functions/**/*.py"),
    *ROOT.glob("layers/common/python/**/*.py"),
    *ROOT.glob("infra/*.py"),
]
PYTHON = [
    *PRODUCT,
    *ROOT.glob("app.py"),
    *(
        path
        for folder in ("benchmarks", "tests", "tools")
        for path in ROOT.glob(f"{folder}/**/*.py")
        if "node_modules" not in path.parts  # others' code, after `make bench`
    ),
]
FUNCTIONS = {path.parent.name: path for path in ROOT.glob("functions/*/handler.py")}


def _source(path: Path) -> str:
    return path.read_text()


def test_every_route_is_served_by_its_function_and_no_other() -> None:
    for function, path in FUNCTIONS.items():
        served = re.findall(r'@api\.serves\(\s*"([^"]+)"', _source(path))
        assert sorted(served) == sorted(
            route.key for route in ROUTES if route.function == function
        ), function
    assert {route.function for route in ROUTES} | {DEFAULT_FUNCTION} <= FUNCTIONS.keys()


def test_a_handlers_docstring_lists_its_routes() -> None:
    for route in (*ROUTES, *PAGES):
        docstring = " ".join(_source(FUNCTIONS[route.function]).split('"""')[1].split())
        assert route.key in docstring, route.key


def test_the_readme_names_the_file_of_every_route() -> None:
    said = re.findall(
        r"^\| (`[A-Z]+ /.*`) \| `(functions/.*)` \|$", _source(ROOT / "README.md"), re.MULTILINE
    )
    named = {(route, path) for routes, path in said for route in re.findall("`([^`]*)`", routes)}
    assert named == {
        (re.sub(r"\{\w+\}", "{id}", route.key), f"functions/{route.function}/handler.py")
        for route in (*ROUTES, *PAGES)
    }


def test_only_identity_and_the_contract_are_public() -> None:
    assert [route.key for route in (*ROUTES, *PAGES) if route.public] == [
        "POST /auth/register",
        "POST /auth/telegram",
        "GET /docs",
        "GET /docs/{file}",
        "GET /openapi.json",
    ]


def test_a_handler_is_at_most_150_lines_and_a_module_250() -> None:
    for path in PRODUCT:
        limit = 150 if path.name == "handler.py" else 250
        assert len(_source(path).splitlines()) <= limit, path


def test_a_folder_of_the_product_has_at_most_16_modules() -> None:
    modules = Counter(path.parent for path in PRODUCT if path.name != "__init__.py")
    assert {folder: many for folder, many in modules.items() if many > 16} == {}


def test_a_function_of_the_product_has_at_most_30_lines_below_its_docstring() -> None:
    """But for the two loops of which a call a row would be a third (docs/decisions/0020)."""
    long = [
        f"{path.stem}: {function.name}"
        for path in PRODUCT
        for function in ast.walk(ast.parse(_source(path)))
        if isinstance(function, ast.FunctionDef) and _lines_of_its_own(function) > 30
    ]
    assert sorted(long) == ["lead_index: _read", "listing_index: _read"]


def test_no_line_of_python_has_more_than_100_characters() -> None:
    """Comments included, which the linter lets pass where they say `noqa` or `type: ignore`."""
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in PYTHON
        for number, line in enumerate(_source(path).splitlines(), start=1)
        if len(line) > 100
    ]
    assert long == []


def _lines_of_its_own(function: ast.FunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
