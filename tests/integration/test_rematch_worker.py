"""A part of a run that fails is said to have failed, and comes again soon."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from unittest.mock import patch

import boto3
import pytest

from cobroke.storage.queue import Queue
from functions.rematch_worker import handler as function
from tests.pump import Json

SECRET = "+7 916 123-45-67"


@dataclass
class Held:
    """The queue, as far as the worker knows it."""

    back: list[tuple[str, int]] = field(default_factory=list)
    broken: bool = False

    def hold_back(self, receipt: str, seconds: int) -> None:
        if self.broken:
            raise OSError(SECRET)
        self.back.append((receipt, seconds))


def record(number: int, part: str = "AGENDA#0") -> Json:
    return {
        "messageId": f"message-{number}",
        "receiptHandle": f"receipt-{number}",
        "body": json.dumps({"run": "2026-11-25", "part": part}),
        "attributes": {"ApproximateReceiveCount": "1"},
    }


def works_on(_: object, part: str, __: object) -> Json:
    if part == "broken":
        raise ValueError(SECRET)
    return {}


@pytest.fixture
def held() -> Iterator[Held]:
    queue = Held()
    with patch.multiple(function, queue=queue, work_on=works_on):
        yield queue


def failed(*numbers: int) -> Json:
    return {"batchItemFailures": [{"itemIdentifier": f"message-{number}"} for number in numbers]}


def emitted(said: str) -> Json:
    (line,) = [line for line in said.splitlines() if "_aws" in line]
    found: Json = json.loads(line)
    return found


def test_a_part_that_fails_comes_again_in_a_minute_or_two(held: Held) -> None:
    assert function.handler(
        {"Records": [record(1), record(2, "broken"), record(3)]}, None
    ) == failed(2)
    ((receipt, seconds),) = held.back
    assert receipt == "receipt-2"
    assert 60 <= seconds <= 120


def test_a_message_that_is_none_fails_alone(held: Held) -> None:
    nonsense = record(1) | {"body": "{"}
    assert function.handler({"Records": [nonsense, record(2)]}, None) == failed(1)
    assert [receipt for receipt, _ in held.back] == ["receipt-1"]


def test_where_the_queue_fails_too_the_other_parts_are_done_all_the_same(held: Held) -> None:
    held.broken = True
    records = [record(1, "broken"), record(2), record(3, "broken")]
    assert function.handler({"Records": records}, None) == failed(1, 3)


@pytest.mark.parametrize(
    ("parts", "failures"), [(["AGENDA#0"], 0), (["broken"], 1), (["broken", "A", "broken"], 2)]
)
def test_how_many_have_failed_is_a_metric(
    held: Held, parts: list[str], failures: int, capsys: pytest.CaptureFixture[str]
) -> None:
    held.broken = bool(failures % 2)
    function.handler({"Records": [record(number, part) for number, part in enumerate(parts)]}, None)
    said = emitted(capsys.readouterr().out)
    (metrics,) = said["_aws"]["CloudWatchMetrics"]
    assert (metrics["Namespace"], metrics["Dimensions"]) == ("Cobroke", [["service", "stage"]])
    assert metrics["Metrics"] == [{"Name": "PartFailed", "Unit": "Count"}]
    assert (said["stage"], said["service"], said["PartFailed"]) == (
        "local",
        "rematch_worker",
        [float(failures)],
    )


def test_nothing_that_was_sent_is_logged_of_a_failure(
    held: Held, capsys: pytest.CaptureFixture[str]
) -> None:
    held.broken = True
    function.handler({"Records": [record(1, "broken")]}, None)
    said = capsys.readouterr()
    assert SECRET not in said.out + said.err


def test_a_failure_names_the_part(held: Held, caplog: pytest.LogCaptureFixture) -> None:
    function.handler({"Records": [record(1, "broken")]}, None)
    assert held.back
    (said,) = [one for one in caplog.records if one.message == "message failed"]
    assert json.loads(vars(said)["queued"])["part"] == "broken"


def test_the_message_that_failed_is_visible_again_after_the_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In SQS itself, whose queue hides it for an hour."""
    client = boto3.client("sqs")
    url = client.create_queue(QueueName="runs", Attributes={"VisibilityTimeout": "3600"})[
        "QueueUrl"
    ]
    client.send_message(QueueUrl=url, MessageBody=record(1, "broken")["body"])
    (received,) = client.receive_message(QueueUrl=url)["Messages"]
    monkeypatch.setattr(function, "PAUSE_S", 0)
    message = record(1) | {"receiptHandle": received["ReceiptHandle"], "body": received["Body"]}
    with patch.multiple(function, queue=Queue(url), work_on=works_on):
        assert function.handler({"Records": [message]}, None) == failed(1)
    assert len(client.receive_message(QueueUrl=url)["Messages"]) == 1
