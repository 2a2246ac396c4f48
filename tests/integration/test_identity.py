"""Registration, Telegram logins, tokens, /me."""

import time
from importlib import import_module
from typing import Any

import pytest

from cobroke.clock import now_ms
from cobroke.domain.errors import Busy
from cobroke.edge import secrets, tokens
from cobroke.edge.routes import ROUTES
from cobroke.storage import client, realtors
from tests.account import KEY_ID, PRIVATE_KEY, text
from tests.builders import a_registration, a_telegram_id, init_data, widget
from tests.client import Answer, Client


def _login(client: Client, proof: dict[str, object]) -> Client:
    answer = client.post("/auth/telegram", {"telegram_auth_data": proof})
    return Client(client.transport, answer.needs(200)["access_token"])


def test_a_registered_realtor_sees_his_profile(stranger: Client) -> None:
    telegram_id = a_telegram_id()
    anna = stranger.registered(
        telegram_id=telegram_id, email="a@b.ru", agency_name=" Дом ", phone="8 (916) 123-45-67"
    )
    me = anna.get("/me").needs(200)
    assert (bool(me.pop("realtor_id")), me.pop("pushes")["enabled"]) == (True, True)
    assert me == {
        "telegram_id": telegram_id,
        "verified": False,
        "phone": "+79161234567",
        "email": "a@b.ru",
        "agency_name": "Дом",
        "name": None,
    }


def test_a_known_telegram_id_gets_no_token(stranger: Client) -> None:
    body = a_registration()
    stranger.post("/auth/register", body).needs(201)
    answer = stranger.post("/auth/register", body)
    assert answer.needs(409)["code"] == "already_registered"
    assert "access_token" not in answer.text


