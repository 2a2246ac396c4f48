"""Proofs of identity: the published vectors, and what must not verify."""

import json
from typing import Any

import pytest

from cobroke.telegram import BadProof, verify
from tests.builders import BOT_TOKEN, init_data, widget
from tests.conftest import SHARED

NOW = 1_764_000_000
VECTORS = SHARED / "vectors" / "telegram.json"


def _auth_date(vector: dict[str, Any]) -> int:
    if vector["kind"] == "widget":
        return int(vector["widget"]["auth_date"])
    return int(dict(part.split("=") for part in vector["init_data"].split("&"))["auth_date"])


@pytest.mark.skipif(not VECTORS.exists(), reason="the published vectors lie outside the repository")
def test_the_published_vectors_verify_with_their_bot_and_no_other() -> None:
    for vector in json.loads(VECTORS.read_text()):
        sent = vector["widget"] if vector["kind"] == "widget" else {"init_data": vector["init_data"]}
        proof = verify(sent, vector["bot_token"], _auth_date(vector))
        assert proof.telegram_id == str(vector["telegram_id"]), vector["id"]
        with pytest.raises(BadProof):
            verify(sent, vector["bot_token"] + "X", _auth_date(vector))


def _user(**changes: Any) -> str:
    return json.dumps({"id": 42, "first_name": "Иван"} | changes)


def test_a_mini_app_proof_tells_id_and_names() -> None:
    user = _user(last_name=" Петров ", username="ivan", is_premium=True)
    proof = verify({"init_data": init_data(42, auth_date=str(NOW), user=user)}, BOT_TOKEN, NOW)
    assert proof == ("42", "Иван Петров", "ivan", NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"auth_date": str(NOW - 86_401)},
        {"auth_date": str(NOW + 31)},
        {"auth_date": "soon"},
        {"auth_date": None},
        {"user": None},
        {"user": "[]"},
        {"user": "{"},
        {"user": '{"id":42,"id":43}'},
        {"user": _user(id="42")},
        {"user": _user(id=True)},
        {"user": _user(id=42.5)},
        {"user": _user(id=0)},
        {"user": _user(id=-1)},
        {"user": _user(id=2**52)},
        {"user": _user(is_bot=True)},
        {"note": "a\nb"},
        {"Key": "a"},
        {f"k{'x' * 32}": "a"},
        {"padding": "x" * 8192},
    ],
    ids=str,
)
def test_a_signed_proof_with_wrong_contents_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadProof):
        verify({"init_data": init_data(42, **({"auth_date": str(NOW)} | changes))}, BOT_TOKEN, NOW)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda sent: sent + "&extra=1",
        lambda sent: sent + "&auth_date=1",
        lambda sent: sent.replace("hash=", "HASH="),
        lambda sent: sent[:-64] + sent[-64:].upper(),
        lambda sent: sent[:-1],
        lambda sent: sent.partition("&hash")[0],
        lambda sent: sent.replace("query_id=AAH&", ""),
        lambda sent: sent + "&" * 32,
        lambda sent: sent + "&x=%ff",
        lambda sent: sent + "\ud800",
        lambda _: "",
    ],
)
def test_a_proof_that_was_touched_is_refused(spoil: Any) -> None:
    with pytest.raises(BadProof):
        verify({"init_data": spoil(init_data(42, auth_date=str(NOW)))}, BOT_TOKEN, NOW)


def test_a_fresh_proof_verifies_to_the_second() -> None:
    for auth_date in (NOW - 86_400, NOW + 30):
        verify({"init_data": init_data(42, auth_date=str(auth_date))}, BOT_TOKEN, NOW)
    for auth_date in (NOW - 3_600, NOW + 30):
        verify(widget(42, auth_date=auth_date), BOT_TOKEN, NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"auth_date": NOW - 3_601},
        {"auth_date": NOW + 31},
        {"auth_date": 1.5},
        {"id": True},
        {"id": 4.2},
        {"id": "042"},
        {"id": 2**52},
        {"id": 0},
        {"unknown": "x"},
        {"first_name": "a\nid=7"},
        {"first_name": None},
        {"first_name": ["x"]},
    ],
    ids=str,
)
def test_a_widget_proof_with_wrong_contents_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadProof):
        verify(widget(42, **({"auth_date": NOW} | changes)), BOT_TOKEN, NOW)


def test_a_proof_of_one_kind_is_none_of_the_other() -> None:
    mini = dict(part.split("=") for part in init_data(42, auth_date=str(NOW), user=None, query_id=None).split("&"))
    with pytest.raises(BadProof):
        verify({"id": "42", **mini}, BOT_TOKEN, NOW)
    sent = widget(42, auth_date=NOW)
    with pytest.raises(BadProof):
        verify({"init_data": "&".join(f"{name}={value}" for name, value in sent.items())}, BOT_TOKEN, NOW)
