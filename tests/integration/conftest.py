"""The functions in process, over moto's table and parameters: single-threaded, one empty market a
test.
"""

import logging
from collections.abc import Iterator
from importlib import import_module
from io import StringIO

import pytest

from cobroke.clock import now_ms
from cobroke.edge.routes import ROUTES
from cobroke.storage.matching.held_markets import HeldMarkets
from tests.account import opened_account
from tests.client import Client
from tests.events import in_process


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with opened_account():
        matching = import_module("functions.stream_matching.handler")
        monkeypatch.setattr(
            matching, "held", HeldMarkets(matching.table, now_ms)
        )  # of another market, else
        yield


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
