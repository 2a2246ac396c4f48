"""The edge behind the real gateway: unknown paths, browsers and proofs. Who may what is in
test_rights, what is not let in at all in test_hostile_over_http.
"""

import httpx

from tests.builders import a_telegram_id, init_data, widget
from tests.client import Client
from tools.emulator import RunningStack


def test_paths_and_verbs_that_nobody_knows_need_no_token(stranger: Client) -> None:
    assert stranger.get("/nothing").needs(404)["code"] == "not_found"
    answer = stranger.send("DELETE", "/leads")
    answer.needs(405)
    assert sorted(answer.headers["allow"].split(", ")) == ["GET", "POST"]


def test_a_browser_may_ask_first_from_anywhere_on_local(stack: RunningStack) -> None:
    asked = {
        "Origin": "https://app.example.com",
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization,content-type,if-match,traceparent",
    }
    answer = httpx.options(f"{stack.base_url}/leads/{'0' * 26}", headers=asked, trust_env=False)
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] in ("*", asked["Origin"])
    assert {"authorization", "idempotency-key", "if-match", "if-none-match", "traceparent"} <= set(
        answer.headers["access-control-allow-headers"].lower().replace(" ", "").split(",")
    )


def test_both_kinds_of_proof_log_in_through_the_bot_token_that_was_deployed(
    stranger: Client,
) -> None:
    telegram_id = a_telegram_id()
    stranger.registered(telegram_id=telegram_id)
    for proof in ({"init_data": init_data(int(telegram_id))}, widget(int(telegram_id))):
        answer = stranger.post("/auth/telegram", {"telegram_auth_data": proof}).needs(200)
        assert (
            Client(stranger.transport, answer["access_token"]).get("/me").needs(200)["verified"]
            is True
        )
    forged = {"init_data": init_data(int(telegram_id), bot_token="43:OTHER")}
    stranger.post("/auth/telegram", {"telegram_auth_data": forged}).needs(401)
