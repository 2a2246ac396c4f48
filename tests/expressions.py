"""What a condition or an update says of an item: of DynamoDB's expressions, those that the product
writes.
"""

import operator
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

type Raw = dict[str, dict[str, Any]]
type Values = Mapping[str, dict[str, Any]]

_COMPARE = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def holds(condition: str, item: Raw, values: Values) -> bool:
    for operation, combined in ((" OR ", any), (" AND ", all)):
        parts = _parts(condition, operation)
        if len(parts) > 1:
            return combined(holds(part, item, values) for part in parts)
    inner = condition[1:-1] if condition.startswith("(") else None
    return holds(inner, item, values) if inner else _is_true(condition, item, values)


def _parts(condition: str, operation: str) -> list[str]:
    """What an operation joins, outside of parentheses."""
    parts = [""]
    for piece in condition.split(operation):
        whole = parts[-1].count("(") == parts[-1].count(")")
        parts = [*parts, piece] if whole else [*parts[:-1], parts[-1] + operation + piece]
    return parts[1:]


def _is_true(condition: str, item: Raw, values: Values) -> bool:
    if found := re.fullmatch(r"attribute_(not_)?exists\((\w+)\)", condition):
        return (found[2] in item) != bool(found[1])
    if found := re.fullmatch(r"(\w+) (=|<=?|>=?) (:\w+)", condition):
        (kind, wanted), *_ = values[found[3]].items()
        there = item.get(found[1], {}).get(kind)
        return there is not None and bool(
            _COMPARE[found[2]](_comparable(kind, there), _comparable(kind, wanted))
        )
    raise NotImplementedError(condition)


def _comparable(kind: str, value: Any) -> Any:
    return int(value) if kind == "N" else value


_VERBS = {"SET", "ADD", "REMOVE", "AND", "OR"}


@cache
def is_refused(expression: str) -> bool:
    """Whether it names an attribute by a word that DynamoDB keeps for itself."""
    words = {*re.findall(r"(?<![:\w])[A-Za-z_]\w*\b(?!\()", expression)} - _VERBS
    return any(word.upper() in reserved() for word in words)


@cache
def reserved() -> frozenset[str]:
    from moto.dynamodb.parsing.reserved_keywords import (
        ReservedKeywords,
    )

    return frozenset(ReservedKeywords.get_reserved_keywords())


def updates(expression: str, old: Raw, values: Values) -> Raw:
    """What a SET of plain values and an ADD of a number make of an item."""
    found: Raw = {}
    for verb, clauses in re.findall(r"(SET|ADD) (.+?)(?= SET | ADD |$)", expression):
        for clause in clauses.split(", "):
            parts = re.fullmatch(r"(\w+) (= )?(:\w+)", clause)
            if parts is None or bool(parts[2]) != (verb == "SET"):
                raise NotImplementedError(expression)
            value = values[parts[3]]
            added = (
                {"N": str(int(old.get(parts[1], {"N": "0"})["N"]) + int(value["N"]))}
                if verb == "ADD"
                else value
            )
            found[parts[1]] = added
    if not found:
        raise NotImplementedError(expression)
    return found
