"""Secrets are read once in five minutes, and a store that is away is Busy."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, HTTPClientError

import tests.account  # noqa: F401 - first: the environment of a function
from cobroke.domain.errors import Busy
from cobroke.edge import secrets

START, MINUTE = 1_764_000_000_000, 60_000


class Store:
    """SSM: what it is asked, and what it says instead of an answer."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.fault: Exception | None = None
        self.now = START

    def get_parameter(self, **asked: Any) -> Any:
        self.asked.append(asked)
        if self.fault:
            raise self.fault
        return {"Parameter": {"Value": f"secret {len(self.asked)}"}}


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    made = Store()
    monkeypatch.setattr(secrets, "ssm", made)
    monkeypatch.setattr(secrets, "_remembered", {})
    monkeypatch.setattr(secrets, "now_ms", lambda: made.now)
    return made


def test_a_secret_is_remembered_for_five_minutes(store: Store) -> None:
    assert secrets.secret("/a") == "secret 1"
    store.now += 5 * MINUTE
    assert secrets.secret("/a") == "secret 1"
    assert secrets.secret("/b") == "secret 2"
    store.now += 1
    assert secrets.secret("/a") == "secret 3"
    assert store.asked[0] == {"Name": "/a", "WithDecryption": True}


def test_a_clock_that_was_put_back_reads_it_anew(store: Store) -> None:
    secrets.secret("/a")
    store.now -= 1
    assert secrets.secret("/a") == "secret 2"


@pytest.mark.parametrize(
    "fault",
    [
        ClientError({"Error": {"Code": "ThrottlingException"}}, "GetParameter"),
        ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetParameter"),
        HTTPClientError(error="away"),
    ],
    ids=["throttled", "not allowed", "away"],
)
def test_a_store_that_does_not_give_it_is_busy_and_asked_again(
    store: Store, fault: Exception
) -> None:
    store.fault = fault
    with pytest.raises(Busy):
        secrets.secret("/a")
    store.fault = None
    assert secrets.secret("/a") == "secret 2"


def test_a_bug_is_a_bug(store: Store) -> None:
    store.fault = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        secrets.secret("/a")
