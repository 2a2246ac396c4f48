"""The recorded stream says what DynamoDB's own would; pumps over it settle, replay, and find who
wakes himself.
"""

from collections.abc import Iterator
from importlib import import_module
from random import Random
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from cobroke.edge.streams import BATCH_S
from cobroke.storage.conditions import ABSENT
from cobroke.storage.table import ConditionFailed, Table
from tests.account import TABLE
from tests.pump import Json, Pump, drain, recorded

LEADS = [
    {"eventName": [name], "dynamodb": {"NewImage": {"entity": {"S": ["LEAD"]}}}}
    for name in ("INSERT", "MODIFY")
]
NOTICES = [{"dynamodb": {"Keys": {"PK": {"S": [{"prefix": "NOTICES#"}]}}}}]


@pytest.fixture
def table(aws: None) -> Table:  # noqa: ARG001 - an account comes first
    return Table(TABLE)


@pytest.fixture
def stream(table: Table) -> Iterator[list[Json]]:  # noqa: ARG001 - older clients count as well
    with recorded(TABLE) as stream:
        yield stream


def an_item(pk: str, **attributes: Any) -> Json:
    return {"PK": pk, "SK": "x", **attributes}


def add(pk: str, condition: str = "") -> Json:
    parts = {
        "TableName": TABLE,
        "Key": {"PK": {"S": pk}, "SK": {"S": "x"}},
        "UpdateExpression": "ADD n :one",
    }
    parts |= {"ExpressionAttributeValues": {":one": {"N": "1"}}}
    return {"Update": parts | ({"ConditionExpression": condition} if condition else {})}


@pytest.mark.parametrize("name", ["stream_matching", "stream_notifications"])
def test_a_batch_has_its_own_time(
    table: Table,  # noqa: ARG001 - the account's
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    function = import_module(f"functions.{name}.handler")
    left: list[float] = []
    monkeypatch.setattr(
        function, "process_batch", lambda *_: left.append(function.table.seconds_left)
    )
    with function.table.time_limit(0):
        function.handler({"Records": []}, None)
    assert BATCH_S - 10 < left[0] <= BATCH_S


def told(records: list[Json]) -> list[tuple[Any, ...]]:
    """Name, key, old and new `n` of each."""
    images = [
        [record["dynamodb"].get(name) for name in ("OldImage", "NewImage")] for record in records
    ]
    return [
        (
            record["eventName"],
            record["dynamodb"]["Keys"]["PK"]["S"],
            *(image and image["n"]["N"] for image in both),
        )
        for record, both in zip(records, images, strict=True)
    ]


def test_each_part_of_a_transaction_is_a_record_in_its_order(
    table: Table, stream: list[Json]
) -> None:
    table.transact([table.put(an_item("a", n=1)), table.put(an_item("b", n=1)), add("c")])
    table.transact([add("c"), table.delete(("b", "x")), table.put(an_item("a", n=2))])
    assert told(stream) == [
        ("INSERT", "a", None, "1"),
        ("INSERT", "b", None, "1"),
        ("INSERT", "c", None, "1"),
        ("MODIFY", "c", "1", "2"),
        ("REMOVE", "b", "1", None),
        ("MODIFY", "a", "1", "2"),
    ]
    numbers = [record["dynamodb"]["SequenceNumber"] for record in stream]
    assert numbers == sorted(set(numbers), key=int)
    assert len({record["eventID"] for record in stream}) == 6


def test_what_changes_nothing_is_no_record(table: Table, stream: list[Json]) -> None:
    table.transact([table.put(an_item("a", n=1))])
    table.transact([table.put(an_item("a", n=1)), table.delete(("never", "x"))])
    with pytest.raises(ConditionFailed):
        table.transact(
            [
                table.put(an_item("b", n=1)),
                table.put(an_item("a", n=2), when=ABSENT),
            ]
        )
    assert told(stream) == [("INSERT", "a", None, "1")]
    table.transact([table.put(an_item("a", n=2))])
    assert told(stream)[1:] == [("MODIFY", "a", "1", "2")]


def test_single_writes_and_bytes_are_told_as_lambda_tells_them(stream: list[Json]) -> None:
    client = boto3.client("dynamodb")
    key = {"PK": {"S": "a"}, "SK": {"S": "x"}}
    client.put_item(TableName=TABLE, Item=key | {"n": {"N": "1"}, "f": {"B": b"\x00\xff"}})
    client.update_item(**add("a")["Update"])
    client.delete_item(TableName=TABLE, Key=key)
    assert told(stream) == [
        ("INSERT", "a", None, "1"),
        ("MODIFY", "a", "1", "2"),
        ("REMOVE", "a", "2", None),
    ]
    assert stream[0]["dynamodb"]["NewImage"] == key | {"n": {"N": "1"}, "f": {"B": "AP8="}}
    with pytest.raises(ClientError):
        client.update_item(**add("a", condition="attribute_exists(PK)")["Update"])
    assert len(stream) == 3


def test_a_write_whose_answer_was_lost_is_told_all_the_same(stream: list[Json]) -> None:
    def lost(**_: Any) -> None:
        raise TimeoutError

    client = boto3.client("dynamodb")
    client.meta.events.register("after-call.dynamodb.TransactWriteItems", lost)
    with pytest.raises(TimeoutError):
        client.transact_write_items(TransactItems=[add("a")])  # type: ignore[list-item]
    assert told(stream) == [("INSERT", "a", None, "1")]


def a_matcher(table: Table, entity: str) -> Any:
    """Writes a notice, and something of an `entity`, for every lead it is told of."""

    def function(event: Json, _: Any) -> None:
        for record in event["Records"]:
            pk, image = record["dynamodb"]["Keys"]["PK"]["S"], record["dynamodb"]["NewImage"]
            version = int(image["n"]["N"])
            table.transact(
                [
                    table.put(an_item(f"NOTICES#{pk}", n=version)),
                    table.put(an_item(f"{entity}#{pk}"[:40], n=version + 1, entity=entity)),
                ]
            )

    return function


def test_readers_of_one_stream_settle_and_replay_to_the_same_end(
    table: Table, stream: list[Json]
) -> None:
    pushed = set[str]()

    def push(event: Json, _: Any) -> None:
        pushed.update(record["dynamodb"]["Keys"]["PK"]["S"] for record in event["Records"])

    matcher = Pump(a_matcher(table, "RANKING"), Random(1), LEADS, crashes=0, duplicates=0)
    pusher = Pump(push, Random(1), NOTICES)
    table.transact([table.put(an_item(pk, n=1, entity="LEAD")) for pk in "abc"])
    drain(stream, pusher, matcher)
    assert (matcher.delivered, pushed) == (3, {"NOTICES#a", "NOTICES#b", "NOTICES#c"})
    written = len(stream)
    matcher.position = pusher.position = 0
    drain(stream, pusher, matcher)
    assert (matcher.delivered, len(stream), matcher.failed, pusher.failed) == (6, written, [], [])


def test_a_function_that_wakes_itself_never_settles(table: Table, stream: list[Json]) -> None:
    table.transact([table.put(an_item("a", n=1, entity="LEAD"))])
    with pytest.raises(AssertionError, match="never settle"):
        drain(stream, Pump(a_matcher(table, "LEAD"), Random(1), LEADS))
