"""What every answer says beside its body, and what a refused body is told."""

from io import StringIO

import boto3
import pytest

from cobroke.domain.errors import Busy
from cobroke.edge.routes import ROUTES
from cobroke.exact_json import dumps, loads
from cobroke.storage.table import Table
from tests.account import TABLE
from tests.builders import Json, a_lead, a_registration
from tests.client import Answer, Client
from tests.events import an_event, call, in_process
from tests.hostile.broken_bodies import BOM, BROKEN, Broken

FUNCTIONS = sorted({route.function for route in ROUTES})
JSON = {"content-type": "application/json"}


def _registered_with(body: bytes) -> Answer:
    return in_process("POST", "/auth/register", "", JSON, body)


def _in_base64(body: bytes) -> Answer:
    """As a gateway hands over what it takes for no text."""
    event = an_event("POST", "/auth/register", "", {"content-type": "image/png"}, body)
    assert event["isBase64Encoded"] == bool(body)
    return call("auth", event | {"headers": JSON})


def _fault(refused: Answer) -> Json:
    problem = refused.needs(400)
    assert problem["code"] == "malformed"
    error: Json
    (error,) = problem["errors"]
    assert error.pop("pointer") == ""
    return error


def test_each_of_many_broken_bodies_is_told_its_rule_and_place_however_it_came() -> None:
    assert len({one.body for one in BROKEN}) == len(BROKEN) > 60

    def told(broken: Broken) -> bool:
        wanted = {"code": broken.code, "at": broken.at}
        return _fault(_registered_with(broken.body)) == wanted == _fault(_in_base64(broken.body))

    assert [broken for broken in BROKEN if not told(broken)] == []


def test_a_body_in_windows_1251_is_refused_and_stores_nothing(anna: Client) -> None:
    stored = boto3.client("dynamodb").scan(TableName=TABLE)["Items"]
    body = dumps(a_lead(city="Москва")).encode("cp1251")
    assert _fault(anna.send("POST", "/leads", body))["code"] == "not_utf8"
    assert boto3.client("dynamodb").scan(TableName=TABLE)["Items"] == stored


def test_a_byte_order_mark_in_front_is_ignored() -> None:
    _registered_with(BOM + dumps(a_registration()).encode()).needs(201)


def test_what_is_no_base64_is_told_as_an_empty_body_is() -> None:
    event = an_event("POST", "/auth/register", "", JSON) | {"body": "e3=0", "isBase64Encoded": True}
    assert (
        _fault(call("auth", event))
        == _fault(_registered_with(b""))
        == {"code": "not_json", "at": 0}
    )


def _is_marked(answer: Answer, status: int) -> bool:
    """Not to be kept, nor taken for something else; in a problem, its id is the request's."""
    headers = answer.headers
    assert answer.status == status
    if status >= 400:
        assert answer.json["instance"] == f"urn:req:{headers['x-request-id']}"
    return headers["x-request-id"] != "" and (
        headers["cache-control"],
        headers["x-content-type-options"],
    ) == (
        "no-store",
        "nosniff",
    )


def test_every_answer_is_never_kept_and_names_its_request(
    anna: Client, stranger: Client, monkeypatch: pytest.MonkeyPatch, logged: StringIO
) -> None:
    assert _is_marked(anna.post("/leads", a_lead()), 201)
    assert _is_marked(anna.get("/leads"), 200)
    assert _is_marked(anna.post("/leads", a_lead(rooms=None)), 422)
    assert _is_marked(anna.get("/nothing"), 404)
    assert _is_marked(anna.send("DELETE", "/leads"), 405)
    assert _is_marked(stranger.get("/leads"), 401)
    for raised, status in ((Busy(), 503), (RuntimeError(), 500)):

        def fails(*_: object, raised: Exception = raised) -> None:
            raise raised

        monkeypatch.setattr(Table, "transact", fails)
        logged.seek(logged.truncate(0))
        answer = anna.post("/leads", a_lead())
        assert _is_marked(answer, status)
        told = {loads(line)["request_id"] for line in logged.getvalue().splitlines()}
        assert told == {answer.headers["x-request-id"]}


@pytest.mark.parametrize(
    "path", ["/leads", f"/leads/{'0' * 26}", "/auth/register", "/nothing", "/", "//", "/leads/%"]
)
def test_options_on_any_path_is_a_204_before_all_else(
    stranger: Client, path: str, logged: StringIO
) -> None:
    for body in (None, b"\xff", b"x" * 262_145):
        answer = stranger.send("OPTIONS", path, body)
        assert (answer.status, answer.text) == (204, "")
        assert _is_marked(answer, 204)
    assert len(logged.getvalue().splitlines()) == 3


def test_options_is_a_204_of_every_function_and_needs_no_good_token() -> None:
    for function in FUNCTIONS:
        event = an_event(
            "OPTIONS", "/leads", "page=0", {"authorization": "Bearer x", "if-match": "1"}
        )
        assert _is_marked(call(function, event), 204)
