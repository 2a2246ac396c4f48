"""What must hold of the stored item for a write of it to be made: all optimistic locking is said in
these words.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from cobroke.storage.notation import values_of


@dataclass(frozen=True)
class WriteCondition:
    """DynamoDB's expression, with `{}` in place of each value. `&` and `|` join two."""

    expression: str
    values: tuple[Any, ...] = ()

    def __and__(self, other: Self) -> Self:
        return self._joined("AND", _operand(self.expression), _operand(other.expression), other)

    def __or__(self, other: Self) -> Self:
        return self._joined("OR", self.expression, other.expression, other)

    def _joined(self, operation: str, left: str, right: str, other: Self) -> Self:
        return type(self)(f"{left} {operation} {right}", self.values + other.values)

    def asked(self, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the parts of a request that say it. `values` are those that an update names."""
        named = {f"when_{number}": value for number, value in enumerate(self.values)}
        expression = self.expression.format(*(f":{name}" for name in named))
        found = {
            "ConditionExpression": expression,
            "ExpressionAttributeValues": values_of({**(values or {}), **named}),
        }
        return {name: part for name, part in found.items() if part}


def changes(sets: Iterable[str], adds: Iterable[str]) -> str:
    """Return the expression that sets these attributes and adds to these numbers, 0 where there is
    none: each value under its attribute's own name.
    """
    said = {
        "SET": [f"{name} = :{name}" for name in sets],
        "ADD": [f"{name} :{name}" for name in adds],
    }
    return " ".join(f"{verb} {', '.join(parts)}" for verb, parts in said.items() if parts)


def _operand(expression: str) -> str:
    """Put an OR in parentheses: AND binds closer."""
    return f"({expression})" if " OR " in expression else expression


def missing(name: str) -> WriteCondition:
    """Return the condition that the item has no such attribute, or is absent."""
    return WriteCondition(f"attribute_not_exists({name})")


ANYTHING = WriteCondition("")
"""Whatever is there; not to be joined with others."""
ABSENT = missing("PK")
PRESENT = WriteCondition("attribute_exists(PK)")


def holding(**facts: Any) -> WriteCondition:  # noqa: ANN401 - whatever an item holds
    """Return the condition that each of these attributes has this value."""
    return WriteCondition(" AND ".join(f"{name} = {{}}" for name in facts), tuple(facts.values()))


def below(name: str, bound: int) -> WriteCondition:
    return WriteCondition(f"{name} < {{}}", (bound,))


def above(name: str, bound: int) -> WriteCondition:
    return WriteCondition(f"{name} > {{}}", (bound,))


def at_most(name: str, bound: int | str) -> WriteCondition:
    return WriteCondition(f"{name} <= {{}}", (bound,))


def at_least(name: str, bound: int) -> WriteCondition:
    return WriteCondition(f"{name} >= {{}}", (bound,))


def as_counted(name: str, count: int) -> WriteCondition:
    """Return the condition that a number is this; where there is none it is 0."""
    same = holding(**{name: count})
    return same if count else missing(name) | same


def at_version(version: int) -> WriteCondition:
    return holding(version=version)


def over(version: int) -> WriteCondition:
    """Return the condition that nobody has written it since it was read at this version; for 0,
    that there is nothing.
    """
    return at_version(version) if version else ABSENT
