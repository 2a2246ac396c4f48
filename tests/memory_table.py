"""The table in memory: `Table` itself over a store that knows what the product asks of DynamoDB,
and nothing else.

Pages hold few items, and `between` runs before each call and each further page: a test lets others
act there. With `torn` it also runs while a transaction of several items is under way, a part of
them written: a Query, BatchGet or Scan sees just these, a GetItem what will be, and another write
of any of them is cancelled, as on AWS.
"""

import hashlib
import os
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import batched
from random import Random
from typing import Any
from unittest.mock import patch

from botocore.exceptions import ClientError

from cobroke.storage.notation import Item, item_of
from cobroke.storage.table import BATCH, Key, Table
from tests.expressions import Raw, Values, holds, is_refused, updates
from tests.over_http import lean_over
from tests.pump import Json, a_record, key_of

type Answer = dict[str, Any]
type Part = tuple[str, Mapping[str, Any]]
"""One write of a transaction: Put, Update, Delete or ConditionCheck, and what it is asked."""

_MOST_WRITES = 100
OVER_THE_LEAN_CLIENT = os.environ.get("OVER") == "lean"
"""Whether each call goes through the lean client, as text: slower, and the same."""


class MemoryTable(Table):
    """Strongly consistent, one thread. What others do in `between` is itself not interrupted.
    `torn` chooses what of a transaction is written before the rest.
    """

    def __init__(self, page_items: int = 4, torn: Random | None = None) -> None:
        self.store = _Store(page_items, torn)
        client = lean_over(self._answer) if OVER_THE_LEAN_CLIENT else self.store
        with patch("cobroke.storage.client.connect", lambda _: client):
            super().__init__("memory")

    def _answer(self, operation: str, asked: Answer) -> Answer:
        answer: Answer = getattr(self.store, operation)(**asked)
        return answer

    @property
    def between(self) -> Callable[[], None]:
        return self.store.between

    @between.setter
    def between(self, others: Callable[[], None]) -> None:
        self.store.between = others

    @property
    def stream(self) -> Sequence[Json]:
        """It grows: a record for each item that a write has changed, as soon as it is written."""
        return self.store.stream

    def items(self) -> Iterator[Item]:
        """Everything there is, in the order of keys."""
        return (item_of(self.store.items[key]) for key in sorted(self.store.items))

    def forget(self, key: Key) -> None:
        """What the time to live does: the item goes, and nobody is asked."""
        self.store.remove(key)


def fill(table: Table, items: Iterable[Item]) -> None:
    """Write them all, as many at once as go."""
    for some in batched(items, BATCH, strict=False):
        table.transact([table.put(item) for item in some])


class Stream(Sequence[Json]):
    """Its records are made when they are asked for: most tests never do. It may begin with those of
    another table.
    """

    def __init__(self, before: Sequence[Json] = ()) -> None:
        self.changes: list[tuple[Raw | None, Raw | None]] = [(None, None)] * len(before)
        self._records = list(before)

    def __len__(self) -> int:
        return len(self.changes)

    def __getitem__(self, index: Any) -> Any:
        new = range(len(self._records), len(self.changes))
        self._records += [a_record(number, *self.changes[number]) for number in new]
        return self._records[index]


