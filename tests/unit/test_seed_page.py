"""The contract keeps what the user's own page says: every route, verb, field, optional mark and enum value."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.seed_page import SAME_AS_CREATION, Operation, the_page
from tools.openapi import DOCUMENT

type Json = dict[str, Any]

_TYPES: dict[str, set[str]] = {
    "string": {"string"},
    "number": {"number", "integer"},
    "boolean": {"boolean"},
    "object": {"object"},
    "timestamp": {"string"},
}
MADE_OPTIONAL = {("GET /leads/{lead_id}/matches", "status"), ("GET /properties/{property_id}/matches", "status")}
"""The page says nothing of the answer without them: the contract, section 5, lets them be absent."""


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
            # "photos": a list that was not given comes back as []. All else that is optional may be null.
            may_be_null = optional and not (is_answer and kind.startswith("string[]"))
            if self._nullable(field) != may_be_null:
                yield f"{place}: null is {'not ' * may_be_null}said to be possible"
            if (name in schema.get("required", [])) != (is_answer or not optional):
                yield f"{place}: another mark"
            yield from self._of_type(place, kind, field, is_answer=is_answer)
        for name in schema.get("properties", {}).keys() - said.keys():
            if "(added)" not in schema["properties"][name].get("description", ""):
                yield f"{where}.{name} is not marked as (added)"

    def _of_type(self, where: str, kind: Any, schema: Json, *, is_answer: bool = False) -> Iterator[str]:
        schema = self._without_null(schema)
        if isinstance(kind, dict):
            yield from self._of_object(where, kind, schema, is_answer=is_answer)
        elif isinstance(kind, list):
            yield from self._of_object(f"{where}[]", kind[0], schema.get("items", {}), is_answer=is_answer)
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
        return "null" in _types(schema) or any(self._nullable(one) for one in schema.get("anyOf", []))

    def _without_null(self, schema: Json) -> Json:
        schema = self._resolved(schema)
        given = [one for one in schema.get("anyOf", []) if one != {"type": "null"}]
        if len(given) == 1:
            return self._without_null(given[0])
        return schema | {"type": [one for one in _types(schema) if one != "null"]}


def _types(schema: Json) -> list[str]:
    said = schema.get("type", [])
    return [said] if isinstance(said, str) else said


@pytest.fixture(scope="module")
def said() -> dict[str, Operation]:
    return the_page()


@pytest.fixture
def document() -> Json:
    written: Json = json.loads(DOCUMENT.read_text())
    return written


def test_the_page_is_read_whole(said: dict[str, Operation]) -> None:
    assert len(said) == 18
    leads = said["POST /leads"]
    assert leads.request is not None
    assert leads.request["requirements"]["budget"] == {"min": "number", "max": "number"}
    assert said["GET /notifications"].query == {
        "unread_only": ("boolean", True),
        "page": ("number", True),
        "limit": ("number", True),
    }
    assert said["GET /leads"].query == {"status": ("enum [ACTIVE | ARCHIVED]", True)}
    assert sum(one.answer is not None for one in said.values()) == 11


def test_the_contract_keeps_all_of_it(said: dict[str, Operation], document: Json) -> None:
    assert Kept(document).losses(said) == []


def test_a_route_that_the_contract_adds_says_so(said: dict[str, Operation], document: Json) -> None:
    for key, operation in Kept(document).operations.items():
        assert ("(added)" in operation.get("description", "")) == (key not in said), key


def _add(document: Json, schema: str, field: str) -> None:
    document["components"]["schemas"][schema]["properties"][field] = {"type": "string"}


def _remove(document: Json, schema: str, field: str) -> None:
    del document["components"]["schemas"][schema]["properties"][field]


def _rename(document: Json, schema: str, value: str) -> None:
    values = document["components"]["schemas"][schema]["enum"]
    values[values.index(value)] = "ANOTHER"


def _require(document: Json, schema: str, field: str) -> None:
    document["components"]["schemas"][schema]["required"].append(field)


CHANGES: dict[str, Callable[[Json], object]] = {
    "GET /properties answer.properties[].colour is not marked as (added)": lambda one: _add(
        one, "PropertyRow", "colour"
    ),
    "POST /leads is gone": lambda one: one["paths"]["/leads"].pop("post"),
    "GET /leads/{lead_id}/matches ?page is gone": lambda one: one["paths"]["/leads/{lead_id}/matches"]["get"].update(
        parameters=[]
    ),
    "POST /leads request.notes is gone": lambda one: _remove(one, "LeadBody", "notes"),
    "PUT /leads/{lead_id} request.notes is gone": lambda one: _remove(one, "LeadBody", "notes"),
    "GET /leads answer.leads[].match_count is gone": lambda one: _remove(one, "LeadRow", "match_count"),
    "GET /notifications answer.unread_count is gone": lambda one: _remove(one, "Notifications", "unread_count"),
    "POST /leads request.requirements.payment_method: ['CASH', 'ANOTHER', 'EXCHANGE'] instead of "
    "['CASH', 'MORTGAGE', 'EXCHANGE']": lambda one: _rename(one, "PaymentMethod", "MORTGAGE"),
    "GET /leads ?status: ['ACTIVE', 'ANOTHER'] instead of ['ACTIVE', 'ARCHIVED']": lambda one: _rename(
        one, "ObjectStatus", "ARCHIVED"
    ),
    "POST /auth/register request.email: another mark": lambda one: _require(one, "Registration", "email"),
    "POST /properties request.address.metro_station: null is not said to be possible": lambda one: one["components"][
        "schemas"
    ]["Address-Input"]["properties"].update(metro_station={"type": "string"}),
    "GET /leads answer.leads[].created_at is no timestamp": lambda one: one["components"]["schemas"]["Timestamp"].pop(
        "format"
    ),
    "POST /leads request.requirements.rooms[]: ['string'] instead of number": lambda one: one["components"]["schemas"][
        "RoomCount"
    ].update(type="string"),
}


@pytest.mark.parametrize("loss", CHANGES)
def test_a_change_of_it_would_be_found(said: dict[str, Operation], document: Json, loss: str) -> None:
    changed = copy.deepcopy(document)
    CHANGES[loss](changed)
    assert loss in Kept(changed).losses(said)
