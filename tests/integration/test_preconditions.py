"""Writes that depend on something: on the version that was read, on being made once, and on there
being room.
"""

from collections.abc import Mapping
from typing import Any

import boto3
import pytest

from cobroke.domain.ids import realtor_id
from cobroke.exact_json import dumps
from tests.account import TABLE
from tests.builders import a_lead, a_property
from tests.client import Answer, Client

type Json = dict[str, Any]

BODY = a_lead()


def saying(client: Client, **headers: str) -> Client:
    """With these headers; `if_match` is If-Match."""
    named: Mapping[str, str] = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client(client.transport, client.token, {**client.headers, **named})


def test_the_etag_is_the_version_that_its_owner_wrote(anna: Client, boris: Client) -> None:
    created = anna.post("/leads", a_lead())
    path = f"/leads/{created.needs(201)['lead_id']}"
    first = created.headers["etag"]
    assert anna.get(path).headers["etag"] == first
    replaced = anna.put(path, a_lead(rooms=[1]))
    assert replaced.headers["etag"] != first
    listing = boris.post_property(a_property(rooms=1))
    anna.post(f"{path}/property-recommendations/{listing}/action", {"action": "LIKE"}).needs(200)
    assert anna.get(path).headers["etag"] == replaced.headers["etag"], (
        "a match is no writing of its owner's"
    )
    archived = anna.post(f"{path}/archive")
    assert archived.headers["etag"] not in {first, replaced.headers["etag"]}


@pytest.mark.parametrize("noun", ["leads", "properties"])
def test_a_write_over_what_was_read_before_is_refused(anna: Client, noun: str) -> None:
    lead = noun == "leads"
    body = a_lead() if lead else a_property()
    path = f"/{noun}/{anna.post_lead(body) if lead else anna.post_property(body)}"
    old = anna.get(path).headers["etag"]
    new = saying(anna, if_match=old).put(path, body).headers["etag"]
    assert saying(anna, if_match=old).put(path, body).needs(412)["code"] == "precondition_failed"
    archive = anna.post if lead else anna.put
    late = saying(anna, if_match=old)
    (late.post if lead else late.put)(f"{path}/archive").needs(412)
    assert anna.get(path).headers["etag"] == new
    new = saying(anna, if_match="*").put(path, body).headers["etag"]
    new = saying(anna, if_match=f'"x", {new}').put(path, body).headers["etag"]
    saying(anna, if_match=f"W/{new}").put(path, body).needs(412)
    archive(f"{path}/archive").needs(200)
    (late.post if lead else late.put)(f"{path}/archive").needs(200)
    late.put(path, body).needs(409)


@pytest.mark.parametrize("form", ["1", '"1', '"1" "2"', '"1", 2', "*,", 'w/"1"', '"ё"'])
def test_an_if_match_that_is_none_is_a_400(anna: Client, form: str) -> None:
    path = f"/leads/{anna.post_lead(a_lead())}"
    saying(anna, if_match=form).put(path, a_lead()).needs(400)


@pytest.mark.parametrize("form", ["{},", ",{}", '"x", ,{}', ' , \t"x",,\t{} , ,'])
def test_empty_elements_of_an_if_match_are_ignored(anna: Client, form: str) -> None:
    path = f"/leads/{anna.post_lead(a_lead())}"
    fits = form.format(anna.get(path).headers["etag"])
    saying(anna, if_match=fits).put(path, a_lead()).needs(200)
    saying(anna, if_match=fits).put(path, a_lead()).needs(412)


@pytest.mark.parametrize("form", ["", " ", ",", ", \t,"])
def test_an_if_match_of_empty_elements_alone_names_no_version_and_is_a_400(
    anna: Client, form: str
) -> None:
    path = f"/leads/{anna.post_lead(a_lead())}"
    answer = saying(anna, if_match=form).put(path, a_lead()).needs(400)
    assert "errors" not in answer, "it is not of the body"


