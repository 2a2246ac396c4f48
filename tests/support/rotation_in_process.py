"""The rotation of the signing key without an emulator: each deploy makes its functions anew, over
moto.
"""

import json
import urllib.request
from contextlib import nullcontext
from importlib.util import module_from_spec, spec_from_file_location
from types import ModuleType
from typing import Any
from unittest.mock import patch

import boto3
import pytest

from cobroke.edge.routes import ROUTES
from cobroke.edge.served import SERVED
from functions.signing_key import handler as maker
from infra.signing_keys import HASH_KEY
from tests.builders import Json, a_registration
from tests.conftest import ROOT
from tests.events import an_event, function_of
from tools.drill.rotation import FIRST, Step, Stored

PRIVATE, PUBLIC = "/cobroke/local/signing-keys", "/cobroke/local/public-keys"


class InProcess:
    """The world of the drill without an emulator. What infra wires, `_environment` does; its tests
    are infra's.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self._answers: list[Json] = []
        self._made: dict[str, Json] = {}
        patch.setenv("PRIVATE_KEYS", PRIVATE)
        patch.setenv("PUBLIC_KEYS", PUBLIC)
        patch.setattr(maker, "ssm", boto3.client("ssm"))
        patch.setattr(urllib.request, "urlopen", self._take)
        self.deploy(FIRST)

    def _take(self, request: Any, timeout: int) -> Any:
        assert timeout < 60
        self._answers.append(json.loads(request.data))
        return nullcontext()

    def deploy(self, step: Step) -> None:
        for key in (*step.keys, HASH_KEY):
            self.ask("Update" if key in self._made else "Create", key)
        for key in self._made.keys() - {*step.keys, HASH_KEY}:
            self.ask("Delete", key)
            del self._made[key]
        environment = self._environment(step)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            self._functions = {
                function: _function(function) for function in {route.function for route in ROUTES}
            }

    def _environment(self, step: Step) -> dict[str, str]:
        signing = [self._made[key] for key in step.keys]
        return {
            "PUBLIC_KEYS": json.dumps({made["KeyId"]: made["Key"] for made in signing}),
            "SIGNING_KEY_ID": self._made[step.signs]["KeyId"],
            "SIGNING_KEY_PARAMETER": self._made[step.signs]["Parameter"],
        }

    def ask(self, event: str, key: str) -> None:
        known = {
            "StackId": "stack",
            "RequestId": "request",
            "LogicalResourceId": key,
            "ResponseURL": "https://cfn",
        }
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PUBLIC_KEYS", PUBLIC)
            maker.handler(
                {"RequestType": event, "ResourceProperties": {"KeyName": key}, **known}, None
            )
        answer = self._answers.pop()
        assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", f"signing-key-{key}")
        if event != "Delete":
            assert self._made.setdefault(key, answer["Data"]) == answer["Data"], (
                "another key under the same name"
            )

    def stored(self) -> Stored:
        pages = boto3.client("ssm").get_paginator("get_parameters_by_path")
        return {
            one["Name"]: (one["Value"], one["Version"], one["Type"])
            for folder in (PRIVATE, PUBLIC)
            for page in pages.paginate(Path=folder, Recursive=True, WithDecryption=True)
            for one in page["Parameters"]
        }

    def key_id(self, key: str) -> str:
        return str(self._made[key]["KeyId"])

    def register(self) -> str:
        return str(
            json.loads(self._answer("POST", "/auth/register", a_registration())["body"])[
                "access_token"
            ]
        )

    def status(self, verb: str, path: str, token: str) -> int:
        return int(self._answer(verb, path, {}, authorization=f"Bearer {token}")["statusCode"])

    def _answer(self, verb: str, path: str, body: Json, **headers: str) -> Any:
        event = an_event(
            verb,
            path,
            "",
            {"content-type": "application/json"} | headers,
            json.dumps(body).encode(),
        )
        return self._functions[function_of(verb, path)].handler(event, None)


def _function(name: str) -> ModuleType:
    """The function as one more deploy starts it: with this moment's environment."""
    spec = spec_from_file_location(f"deployed_{name}", ROOT / "functions" / name / "handler.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    with patch.dict(SERVED):  # what the contract is written from stays as it was
        spec.loader.exec_module(module)
    return module