class _Store:
    """The client's operations. Raises what DynamoDB does, and NotImplementedError for what it does
    not know.
    """

    def __init__(self, page_items: int, torn: Random | None) -> None:
        self.items: dict[Key, Raw] = {}
        self.stream = Stream()
        self.between: Callable[[], None] = lambda: None
        self.torn = torn
        self._under_way: set[Key] = set()
        self._unwritten: dict[Key, Part] = {}
        self._tokens: dict[str, int] = {}
        self._page_items = page_items
        self._sorted: dict[str, list[str]] = {}
        self._others_act = False

    @property
    def is_under_way(self) -> bool:
        """Whether a transaction is, in whose midst others act."""
        return bool(self._under_way)

    def remove(self, key: Key) -> None:
        if old := self.items.pop(key, None):
            self._sorted[key[0]].remove(key[1])
            self.stream.changes.append((old, None))

    def get_item(self, *, Key: Raw, ConsistentRead: bool, **_: Any) -> Answer:
        self._begin(consistent=ConsistentRead)
        self._settle(key_of(Key))
        found = self.items.get(key_of(Key))
        return {"Item": dict(found)} if found else {}

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> Answer:
        (name, asked), *_ = RequestItems.items()
        self._begin(consistent=asked["ConsistentRead"])
        wanted = [key_of(key) for key in asked["Keys"]]
        if not 0 < len(set(wanted)) == len(wanted) <= BATCH:
            raise _refused("ValidationException", "BatchGetItem")
        return {"Responses": {name: [dict(self.items[key]) for key in wanted if key in self.items]}}

    def transact_get_items(self, *, TransactItems: list[dict[str, Any]]) -> Answer:
        """As if it had waited for what is being written."""
        self._begin()
        keys = [key_of(part["Get"]["Key"]) for part in TransactItems]
        if not 0 < len(set(keys)) == len(keys) <= BATCH:
            raise _refused("ValidationException", "TransactGetItems")
        for key in keys:
            self._settle(key)
        return {
            "Responses": [
                {"Item": dict(self.items[key])} if key in self.items else {} for key in keys
            ]
        }

    def query(
        self, *, ExpressionAttributeValues: Values, ConsistentRead: bool, **asked: Any
    ) -> Answer:
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
        if not 1 <= (limit := asked.get("Limit", self._page_items)) < 1 << 31:
            raise ClientError({"Error": {"Code": "ValidationException"}}, "Query")
        page = rows[: min(self._page_items, limit)]
        found = {"Items": [_projected(self.items[pk, sk], asked) for sk in page]}
        return found | (
            {"LastEvaluatedKey": {"PK": {"S": pk}, "SK": {"S": page[-1]}}} if page != rows else {}
        )

    def scan(self, *, ConsistentRead: bool, **asked: Any) -> Answer:
        """Partitions in the order of their hashes."""
        self._begin(consistent=ConsistentRead)
        after = (
            _scanned(key_of(asked["ExclusiveStartKey"]))
            if "ExclusiveStartKey" in asked
            else ("", "")
        )
        rows = sorted((key for key in self.items if _scanned(key) > after), key=_scanned)
        page = rows[: self._page_items]
        found = {"Items": [_projected(self.items[key], asked) for key in page]}
        return found | (
            {"LastEvaluatedKey": {"PK": {"S": page[-1][0]}, "SK": {"S": page[-1][1]}}}
            if page != rows
            else {}
        )

    def put_item(self, **write: Any) -> Answer:
        self._begin()
        if (refusal := self._refusal(write)) != "None":
            raise _refused(f"{refusal}Exception", "PutItem")
        self._write("Put", write)
        return {}

    def transact_write_items(
        self, *, TransactItems: list[dict[str, Any]], ClientRequestToken: str
    ) -> Answer:
        """A token is never forgotten; DynamoDB knows it for ten minutes."""
        self._begin()
        parts = {
            _key_of(part): (kind, part) for write in TransactItems for kind, part in write.items()
        }
        if not 0 < len(parts) == len(TransactItems) <= _MOST_WRITES:
            raise _refused("ValidationException", "TransactWriteItems")
        if any(map(_names_a_reserved_word, (part for _, part in parts.values()))):
            raise _refused("ValidationException", "TransactWriteItems")
        if ClientRequestToken in self._tokens:
            if self._tokens[ClientRequestToken] != hash(repr(TransactItems)):
                raise _refused("IdempotentParameterMismatchException", "TransactWriteItems")
            return {}
        reasons = [self._refusal(part) for _, part in parts.values()]
        if {*reasons} != {"None"}:
            raise cancelled(*reasons)
        self._tokens[ClientRequestToken] = hash(repr(TransactItems))
        self._transact(parts)
        return {}

    def _transact(self, parts: dict[Key, Part]) -> None:
        self._under_way |= {*parts}
        self._unwritten |= parts
        changed = [key for key, (kind, _) in parts.items() if kind != "ConditionCheck"]
        try:
            if self.torn and len(changed) > 1:
                for key in self.torn.sample(changed, self.torn.randint(1, len(changed) - 1)):
                    self._settle(key)
                self._let_others_act()
        finally:
            for key in parts:
                self._settle(key)
            self._under_way -= {*parts}

    def _settle(self, key: Key) -> None:
        if key in self._unwritten:
            self._write(*self._unwritten.pop(key))

    def _begin(self, *, consistent: bool = True) -> None:
        if not consistent:
            raise NotImplementedError("an eventually consistent read")
        self._let_others_act()

    def _let_others_act(self) -> None:
        if not self._others_act:
            self._others_act = True
            try:
                self.between()
            finally:
                self._others_act = False

    def _refusal(self, write: Mapping[str, Any]) -> str:
        """Why it cannot be written now, as the code of a reason; "None" if it can."""
        if _key_of(write) in self._under_way:
            return "TransactionConflict"
        condition, item = write.get("ConditionExpression", ""), self.items.get(_key_of(write), {})
        fits = not condition or holds(condition, item, write.get("ExpressionAttributeValues", {}))
        return "None" if fits else "ConditionalCheckFailed"

    def _write(self, kind: str, part: Mapping[str, Any]) -> None:
        key = _key_of(part)
        if kind == "Put":
            self._put(key, dict(part["Item"]))
        elif kind == "Delete":
            self.remove(key)
        elif kind == "Update":
            old = self.items.get(key, dict(part["Key"]))
            self._put(
                key, old | updates(part["UpdateExpression"], old, part["ExpressionAttributeValues"])
            )
        elif kind != "ConditionCheck":
            raise NotImplementedError(kind)

    def _put(self, key: Key, raw: Raw) -> None:
        if key not in self.items:
            sort_keys = self._sorted.setdefault(key[0], [])
            sort_keys.insert(bisect_left(sort_keys, key[1]), key[1])
        old, self.items[key] = self.items.get(key), raw
        if old != raw:
            self.stream.changes.append((old, raw))


def _key_of(write: Mapping[str, Any]) -> Key:
    return key_of(write.get("Key") or write["Item"])


def _names_a_reserved_word(write: Mapping[str, Any]) -> bool:
    names = "ConditionExpression", "UpdateExpression"
    return any(is_refused(write[name]) for name in names if name in write)


def _scanned(key: Key) -> Key:
    return hashlib.blake2b(key[0].encode(), digest_size=8).hexdigest(), key[1]


def _projected(raw: Raw, asked: Mapping[str, Any]) -> Raw:
    names = asked.get("ExpressionAttributeNames", {})
    projection = asked.get("ProjectionExpression")
    wanted = [names.get(name, name) for name in projection.split(",")] if projection else list(raw)
    return {name: raw[name] for name in wanted if name in raw}


def cancelled(*reasons: str) -> ClientError:
    """What a transaction meets that is not written, for these reasons of its parts."""
    codes = [{"Code": reason} for reason in reasons]
    return _refused("TransactionCanceledException", "TransactWriteItems", CancellationReasons=codes)


def _refused(code: str, operation: str, **more: Any) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": "refused"}, **more}
    return ClientError(answer, operation)
