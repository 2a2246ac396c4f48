"""The custom resource that makes signing keys: once, and never again."""

import json
import time
import urllib.request
from collections.abc import Callable, Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from cobroke.domain.ids import realtor_id
from cobroke.edge import tokens
from cobroke.edge.tokens import Claim

PRIVATE, PUBLIC = "/cobroke/test/signing-keys", "/cobroke/test/public-keys"

type Json = dict[str, Any]
type Deploy = Callable[..., Json]


@pytest.fixture
def maker(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setenv("PRIVATE_KEYS", PRIVATE)
    monkeypatch.setenv("PUBLIC_KEYS", PUBLIC)
    module = import_module("functions.signing_key.handler")
    monkeypatch.setattr(module, "ssm", boto3.client("ssm"))
    return module


@pytest.fixture
def slept(maker: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long (s) it has paused, on a clock that runs by that alone."""
    pauses: list[float] = []
    monkeypatch.setattr(maker.time, "sleep", pauses.append)
    monkeypatch.setattr(maker.time, "monotonic", lambda: sum(pauses))
    return pauses


@pytest.fixture
def deploy(maker: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Deploy:
    """What CloudFormation is answered when it asks for a key."""
    answers: list[Json] = []

    class Accepted:
        def __enter__(self) -> None: ...

        def __exit__(self, *_: object) -> None: ...

    def take(request: urllib.request.Request, timeout: float) -> Accepted:
        assert (request.get_method(), request.full_url, request.get_header("Content-type")) == (
            "PUT",
            "https://cfn",
            "",
        )
        assert timeout < 60
        assert isinstance(request.data, bytes)
        answers.append(json.loads(request.data))
        return Accepted()

    monkeypatch.setattr(urllib.request, "urlopen", take)

    def ask(kind: str = "Create", name: str = "2026-11") -> Json:
        known = {
            "StackId": "stack",
            "RequestId": "request",
            "LogicalResourceId": "key",
            "ResponseURL": "https://cfn",
        }
        maker.handler({"RequestType": kind, "ResourceProperties": {"KeyName": name}, **known}, None)
        answer = answers.pop()
        assert {answer.pop(same) for same in ("StackId", "RequestId", "LogicalResourceId")} == {
            "stack",
            "request",
            "key",
        }
        assert answer["PhysicalResourceId"] == f"signing-key-{name}"
        return answer

    return ask


def _stored() -> dict[str, Json]:
    """Every parameter below the keys' folders: name → value, type and version."""
    found: dict[str, Mapping[str, Any]] = {}
    for folder in (PRIVATE, PUBLIC):
        pages = boto3.client("ssm").get_paginator("get_parameters_by_path")
        for page in pages.paginate(Path=folder, Recursive=True, WithDecryption=True):
            found |= {one["Name"]: one for one in page["Parameters"]}
    return {
        name: {key: one[key] for key in ("Value", "Type", "Version")} for name, one in found.items()
    }


def test_a_created_key_signs_tokens_that_its_public_part_verifies(deploy: Deploy) -> None:
    made = deploy()["Data"]
    private = _stored()[made["Parameter"]]
    claim, now = Claim(realtor_id(bytes(8)), 1), int(time.time())
    token = tokens.sign(claim, made["KeyId"], private["Value"], "test", now, "x")
    assert tokens.verify(token, {made["KeyId"]: made["Key"]}, "test") == claim


def test_the_private_key_lies_apart_as_a_secure_string_and_is_never_answered(
    deploy: Deploy,
) -> None:
    answer = deploy()
    stored = _stored()
    private = stored[answer["Data"]["Parameter"]]
    assert private["Type"] == "SecureString"
    assert len(private["Value"]) == 43
    assert private["Value"] not in json.dumps(answer)
    assert answer["Data"]["Parameter"] == f"{PRIVATE}/2026-11/{answer['Data']['KeyId']}"
    assert stored[f"{PUBLIC}/2026-11"]["Type"] == "String"
    assert set(stored) == {answer["Data"]["Parameter"], f"{PUBLIC}/2026-11"}


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_asked_again_it_answers_the_same_and_writes_nothing(deploy: Deploy, kind: str) -> None:
    first = deploy()
    before = _stored()
    assert deploy(kind) == first
    assert _stored() == before


def test_a_delete_and_a_rollback_leave_every_key_as_it_is(deploy: Deploy) -> None:
    first = deploy()
    before = _stored()
    assert deploy("Delete") == {"Status": "SUCCESS", "PhysicalResourceId": "signing-key-2026-11"}
    assert _stored() == before
    assert deploy() == first


def test_another_name_is_another_key(deploy: Deploy) -> None:
    assert deploy()["Data"]["KeyId"] != deploy(name="2027-02")["Data"]["KeyId"]


class _Failing:
    """A boto3 client whose put of a public key fails, or comes second."""

    def __init__(self, before_public: Callable[[], None]) -> None:
        self._client = boto3.client("ssm")
        self._before_public = before_public

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def put_parameter(self, **asked: Any) -> Any:
        if asked["Name"].startswith(PUBLIC):
            self._before_public()
        return self._client.put_parameter(**asked)


def test_after_a_crash_between_the_puts_the_next_try_makes_a_whole_key(
    deploy: Deploy, maker: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash() -> None:
        raise TimeoutError("secret text")

    with monkeypatch.context() as patched:
        patched.setattr(maker, "ssm", _Failing(crash))
        failed = deploy()
    assert failed["Status"] == "FAILED"
    assert failed["Reason"] == "TimeoutError while making the signing key 2026-11"
    orphan = set(_stored())
    made = deploy()["Data"]
    assert made["Parameter"] not in orphan
    assert set(_stored()) == orphan | {made["Parameter"], f"{PUBLIC}/2026-11"}


class _Denied:
    """A boto3 client that may not do something until IAM has spread the right."""

    def __init__(self, operation: str, times: int) -> None:
        self._client, self._operation, self.left = boto3.client("ssm"), operation, times

    def __getattr__(self, name: str) -> Any:
        return (
            self._refuse if name == self._operation and self.left else getattr(self._client, name)
        )

    def _refuse(self, **_: Any) -> None:
        self.left -= 1
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, self._operation)


@pytest.mark.parametrize("operation", ["get_parameter", "put_parameter"])
def test_a_right_that_is_not_yet_everywhere_is_waited_for(
    deploy: Deploy,
    maker: ModuleType,
    slept: list[float],
    monkeypatch: pytest.MonkeyPatch,
    operation: str,
) -> None:
    denied = _Denied(operation, times=2)
    monkeypatch.setattr(maker, "ssm", denied)
    made = deploy()["Data"]
    assert (denied.left, len(slept)) == (0, 2)
    assert set(_stored()) == {made["Parameter"], f"{PUBLIC}/2026-11"}


def test_a_right_that_never_comes_fails_before_the_function_must_answer(
    deploy: Deploy, maker: ModuleType, slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maker, "ssm", _Denied("put_parameter", times=10_000))
    assert deploy()["Reason"] == "ClientError while making the signing key 2026-11"
    assert 30 < sum(slept) < 40
    assert _stored() == {}


def test_of_two_at_once_the_first_public_key_is_the_key_of_both(
    deploy: Deploy, maker: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    others: list[Json] = []

    def another_is_faster() -> None:
        monkeypatch.setattr(maker, "ssm", boto3.client("ssm"))
        others.append(deploy())

    monkeypatch.setattr(maker, "ssm", _Failing(another_is_faster))
    assert deploy() == others[0]
    assert _stored()[f"{PUBLIC}/2026-11"]["Version"] == 1
