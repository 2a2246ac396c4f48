"""The edge behind the real gateway: who is let in, what is refused, and how."""

import httpx
import pytest

from cobroke.routes import ROUTES, Route
from tests.builders import a_lead, a_property, a_telegram_id, init_data, widget
from tests.client import Client
from tools.emulator import RunningStack

ABSENT = "0" * 26
NO_NOTICE = "1764000000000-0123456789abcdef"
WITH_ID = [route for route in ROUTES if "{" in route.path]


def _path(route: Route, object_id: str) -> str:
    """With the id of a lead or a property in every place; a match's is two of them."""
    path = route.path.replace("{match_id}", 2 * object_id).replace("{notification_id}", NO_NOTICE)
    return path.replace("{lead_id}", object_id).replace("{property_id}", object_id)


@pytest.mark.parametrize("route", ROUTES, ids=[route.key for route in ROUTES])
def test_a_route_is_closed_to_strangers_unless_it_is_public(stranger: Client, route: Route) -> None:
    for token in (None, "x.y.z"):
        answer = Client(stranger.transport, token).send(route.method, _path(route, ABSENT), b"{}")
        assert answer.status == (422 if route.public else 401)
        assert answer.headers["content-type"] == "application/problem+json"
        assert route.public or answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("route", WITH_ID, ids=[route.key for route in WITH_ID])
def test_somebody_elses_object_answers_as_an_absent_one(stranger: Client, route: Route) -> None:
    anna, boris = stranger.registered(), stranger.registered()
    of_a_lead = route.path.startswith("/leads")
    foreign = boris.post_lead(a_lead()) if of_a_lead else boris.post_property(a_property())
    body = {"action": "LIKE"} if route.function == "matches" else a_lead() if of_a_lead else a_property()
    body = body if route.takes_body else None
    call = {"GET": lambda path, _: anna.get(path), "POST": anna.post, "PUT": anna.put}[route.method]
    answers = [call(_path(route, object_id), body).needs(404) for object_id in (foreign, ABSENT, "no-id")]
    for answer in answers:
        del answer["instance"]
    assert answers[0] == answers[1] == answers[2]


def test_paths_and_verbs_that_nobody_knows_need_no_token(stranger: Client) -> None:
    assert stranger.get("/nothing").needs(404)["code"] == "not_found"
    answer = stranger.send("DELETE", "/leads")
    answer.needs(405)
    assert sorted(answer.headers["allow"].split(", ")) == ["GET", "POST"]


@pytest.mark.parametrize("body", [b"", b"{", b'{"a":NaN}', b'{"a":1,"a":2}', b"\xff", b"[" * 5000, b'{"a":1e999}'])
def test_a_body_that_is_not_json_is_a_400(stranger: Client, body: bytes) -> None:
    stranger.registered().send("POST", "/leads", body).needs(400)


def test_a_browser_may_ask_first_from_anywhere_on_local(stack: RunningStack) -> None:
    asked = {
        "Origin": "https://app.example.com",
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization,content-type,if-match",
    }
    answer = httpx.options(f"{stack.base_url}/leads/{ABSENT}", headers=asked, trust_env=False)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] in ("*", asked["Origin"])
    assert {"authorization", "idempotency-key", "if-match"} <= set(
        answer.headers["access-control-allow-headers"].lower().replace(" ", "").split(",")
    )


def test_both_kinds_of_proof_log_in_through_the_bot_token_that_was_deployed(stranger: Client) -> None:
    telegram_id = a_telegram_id()
    stranger.registered(telegram_id=telegram_id)
    for proof in ({"init_data": init_data(int(telegram_id))}, widget(int(telegram_id))):
        answer = stranger.post("/auth/telegram", {"telegram_auth_data": proof}).needs(200)
        assert Client(stranger.transport, answer["access_token"]).get("/me").needs(200)["verified"] is True
    forged = {"init_data": init_data(int(telegram_id), bot_token="43:OTHER")}
    stranger.post("/auth/telegram", {"telegram_auth_data": forged}).needs(401)
