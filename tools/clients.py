"""`make clients`: five generated clients compile, and each plays a whole deal against a stack that
is theirs; two linters find nothing in docs/openapi.json, and a mock of it takes every example; the
page of it works in a browser, where there is one.

Usage: python -m tools.clients. What it needs is in clients/, with locks of its own.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from tools import tether
from tools.emulator import HOST, NotStarted, free_port, running_stack
from tools.openapi import DOCUMENT

CLIENTS = Path(__file__).parent.parent / "clients"
BUILD = CLIENTS / "build"
BIN = CLIENTS / ".venv" / "bin"
NODE = CLIENTS / "node_modules" / ".bin"
PATIENCE_S = 60
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
WARNED = re.compile(r"You have \d+ warning")
"""Redocly ends well with warnings."""

type Words = list[str]


class Failed(Exception):
    """A step found something; the text is what it said."""


def generated() -> Iterator[tuple[str, Words]]:
    """Yield what makes each client, by its name."""
    document = str(DOCUMENT)
    out = str(BUILD / "openapi-typescript" / "schema.ts")
    yield "openapi-typescript", [str(NODE / "openapi-typescript"), document, "-o", out]
    words = [str(NODE / "openapi-ts"), "-i", document, "-o", str(BUILD / "hey-api")]
    yield "hey-api", [*words, "-c", "@hey-api/client-fetch"]
    yield "orval", [str(NODE / "orval"), "--config", "orval.config.mjs"]
    words = [str(BIN / "openapi-python-client"), "generate", "--path", document, "--meta", "none"]
    out = str(BUILD / "openapi_python_client")
    yield "openapi-python-client", [*words, "--output-path", out, "--fail-on-warning"]
    words = [str(BIN / "datamodel-codegen"), "--input", document, "--input-file-type", "openapi"]
    words += ["--output-model-type", "pydantic_v2.BaseModel", "--target-python-version", "3.13"]
    out = str(BUILD / "datamodel" / "models.py")
    yield "datamodel-code-generator", [*words, "--use-annotated", "--output", out]


def linted() -> Iterator[tuple[str, Words]]:
    """Yield the linters: a warning is as bad as an error."""
    words = [str(NODE / "spectral"), "lint", str(DOCUMENT), "--ruleset", "spectral.yaml"]
    yield "Spectral", [*words, "--fail-severity", "hint"]
    yield "Redocly", [str(NODE / "redocly"), "lint", str(DOCUMENT), "--config", "redocly.yaml"]


def compiled() -> Iterator[tuple[str, Words]]:
    """Yield the compilers: the clients with the deals that use them."""
    yield "tsc --strict", [str(NODE / "tsc"), "--project", "."]
    yield "mypy --strict", [str(BIN / "mypy"), "--strict", "deals"]


def deals(base_url: str) -> Iterator[tuple[str, Words]]:
    """Yield what plays a deal."""
    for name in ("openapi-fetch", "hey-api", "orval"):
        yield name, [str(BIN / "node"), f"build/js/deals/{name}.js", base_url]
    for name in ("python_client", "python_models"):
        yield name, [str(BIN / "python"), "-m", f"deals.{name}", base_url]


def browser() -> str:
    """Return the Chromium of this machine: what CHROMIUM names, or one on the path; else ""."""
    found = map(shutil.which, filter(None, (os.environ.get("CHROMIUM"), *CHROMIUMS)))
    return next(filter(None, found), "")


def run(words: Words) -> str:
    """Return what a command says. Raises Failed."""
    own = os.environ | {
        "PATH": os.pathsep.join([str(BIN), str(NODE), os.environ.get("PATH", os.defpath)]),
        "PYTHONPATH": str(CLIENTS),
        "NO_PROXY": HOST,
        "no_proxy": HOST,
        "DO_NOT_TRACK": "1",
        "REDOCLY_TELEMETRY": "off",
        "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true",
    }
    own.pop("VIRTUAL_ENV", None)
    done = subprocess.run(  # noqa: S603 - our own words
        words, cwd=CLIENTS, env=own, capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    if done.returncode or WARNED.search(said):
        raise Failed(f"{' '.join(words)}\n{said}")
    return said


def mocked(document: dict[str, Any]) -> int:
    """Send every example of the document to Prism's mock of it; return how many. Raises Failed."""
    port, taken = free_port(), 0
    with tempfile.TemporaryDirectory() as folder:
        words = [str(NODE / "prism"), "mock", str(DOCUMENT), "--host", HOST, "--port", str(port)]
        path = {"PATH": os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)])}
        prism = tether.start(words, os.environ | path, Path(folder) / "prism.log")
        try:
            with httpx.Client(base_url=f"http://{HOST}:{port}", trust_env=False) as http:
                _await(http)
                for request in requests(http, document):
                    answer = http.send(request)
                    if not answer.is_success:
                        raise Failed(f"{request.method} {request.url}: {answer.text}")
                    taken += 1
        finally:
            tether.stop(prism)
    return taken


def requests(http: httpx.Client, document: dict[str, Any]) -> Iterator[httpx.Request]:
    """Yield a request for every example of a body, and one for what has none."""
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            content = operation.get("requestBody", {}).get("content", {})
            examples = content.get("application/json", {}).get("examples", {"": {}})
            for example in examples.values():
                yield http.build_request(
                    verb.upper(),
                    re.sub(r"\{\w+\}", "06eonn6q01m", path),
                    json=example.get("value"),
                    headers={"Authorization": "Bearer any", "Accept": "application/json"},
                )


def _await(http: httpx.Client) -> None:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        with contextlib.suppress(httpx.TransportError):
            http.get("/")
            return
        time.sleep(0.2)
    raise Failed("Prism does not answer.")


def _steps() -> Iterator[tuple[str, Words]]:
    yield from generated()
    yield from linted()
    yield from compiled()


def check() -> None:
    """Take every step, and say so. Raises Failed."""
    began = time.monotonic()

    def tell(what: str) -> None:
        print(f"[{time.monotonic() - began:4.0f} s] {what}", flush=True)

    shutil.rmtree(BUILD, ignore_errors=True)
    for package in (BUILD / "openapi-typescript", BUILD / "datamodel"):
        package.mkdir(parents=True)
    for name, words in _steps():
        run(words)
        tell(f"{name}: nothing found")
    taken = mocked(json.loads(DOCUMENT.read_text()))
    tell(f"Prism: the mock takes all {taken} examples")
    with tempfile.TemporaryDirectory() as folder, running_stack(free_port(), Path(folder)) as stack:
        for _, words in deals(stack.base_url):
            tell(run(words).strip())
        if chromium := browser():
            tell(run([str(BIN / "node"), "build/js/page.js", stack.base_url, chromium]).strip())
        else:
            tell(f"GET /docs: not tried, there is no {' or '.join(CHROMIUMS)} (or CHROMIUM=…)")


def main() -> None:
    try:
        check()
    except (Failed, NotStarted) as why:
        sys.exit(str(why))


if __name__ == "__main__":
    main()
