"""JSON with exact numbers, read strictly from the wire and written as the value came: no `float`.

A whole number is an int however it was written (`2.0`, `2e0`), any other a Decimal without trailing
zeros.
"""

import hashlib
import json
import re
from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import Any

import simplejson

from cobroke.domain.errors import Malformed

type Json = dict[str, Any] | list[Any] | str | int | Decimal | bool | None

MAX_DEPTH = 12
MAX_NUMBER_LENGTH = 64
MAX_NUMBER = 10**30
# Wide enough for every digit; a number too small for it is refused, not read as 0.
_WIDE = Context(prec=100, traps=[Inexact, InvalidOperation])
# A control character other than TAB, LF, CR; or half of a surrogate pair.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def dumps(value: Json) -> str:
    """Write JSON: compact, letters as they are, a Decimal as the number it is."""
    return simplejson.dumps(value, separators=(",", ":"), ensure_ascii=False)


def fingerprint(value: Json) -> str:
    """Return a digest that is equal for equal JSON: numbers by value, members in any order."""
    canonical = simplejson.dumps(value, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def loads(text: str) -> Any:  # noqa: ANN401 - what we wrote ourselves has the shape we know
    """Read what `dumps` wrote."""
    return json.loads(text, parse_float=Decimal)


def loads_strictly(body: bytes) -> Json:
    """Read what a stranger wrote. Raises Malformed where two readers could differ about it."""
    try:
        value: Json = json.loads(
            body.decode(),
            object_pairs_hook=_without_repeats,
            parse_float=exact_number,
            parse_int=exact_number,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError, ArithmeticError):
        raise Malformed from None
    _must_be_plain(value)
    return value


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise Malformed
    return members


def exact_number(text: str) -> int | Decimal:
    """Return the value of a number of JSON. Raises Malformed or ArithmeticError where it is too
    long, too great or too fine.
    """
    if len(text) > MAX_NUMBER_LENGTH:
        raise Malformed
    value = Decimal(text)
    if value.copy_abs() > MAX_NUMBER:  # abs() would round first
        raise Malformed
    if value == value.to_integral_value():
        return int(value)
    return value.normalize(_WIDE)


def _refuse(_: str) -> None:
    raise Malformed


def _must_be_plain(value: Json) -> None:
    """Raise Malformed where a value lies too deep, or a text or name holds what none may."""
    ahead: list[tuple[int, Json]] = [(1, value)]
    while ahead:
        depth, item = ahead.pop()
        if isinstance(item, str) and _FORBIDDEN.search(item):
            raise Malformed
        if isinstance(item, dict | list):
            if depth > MAX_DEPTH:
                raise Malformed
            inner = [*item, *item.values()] if isinstance(item, dict) else item
            ahead.extend((depth + 1, member) for member in inner)
