"""DynamoDB's own notation of an item, and ours: a dict of str, int, bytes, bool and None. No other
kind is kept.
"""

from collections.abc import Mapping
from typing import Any

type Item = dict[str, Any]
type Raw = Mapping[str, Mapping[str, Any]]
"""An item in DynamoDB's own notation, as in `{"version": {"N": "3"}}`."""

_LETTERS = {str: "S", bytes: "B", bool: "BOOL"}


def attributes_of(item: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: _attribute(value) for name, value in item.items()}


def item_of(raw: Raw) -> Item:
    return {name: _value(*attribute.items()) for name, attribute in raw.items()}


def values_of(values: Mapping[str, Any]) -> Raw:
    """Write down the values that an expression names with a colon."""
    return attributes_of({f":{name}": value for name, value in values.items()})


def _attribute(value: Any) -> dict[str, Any]:  # noqa: ANN401 - one of the five kinds
    if value is None:
        return {"NULL": True}
    if type(value) is int:
        return {"N": str(value)}
    return {_LETTERS[type(value)]: value}


def _value(attribute: tuple[str, Any]) -> Any:  # noqa: ANN401 - one of the five kinds
    letter, value = attribute
    if letter == "N":
        return int(value)
    return None if letter == "NULL" else value
