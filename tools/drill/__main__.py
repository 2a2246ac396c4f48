"""`make drill`: publishes a signing key, lets it sign and retires it, each by a deploy, on an
emulator of its own.

Usage: python -m tools.drill. It needs no running stack and leaves none behind.
"""

import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx

from tools import assembly, emulator
from tools.drill.rotation import NotRotated, Step, Stored, walk
from tools.emulator import HOST, NotStarted, RunningStack, free_port, running_stack
from tools.stack import LIVE

PARAMETERS = "/cobroke/local"
FOLDERS = ("signing-keys", "public-keys")
CONTEXT = {"stage": "local", "telegram_api_url": "", "registration": "open"}


class Emulated:
    """The world of the drill: a running stack that is deployed again and again."""

    def __init__(
        self, stack: RunningStack, port: int, state: Path, http: httpx.Client, answers: "Answers"
    ) -> None:
        self._stack, self._state, self._http, self._answers = stack, state, http, answers
        self._environment = emulator.environment_of(port, state)
        self._registered = 0

    def deploy(self, step: Step) -> None:
        app = ("-m", "tools.drill.app", ",".join(step.keys), step.signs)
        log = self._state / "synth.log"
        with assembly.synthesis(app, CONTEXT, self._environment, log) as made:
            emulator.deploy(self._environment, self._state, made())

    def ask(self, event: str, key: str) -> None:
        deployed = self._stack.client("lambda").list_functions()["Functions"]
        names = (function["FunctionName"] for function in deployed)
        maker = next(name for name in names if "-signingkey" in name) + f":{LIVE}"
        asked = {
            "RequestType": event,
            "ResourceProperties": {"KeyName": key},
            "ResponseURL": self._answers.url,
            "StackId": "drill",
            "RequestId": event,
            "LogicalResourceId": key,
        }
        self._stack.client("lambda").invoke(FunctionName=maker, Payload=json.dumps(asked))
        answer = self._answers.taken.pop()
        said = answer["Status"], answer["RequestId"], answer["LogicalResourceId"]
        if said != ("SUCCESS", event, key):
            raise NotRotated(f"{event} of {key} is answered {answer.get('Reason')}")

    def stored(self) -> Stored:
        pages = self._stack.client("ssm").get_paginator("get_parameters_by_path")
        return {
            parameter["Name"]: (parameter["Value"], parameter["Version"])
            for folder in FOLDERS
            for page in pages.paginate(
                Path=f"{PARAMETERS}/{folder}", Recursive=True, WithDecryption=True
            )
            for parameter in page["Parameters"]
        }

    def key_id(self, key: str) -> str:
        found = self._stack.client("ssm").get_parameter(Name=f"{PARAMETERS}/public-keys/{key}")
        return str(json.loads(found["Parameter"]["Value"])["kid"])

    def register(self) -> str:
        self._registered += 1
        body = {"telegram_id": f"drill-{self._registered}", "phone": "+79161234567"}
        return str(
            self._http.post("auth/register", json=body).raise_for_status().json()["access_token"]
        )

    def status(self, verb: str, path: str, token: str) -> int:
        headers = {"authorization": f"Bearer {token}"}
        return self._http.request(verb, path.lstrip("/"), json={}, headers=headers).status_code


class Answers(HTTPServer):
    """A server that takes the custom resource's answers, in CloudFormation's stead."""

    def __init__(self) -> None:
        super().__init__((HOST, 0), _TakeAnswer)
        self.taken: list[dict[str, Any]] = []

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_port}/"


class _TakeAnswer(BaseHTTPRequestHandler):
    server: Answers

    def do_PUT(self) -> None:
        self.server.taken.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@contextlib.contextmanager
def _answers() -> Iterator[Answers]:
    with Answers() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def main() -> None:
    began = time.monotonic()

    def tell(line: str) -> None:
        print(f"[{time.monotonic() - began:4.0f} s] {line}", flush=True)

    try:
        _drill(tell)
    except (NotRotated, NotStarted) as why:
        sys.exit(str(why))
    tell("The key was changed and no token was lost before its time.")


def _drill(tell: Callable[[str], None]) -> None:
    port = free_port()
    with contextlib.ExitStack() as opened:
        state = Path(opened.enter_context(tempfile.TemporaryDirectory())) / "stack"
        stack = opened.enter_context(running_stack(port, state, say=lambda step: tell(f"{step} …")))
        http = opened.enter_context(
            httpx.Client(base_url=stack.base_url, timeout=60, trust_env=False)
        )
        walk(Emulated(stack, port, state, http, opened.enter_context(_answers())), tell)


if __name__ == "__main__":
    main()
