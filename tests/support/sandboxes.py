"""Lambda in one process: each function in several sandboxes, modules of its own that share nothing
but the table.
"""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Literal
from unittest.mock import patch

from cobroke.edge.served import SERVED
from cobroke.storage.matching.held_markets import HeldMarkets
from tests.account import PARAMETERS
from tests.builders import a_context
from tests.support.scheduler import Killed, Scheduler
from tests.support.telegram import Queue, Telegram

type Road = Literal["lean", "boto3"]
ROADS: tuple[Road, ...] = ("lean", "boto3")
"""By which the functions reach the table."""

FUNCTIONS = Path(__file__).parents[2] / "functions"
OF_EACH = 4
LAMBDA_MS = 60_000
EXPECTED = {"Busy", "Unreachable"}
"""What a record or message may fail of, as it comes again: the table was, or Telegram."""


class Log:
    """In place of a function's logger: keeps its bugs."""

    def __init__(self, function: str, bugs: list[str]) -> None:
        self._function, self._bugs = function, bugs

    def info(self, *_: Any, **__: Any) -> None:
        """Nobody reads it here."""

    def error(self, text: str, *, kind: str, frames: list[str], **more: Any) -> None:
        if kind not in EXPECTED:
            self._bugs.append(
                f"{self._function}: {text}: {kind} {more.get('code', '')} at {frames[-1]}"
            )


class Sandboxes:
    """`bugs`: what a function logged as an error that is none of the table's."""

    def __init__(self, scheduler: Scheduler, store: Any, telegram: Telegram) -> None:
        self.bugs: list[str] = []
        self.queue = Queue(scheduler)
        self._scheduler, self._telegram = scheduler, telegram
        self._clients = {"dynamodb": store, "sqs": self.queue, "ssm": None}
        self._free: dict[str, list[ModuleType]] = {}

    def call(self, function: str, event: Any, kill_in: int | None = None) -> Any:
        """What the function answers; Killed where it died, and its sandbox with it: the next one is
        new.
        """
        module = self._taken(function)
        task = self._scheduler.current
        if task:
            task.kill_in = kill_in
        try:
            return module.handler(event, a_context(LAMBDA_MS))
        except Killed:
            _forget(module)
            raise
        finally:
            if task:
                task.kill_in = None
            self._free[function].append(module)

    def _taken(self, function: str) -> ModuleType:
        """A sandbox serves one call at a time."""
        if function not in self._free:
            self._free[function] = [self._made(function, number) for number in range(OF_EACH)]
        while not self._free[function]:
            self._scheduler.step(0.001)
        free = self._free[function]
        return free.pop(self._scheduler.rng.randrange(len(free)))

    def _made(self, function: str, number: int) -> ModuleType:
        with (
            _private(function, number) as module,
            patch("cobroke.storage.client.connect", lambda name, *_: self._clients[name]),
        ):
            log: Any = Log(function, self.bugs)
            made: Any = module
            _executed(module)
            if hasattr(module, "api"):
                made.api.logger = log
                made.secret = PARAMETERS.__getitem__
            else:
                made.logger = log
            if hasattr(module, "bot"):
                made._send, made.schedules._client = self._telegram.send, self.queue
        return module


@contextmanager
def _private(function: str, number: int) -> Iterator[ModuleType]:
    name = f"sandbox_{number}_of_{function}"
    spec = importlib.util.spec_from_file_location(name, FUNCTIONS / function / "handler.py")
    assert spec
    module = importlib.util.module_from_spec(spec)
    with patch.dict(SERVED), patch.dict(sys.modules, {name: module}):
        yield module


def _executed(module: ModuleType) -> None:
    spec = module.__spec__
    assert spec
    assert spec.loader
    spec.loader.exec_module(module)


def _forget(module: Any) -> None:
    """What its memory held is gone with it."""
    if hasattr(module, "api"):
        module.api.realtors._known.clear()
    if hasattr(module, "held"):
        module.held = HeldMarkets(getattr(module, "api", module).table, module.now_ms)
    if hasattr(module, "known_markets"):
        module.known_markets = set()
