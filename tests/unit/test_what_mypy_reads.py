"""mypy reads of the CDK only the services that are named in pyproject.toml: all that are used."""

import ast
import tomllib
from collections.abc import Iterator

from tests.conftest import ROOT

CDK = "aws_cdk"


def named() -> set[str]:
    mypy = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]
    (read,) = (each for each in mypy["overrides"] if each.get("follow_imports") == "normal")
    return set(read["module"])


def imported(source: str) -> Iterator[str]:
    """The modules of the CDK that a source imports; a name with a capital is a class's."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if module.split(".")[0] == CDK:
                yield module
                yield from (f"{module}.{each.name}" for each in names if each.name.islower())
            case ast.Import(names=names):
                yield from (each.name for each in names if each.name.split(".")[0] == CDK)


def test_every_part_of_the_cdk_that_is_used_is_read_and_no_other() -> None:
    folders = ("infra", "tests", "tools")
    files = [
        ROOT / "app.py",
        *(path for folder in folders for path in (ROOT / folder).rglob("*.py")),
    ]
    assert {module for path in files for module in imported(path.read_text())} == named()
