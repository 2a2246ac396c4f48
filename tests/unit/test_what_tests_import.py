"""No test module is imported by another: what several of them need has a module of its own
(tests/README.md).
"""

import ast
from collections.abc import Iterator

import pytest

from tests.conftest import ROOT

HARNESS = sorted((ROOT / "tests").rglob("*.py"))


def imported_tests(source: str) -> Iterator[str]:
    """Every dotted name that is imported, or asked of `import_module`, and in which a part names a
    test module.
    """
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ImportFrom(module=module, names=names):
                named = [f"{module or ''}.{one.name}" for one in names]
            case ast.Import(names=names):
                named = [one.name for one in names]
            case ast.Call(args=[ast.Constant(value=str(name)), *_]) if (
                "import_module" in ast.unparse(node.func)
            ):
                named = [name]
            case _:
                named = []
        yield from (
            name for name in named if any(part.startswith("test_") for part in name.split("."))
        )


def test_no_module_here_imports_a_test_module() -> None:
    found = {str(path.relative_to(ROOT)): [*imported_tests(path.read_text())] for path in HARNESS}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "source",
    [
        "from tests.unit.test_score import a_lead",
        "from tests.unit import test_score as scores",
        "from .test_score import a_lead",
        "from . import test_score",
        "import tests.unit.test_score",
        "def late():\n    from tests.integration.test_audit import Evening",
        "import_module('tests.unit.test_score')",
        "importlib.import_module('tests.unit.test_score')",
    ],
)
def test_however_it_is_written_it_is_found(source: str) -> None:
    assert len([*imported_tests(source)]) == 1


def test_all_modules_are_looked_at() -> None:
    assert {path.parent.name for path in HARNESS} >= {
        "tests",
        "e2e",
        "integration",
        "support",
        "unit",
    }
