"""The functions in process, over moto's table and parameters: single-threaded, one empty market a
test.
"""

import logging
from collections.abc import Iterator
from importlib import import_module
from io import StringIO
from typing import Any

import pytest

from cobroke.clock import now_ms
from cobroke.edge.routes import ROUTES
from cobroke.storage import client
from cobroke.storage.matching.held_markets import HeldMarkets
from tests.account import opened_account
from tests.client import Client
from tests.conftest import ROOT
from tests.events import in_process
from tests.memory_table import MemoryTable

FUNCTIONS = [path.parent for path in sorted(ROOT.glob("functions/*/handler.py"))]


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with opened_account():
        for name in ("insights", "stream_matching"):
            module = import_module(f"functions.{name}.handler")
            table = getattr(module, "api", module).table
            # of another market, else
            monkeypatch.setattr(module, "held", HeldMarkets(table, now_ms))
        yield


@pytest.fixture
def in_memory(monkeypatch: pytest.MonkeyPatch) -> MemoryTable:
    """The same functions over a table in memory, for our own rules: to these the wire adds nothing.

    A file asks for it with `pytestmark`, so that nothing has been written yet.
    """
    # First: a function that began now would keep this table for good.
    functions = [import_module(f"functions.{path.name}.handler") for path in FUNCTIONS]
    table = MemoryTable(page_items=50)
    connect = client.connect

    def connected(service: str, *settings: Any) -> Any:
        return table.store if service == "dynamodb" else connect(service, *settings)

    monkeypatch.setattr(client, "connect", connected)
    for module in functions:
        if of_function := getattr(getattr(module, "api", module), "table", None):
            monkeypatch.setattr(of_function, "_client", table.store)
    return table


@pytest.fixture
def stranger() -> Client:
    return Client(in_process)


@pytest.fixture
def anna(stranger: Client) -> Client:
    return stranger.registered()


@pytest.fixture
def boris(stranger: Client) -> Client:
    return stranger.registered()


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> StringIO:
    """What the functions log from here on."""
    lines = StringIO()
    for function in {route.function for route in ROUTES}:
        import_module(f"functions.{function}.handler")
        for handler in logging.getLogger(function).handlers:
            monkeypatch.setattr(handler, "stream", lines)
    return lines
