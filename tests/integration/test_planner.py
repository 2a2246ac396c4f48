"""The planner and its queue: each part of a run once, ten in a call, in no fixed order; what is
refused, once more.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import boto3
import pytest

from cobroke.domain.postings.features import Group, Market
from cobroke.flows.schedule.rematch import parts_of_a_run
from cobroke.storage.matching import registry
from cobroke.storage.queue import BATCH, PAUSES_S, NotTaken, Queue
from cobroke.storage.table import Table
from functions.rematch_planner import handler as planner
from tests.account import TABLE

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

MESSAGES = [{"run": "a run", "part": f"MARKET#FLAT#город {number}"} for number in range(25)]

type Json = dict[str, Any]


class Watched(Queue):
    """`sent`: the bodies of each call; `refuses`: which of them are not taken, by the number of the
    call.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(boto3.client("sqs").create_queue(QueueName="runs")["QueueUrl"])
        self.sent = list[list[Json]]()
        self.refuses: Callable[[int, Json], bool] = lambda *_: False
        self._reader = boto3.client("sqs")
        self._take = self._client.send_message_batch
        monkeypatch.setattr(self._client, "send_message_batch", self._offered)

    def _offered(
        self, *, QueueUrl: str, Entries: "Sequence[SendMessageBatchRequestEntryTypeDef]"
    ) -> Json:
        bodies = [json.loads(entry["MessageBody"]) for entry in Entries]
        number = len(self.sent)
        self.sent.append(bodies)
        refused = [
            entry for entry, body in zip(Entries, bodies, strict=True) if self.refuses(number, body)
        ]
        taken = [entry for entry in Entries if entry not in refused]
        answer: Mapping[str, Any] = self._take(QueueUrl=QueueUrl, Entries=taken) if taken else {}
        failed = [
            {"Id": entry["Id"], "Code": "InternalError", "SenderFault": False} for entry in refused
        ]
        return {**answer, "Failed": failed}

    @property
    def there(self) -> list[Json]:
        """All that can be received."""
        found = list[Json]()
        while messages := self._reader.receive_message(
            QueueUrl=self._url, MaxNumberOfMessages=10
        ).get("Messages"):
            found += [json.loads(message["Body"]) for message in messages]
        return found


@pytest.fixture
def queue(
    aws: None,  # noqa: ARG001 - an account comes first
    monkeypatch: pytest.MonkeyPatch,
) -> Watched:
    return Watched(monkeypatch)


@pytest.fixture
def pauses() -> Iterator[list[float]]:
    slept = list[float]()
    with patch("cobroke.storage.queue.time.sleep", slept.append):
        yield slept


def by_part(messages: Sequence[Json]) -> list[Json]:
    return sorted(messages, key=lambda message: str(message["part"]))


def test_messages_go_ten_in_a_call(queue: Watched) -> None:
    queue.put_all(MESSAGES)
    assert [len(call) for call in queue.sent] == [10, 10, 5]
    assert by_part(queue.there) == by_part(MESSAGES)


def test_nothing_is_no_call(queue: Watched) -> None:
    queue.put_all([])
    assert queue.sent == []


def test_what_was_not_taken_is_sent_again_after_a_pause_and_nothing_else(
    queue: Watched, pauses: list[float]
) -> None:
    queue.refuses = lambda call, body: call < 2 and body["part"].endswith(("город 3", "город 7"))
    queue.put_all(MESSAGES)
    assert [len(call) for call in queue.sent] == [10, 2, 2, 10, 5]
    assert pauses == list(PAUSES_S[:2])
    assert by_part(queue.there) == by_part(MESSAGES)


def test_what_is_never_taken_ends_it_after_so_many_tries(
    queue: Watched, pauses: list[float]
) -> None:
    queue.refuses = lambda _, body: body["part"].endswith("город 3")
    with pytest.raises(NotTaken):
        queue.put_all(MESSAGES)
    assert [len(call) for call in queue.sent] == [10] + [1] * len(PAUSES_S)
    assert pauses == list(PAUSES_S)


@pytest.fixture
def town(aws: None) -> Table:  # noqa: ARG001 - an account comes first
    table = Table(TABLE)
    for number in range(40):
        registry.remember(table, Market(f"город {number}", Group.FLAT), set(), 0)
    return table


def test_every_part_is_planned_once_in_few_calls(queue: Watched, town: Table) -> None:
    with patch.multiple(planner, table=town, queue=queue):
        answer = planner.handler({}, None)
    parts = parts_of_a_run(town)
    assert len(queue.sent) == -(-len(parts) // BATCH)
    assert by_part(queue.there) == by_part([{"run": answer["run"], "part": part} for part in parts])
    assert sorted(answer["parts"]) == sorted(parts)


def test_no_market_is_the_last_one_every_time(queue: Watched, town: Table) -> None:
    with patch.multiple(planner, table=town, queue=queue, rng=Random(0)):
        orders = [planner.handler({}, None)["parts"] for _ in range(5)]
    assert len({order[-1] for order in orders}) > 1
    assert [message["part"] for call in queue.sent for message in call] == [
        part for order in orders for part in order
    ]
    assert parts_of_a_run(town) not in orders
