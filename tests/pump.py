"""What Lambda does between the table's stream and a function: `recorded` sees the writes, a `Pump`
delivers them.
"""

import base64
import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import batched
from random import Random
from typing import Any, NamedTuple
from unittest.mock import patch

import boto3
from botocore.client import BaseClient

from cobroke import clock
from cobroke.storage.lean_client import LeanClient

type Json = dict[str, Any]
type Key = tuple[str, str]


class Batch(NamedTuple):
    """Consecutive records of one shard, and how many calls have failed at the first of them."""

    records: Sequence[Json]
    failures: int = 0


@contextmanager
def recorded(table: str) -> Iterator[list[Json]]:
    """The table's stream while the block runs, a list that grows: one record for each item that a
    write has changed.

    It compares the items before and after each call of any client, boto3's or lean, also of one
    that raises. moto's own stream shows an upsert as two INSERTs and a write without effect as
    MODIFY, and triples the time of a transaction.
    """
    call, answer = BaseClient._make_api_call, LeanClient._sent  # type: ignore[attr-defined]
    reader, stream = boto3.client("dynamodb"), list[Json]()

    def images(keys: Iterable[Key]) -> dict[Key, Json]:
        wanted = [{"PK": {"S": pk}, "SK": {"S": sk}} for pk, sk in keys]
        answer = reader.batch_get_item(
            RequestItems={table: {"Keys": wanted, "ConsistentRead": True}}
        )
        return {key_of(item): dict(item) for item in answer["Responses"][table]}

    @contextmanager
    def wrapped(operation: str, arguments: Json) -> Iterator[None]:
        keys = dict.fromkeys(_written(table, operation, arguments))
        old = images(keys) if keys else {}
        try:
            yield
        finally:
            new = images(keys) if keys else {}
            changed = (key for key in keys if old.get(key) != new.get(key))
            numbered = enumerate(changed, len(stream))
            stream.extend(
                [a_record(number, old.get(key), new.get(key), table) for number, key in numbered]
            )

    def watched(client: BaseClient, operation: str, arguments: Json) -> Any:
        with wrapped(operation, arguments):
            return call(client, operation, arguments)

    def watched_too(client: LeanClient, operation: str, body: bytes) -> Any:
        with wrapped(operation, json.loads(body)):
            return answer(client, operation, body)

    with (
        patch.object(BaseClient, "_make_api_call", watched),
        patch.object(LeanClient, "_sent", watched_too),
    ):
        yield stream