def test_a_registration_that_cannot_be_answered_with_a_token_can_be_repeated(
    stranger: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(_: str) -> str:
        raise Busy

    body = a_registration()
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr("functions.auth.handler.secret", unreachable)
        stranger.post("/auth/register", body).needs(503)
    stranger.post("/auth/register", body).needs(201)


def test_the_store_of_secrets_has_as_little_time_as_the_table() -> None:
    of_secrets, of_table = secrets.ssm, client.connect("dynamodb")
    assert of_secrets._attempts == of_table._attempts == 3
    assert of_secrets._connections.read_timeout == of_table._connections.read_timeout == 2.5


@pytest.mark.parametrize("kind", ["mini app", "widget", "widget with nulls"])
def test_a_proven_login_verifies_and_names_the_realtor(stranger: Client, kind: str) -> None:
    telegram_id = a_telegram_id()
    stranger.registered(telegram_id=telegram_id)
    number = int(telegram_id)
    proof = {
        "mini app": {"init_data": init_data(number), "other": 1, "id": None, "hash": "x"},
        "widget": widget(number, last_name="Петров"),
        "widget with nulls": {"init_data": None}
        | widget(number, last_name="Петров", username=None, photo_url=None),
    }[kind]
    me = _login(stranger, proof).get("/me").needs(200)
    assert (me["verified"], me["name"]) == (True, "Иван Петров")


def test_the_first_proven_login_ends_every_token_issued_before(
    stranger: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    telegram_id = a_telegram_id()
    thief = stranger.registered(telegram_id=telegram_id)
    thief.get("/me").needs(200)
    owner = _login(stranger, {"init_data": init_data(int(telegram_id))})
    later = now_ms() + 31_000
    monkeypatch.setattr("cobroke.edge.access.now_ms", lambda: later)
    thief.get("/me").needs(401)
    owner.get("/me").needs(200)
    _login(stranger, {"init_data": init_data(int(telegram_id))})
    later += 31_000
    owner.get("/me").needs(200)


def _thief_and_owner(stranger: Client) -> tuple[Client, Client]:
    """Who typed a stranger's id, of whom the leads alone remember a version; and the owner, proven
    after that.
    """
    telegram_id = a_telegram_id()
    thief = stranger.registered(telegram_id=telegram_id)
    thief.get("/leads").needs(200)
    return thief, _login(stranger, {"init_data": init_data(int(telegram_id))})


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The wall clock (ms) that tells a remembered version's age; set its only member."""
    now = [now_ms()]
    monkeypatch.setattr("cobroke.edge.access.now_ms", lambda: now[0])
    return now


def test_a_token_that_was_ended_works_for_thirty_seconds_where_its_version_is_remembered(
    stranger: Client, clock: list[int]
) -> None:
    thief, _ = _thief_and_owner(stranger)
    thief.get("/properties").needs(401)
    clock[0] += 30_000
    thief.get("/leads").needs(200)
    clock[0] += 1
    thief.get("/leads").needs(401)


def test_the_token_of_a_first_proven_login_works_at_once_and_ends_the_older(
    stranger: Client, clock: list[int]
) -> None:
    thief, owner = _thief_and_owner(stranger)
    owner.get("/leads").needs(200)
    thief.get("/leads").needs(401)
    clock[0] += 30_000
    owner.get("/leads").needs(200)


def test_a_function_that_was_frozen_for_half_a_minute_remembers_nothing(
    stranger: Client, clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = time.monotonic()
    thief, _ = _thief_and_owner(stranger)
    monkeypatch.setattr(time, "monotonic", lambda: stopped)
    clock[0] += 31_000
    thief.get("/leads").needs(401)


def test_a_clock_that_was_put_back_keeps_no_token_alive(stranger: Client, clock: list[int]) -> None:
    thief, _ = _thief_and_owner(stranger)
    clock[0] -= 1
    thief.get("/leads").needs(401)


def test_a_version_that_is_remembered_is_not_read(
    stranger: Client, clock: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    anna = stranger.registered()
    reads, find = list[Any](), realtors.find

    def counted(*asked: Any) -> Any:
        reads.append(asked)
        return find(*asked)

    monkeypatch.setattr(realtors, "find", counted)
    for passed in (0, 15_000, 15_000, 1, 29_999):
        clock[0] += passed
        anna.get("/leads").needs(200)
    assert len(reads) == 2


def test_no_more_than_ten_thousand_versions_are_remembered(
    stranger: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cobroke.storage.realtors._MOST_REMEMBERED", 2)
    many = [stranger.registered() for _ in range(3)]
    for realtor in many * 2:
        realtor.get("/leads").needs(200)
    assert len(import_module("functions.leads.handler").api.realtors._known) <= 2


def test_a_token_comes_under_its_scheme_in_any_case_and_under_no_other(
    stranger: Client, anna: Client
) -> None:
    def under(written: str) -> Answer:
        return Client(
            stranger.transport, headers={"Authorization": written.format(anna.token)}
        ).get("/me")

    for right in ("Bearer {}", "bearer {}", "BEARER {}"):
        under(right).needs(200)
    for wrong in (
        "{}",
        "Basic {}",
        "Bearer",
        "Bearer  {}",
        "Bearer {} x",
        "Token {}",
        "",
        "Bearer{}",
    ):
        answer = under(wrong)
        assert answer.needs(401)["code"] == "unauthorized"
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_proven_id_that_nobody_registered_is_not_found(stranger: Client) -> None:
    proof = {"init_data": init_data(int(a_telegram_id()))}
    answer = stranger.post("/auth/telegram", {"telegram_auth_data": proof})
    assert answer.needs(404)["code"] == "not_registered"


def test_registering_with_a_proof_starts_verified(stranger: Client) -> None:
    telegram_id = a_telegram_id()
    proof = {"init_data": init_data(int(telegram_id))}
    anna = stranger.registered(telegram_id=telegram_id, telegram_auth_data=proof)
    assert anna.get("/me").needs(200)["verified"] is True


def test_registering_with_somebody_elses_proof_is_refused(stranger: Client) -> None:
    proof = {"init_data": init_data(int(a_telegram_id()))}
    stranger.post("/auth/register", a_registration(telegram_auth_data=proof)).needs(401)


def test_a_proof_of_another_bot_and_a_missing_one_are_refused(stranger: Client) -> None:
    forged = {"init_data": init_data(42, bot_token="43:OTHER")}
    stranger.post("/auth/telegram", {"telegram_auth_data": forged}).needs(401)
    proven = widget(42)
    for wrong in (
        {"init_data": ""},
        {"init_data": 1} | proven,
        proven | {"is_bot": False},
        proven | {"id": True},
    ):
        stranger.post("/auth/telegram", {"telegram_auth_data": wrong}).needs(401)
    nulls = [proven | {name: None} for name in ("id", "auth_date", "hash")]
    for shapeless in (
        {},
        {"init_data": 1},
        {"init_data": None},
        {"id": 1, "hash": "x"},
        *nulls,
        "text",
        None,
    ):
        stranger.post("/auth/telegram", {"telegram_auth_data": shapeless}).needs(422)


def test_every_route_but_two_asks_for_a_token(stranger: Client, anna: Client) -> None:
    realtor = anna.get("/me").needs(200)["realtor_id"]
    key, now = text(PRIVATE_KEY.private_bytes_raw()), int(time.time())

    def signed(realtor_id: str = realtor, version: int = 1, **changes: Any) -> str:
        given: dict[str, Any] = {
            "key_id": KEY_ID,
            "private_key": key,
            "stage": "local",
            "now": now,
            "unique": "jti",
        } | changes
        return tokens.sign(tokens.Claim(realtor_id, version), **given)

    anna.get("/me").needs(200)
    Client(stranger.transport, signed()).get("/me").needs(200)
    bad = {
        "nothing": "",
        "garbage": "x.y.z",
        "another key": signed(private_key=text(bytes(32))),
        "an unknown key id": signed(key_id="other"),
        "another stage": signed(stage="prod"),
        "expired": signed(now=now - 90_000),
        "not yet valid": signed(now=now + 60),
        "another version": signed(version=2),
        "a realtor who is not there": signed(realtor_id="0" * 13),
        "changed": signed()[:-4] + "AAAA",
        "too long": "x" * 3000,
    }
    for route in ROUTES:
        path = route.path.replace("{lead_id}", "0" * 26).replace("{property_id}", "0" * 26)
        for why, token in [("no header", None), *bad.items()]:
            status = Client(stranger.transport, token).send(route.method, path, b"{}").status
            assert (status == 401) != route.public, (route.key, why)
    answer = stranger.get("/me")
    assert answer.headers["www-authenticate"] == "Bearer"
