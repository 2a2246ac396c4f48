"""What the operator does about one realtor by `make realtor`; the function that works on jobs."""

import json
import logging
from importlib import import_module
from io import StringIO
from typing import Any
from unittest.mock import MagicMock, patch

import boto3
import pytest

from cobroke.clock import now_ms
from cobroke.flows.erasing import leaving
from cobroke.storage import realtors
from cobroke.storage.erasing import jobs
from cobroke.storage.table import Table
from functions.erasure import handler as function
from tests.account import PARAMETERS, TABLE
from tests.builders import a_context, a_property, a_telegram_id
from tests.client import Client
from tools import realtors as tool

GROUP = "/cobroke/local/erasure"


class Stack:
    """A stage whose table, parameters and logs are moto's."""

    stage = "local"

    def client(self, service: str) -> Any:
        if service == "lambda":
            told = {"Environment": {"Variables": {"HASH_KEY_PARAMETER": "/cobroke/local/hash-key"}}}
            return MagicMock(**{"get_function_configuration.return_value": told})
        return boto3.client(service)  # type: ignore[call-overload]

    def output(self, _: str) -> str:
        return TABLE

    def function(self, folder: str) -> str:
        return f"{folder}:live"


@pytest.fixture
def telegram_id() -> str:
    return a_telegram_id()


@pytest.fixture
def vera(stranger: Client, telegram_id: str) -> Client:
    boto3.client("logs").create_log_group(logGroupName=GROUP)
    return stranger.registered(telegram_id=telegram_id, phone="+7 999 111-22-33")


@pytest.fixture
def vera_id(vera: Client) -> str:
    return str(vera.get("/me").needs(200)["realtor_id"])


def does(*words: str) -> None:
    with patch.object(tool, "Stack", lambda _: Stack()):
        tool.main([*words])


def logged() -> list[dict[str, Any]]:
    found = boto3.client("logs").filter_log_events(logGroupName=GROUP)["events"]
    return [json.loads(one["message"]) for one in found]


def test_a_realtor_is_found_by_id_telegram_id_and_phone(
    vera_id: str, telegram_id: str, stranger: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    for who in (vera_id, telegram_id, "8 (999) 111-22-33"):
        does("show", who)
        assert json.loads(capsys.readouterr().out)["realtor_id"] == vera_id
    stranger.registered(phone="+7 999 111-22-33")
    with pytest.raises(SystemExit, match="Several"):
        does("show", "+79991112233")
    with pytest.raises(SystemExit, match="no such realtor"):
        does("show", "nobody")


def test_suspending_and_restoring_is_logged_and_names_nobody(
    vera_id: str, telegram_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table = Table(TABLE)
    for act, is_gone in (("suspend", True), ("restore", False)):
        does(act, telegram_id)
        found = realtors.find(table, vera_id)
        assert found
        assert found.is_gone == is_gone
    said = capsys.readouterr().out + json.dumps(logged())
    assert [(one["act"], one["realtor_id"]) for one in logged()] == [
        ("suspend", vera_id),
        ("restore", vera_id),
    ]
    assert telegram_id not in said
    assert "9991112233" not in said


def test_erasing_asks_first_and_is_as_their_own(
    vera_id: str, telegram_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = Table(TABLE)
    monkeypatch.setattr("sys.stdin", StringIO("no\n"))
    with pytest.raises(SystemExit, match="Nothing was done"):
        does("erase", vera_id)
    assert realtors.find(table, vera_id)
    does("erase", vera_id, "--yes")
    assert realtors.find(table, vera_id) is None
    (kept,) = [
        item["PK"] for item in table.scan(("PK", "entity")) if item["entity"] == "PROTECTION"
    ]
    ours = import_module("functions.auth.handler")._digest(telegram_id)
    assert kept == f"PROTECTION#{ours}"
    assert PARAMETERS["/cobroke/local/hash-key"] not in kept
    does("show", vera_id)


def test_an_export_is_what_the_realtor_would_get(
    vera: Client, vera_id: str, capsys: pytest.CaptureFixture[str]
) -> None:
    vera.post_property(a_property())
    capsys.readouterr()
    does("export", vera_id)
    (printed,) = map(json.loads, capsys.readouterr().out.splitlines())
    theirs = vera.get("/me/export").needs(200)
    assert printed | {"exported_at": ""} == json.loads(json.dumps(theirs, default=float)) | {
        "exported_at": ""
    }


def message(realtor_id: str, **more: str) -> dict[str, Any]:
    said = {"job": "ERASE", "realtor_id": realtor_id, "request_id": "one"} | more
    record = {"messageId": "1", "body": json.dumps(said), "receiptHandle": "r"}
    return {"Records": [record | {"attributes": {"ApproximateReceiveCount": "1"}}]}


def test_a_message_goes_on_until_its_job_is_done(vera: Client, vera_id: str) -> None:
    vera.post_property(a_property())
    leaving.erase(Table(TABLE), vera_id, str, now_ms)
    put = MagicMock()
    lines = StringIO()
    handler = logging.StreamHandler(lines)
    logging.getLogger("erasure").addHandler(handler)
    with patch.object(function, "queue", put):
        answer = function.handler(message(vera_id), a_context())
        assert answer == {"batchItemFailures": []}
        (next_one, wait), _ = put.put.call_args
        assert next_one == message_of(vera_id, walk="2", section="OWN", after="")
        assert 0 < wait <= 90
        function.handler(message(vera_id, walk="2", section="OWN", after=""), a_context())
        function.handler(message(vera_id), a_context())
    logging.getLogger("erasure").removeHandler(handler)
    assert put.put.call_count == 1
    found = jobs.find(Table(TABLE), "ERASE", vera_id)
    assert found
    assert found.done_at


def message_of(realtor_id: str, **more: str) -> dict[str, str]:
    return {"job": "ERASE", "realtor_id": realtor_id, "request_id": "one"} | more
