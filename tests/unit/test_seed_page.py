"""The contract keeps what the user's own page says: every route, verb, field, optional mark and
enum value.
"""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.seed_page import Kept, Operation, the_page
from tools.openapi import DOCUMENT

type Json = dict[str, Any]


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
        assert operation.get("x-added", False) == (key not in said), key


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
    "GET /properties answer.properties[].colour is not marked as added": lambda one: _add(
        one, "PropertyRow", "colour"
    ),
    "POST /leads is gone": lambda one: one["paths"]["/leads"].pop("post"),
    "GET /leads/{lead_id}/matches ?page is gone": lambda one: one["paths"][
        "/leads/{lead_id}/matches"
    ]["get"].update(parameters=[]),
    "POST /leads request.notes is gone": lambda one: _remove(one, "LeadBody", "notes"),
    "PUT /leads/{lead_id} request.notes is gone": lambda one: _remove(one, "LeadBody", "notes"),
    "GET /leads answer.leads[].match_count is gone": lambda one: _remove(
        one, "LeadRow", "match_count"
    ),
    "GET /notifications answer.unread_count is gone": lambda one: _remove(
        one, "NotificationList", "unread_count"
    ),
    "POST /leads request.requirements.payment_method: ['CASH', 'ANOTHER', 'EXCHANGE'] instead of "
    "['CASH', 'MORTGAGE', 'EXCHANGE']": lambda one: _rename(one, "PaymentMethod", "MORTGAGE"),
    "GET /leads ?status: ['ACTIVE', 'ANOTHER'] instead of ['ACTIVE', 'ARCHIVED']": lambda one: (
        _rename(one, "ObjectStatus", "ARCHIVED")
    ),
    "POST /auth/register request.email: another mark": lambda one: _require(
        one, "Registration", "email"
    ),
    "POST /properties request.address.metro_station: null is not said to be possible": lambda one: (
        one["components"]["schemas"]["AddressBody"]["properties"].update(
            metro_station={"type": "string"}
        )
    ),
    "GET /leads answer.leads[].created_at is no timestamp": lambda one: one["components"][
        "schemas"
    ]["Timestamp"].pop("format"),
    "POST /leads request.requirements.rooms[]: ['string'] instead of number": lambda one: one[
        "components"
    ]["schemas"]["RoomCount"].update(type="string"),
}


@pytest.mark.parametrize("loss", CHANGES)
def test_a_change_of_it_would_be_found(
    said: dict[str, Operation], document: Json, loss: str
) -> None:
    changed = copy.deepcopy(document)
    CHANGES[loss](changed)
    assert loss in Kept(changed).losses(said)
