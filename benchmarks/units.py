"""The units of DynamoDB that a client's calls consume.

DynamoDB Local 1.25.1 miscounts a transaction's writes: it adds up each size once, however many
items have it, and doubles twice. So those are weighed here, by AWS's own rules; everything else is
as the answers say.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3

if TYPE_CHECKING:
    from botocore.model import OperationModel
    from mypy_boto3_dynamodb import DynamoDBClient

type Raw = Mapping[str, Mapping[str, Any]]
"""An item in DynamoDB's own notation."""

_READS = {"BatchGetItem", "GetItem", "Query", "Scan", "TransactGetItems"}


class Used:
    """Counts units read (of 4 KB, strongly consistent) and written (of 1 KB), and round trips,
    repeated ones included.

    A refused write is billed too, but its answer does not say how much: it counts as a round trip
    alone.
    """

    def __init__(self, scales: "DynamoDBClient") -> None:
        self.read_units = self.write_units = 0.0
        self.round_trips = 0
        self._scales = scales
        self._lock = threading.Lock()

    def asked(
        self, params: dict[str, Any], model: "OperationModel", context: dict[str, Any], **_: object
    ) -> None:
        shape = model.input_shape
        if shape is not None and "ReturnConsumedCapacity" in shape.members:
            params["ReturnConsumedCapacity"] = "TOTAL"
        if model.name == "TransactWriteItems":
            writes = [
                (kind, write) for part in params["TransactItems"] for kind, write in part.items()
            ]
            keys = [
                (write["TableName"], _key(write["Item" if kind == "Put" else "Key"]))
                for kind, write in writes
            ]
            context["weighed"] = [(*key, self._kilobytes(*key)) for key in keys]

    def sent(self, **_: object) -> None:
        with self._lock:
            self.round_trips += 1

    def answered(
        self,
        parsed: Mapping[str, Any],
        model: "OperationModel",
        context: dict[str, Any],
        **_: object,
    ) -> None:
        said = parsed.get("ConsumedCapacity", [])
        units = sum(
            table["CapacityUnits"] for table in (said if isinstance(said, list) else [said])
        )
        if said and model.name == "TransactWriteItems":
            units = sum(
                2 * max(before, self._kilobytes(table, key))
                for table, key, before in context["weighed"]
            )
        with self._lock:
            if model.name in _READS:
                self.read_units += units
            else:
                self.write_units += units

    def _kilobytes(self, table: str, key: Raw) -> int:
        """Weigh what is stored now: a begun KB counts as one, and so does nothing."""
        item = self._scales.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item", {})
        return max(1, -(-size(item) // 1024))


@contextmanager
def counted(client: "DynamoDBClient") -> Iterator[Used]:
    """Count what the client's calls consume within, from all threads."""
    uncounted = boto3.client(
        "dynamodb", endpoint_url=client.meta.endpoint_url, region_name=client.meta.region_name
    )
    used, events = Used(uncounted), client.meta.events
    counting: dict[str, Any] = {
        "before-parameter-build.dynamodb": used.asked,
        "before-send.dynamodb": used.sent,
        "after-call.dynamodb": used.answered,
    }
    for event, handler in counting.items():
        events.register(event, handler)
    try:
        yield used
    finally:
        for event, handler in counting.items():
            events.unregister(event, handler)


def size(item: Raw) -> int:
    """Count the bytes of an item of texts, numbers, bytes, truths and nulls, as DynamoDB does."""
    return sum(len(name.encode()) + _value_size(*value.items()) for name, value in item.items())


def _value_size(typed: tuple[str, Any]) -> int:
    match typed:
        case "S", text:
            return len(text.encode())
        case "B", raw:
            return len(raw)
        case "N", number:
            return (len(number.strip("-0")) + 1) // 2 + 1 + int(number[0] == "-")
        case "BOOL" | "NULL", _:
            return 1
    raise TypeError(typed[0])


def _key(of: Raw) -> Raw:
    return {name: of[name] for name in ("PK", "SK")}