def a_record(number: int, old: Json | None, new: Json | None, table: str = "table") -> Json:
    """The record, as Lambda hands it over, of the stream's write `number`; images in DynamoDB's own
    notation.
    """
    image = new or old or {}
    images = {name: each for name, each in (("OldImage", old), ("NewImage", new)) if each}
    return {
        "eventID": f"{number:032x}",
        "eventName": "REMOVE" if not new else "MODIFY" if old else "INSERT",
        "eventSource": "aws:dynamodb",
        "eventSourceARN": f"arn:aws:dynamodb:eu-central-1:123456789012:table/{table}"
        "/stream/2026-01-01T00:00:00.000",
        "dynamodb": {
            "ApproximateCreationDateTime": float(clock.now_ms() // 1000),
            "Keys": {"PK": image["PK"], "SK": image["SK"]},
            "SequenceNumber": str(10**21 + number),
            "StreamViewType": "NEW_AND_OLD_IMAGES",
            **json.loads(json.dumps(images, default=lambda raw: base64.b64encode(raw).decode())),
        },
    }


def passes(value: Any, pattern: Any) -> bool:
    """Whether a record passes a filter pattern: nested names down to lists of rules; ValueError on
    an unknown one.
    """
    match pattern:
        case {**parts}:
            inside = value if isinstance(value, Mapping) else {}
            return all(passes(inside.get(name), part) for name, part in parts.items())
        case [*rules]:
            return any(_meets(value, rule) for rule in rules)
    raise ValueError(f"Lambda refuses a pattern without a list of rules: {pattern!r}")


@dataclass
class Pump:
    """One event source mapping with its filter patterns, partial replies, bisect and `attempts`
    calls for a record.

    Records of one item stay in order, those of others come as `rng` has it. `duplicates` and
    `crashes` are chances of a call: that what it handled comes once more, at once or late; that it
    dies behind some record, its reply lost (which costs no attempt, so that bad luck alone loses
    nothing). `position = 0` replays the stream from its start.
    """

    handler: Callable[[Json, Any], Any]
    rng: Random
    patterns: Sequence[Mapping[str, Any]] = ()
    batch_size: int = 10
    attempts: int = 5
    shards: int = 3
    duplicates: float = 0.4
    crashes: float = 0.2
    position: int = 0
    delivered: int = 0
    failed: list[Json] = field(default_factory=list)
    raised: list[Exception] = field(default_factory=list)

    def run(self, records: Iterable[Json]) -> None:
        """Deliver those that pass the filters, until each is done or among the `failed`."""
        shards = self._sharded(records)
        while shards:
            shard = self.rng.choice(shards)
            batch = shard.popleft()
            if self.rng.random() < self.crashes:
                self._call(batch.records[: self.rng.randint(1, len(batch.records))])
                shard.appendleft(batch)
                continue
            done = self._call(batch.records)
            shard.extendleft(reversed(self._again(batch, done)))
            if done and self.rng.random() < self.duplicates:
                handled = batch.records[:done]
                shards.append(
                    deque([Batch(self.rng.choice([handled, [self.rng.choice(handled)]]))])
                )
            shards = [shard for shard in shards if shard]

    def _sharded(self, records: Iterable[Json]) -> list[deque[Batch]]:
        shards: list[list[Json]] = [[] for _ in range(self.shards)]
        homes: dict[Key, list[Json]] = {}
        for record in records:
            if not self.patterns or any(passes(record, pattern) for pattern in self.patterns):
                homes.setdefault(
                    key_of(record["dynamodb"]["Keys"]), self.rng.choice(shards)
                ).append(record)
        return [
            deque(map(Batch, batched(shard, self.batch_size, strict=False)))
            for shard in shards
            if shard
        ]

    def _call(self, records: Sequence[Json]) -> int | None:
        """How many records are done before the first that is not; None for a call that failed as a
        whole.
        """
        self.delivered += len(records)
        try:
            # Through JSON, as on AWS: no bytes, no object shared with a later delivery.
            reply = json.loads(
                json.dumps(self.handler(json.loads(json.dumps({"Records": records})), None))
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, the batch comes again
            self.raised.append(error)
            return None
        if reply is None or reply in ({}, {"batchItemFailures": None}):
            return len(records)
        numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
        try:
            failures = [
                numbers.index(failure["itemIdentifier"]) for failure in reply["batchItemFailures"]
            ]
        except (KeyError, TypeError, ValueError):
            return None
        return min(failures, default=len(records))

    def _again(self, batch: Batch, done: int | None) -> list[Batch]:
        """What comes again of this batch. A split is no attempt; what is given up by reply takes
        the rest along.
        """
        if done is None and len(batch.records) > 1:
            half = len(batch.records) // 2
            return [
                Batch(batch.records[:half], batch.failures),
                Batch(batch.records[half:], batch.failures),
            ]
        rest, failures = batch.records[done or 0 :], 1 if done else batch.failures + 1
        if failures < self.attempts:
            return [Batch(rest, failures)] if rest else []
        self.failed.extend(rest)
        return []


def drain(stream: Sequence[Json], *pumps: Pump, rounds: int = 10) -> None:
    """Let each pump take what is new in the stream until none finds any; AssertionError after
    `rounds`.
    """
    for _ in range(rounds):
        for pump in pumps:
            new, pump.position = stream[pump.position :], len(stream)
            pump.run(new)
        if all(pump.position == len(stream) for pump in pumps):
            return
    raise AssertionError(
        f"the functions never settle: {[record['dynamodb']['Keys'] for record in stream[-3:]]}"
    )


def key_of(item: Mapping[str, Any]) -> Key:
    return item["PK"]["S"], item["SK"]["S"]


def _written(table: str, operation: str, arguments: Json) -> list[Key]:
    assert operation != "BatchWriteItem", (
        "a batch of writes is not recorded, as the product makes none"
    )
    alone = operation in {"PutItem", "UpdateItem", "DeleteItem"}
    parts = (
        [arguments]
        if alone
        else [part for each in arguments.get("TransactItems", ()) for part in each.values()]
    )
    return [key_of(part.get("Key") or part["Item"]) for part in parts if part["TableName"] == table]


def _meets(value: Any, rule: Any) -> bool:
    match rule:
        case {"exists": bool(wanted)}:
            # As on AWS it asks about leaves: what holds attributes of its own is never there.
            return (value is not None and not isinstance(value, Mapping)) == wanted
        case {"prefix": str(start)}:
            return isinstance(value, str) and value.startswith(start)
        case {"anything-but": [*others]}:
            return value is not None and value not in others
        case str() | bool():
            return bool(value == rule)
    raise ValueError(f"this pump does not know the rule {rule!r}")
