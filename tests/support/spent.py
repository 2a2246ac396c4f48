"""What calls of a table would cost on AWS: units read (of 4 KB, strongly consistent) and written
(of 1 KB; twice in a transaction), and round trips.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from tests.expressions import Raw
from tests.memory_table import MemoryTable
from tests.pump import key_of


@dataclass
class Spent:
    reads: int = 0
    writes: int = 0
    calls: int = 0


@contextmanager
def spent(table: MemoryTable) -> Iterator[Spent]:
    """Of all calls while the block runs. A page is as long as the table in memory makes it."""
    found, call = Spent(), table._call

    def asked(operation: str, **arguments: Any) -> Any:
        before = _written(table, arguments)
        answer = call(operation, **arguments)
        found.calls += 1
        found.reads += _read(table, operation, arguments, answer)
        after = _written(table, arguments)
        dear = 2 if operation == "transact_write_items" else 1
        found.writes += sum(
            dear * max(1, -(-max(size, after[key]) // 1024)) for key, size in before.items()
        )
        return answer

    with patch.object(table, "_call", asked):
        yield found


def _read(table: MemoryTable, operation: str, asked: Mapping[str, Any], answer: Any) -> int:
    match operation:
        case "get_item":
            return _units(_size(answer.get("Item", {})))
        case "batch_get_item":
            ((_, wanted),) = asked["RequestItems"].items()
            keys = [key_of(key) for key in wanted["Keys"]]
            return sum(_units(_size(table.store.items.get(key, {}))) for key in keys)
        case "query":
            pk = asked["ExpressionAttributeValues"][":pk"]["S"]
            keys = [(pk, raw["SK"]["S"]) for raw in answer["Items"] if "SK" in raw]
            return _units(sum(_size(table.store.items[key]) for key in keys))
    return 0


def _written(table: MemoryTable, asked: Mapping[str, Any]) -> dict[Any, int]:
    parts = [part for each in asked.get("TransactItems", ()) for part in each.values()]
    parts += [asked] if "Item" in asked else []
    keys = [key_of(part.get("Key") or part["Item"]) for part in parts]
    return {key: _size(table.store.items.get(key, {})) for key in keys}


def _units(size: int) -> int:
    return max(1, -(-size // 4096))


def _size(raw: Raw) -> int:
    return sum(len(name) + _length(value) for name, value in raw.items())


def _length(value: Mapping[str, Any]) -> int:
    ((_, inner),) = value.items()
    if isinstance(inner, bytes):
        return len(inner)
    return len(str(inner).encode())
