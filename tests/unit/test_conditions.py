"""What a write's condition asks of DynamoDB, and what it lets pass."""

import re
from typing import Any

import pytest

from cobroke.storage.conditions import (
    ABSENT,
    ANYTHING,
    PRESENT,
    WriteCondition,
    at_most,
    at_version,
    below,
    holding,
    missing,
    over,
)
from cobroke.storage.notation import Item, attributes_of
from tests.expressions import holds


def passes(condition: WriteCondition, **item: Any) -> bool:
    asked = condition.asked()
    values = asked.get("ExpressionAttributeValues", {})
    return holds(asked["ConditionExpression"], attributes_of(item), values)


def test_anything_asks_nothing() -> None:
    assert ANYTHING.asked() == {}
    assert ANYTHING.asked({"n": 1}) == {"ExpressionAttributeValues": {":n": {"N": "1"}}}


@pytest.mark.parametrize("condition", [ABSENT, PRESENT, over(0)])
def test_without_values_none_are_named(condition: WriteCondition) -> None:
    """DynamoDB refuses an empty map of them."""
    assert condition.asked().keys() == {"ConditionExpression"}


def test_a_value_is_named_beside_those_of_an_update() -> None:
    assert at_version(3).asked({"version": 4}) == {
        "ConditionExpression": "version = :when_0",
        "ExpressionAttributeValues": {":version": {"N": "4"}, ":when_0": {"N": "3"}},
    }


STORED: Item = {"PK": "P", "SK": "S", "version": 3, "d": "text", "nothing": None}


@pytest.mark.parametrize(
    ("condition", "over_nothing", "over_stored"),
    [
        (ABSENT, True, False),
        (PRESENT, False, True),
        (missing("d"), True, False),
        (missing("e"), True, True),
        (at_version(3), False, True),
        (at_version(2), False, False),
        (over(0), True, False),
        (over(3), False, True),
        (over(4), False, False),
        (holding(version=3, d="text"), False, True),
        (holding(version=3, d="other"), False, False),
        (holding(version=2, d="text"), False, False),
        (holding(nothing=None), False, True),
        (below("version", 3), False, False),
        (below("version", 4), False, True),
        (at_most("version", 2), False, False),
        (at_most("version", 3), False, True),
        (ABSENT | below("version", 3), True, False),
        (ABSENT | below("version", 4), True, True),
    ],
)
def test_what_it_lets_pass(
    condition: WriteCondition, *, over_nothing: bool, over_stored: bool
) -> None:
    assert passes(condition) == over_nothing
    assert passes(condition, **STORED) == over_stored


def test_two_of_one_attribute_keep_their_values() -> None:
    between = below("n", 9) & (at_most("n", 2) | holding(n=5))
    assert [n for n in range(12) if passes(between, n=n)] == [0, 1, 2, 5]


A, B, C, D = (missing(name) for name in "abcd")


@pytest.mark.parametrize(
    ("condition", "expression"),
    [
        (A & B & C, "a AND b AND c"),
        (A | B | C, "a OR b OR c"),
        (A & B | C, "a AND b OR c"),
        (A | B & C, "a OR b AND c"),
        ((A | B) & C, "(a OR b) AND c"),
        (A & B & (C | D), "a AND b AND (c OR d)"),
        ((A | B) & (C | D), "(a OR b) AND (c OR d)"),
    ],
)
def test_an_or_within_an_and_stands_in_parentheses(
    condition: WriteCondition, expression: str
) -> None:
    said = condition.asked()["ConditionExpression"]
    assert re.sub(r"attribute_not_exists\((\w)\)", r"\1", said) == expression
