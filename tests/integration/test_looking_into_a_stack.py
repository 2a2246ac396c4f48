"""What one finds in a running stack: log lines, and the items about one thing; and a sentence
where it cannot be reached.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, NoCredentialsError, NoRegionError

from tests.account import TABLE
from tests.builders import a_lead, a_property
from tests.client import Client
from tools import data, logs
from tools.stack import NotRunning, in_words

NOW = datetime.now(UTC)


class Stack:
    """A stage whose table and logs are moto's."""

    def __init__(self, written: dict[str, list[str]] | None = None) -> None:
        self._written = written or {}

    def client(self, service: str) -> Any:
        return boto3.client(service)  # type: ignore[call-overload]

    def output(self, _: str) -> str:
        return TABLE

    def log(self, name: str, _: datetime) -> list[str]:
        return self._written.get(name, [])


def line(seconds: int, message: str, level: str = "INFO", **more: str) -> str:
    at = (NOW + timedelta(seconds=seconds)).isoformat(sep=" ")
    return json.dumps(
        {"level": level, "timestamp": at, "service": "leads", "message": message} | more
    )


WRITTEN = {
    "leads": ["START RequestId: 1", line(2, "request", status="201"), line(3, "bug", "ERROR")],
    "auth": [line(1, "request"), "REPORT RequestId: 1"],
}


def test_lines_of_all_functions_come_in_the_order_of_their_time() -> None:
    stack: Any = Stack(WRITTEN)
    found = logs.lines(stack, ["leads", "auth"], NOW, "INFO")
    assert [one["timestamp"] for one in found] == sorted(one["timestamp"] for one in found)
    assert len(found) == 3
    assert [one["message"] for one in logs.lines(stack, ["leads"], NOW, "ERROR")] == ["bug"]


def test_a_line_for_people_has_what_is_its_own() -> None:
    text = logs.shown(json.loads(line(0, "request", status="201", route="POST /leads"))).plain
    assert text.split() == [text[:12], "leads", "request", "status=201", "route=POST", "/leads"]


def test_following_tells_each_line_once(monkeypatch: pytest.MonkeyPatch) -> None:
    written: dict[str, list[str]] = {"leads": [line(1, "first")]}
    monkeypatch.setattr("time.sleep", lambda _: written["leads"].append(line(2, "second")))
    stack: Any = Stack(written)
    followed: Iterator[Any] = logs.following(stack, ["leads"], NOW, "INFO")
    assert [one["message"] for one in islice(followed, 2)] == ["first", "second"]


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("10m", 600), ("2h", 7200), ("1d", 86400)]
)
def test_a_time_is_read_as_people_write_it(text: str, seconds: int) -> None:
    assert logs.ago(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "10", "m", "-1h", "1w"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=f"^{text}$"):
        logs.ago(text)


@pytest.mark.usefixtures("aws")
def test_all_items_about_one_thing_are_found_and_no_others(anna: Client, boris: Client) -> None:
    lead, other = anna.post_lead(a_lead()), anna.post_lead(a_lead(city="Казань"))
    listing = boris.post_property(a_property())
    path = f"/leads/{lead}/property-recommendations/{listing}/action"
    match = anna.post(path, {"action": "LIKE"}).needs(200)["match"]["match_id"]
    stack: Any = Stack()
    of_lead, of_match = (
        {item["entity"] for item in data.items_about(stack, one)} for one in (lead, match)
    )
    assert {"LEAD", "PAIR"} <= of_lead
    assert "PAIR" in of_match
    assert "LEAD" not in of_match
    items = [*data.items_about(stack, other)]
    assert items
    assert not [item for item in items if lead in f"{item['PK']} {item['SK']}"]


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (NotRunning("There is no cobroke-dev."), "There is no cobroke-dev"),
        (NoRegionError(), "No region: export AWS_REGION"),
        (NoCredentialsError(), "No credentials that work"),
        (
            ClientError({"Error": {"Code": "AccessDenied"}}, "Scan"),
            r"refused Scan \(AccessDenied\)",
        ),
    ],
)
def test_what_cannot_be_reached_is_a_sentence(why: Exception, said: str) -> None:
    with pytest.raises(SystemExit, match=said), in_words():
        raise why
