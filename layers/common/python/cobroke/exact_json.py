"""JSON with exact numbers: read strictly from the wire, written as the value came. `float` never.

A whole number is an int however it was written (`2.0`, `2e0`), any other a Decimal without trailing zeros.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from decimal import Context, Decimal, InvalidOperation
from typing import Any

import simplejson

from cobroke.domain.errors import Malformed

type Json = dict[str, Any] | list[Any] | str | int | Decimal | bool | None

MAX_DEPTH = 12
MAX_NUMBER_LENGTH = 64
MAX_NUMBER = 10**30
_WIDE = Context(prec=100)
# A control character other than TAB, LF, CR; or half of a surrogate pair.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def dumps(value: Json) -> str:
    """Compact, in UTF-8 letters, a Decimal as the number it is."""
    return simplejson.dumps(value, separators=(",", ":"), ensure_ascii=False, use_decimal=True)


def fingerprint(value: Json) -> str:
    """Equal for equal JSON: numbers by value, members in any order."""
    canonical = simplejson.dumps(value, separators=(",", ":"), sort_keys=True, use_decimal=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def loads(text: str) -> Any:  # noqa: ANN401 - what we wrote ourselves has the shape we know
    """What `dumps` wrote."""
    return json.loads(text, parse_float=Decimal)


def loads_strictly(body: bytes) -> Json:
    """What a stranger wrote. Anything two readers could understand differently is Malformed."""
    try:
        value: Json = json.loads(
            body.decode(),
            object_pairs_hook=_without_repeats,
            parse_float=_number,
            parse_int=_number,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError, InvalidOperation):
        raise Malformed from None
    for depth, text in _walk(value):
        if depth > MAX_DEPTH or _FORBIDDEN.search(text):
            raise Malformed
    return value


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise Malformed
    return members


def _number(text: str) -> int | Decimal:
    if len(text) > MAX_NUMBER_LENGTH:
        raise Malformed
    value = Decimal(text)
    if abs(value) > MAX_NUMBER:
        raise Malformed
    if value == value.to_integral_value(context=_WIDE):
        return int(value)
    return value.normalize(_WIDE)


def _refuse(_: str) -> None:
    raise Malformed


def _walk(value: Json) -> Iterator[tuple[int, str]]:
    """Every text with the depth of what holds it; an empty text for every list and object."""
    ahead: list[tuple[int, Json]] = [(1, value)]
    while ahead:
        depth, item = ahead.pop()
        if isinstance(item, str):
            yield depth - 1, item
        elif isinstance(item, dict):
            yield depth, ""
            for name, member in item.items():
                yield depth, name
                ahead.append((depth + 1, member))
        elif isinstance(item, list):
            yield depth, ""
            ahead.extend((depth + 1, member) for member in item)
