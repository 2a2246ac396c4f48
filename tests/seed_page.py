"""The user's own page, read: every route with what it is sent, asked and answers; and what of it a
document keeps.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.conftest import SHARED

type Json = dict[str, Any]

PAGE = SHARED / "contract" / "seed-api.txt"
_ROUTE = re.compile(r"(GET|POST|PUT) (/[a-z_/{}-]+)")
_PARAMETER = re.compile(r"(\w+)(\(optional\))?:(enum \[[^\]]*\]|\w+)")
SAME_AS_CREATION = {
    "PUT /leads/{lead_id}": "POST /leads",
    "PUT /properties/{property_id}": "POST /properties",
}
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
        f"{route[1]} {route[2]}": _operation(text[route.end() : end])
        for route, end in zip(routes, ends, strict=True)
    }


def _operation(text: str) -> Operation:
    found = {name: _object(text, name) for name in ("Request Body:", "Response:")}
    asked = text.partition("Query Parameters:")[2].partition("Response:")[0]
    query = {
        name: (kind, bool(mark))
        for name, mark, kind in _PARAMETER.findall(re.sub(r"\s*-?\n", " ", asked))
    }
    return Operation(found["Request Body:"], found["Response:"], query)


def _object(text: str, after: str) -> Json | None:
    _, heading, rest = text.partition(after)
    rest = rest.lstrip()
    if not heading or not rest.startswith("{"):
        return None
    said: Json
    said, _ = json.JSONDecoder().raw_decode(rest)
    return said


_TYPES: dict[str, set[str]] = {
    "string": {"string"},
    "number": {"number", "integer"},
    "boolean": {"boolean"},
    "object": {"object"},
    "timestamp": {"string"},
}
MADE_OPTIONAL = {
    ("GET /leads/{lead_id}/matches", "status"),
    ("GET /properties/{property_id}/matches", "status"),
}
"""The page says nothing of the answer without them: the contract, section 5, lets them be absent.
"""


class Kept:
    """What of the page a document does not say: a line for each."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self.operations: dict[str, Json] = {
            f"{verb.upper()} {path}": operation
            for path, verbs in document["paths"].items()
            for verb, operation in verbs.items()
        }

    def losses(self, said: dict[str, Operation]) -> list[str]:
        return [loss for key in said for loss in self._of_route(key, said[key], said)]

    def _of_route(self, key: str, said: Operation, page: dict[str, Operation]) -> Iterator[str]:
        operation = self.operations.get(key)
        if operation is None:
            yield f"{key} is gone"
            return
        request = page[SAME_AS_CREATION[key]].request if key in SAME_AS_CREATION else said.request
        if request:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            yield from self._of_object(f"{key} request", request, schema, is_answer=False)
        if said.answer:
            status = next(status for status in ("200", "201") if status in operation["responses"])
            schema = operation["responses"][status]["content"]["application/json"]["schema"]
            yield from self._of_object(f"{key} answer", said.answer, schema, is_answer=True)
        sent = {one["name"]: one for one in operation["parameters"] if one["in"] == "query"}
        for name, (kind, optional) in said.query.items():
            if name not in sent:
                yield f"{key} ?{name} is gone"
                continue
            if sent[name]["required"] == (optional or (key, name) in MADE_OPTIONAL):
                yield f"{key} ?{name}: another mark"
            yield from self._of_type(f"{key} ?{name}", kind, sent[name]["schema"])

    def _of_object(self, where: str, said: Json, schema: Json, *, is_answer: bool) -> Iterator[str]:
        schema = self._resolved(schema)
        for name, kind in said.items():
            place = f"{where}.{name}"
            if name not in schema.get("properties", {}):
                yield f"{place} is gone"
                continue
            field = schema["properties"][name]
            optional = isinstance(kind, str) and kind.endswith("?")
            # "photos": a list that was not given comes back as []. All else that is optional may be
            # null.
            may_be_null = optional and not (is_answer and kind.startswith("string[]"))
            if self._nullable(field) != may_be_null:
                yield f"{place}: null is {'not ' * may_be_null}said to be possible"
            if (name in schema.get("required", [])) != (is_answer or not optional):
                yield f"{place}: another mark"
            yield from self._of_type(place, kind, field, is_answer=is_answer)
        for name in schema.get("properties", {}).keys() - said.keys():
            if not schema["properties"][name].get("x-added"):
                yield f"{where}.{name} is not marked as added"

    def _of_type(
        self, where: str, kind: Any, schema: Json, *, is_answer: bool = False
    ) -> Iterator[str]:
        schema = self._without_null(schema)
        if isinstance(kind, dict):
            yield from self._of_object(where, kind, schema, is_answer=is_answer)
        elif isinstance(kind, list):
            yield from self._of_object(
                f"{where}[]", kind[0], schema.get("items", {}), is_answer=is_answer
            )
        elif kind.startswith("enum"):
            values = re.findall(r"[A-Z_]{2,}", kind)
            if schema.get("enum") != values:
                yield f"{where}: {schema.get('enum')} instead of {values}"
        elif (kind := kind.removesuffix("?")).endswith("[]"):
            yield from self._of_type(f"{where}[]", kind.removesuffix("[]"), schema.get("items", {}))
        elif not set(_types(schema)) <= _TYPES[kind]:
            yield f"{where}: {schema.get('type')} instead of {kind}"
        elif kind == "timestamp" and schema.get("format") != "date-time":
            yield f"{where} is no timestamp"

    def _resolved(self, schema: Json) -> Json:
        while "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema

    def _nullable(self, schema: Json) -> bool:
        schema = self._resolved(schema)
        return "null" in _types(schema) or any(
            self._nullable(one) for one in schema.get("anyOf", [])
        )

    def _without_null(self, schema: Json) -> Json:
        schema = self._resolved(schema)
        given = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
        if len(given) == 1:
            return self._without_null(given[0])
        return schema | {"type": [one for one in _types(schema) if one != "null"]}


def _types(schema: Json) -> list[str]:
    said = schema.get("type", [])
    return [said] if isinstance(said, str) else said
