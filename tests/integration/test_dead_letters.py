"""Dead letters: looked at without a name, sent back, dropped."""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any
from unittest.mock import patch

import boto3
import pytest

from tools import dead_letters
from tools.dead_letters import DeadLetters, NoWayBack, main, shown
from tools.stack import NotRunning

PUSHES = [{"realtor_id": f"secret-{number}", "ticket": str(number)} for number in range(25)]
PARTS = [{"run": "2026-11-24", "part": "MARKET#FLAT#москва"}]
RECORDS = [
    {
        "requestContext": {"condition": "RetryAttemptsExhausted"},
        "DDBStreamBatchInfo": {"batchSize": 3},
    }
]
DAY = 24 * 3600 * 1000


class Stack:
    """The queues of a stack, as CloudFormation names them."""

    name = "cobroke-dev"

    def client(self, service: str) -> Any:
        return boto3.client(service)  # type: ignore[call-overload]


@pytest.fixture(autouse=True)
def stack(aws: None, monkeypatch: pytest.MonkeyPatch) -> Stack:  # noqa: ARG001 - an account first
    monkeypatch.setattr(dead_letters, "WAIT_S", 0)
    monkeypatch.setattr(dead_letters, "Stack", lambda _: Stack())
    for name in (
        "telegrampushfailed",
        "telegrampushqueue",
        "streammatchingfailed",
        "rematchworkerfailed",
    ):
        boto3.client("sqs").create_queue(QueueName=f"cobroke-dev-{name}1A2B-x")
    return Stack()


@pytest.fixture
def letters(stack: Stack) -> DeadLetters:
    """25 pushes."""
    found = dead_letters.dead_letters(stack, "telegram_push")  # type: ignore[arg-type]
    fill(found, PUSHES)
    return found


def fill(letters: DeadLetters, messages: list[Any]) -> None:
    for message in messages:
        letters.sqs.send_message(QueueUrl=letters.url, MessageBody=json.dumps(message))


def bodies(letters: DeadLetters, url: str | None) -> list[Any]:
    def batches() -> Iterator[list[Any]]:
        while found := letters.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get(
            "Messages"
        ):
            yield found

    found = [json.loads(message["Body"]) for message in chain.from_iterable(batches())]
    return sorted(found, key=str)


def test_a_look_counts_by_kind_names_nobody_and_takes_nothing(letters: DeadLetters) -> None:
    fill(letters, PARTS + RECORDS)
    letters.sqs.send_message(QueueUrl=letters.url, MessageBody="secret-words")
    found = letters.look()
    assert {kind: len(times) for kind, times in found.items()} == {
        "a realtor's pushes": 25,
        "a run's part: MARKET#FLAT#москва": 1,
        "3 records of the stream: RetryAttemptsExhausted": 1,
        "unknown": 1,
    }
    assert "secret" not in str(found)
    assert len(letters) == 28


def test_a_look_shows_how_old_the_messages_are() -> None:
    table = shown({"a push": [0, DAY, 3 * DAY - 90 * 60_000]}, now_ms=3 * DAY)
    rows = list(zip(*(column.cells for column in table.columns), strict=True))
    assert rows == [("a push", "3", "3 d 0 h 0 min", "0 d 1 h 30 min")]


def test_what_is_sent_back_is_where_it_came_from(letters: DeadLetters) -> None:
    assert letters.redrive() == 25
    assert len(letters) == 0
    assert bodies(letters, letters.source_url) == sorted(PUSHES, key=str)


def test_what_cannot_be_sent_back_stays(letters: DeadLetters) -> None:
    with (
        patch.object(letters.sqs, "send_message", side_effect=BrokenPipeError),
        pytest.raises(BrokenPipeError),
    ):
        letters.redrive()
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counted = letters.sqs.get_queue_attributes(QueueUrl=letters.url, AttributeNames=names)[
        "Attributes"
    ]
    assert sum(map(int, counted.values())) == 25


def test_places_in_a_stream_cannot_be_sent_back(stack: Stack) -> None:
    letters = dead_letters.dead_letters(stack, "stream_matching")  # type: ignore[arg-type]
    fill(letters, RECORDS)
    with pytest.raises(NoWayBack, match="make rematch"):
        letters.redrive()
    assert len(letters) == 1


def test_a_drop_asks_first(letters: DeadLetters, capsys: pytest.CaptureFixture[str]) -> None:
    with patch("builtins.input", return_value="n") as asked:
        main(["drop", "telegram_push"])
    assert "25" in asked.call_args[0][0]
    assert len(letters) == 25
    with patch("builtins.input", return_value="y"):
        main(["drop", "telegram_push"])
    assert "25 dropped" in capsys.readouterr().out
    assert len(letters) == 0


def test_a_drop_that_was_said_yes_to_asks_nobody(letters: DeadLetters) -> None:
    main(["drop", "telegram_push", "--yes"])
    assert len(letters) == 0


def test_a_function_without_a_failure_queue_is_said_so(stack: Stack) -> None:
    with pytest.raises(NotRunning, match="no failure queue"):
        dead_letters.dead_letters(stack, "stream_notifications")  # type: ignore[arg-type]
