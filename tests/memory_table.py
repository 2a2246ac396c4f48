"""The table in memory: `Table` itself over a store that knows what the product asks of DynamoDB, and nothing else.

Pages hold few items, and `between` runs before each call and each further page: a test lets others act there.
"""

import hashlib
import operator
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from unittest.mock import patch

from botocore.exceptions import ClientError

from cobroke.storage.notation import Item, item_of
from cobroke.storage.table import BATCH, Key, Table

type Raw = dict[str, dict[str, Any]]
type Values = Mapping[str, dict[str, Any]]
type Answer = dict[str, Any]

_COMPARE = {"=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_MOST_WRITES = 100


class MemoryTable(Table):
    """Strongly consistent, one thread. What others do in `between` is itself not interrupted."""

    def __init__(self, page_items: int = 4) -> None:
        self.store = _Store(page_items)
        with patch("boto3.client", lambda *_, **__: self.store):
            super().__init__("memory")

    @property
    def between(self) -> Callable[[], None]:
        return self.store.between

    @between.setter
    def between(self, others: Callable[[], None]) -> None:
        self.store.between = others

    def items(self) -> Iterator[Item]:
        """Everything there is, in the order of keys."""
        return (item_of(self.store.items[key]) for key in sorted(self.store.items))

    def forget(self, key: Key) -> None:
        """What the time to live does: the item goes, and nobody is asked."""
        self.store.remove(key)


class _Store:
    """The client's operations. Raises what DynamoDB does, and NotImplementedError for what it does not know."""

    def __init__(self, page_items: int) -> None:
        self.items: dict[Key, Raw] = {}
        self.between: Callable[[], None] = lambda: None
        self._page_items = page_items
        self._sorted: dict[str, list[str]] = {}
        self._others_act = False

    def remove(self, key: Key) -> None:
        if self.items.pop(key, None):
            self._sorted[key[0]].remove(key[1])

    def get_item(self, *, Key: Raw, ConsistentRead: bool, **_: Any) -> Answer:  # noqa: N803 - DynamoDB's own
        self._begin(consistent=ConsistentRead)
        found = self.items.get(_key(Key))
        return {"Item": dict(found)} if found else {}

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> Answer:  # noqa: N803
        (name, asked), *_ = RequestItems.items()
        self._begin(consistent=asked["ConsistentRead"])
        wanted = [_key(key) for key in asked["Keys"]]
        if not 0 < len(set(wanted)) == len(wanted) <= BATCH:
            raise _refused("ValidationException", "BatchGetItem")
        return {"Responses": {name: [dict(self.items[key]) for key in wanted if key in self.items]}}

    def query(self, *, ExpressionAttributeValues: Values, ConsistentRead: bool, **asked: Any) -> Answer:  # noqa: N803
        self._begin(consistent=ConsistentRead)
        if asked["KeyConditionExpression"] != "PK = :pk AND SK BETWEEN :low AND :high":
            raise NotImplementedError(asked)
        pk, low, high = (ExpressionAttributeValues[name]["S"] for name in (":pk", ":low", ":high"))
        sort_keys = self._sorted.get(pk, [])
        rows = sort_keys[bisect_left(sort_keys, low) : bisect_right(sort_keys, high)]
        forward = asked["ScanIndexForward"]
        if not forward:
            rows.reverse()
        if after := asked.get("ExclusiveStartKey"):
            last = after["SK"]["S"]
            rows = [sk for sk in rows if (sk > last if forward else sk < last)]
        page = rows[: min(self._page_items, asked.get("Limit", self._page_items))]
        found = {"Items": [_projected(self.items[pk, sk], asked) for sk in page]}
        return found | ({"LastEvaluatedKey": {"PK": {"S": pk}, "SK": {"S": page[-1]}}} if page != rows else {})

    def scan(self, *, ConsistentRead: bool, **asked: Any) -> Answer:  # noqa: N803 - DynamoDB's own
        """Partitions in the order of their hashes."""
        self._begin(consistent=ConsistentRead)
        after = _scanned(_key(asked["ExclusiveStartKey"])) if "ExclusiveStartKey" in asked else ("", "")
        rows = sorted((key for key in self.items if _scanned(key) > after), key=_scanned)
        page = rows[: self._page_items]
        names = asked["ExpressionAttributeNames"]
        projection = ",".join(names[name] for name in asked["ProjectionExpression"].split(","))
        found = {"Items": [_projected(self.items[key], {"ProjectionExpression": projection}) for key in page]}
        return found | (
            {"LastEvaluatedKey": {"PK": {"S": page[-1][0]}, "SK": {"S": page[-1][1]}}} if page != rows else {}
        )

    def put_item(self, **write: Any) -> Answer:
        self._begin()
        if not self._holds(write):
            raise _refused("ConditionalCheckFailedException", "PutItem")
        self._write("Put", write)
        return {}

    def transact_write_items(self, *, TransactItems: list[dict[str, Any]]) -> Answer:  # noqa: N803
        self._begin()
        parts = [part for write in TransactItems for part in write.items()]
        touched = {_key(part.get("Key") or part["Item"]) for _, part in parts}
        if not 0 < len(touched) == len(parts) <= _MOST_WRITES:
            raise _refused("ValidationException", "TransactWriteItems")
        reasons = [{"Code": "None" if self._holds(part) else "ConditionalCheckFailed"} for _, part in parts]
        if any(reason["Code"] != "None" for reason in reasons):
            raise _refused("TransactionCanceledException", "TransactWriteItems", CancellationReasons=reasons)
        for kind, part in parts:
            self._write(kind, part)
        return {}

    def _begin(self, *, consistent: bool = True) -> None:
        if not consistent:
            raise NotImplementedError("an eventually consistent read")
        if not self._others_act:
            self._others_act = True
            try:
                self.between()
            finally:
                self._others_act = False

    def _holds(self, write: Mapping[str, Any]) -> bool:
        item = self.items.get(_key(write.get("Key") or write["Item"]), {})
        values = write.get("ExpressionAttributeValues", {})
        condition = write.get("ConditionExpression", "")
        return not condition or _holds(condition, item, values)

    def _write(self, kind: str, part: Mapping[str, Any]) -> None:
        key = _key(part.get("Key") or part["Item"])
        if kind == "Put":
            self._put(key, dict(part["Item"]))
        elif kind == "Delete":
            self.remove(key)
        elif kind == "Update":
            old = self.items.get(key, dict(part["Key"]))
            self._put(key, old | _updates(part["UpdateExpression"], old, part["ExpressionAttributeValues"]))
        elif kind != "ConditionCheck":
            raise NotImplementedError(kind)

    def _put(self, key: Key, raw: Raw) -> None:
        if key not in self.items:
            sort_keys = self._sorted.setdefault(key[0], [])
            sort_keys.insert(bisect_left(sort_keys, key[1]), key[1])
        self.items[key] = raw


def _key(raw: Raw) -> Key:
    return raw["PK"]["S"], raw["SK"]["S"]


def _scanned(key: Key) -> Key:
    return hashlib.blake2b(key[0].encode(), digest_size=8).hexdigest(), key[1]


def _projected(raw: Raw, asked: Mapping[str, Any]) -> Raw:
    names = asked["ProjectionExpression"].split(",") if "ProjectionExpression" in asked else list(raw)
    return {name: raw[name] for name in names if name in raw}


def _holds(condition: str, item: Raw, values: Values) -> bool:
    for operation, combined in ((" OR ", any), (" AND ", all)):
        parts = _parts(condition, operation)
        if len(parts) > 1:
            return combined(_holds(part, item, values) for part in parts)
    inner = condition[1:-1] if condition.startswith("(") else None
    return _holds(inner, item, values) if inner else _is_true(condition, item, values)


def _parts(condition: str, operation: str) -> list[str]:
    """What an operation joins, outside of parentheses."""
    parts = [""]
    for piece in condition.split(operation):
        whole = parts[-1].count("(") == parts[-1].count(")")
        parts = [*parts, piece] if whole else [*parts[:-1], parts[-1] + operation + piece]
    return parts[1:]


def _is_true(condition: str, item: Raw, values: Values) -> bool:
    if found := re.fullmatch(r"attribute_(not_)?exists\((\w+)\)", condition):
        return (found[2] in item) != bool(found[1])
    if found := re.fullmatch(r"(\w+) (=|<=?|>=?) (:\w+)", condition):
        (kind, wanted), *_ = values[found[3]].items()
        there = item.get(found[1], {}).get(kind)
        return there is not None and bool(_COMPARE[found[2]](_comparable(kind, there), _comparable(kind, wanted)))
    raise NotImplementedError(condition)


def _comparable(kind: str, value: Any) -> Any:
    return int(value) if kind == "N" else value


def _updates(expression: str, old: Raw, values: Values) -> Raw:
    """What a SET of plain values and an ADD of a number make of an item."""
    found: Raw = {}
    for verb, clauses in re.findall(r"(SET|ADD) (.+?)(?= SET | ADD |$)", expression):
        for clause in clauses.split(", "):
            parts = re.fullmatch(r"(\w+) (= )?(:\w+)", clause)
            if parts is None or bool(parts[2]) != (verb == "SET"):
                raise NotImplementedError(expression)
            value = values[parts[3]]
            added = {"N": str(int(old.get(parts[1], {"N": "0"})["N"]) + int(value["N"]))} if verb == "ADD" else value
            found[parts[1]] = added
    if not found:
        raise NotImplementedError(expression)
    return found


def _refused(code: str, operation: str, **more: Any) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "refused"}, **more}, operation)  # type: ignore[typeddict-item]
