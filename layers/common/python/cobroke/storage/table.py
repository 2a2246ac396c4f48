"""The one DynamoDB table. The only module that asks DynamoDB; every read is strongly consistent.

Two ends of a write but the good one: `ConditionFailed` (nothing was written, a fact has changed:
read again, decide again), `Busy` (the store, or our time, is used up: whether it was written is not
known).
"""

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from cobroke.domain.errors import Busy
from cobroke.storage import client
from cobroke.storage.conditions import ANYTHING, WriteCondition, changes
from cobroke.storage.notation import Item, attributes_of, item_of, values_of
from cobroke.storage.pauses import pause

type Key = tuple[str, str]
type Write = dict[str, Any]
"""One part of a transaction, made by `put`, `update`, `delete` or `check`."""

BATCH = 100
TRACED = {"LEAD", "PROPERTY", "PAIR", "CLOSING", "BLOCK_CHANGE", "NOTICE", "JOB"}
"""What the stream's functions follow: a put of it says of which request it comes."""


class ConditionFailed(Exception):
    """A condition of a write did not hold; nothing was written."""


class Table:
    """A table by its name. `time_limit` gives a request its time; without it (tools) there is no
    limit, and a client may be their own.
    """

    def __init__(self, name: str, own_client: Any = None) -> None:  # noqa: ANN401 - boto3's
        self.name = name
        self._client = own_client or client.connect("dynamodb")
        self._until = float("inf")
        self._cause = ""

    def open(self) -> None:
        """Make the connection before the first request needs it, if it can be had now."""
        with suppress(Busy):
            self.get(("CONNECTION", "CONNECTION"))

    @contextmanager
    def time_limit(self, seconds: float = client.REQUEST_SECONDS) -> Iterator[None]:
        """Let no call begin later than `seconds` from now while this lasts: Busy is raised."""
        outer, self._until = self._until, time.monotonic() + seconds
        try:
            yield
        finally:
            self._until = outer

    @contextmanager
    def caused_by(self, request_id: str) -> Iterator[None]:
        """Let what is put while this lasts name the request that it comes of."""
        outer, self._cause = self._cause, request_id
        try:
            yield
        finally:
            self._cause = outer

    @property
    def seconds_left(self) -> float:
        return self._until - time.monotonic()

    def get(self, key: Key) -> Item | None:
        answer = self._call("get_item", **self._at(key), ConsistentRead=True)
        return item_of(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Iterable[Key]) -> dict[Key, Item]:
        """Read the items there are, however many keys; ask again, later, for what was left out."""
        return self._many(list(dict.fromkeys(keys)))

    def begin_many(self, keys: Iterable[Key]) -> Callable[[], dict[Key, Item]]:
        """Send for them as `get_many`, and return what waits for it: what is read until then is
        read beside it (over boto3, before it).
        """
        ahead = list(dict.fromkeys(keys))
        begin = getattr(self._client, "begin_batch_get_item", None)
        if not ahead or begin is None:
            return partial(self.get_many, ahead)
        begun = begin(RequestItems=self._first_of(ahead))
        return partial(self._many, ahead, partial(self._tried, begun))

    def _many(self, ahead: list[Key], begun: Callable[[], Any] | None = None) -> dict[Key, Item]:
        found: dict[Key, Item] = {}
        throttled = 0
        while ahead:
            ask = begun or partial(self._call, "batch_get_item", RequestItems=self._first_of(ahead))
            answer, begun = ask(), None
            items = map(item_of, answer["Responses"].get(self.name, ()))
            found |= {(item["PK"], item["SK"]): item for item in items}
            left = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", ())
            if left:
                pause(throttled := throttled + 1, self.seconds_left)
            ahead = ahead[BATCH:] + [(key["PK"]["S"], key["SK"]["S"]) for key in left]
        return found

    def _first_of(self, ahead: Sequence[Key]) -> dict[str, Any]:
        return {self.name: {"Keys": [*map(_key, ahead[:BATCH])], "ConsistentRead": True}}

    def get_together(self, keys: Sequence[Key]) -> dict[Key, Item]:
        """Read the items there are of at most 100, as of one moment, twice as dear as `get_many`:
        wait for what is being written to any of them.
        """
        asked, tried = [{"Get": self._at(key)} for key in keys], 0
        while True:
            try:
                answer = self._call("transact_get_items", TransactItems=asked)
            except Exception as error:
                if not client.reasons(error) & client.CONTENDED:
                    raise
                pause(tried := tried + 1, self.seconds_left)
            else:
                items = [item_of(part["Item"]) for part in answer["Responses"] if "Item" in part]
                return {(item["PK"], item["SK"]): item for item in items}

    def query(
        self, pk: str, low: str = " ", high: str = "~", *, newest_first: bool = False
    ) -> Iterator[Item]:
        """Read the items of one partition whose sort keys lie from `low` to `high`, both included,
        in key order.
        """
        return map(item_of, self.query_raw(pk, low, high, newest_first=newest_first))

    def query_raw(
        self,
        pk: str,
        low: str = " ",
        high: str = "~",
        *,
        newest_first: bool = False,
        attributes: Sequence[str] = (),
        page_limit: int | None = None,
    ) -> Iterator[dict[str, Any]]:
        """Read as `query`, in DynamoDB's own notation, for thousands of items: to decode would be
        the cost. One call reads `page_limit` items at most, for a caller who may stop there.
        """
        asked: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": "PK = :pk AND SK BETWEEN :low AND :high",
            "ExpressionAttributeValues": values_of({"pk": pk, "low": low, "high": high}),
            "ConsistentRead": True,
            "ScanIndexForward": not newest_first,
            **_only(attributes),
        }
        return self._pages("query", asked | ({"Limit": page_limit} if page_limit else {}))

    def scan(self, attributes: Sequence[str]) -> Iterator[Item]:
        """Read all there is, these attributes of it: no snapshot, in order within partitions."""
        asked = {"TableName": self.name, "ConsistentRead": True, **_only(attributes)}
        return map(item_of, self._pages("scan", asked))

    def put(self, item: Item, *, when: WriteCondition = ANYTHING) -> Write:
        if self._cause and item["entity"] in TRACED:
            item = {**item, "cause": self._cause}
        return {"Put": {"TableName": self.name, "Item": attributes_of(item), **when.asked()}}

    def delete(self, key: Key, *, when: WriteCondition = ANYTHING) -> Write:
        return {"Delete": self._at(key) | when.asked()}

    def update(
        self,
        key: Key,
        sets: Mapping[str, Any],
        adds: Mapping[str, int] = {},
        *,
        when: WriteCondition = ANYTHING,
    ) -> Write:
        asked = {"UpdateExpression": changes(sets, adds), **when.asked({**sets, **adds})}
        return {"Update": self._at(key) | asked}

    def check(self, key: Key, *, when: WriteCondition) -> Write:
        return {"ConditionCheck": self._at(key) | when.asked()}

    def try_put(self, item: Item, *, when: WriteCondition = ANYTHING) -> bool:
        """Put what may be lost; return False where the condition did not hold, or seemed not to."""
        try:
            self._call("put_item", **self.put(item, when=when)["Put"])
        except Exception as error:
            if client.code(error) in client.REFUSED:
                return False
            raise
        return True

    def transact(self, writes: Sequence[Write]) -> None:
        """Make all of the writes or none, once: until its end is known, the very same request goes
        again under its token. Raises ConditionFailed, or Busy where its end stays unknown.
        """
        asked = {"TransactItems": list(writes), "ClientRequestToken": secrets.token_hex(16)}
        tried, until = 0, min(self._until, time.monotonic() + client.RESEND_SECONDS)
        while not self._is_through(asked):
            pause(tried := tried + 1, until - time.monotonic())

    def _is_through(self, asked: Mapping[str, Any]) -> bool:
        """Send it; return False where its end is not known, or an item is held or throttled.
        Raises ConditionFailed.
        """
        try:
            self._call("transact_write_items", **asked)
        except Busy:
            return False
        except Exception as error:
            if "ConditionalCheckFailed" in client.reasons(error):
                raise ConditionFailed from None
            if client.reasons(error) & client.CONTENDED:
                return False
            raise
        return True

    def _at(self, key: Key) -> dict[str, Any]:
        return {"TableName": self.name, "Key": _key(key)}

    def _pages(self, operation: str, asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
        while True:
            page = self._call(operation, **asked)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    def _call(self, operation: str, **arguments: Any) -> Any:  # noqa: ANN401 - boto3's own shapes
        return self._tried(partial(getattr(self._client, operation), **arguments))

    def _tried(self, call: Callable[[], Any]) -> Any:  # noqa: ANN401
        if self.seconds_left <= 0:
            raise Busy
        try:
            return call()
        except Exception as error:
            if client.is_busy(error):
                raise Busy from None
            raise


def _only(attributes: Sequence[str]) -> dict[str, Any]:
    """Return what asks for these attributes alone; nothing where there are none."""
    names = {f"#{name}": name for name in attributes}  # some are words of DynamoDB's own
    asked = {"ProjectionExpression": ",".join(names), "ExpressionAttributeNames": names}
    return asked if names else {}


def _key(key: Key) -> dict[str, Any]:
    return {"PK": {"S": key[0]}, "SK": {"S": key[1]}}
