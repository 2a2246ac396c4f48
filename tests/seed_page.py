"""The user's own page, read: every route with what it is sent, asked and answers."""

import json
import re
from typing import Any, NamedTuple

import pytest

from tests.conftest import SHARED

type Json = dict[str, Any]

PAGE = SHARED / "contract" / "seed-api.txt"
_ROUTE = re.compile(r"(GET|POST|PUT) (/[a-z_/{}-]+)")
_PARAMETER = re.compile(r"(\w+)(\(optional\))?:(enum \[[^\]]*\]|\w+)")
SAME_AS_CREATION = {"PUT /leads/{lead_id}": "POST /leads", "PUT /properties/{property_id}": "POST /properties"}
"""The page: "as for creation"."""


class Operation(NamedTuple):
    """What the page says of one route."""

    request: Json | None
    answer: Json | None
    query: dict[str, tuple[str, bool]]
    """By its name the type, and whether it is optional."""


def the_page() -> dict[str, Operation]:
    """By route; a test that asks for it is skipped where the page is not on this machine."""
    if not PAGE.exists():
        pytest.skip("the user's page is not on this machine")
    return page(PAGE.read_text())


def page(text: str) -> dict[str, Operation]:
    routes = list(_ROUTE.finditer(text))
    ends = [route.start() for route in routes[1:]] + [len(text)]
    return {
        f"{route[1]} {route[2]}": _operation(text[route.end() : end]) for route, end in zip(routes, ends, strict=True)
    }


def _operation(text: str) -> Operation:
    found = {name: _object(text, name) for name in ("Request Body:", "Response:")}
    asked = text.partition("Query Parameters:")[2].partition("Response:")[0]
    query = {name: (kind, bool(mark)) for name, mark, kind in _PARAMETER.findall(re.sub(r"\s*-?\n", " ", asked))}
    return Operation(found["Request Body:"], found["Response:"], query)


def _object(text: str, after: str) -> Json | None:
    _, heading, rest = text.partition(after)
    rest = rest.lstrip()
    if not heading or not rest.startswith("{"):
        return None
    said: Json
    said, _ = json.JSONDecoder().raw_decode(rest)
    return said
