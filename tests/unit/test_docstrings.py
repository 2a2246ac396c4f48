"""A docstring says what its function does: its first word is a verb in the imperative."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

COMMON = ROOT / "layers/common/python/cobroke"
CONTRACT = COMMON / "edge/models"
"""What is said there is published."""

VERBS = frozenset(
    {
        "Act",
        "Add",
        "Alert",
        "Apply",
        "Archive",
        "Charge",
        "Check",
        "Choose",
        "Claim",
        "Close",
        "Complete",
        "Count",
        "Decide",
        "Decode",
        "Delete",
        "Describe",
        "Dislike",
        "Do",
        "End",
        "Fill",
        "Find",
        "Follow",
        "Forget",
        "Give",
        "Hold",
        "Join",
        "Keep",
        "Let",
        "Make",
        "Mark",
        "Open",
        "Pack",
        "Prepare",
        "Push",
        "Put",
        "Raise",
        "Read",
        "Refresh",
        "Register",
        "Return",
        "Save",
        "Say",
        "Send",
        "Skip",
        "Take",
        "Tell",
        "Turn",
        "Verify",
        "Wait",
        "Word",
        "Work",
        "Write",
        "Yield",
    }
)
"""Those that are used, and no other: a new one is put here by hand, so that it is a verb."""


def docstrings(source: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the docstring of each function or method that has one. A property is a
    noun, and what Python calls by itself has the name that it must have.
    """
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        is_property = any(
            ast.unparse(decorator).endswith(("property", ".setter", ".deleter"))
            for decorator in node.decorator_list
        )
        said = ast.get_docstring(node)
        if said and not is_property and not node.name.startswith("__"):
            yield node.name, said


def first_word(docstring: str) -> str:
    """Return the first word without its punctuation; what stands in `backticks` keeps them, for a
    name is no verb.
    """
    return docstring.split(maxsplit=1)[0].strip(".,:;!?()")


def first_words(folder: Path) -> dict[str, str]:
    """Return the first word of each docstring below the folder, but for the contract's, by the
    place and name of its function.
    """
    return {
        f"{path.relative_to(folder)}: {name}, {number}": first_word(said)
        for path in sorted(folder.rglob("*.py"))
        if not path.is_relative_to(CONTRACT)
        for number, (name, said) in enumerate(docstrings(path.read_text(encoding="utf-8")))
    }


FOUND = first_words(COMMON)


def test_each_begins_with_a_verb() -> None:
    assert {where: word for where, word in FOUND.items() if word not in VERBS} == {}


def test_each_verb_is_used() -> None:
    assert VERBS - set(FOUND.values()) == frozenset()


def test_more_than_300_are_looked_at() -> None:
    assert len(FOUND) > 300


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("Return it.", "Return"),
        ("Close: for good.", "Close"),
        ("`share` is a number.", "`share`"),
        ("Whether it is so.", "Whether"),
    ],
)
def test_the_first_word_has_no_punctuation(said: str, word: str) -> None:
    assert first_word(said) == word


@pytest.mark.parametrize(
    "source",
    [
        'def f():\n    "{}"',
        'async def f():\n    "{}"',
        'class C:\n    def f(self):\n        "{}"',
        'class C:\n    @classmethod\n    def f(cls):\n        "{}"',
        'def outer():\n    def f():\n        "{}"',
    ],
)
def test_a_function_is_found_wherever_it_stands(source: str) -> None:
    assert [*docstrings(source.format("The thing."))] == [("f", "The thing.")]


@pytest.mark.parametrize(
    "source",
    [
        '"The module."',
        'class C:\n    "The class."',
        'class C:\n    @property\n    def f(self):\n        "The thing."',
        'class C:\n    @cached_property\n    def f(self):\n        "The thing."',
        'class C:\n    def __init__(self):\n        "The thing."',
        "def f():\n    return 1",
    ],
)
def test_what_is_no_function_or_says_nothing_is_not(source: str) -> None:
    assert [*docstrings(source)] == []
