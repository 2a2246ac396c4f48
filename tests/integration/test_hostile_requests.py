"""Hostile requests at every function: nothing raises, and each gets a clear problem that says
nothing of what was sent, and writes nothing.
"""

from collections.abc import Mapping
from typing import Any

import boto3
import pytest

from cobroke.edge.routes import ROUTES
from cobroke.exact_json import dumps
from tests import hostile
from tests.account import TABLE
from tests.builders import a_lead
from tests.client import Answer, Client
from tests.events import an_event, as_sent, call
from tests.hostile.bodies import a_body
from tests.hostile.request import BEARER, CANARY, JSON, Hostile, facts_of, faults, not_a_problem

FUNCTIONS = sorted({route.function for route in ROUTES})


def what_is_stored() -> list[Any]:
    return sorted(boto3.client("dynamodb").scan(TableName=TABLE)["Items"], key=repr)


@pytest.fixture
def facts(anna: Client, boris: Client) -> Mapping[str, str]:
    return facts_of(anna, boris)


def thrown(request: Hostile) -> Answer:
    function, event = as_sent(*request[2:])
    return call(function, event)


def test_what_is_refused_gets_the_answer_of_the_contract_and_writes_nothing(
    facts: Mapping[str, str],
) -> None:
    stored = what_is_stored()
    found = [
        f"{request.what}: {fault}"
        for request in hostile.of(facts)
        if request.status >= 400
        for fault in faults(thrown(request), request)
    ]
    assert not found, "\n".join(found)
    assert what_is_stored() == stored


def test_the_bodies_that_are_spoilt_were_valid(facts: Mapping[str, str]) -> None:
    for route in ROUTES:
        if route.takes_body:
            body = dumps(a_body(route)).encode()
            request = Hostile(route.key, 0, route.method, route.path, "", BEARER + JSON, body).of(
                facts
            )
            assert thrown(request).status in {200, 201, 401, 409}, route.key


def test_what_is_only_odd_is_served_as_if_it_were_not_there(facts: Mapping[str, str]) -> None:
    odd = [request for request in hostile.of(facts) if request.status < 400]
    assert len(odd) > 50
    found = [
        f"{request.what}: {fault}" for request in odd for fault in faults(thrown(request), request)
    ]
    assert not found, "\n".join(found)


def test_a_function_that_is_sent_what_is_not_its_own_says_that_there_is_nothing(
    facts: Mapping[str, str],
) -> None:
    for request in hostile.of(facts)[::3]:
        own, event = as_sent(*request[2:])
        for function in FUNCTIONS:
            if function != own:
                answer = call(function, event)
                assert answer.status in {404, 405}, request.what
                assert list(not_a_problem(answer)) == []


JUNK = ("Ж", "\ud800", "e30", "e3=0", "e30=e30=", "e30=\n", f"{CANARY}!", "=", "{}")
_LEAD: dict[str, Any] = {"body": dumps(a_lead())}
ODD_EVENTS: Mapping[str, tuple[dict[str, Any], int]] = {
    "no headers": ({"headers": None}, 401),
    "no body": ({"body": None}, 400),
    "an empty body in base64": ({"body": "", "isBase64Encoded": True}, 400),
    **{f"{text!r} for base64": ({"body": text, "isBase64Encoded": True}, 400) for text in JUNK},
    "half a letter": ({"body": '{"client_name": "\ud800"}'}, 400),
    "base64 nobody speaks of": ({"isBase64Encoded": None} | _LEAD, 201),
    "no query": ({"queryStringParameters": None, "rawQueryString": ""} | _LEAD, 201),
    "a query of nothing": (
        {"queryStringParameters": {"page": None}, "rawQueryString": "page"} | _LEAD,
        201,
    ),
    "nulls": (
        dict.fromkeys(("pathParameters", "stageVariables", "cookies", "routeKey")) | _LEAD,
        201,
    ),
    "path parameters of another route": ({"pathParameters": {"lead_id": CANARY}} | _LEAD, 201),
}


def test_an_event_that_lacks_what_others_have_is_answered(anna: Client) -> None:
    headers = {"authorization": f"Bearer {anna.token}", "content-type": "application/json"}
    for what, (changes, status) in ODD_EVENTS.items():
        event = an_event("POST", "/leads", "", headers) | changes
        without_nulls = {name: value for name, value in event.items() if value is not None}
        answers = [call("leads", one) for one in (event, without_nulls)]
        assert [answer.status for answer in answers] == [status, status], what
        assert not any(CANARY in answer.text for answer in answers)


def test_a_header_without_sense_is_no_bug(anna: Client) -> None:
    for header in ("authorization", "content-type", "if-match", "idempotency-key", "x-other"):
        for value in (None, "", "\ud800", "\x00", "é"):
            headers: dict[str, Any] = {
                "authorization": f"Bearer {anna.token}",
                "content-type": "application/json",
            }
            for verb, path in (
                ("POST", "/leads"),
                ("PUT", f"/leads/{'0' * 26}"),
                ("GET", "/leads"),
            ):
                answer = call("leads", an_event(verb, path, "", headers | {header: value}, b"{}"))
                assert answer.status in {200, 400, 401, 404, 415, 422}, (header, value, answer.text)


def test_the_query_is_read_as_it_was_sent(anna: Client) -> None:
    """However a gateway tells of names that came twice."""
    event = an_event("GET", "/leads", "page=1&page=1", {"authorization": f"Bearer {anna.token}"})
    for told in ({"page": "1"}, {"page": "1,1"}, {}, None):
        (error,) = call("leads", event | {"queryStringParameters": told}).needs(422)["errors"]
        assert error["pointer"] == "/page"
    event["rawQueryString"] = "p%61ge=2&limit=3"
    answer = call("leads", event | {"queryStringParameters": {"p%61ge": "2", "limit": "3"}}).needs(
        200
    )
    assert (answer["page"], answer["limit"]) == (2, 3)
