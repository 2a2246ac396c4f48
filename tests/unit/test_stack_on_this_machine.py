"""What starts the stack on this machine, without starting it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.polling import soon
from tools import assembly, kept, tether
from tools.assembly import NotSynthesized, synthesis
from tools.dev import FUNCTIONS, PACKAGE, Functions

APP = """
import os, pathlib, sys
sys.exit("no such stage") if "fail" in sys.argv else None
out = pathlib.Path(os.environ["CDK_OUTDIR"])
out.mkdir()
(out / "told").write_text(os.environ["CDK_CONTEXT_JSON"])
"""


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One with an app of its own."""
    monkeypatch.setattr(assembly, "ROOT", tmp_path)
    monkeypatch.setattr(assembly, "KEPT", tmp_path / "build" / "assemblies")
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "stacks.py").write_text("first")
    (tmp_path / "app.py").write_text(APP)
    return tmp_path


def made(checkout: Path, *words: str, **context: str) -> Path:
    app = (str(checkout / "app.py"), *words)
    with synthesis(app, context, os.environ, checkout / "log") as wait:
        return wait()


def test_an_assembly_is_made_once_of_the_same_code_and_context(checkout: Path) -> None:
    first = made(checkout, stage="local")
    assert json.loads((first / "told").read_text()) == {"stage": "local"}
    (first / "told").write_text("not made again")
    assert made(checkout, stage="local") == first
    assert (first / "told").read_text() == "not made again"
    others = [made(checkout, stage="other"), made(checkout, "word", stage="local")]
    (checkout / "infra" / "stacks.py").write_text("second")
    others.append(made(checkout, stage="local"))
    assert len({first, *others}) == 4
    assert not [*assembly.KEPT.glob("half-*")]


def test_what_the_app_says_when_it_fails_is_told_and_nothing_is_kept(checkout: Path) -> None:
    with pytest.raises(NotSynthesized, match="no such stage"):
        made(checkout, "fail")
    assert [*assembly.KEPT.iterdir()] == []


def test_those_used_last_are_kept(checkout: Path) -> None:
    first = made(checkout, stage="0")
    for number in range(1, assembly.MOST_KEPT):
        made(checkout, stage=str(number))
    os.utime(first, (1, 1))
    made(checkout, stage="0")  # is used again
    for number in range(assembly.MOST_KEPT, assembly.MOST_KEPT + 3):
        os.utime(made(checkout, stage=str(number)))
    assert first.exists()
    assert len([*assembly.KEPT.iterdir()]) == assembly.MOST_KEPT


PUTS_AWAY = """
import pathlib, signal, sys, time
def end(*_):
    time.sleep(0.3)
    pathlib.Path(sys.argv[1]).write_text("kept")
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def tethered(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    words = [sys.executable, "-c", PUTS_AWAY, str(tmp_path / "put away")]
    running = tether.start(words, os.environ, tmp_path / "log")
    yield running
    tether.stop(running)


def test_a_command_may_put_away_what_it_holds_before_it_ends(
    tethered: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    soon(lambda: "ready" in (tmp_path / "log").read_text())
    tether.end(tethered, patience_s=20)
    assert (tmp_path / "put away").read_text() == "kept"


def test_one_that_takes_too_long_is_not_waited_for(tmp_path: Path) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True)"
    )
    words = [sys.executable, "-c", f"{deaf}; time.sleep(60)"]
    running = tether.start(words, os.environ, tmp_path / "log")
    soon((tmp_path / "log").read_text)
    began = time.monotonic()
    tether.end(running, patience_s=0.2)
    tether.stop(running)
    assert running.returncode == -signal.SIGKILL
    assert time.monotonic() - began < 30


def test_a_market_that_was_kept_is_followed_from_the_start_of_its_new_stream(
    tmp_path: Path,
) -> None:
    kept.reopen(tmp_path)  # nothing has been kept yet
    positions = {"__account_region_scoped__": True, "data": {"a mapping": 736}}
    state = {"payload": {"functions": 14, "dynamodb_stream_positions": positions}}
    (tmp_path / "lambda.json").write_text(json.dumps(state))
    kept.reopen(tmp_path)
    state["payload"]["dynamodb_stream_positions"]["data"] = {}  # type: ignore[index]
    assert json.loads((tmp_path / "lambda.json").read_text()) == state


class Deployed:
    """As much of Lambda as says what is deployed."""

    def get_paginator(self, _: str) -> "Deployed":
        return self

    def paginate(self) -> list[dict[str, Any]]:
        names = ("audit", "leads", "matches")
        variables = ({"Variables": {"POWERTOOLS_SERVICE_NAME": name}} for name in names)
        return [{"Functions": [{"FunctionName": "f", "Environment": one} for one in variables]}]


@pytest.mark.parametrize(
    ("changed", "functions"),
    [
        ([FUNCTIONS / "leads" / "handler.py"], ["leads"]),
        ([FUNCTIONS / "leads" / "handler.py", FUNCTIONS / "gone" / "handler.py"], ["leads"]),
        ([PACKAGE / "edge" / "api.py"], ["audit", "leads", "matches"]),
        ([FUNCTIONS / "leads" / "x.py", PACKAGE / "clock.py"], ["audit", "leads", "matches"]),
    ],
)
def test_a_file_is_live_in_the_functions_that_run_it(
    changed: list[Path], functions: list[str]
) -> None:
    assert Functions(Deployed()).of(changed) == functions