def test_a_create_under_a_key_is_made_once(anna: Client, boris: Client) -> None:
    keyed = saying(anna, idempotency_key="once 1")
    first = keyed.post("/leads", BODY)
    lead = first.needs(201)["lead_id"]
    anna.put(f"/leads/{lead}", a_lead(rooms=[1])).needs(200)
    shuffled = dumps(dict(reversed(BODY.items()))).replace("15000000", "1.5e7").encode()
    for again in (keyed.post("/leads", BODY), keyed.send("POST", "/leads", shuffled)):
        assert again.needs(201) == first.json
        assert again.headers["etag"] == first.headers["etag"]
    assert anna.get("/leads").needs(200)["total"] == 1
    assert keyed.post("/leads", a_lead(rooms=[3])).needs(422)["code"] == "idempotency_key_reused"
    keyed.post("/properties", a_property()).needs(201)
    saying(boris, idempotency_key="once 1").post("/leads", BODY).needs(201)
    anna.post("/leads", BODY).needs(201)
    assert anna.get("/leads").needs(200)["total"] == 2


def test_a_key_is_forgotten_after_a_day(anna: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    keyed = saying(anna, idempotency_key="daily")
    first = keyed.post("/leads", BODY).needs(201)
    now = first["created_at"]
    monkeypatch.setattr("functions.leads.handler.now_ms", lambda: _ms(now) + 24 * 3600 * 1000 + 1)
    assert keyed.post("/leads", BODY).needs(201)["lead_id"] != first["lead_id"]


def _ms(timestamp: str) -> int:
    from datetime import datetime

    return int(datetime.fromisoformat(timestamp).timestamp() * 1000) + 1000


@pytest.mark.parametrize("key", ["", "ё", "x" * 256, "a\tb", "a\x7f"])
def test_a_key_that_is_none_is_a_400(anna: Client, key: str) -> None:
    assert "errors" not in saying(anna, idempotency_key=key).post("/leads", BODY).needs(400)


def _preset(client: Client, **counts: int) -> None:
    me = client.get("/me").needs(200)["realtor_id"]
    item = {"PK": {"S": f"REALTOR#{me}"}, "SK": {"S": "LIMITS"}, "entity": {"S": "LIMITS"}}
    item |= {name: {"N": str(count)} for name, count in counts.items()}
    boto3.client("dynamodb").put_item(TableName=TABLE, Item=item)


def test_the_thousand_and_first_active_object_is_refused_and_an_archive_makes_room(
    anna: Client,
) -> None:
    lead = anna.post_lead(a_lead())
    _preset(anna, leads=999, properties=5)
    keyed = saying(anna, idempotency_key="last")
    last = keyed.post("/leads", BODY).needs(201)
    refused = anna.post("/leads", BODY)
    assert refused.needs(429)["code"] == "limit_reached"
    assert "retry-after" not in refused.headers
    assert keyed.post("/leads", BODY).needs(201) == last, "the same answer, also at the limit"
    anna.put(f"/leads/{lead}", a_lead(rooms=[1])).needs(200)
    anna.post_property(a_property())
    for _ in range(2):
        anna.post(f"/leads/{lead}/archive").needs(200)
    anna.post("/leads", BODY).needs(201)
    anna.post("/leads", BODY).needs(429)


def test_a_completion_makes_room_too(anna: Client, boris: Client) -> None:
    lead, listing = anna.post_lead(a_lead()), boris.post_property(a_property())
    anna.post(f"/leads/{lead}/property-recommendations/{listing}/action", {"action": "LIKE"}).needs(
        200
    )
    answer = boris.post(
        f"/properties/{listing}/lead-recommendations/{lead}/action", {"action": "LIKE"}
    ).needs(200)
    _preset(anna, leads=1000)
    anna.post("/leads", BODY).needs(429)
    anna.post(f"/matches/{answer['match']['match_id']}/complete").needs(200)
    anna.post("/leads", BODY).needs(201)


def test_where_a_proof_is_required_nobody_registers_without(
    stranger: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from functions.auth.handler import api
    from tests.builders import a_registration, a_telegram_id, init_data

    monkeypatch.setattr(
        api,
        "config",
        api.config.__class__(**{**vars(api.config), "registration": "proof_required"}),
    )
    telegram_id = a_telegram_id()
    body = a_registration(telegram_id=telegram_id)
    assert stranger.post("/auth/register", body).needs(403)["code"] == "telegram_proof_required"
    stranger.post("/auth/register", body | {"phone": "1"}).needs(422)
    stranger.post("/auth/register", body | {"telegram_auth_data": {"init_data": "x"}}).needs(401)
    proof = {"init_data": init_data(int(telegram_id))}
    answer: Answer = stranger.post("/auth/register", body | {"telegram_auth_data": proof})
    assert answer.needs(201)["access_token"]
    stranger.post("/auth/register", body | {"telegram_auth_data": proof}).needs(409)
    assert realtor_id(bytes(8))
