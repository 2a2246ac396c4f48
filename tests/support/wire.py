"""The way to the table: what its client does about faults, and the faults. Everything acts at each call.

A transaction is a `Flight`: it arrives, its items become visible one by one to queries and batches (never to
`get_item`), and it is known to have succeeded; its answer, or its sender, may be gone by then.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from random import Random
from typing import Any, Literal

from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from tests.memory_table import Raw, _Store
from tests.support.scheduler import NS, Scheduler

type Key = tuple[str, str]
type Answer = dict[str, Any]

ATTEMPTS = 3
TIMEOUT_S = 2.5
TROUBLED = 0.12
"""So many calls meet a fault; of these so many meet nothing else."""
STORMY = 0.2
TORN = 0.5
ANSWERED_LATE = 0.2
LONGEST_NS = 5 * NS
"""What was sent before is carried out by now."""
TRIED_AGAIN = {"ProvisionedThroughputExceededException", "TransactionInProgressException"}
URL = "https://dynamodb.eu-central-1.amazonaws.com"

type Fault = Literal["throttled", "reset", "failed", "lost", "late", "conflict", "throttled item"]
RETRIED: tuple[Fault, ...] = ("throttled", "reset", "failed", "lost", "late")


@dataclass(eq=False)
class Change:
    """One item as one write has changed it at a step; whoever reads until the step `seen` may still see the old one."""

    step: int
    key: Key
    old: Raw | None
    new: Raw | None
    seen: float = inf


@dataclass(eq=False)
class Flight:
    """A transaction on its way. `error` is what the table answers; None while it has not, or where all is well."""

    token: str
    items: list[dict[str, Any]]
    sent_at: int
    error: ClientError | None = None
    changed: dict[Key, Change] = field(default_factory=dict)
    """What it has written."""
    behind: set[Key] = field(default_factory=set)
    """Which of these a query or a batch does not see yet."""
    state: Literal["sent", "torn", "over"] = "sent"

    @property
    def keys(self) -> set[Key]:
        parts = [part for write in self.items for part in write.values()]
        return {_key(part.get("Key") or part["Item"]) for part in parts}


class Wire:
    """The client of the table in a sandbox: `boto3.client` gives it. `history` holds every change of any item."""

    def __init__(self, store: _Store, scheduler: Scheduler, seed: object) -> None:
        self.history: list[Change] = []
        self.faults = True
        self._store, self._scheduler = store, scheduler
        self._rng = Random(f"faults {seed}")
        self._flights: list[Flight] = []
        """Those that have arrived and are not over, and those that nobody waits for."""
        self._succeeded: set[str] = set()
        self._numbers = iter(range(10**9))
        scheduler.meanwhile = self._others_arrive

    def get_item(self, **asked: Any) -> Answer:
        return self._read("GetItem", lambda: self._store.get_item(**asked))

    def query(self, **asked: Any) -> Answer:
        return self._read("Query", lambda: self._torn(lambda: self._store.query(**asked)))

    def scan(self, **asked: Any) -> Answer:
        return self._read("Scan", lambda: self._torn(lambda: self._store.scan(**asked)))

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> Answer:  # noqa: N803 - DynamoDB's own
        """Of many it leaves some out now and then."""
        (name, asked), *_ = RequestItems.items()
        wanted = asked["Keys"]
        some = len(wanted)
        if self.faults and some > 1 and self._rng.random() < TROUBLED:
            some = self._rng.randrange(1, some)
        request = {name: asked | {"Keys": wanted[:some]}}
        answer = self._read(
            "BatchGetItem", lambda: self._torn(lambda: self._store.batch_get_item(RequestItems=request))
        )
        return answer | ({"UnprocessedKeys": {name: {"Keys": wanted[some:]}}} if wanted[some:] else {})

    def put_item(self, **write: Any) -> Answer:
        key = _key(write["Item"])

        def put() -> Answer:
            if any(key in flight.changed for flight in self._flights if flight.state == "torn"):
                raise refused("TransactionConflictException", "PutItem")
            with self._recorded({key}) as changes:
                answer = self._store.put_item(**write)
            for change in changes:
                change.seen = change.step
            return answer

        return self._tried("PutItem", put, RETRIED[:4])

    def transact_write_items(
        self,
        *,
        TransactItems: list[dict[str, Any]],
        ClientRequestToken: str | None = None,  # noqa: N803
    ) -> Answer:
        token = ClientRequestToken or f"token-{next(self._numbers)}"

        def flight() -> Flight:
            sent = Flight(token, TransactItems, self._scheduler.now)
            self._flights.append(sent)
            return sent

        kinds: tuple[Fault, ...] = (*RETRIED, "conflict", "throttled item")
        return self._tried("TransactWriteItems", lambda: self._awaited(flight()), kinds, flight, len(TransactItems))

    def settle(self) -> None:
        """Whatever is under way comes to its end."""
        while self._flights:
            self._go_on(self._flights[0])

    def _read(self, operation: str, read: Callable[[], Answer]) -> Answer:
        return self._tried(operation, read, RETRIED[:4])

    def _tried(
        self,
        operation: str,
        call: Callable[[], Answer],
        kinds: tuple[Fault, ...],
        late: Callable[[], object] = lambda: None,
        items: int = 1,
    ) -> Answer:
        """As botocore tries in its standard mode: the same request again after a throttle, a 5xx or a broken line."""
        faults = self._faults(kinds)
        error: Exception | None = None
        for attempt in range(ATTEMPTS):
            self._scheduler.step(self._rng.random() * 2**attempt if attempt else 0)
            fault = next(faults, None)
            if fault is None:
                try:
                    answer = call()
                except ClientError as refusal:
                    if refusal.response["Error"]["Code"] not in TRIED_AGAIN:
                        raise
                    error = refusal
                    continue
                if self._rng.random() < ANSWERED_LATE:
                    self._scheduler.step()
                return answer
            error = self._befallen(fault, operation, call, late, items)
            if fault in {"conflict", "throttled item"}:
                break
        assert error is not None
        raise error

    def _faults(self, kinds: tuple[Fault, ...]) -> Iterator[Fault]:
        """What befalls the attempts of one call."""
        draw = self._rng.random()
        if not self.faults or draw > TROUBLED:
            return iter(())
        if "conflict" in kinds and draw < TROUBLED / 4:  # known by its end alone: written, and then refused
            return iter([self._rng.choice(("lost", "late")), self._rng.choice(("conflict", "throttled item"))])
        count = ATTEMPTS if self._rng.random() < STORMY else 1
        return iter([self._rng.choice(kinds) for _ in range(count)])

    def _befallen(
        self, fault: Fault, operation: str, call: Callable[[], Answer], late: Callable[[], object], items: int
    ) -> Exception:
        match fault:
            case "throttled":
                return refused("ProvisionedThroughputExceededException", operation)
            case "reset":
                return ConnectionClosedError(endpoint_url=URL)
            case "failed":
                if self._rng.random() < 0.5:
                    _quietly(call)
                return refused("InternalServerError", operation)
            case "lost":
                _quietly(call)
                self._scheduler.step(TIMEOUT_S)
                return ReadTimeoutError(endpoint_url=URL)
            case "late":
                late()
                self._scheduler.step(TIMEOUT_S)
                return ReadTimeoutError(endpoint_url=URL)
            case _:
                code = "TransactionConflict" if fault == "conflict" else "ThrottlingError"
                reasons = [{"Code": "None"}] * (items - 1) + [{"Code": code}]
                return refused("TransactionCanceledException", operation, CancellationReasons=reasons)

    def _awaited(self, flight: Flight) -> Answer:
        while flight.state != "over":
            self._go_on(flight)
            if flight.state == "torn":
                self._scheduler.step()
        if flight.error:
            raise flight.error
        return {}

    def _others_arrive(self) -> None:
        """What nobody waits for goes on as well, in time."""
        for old in [one for one in self._flights if one.sent_at + LONGEST_NS < self._scheduler.now]:
            while old.state != "over":
                self._go_on(old)
        if self._flights and self._rng.random() < 0.3:
            self._go_on(self._rng.choice(self._flights))

    def _go_on(self, flight: Flight) -> None:
        if flight.state == "sent":
            self._arrive(flight)
        elif flight.behind and self._rng.random() < 0.7:
            flight.behind.discard(self._rng.choice(sorted(flight.behind)))
        elif flight.state == "torn":
            flight.state = "over"
        if flight.state == "over":
            for change in flight.changed.values():
                change.seen = min(change.seen, self._scheduler.steps)
            if flight in self._flights:
                self._flights.remove(flight)

    def _arrive(self, flight: Flight) -> None:
        others = [other for other in self._flights if other.state == "torn"]
        flight.state = "over"
        if flight.token in {other.token for other in others}:
            flight.error = refused("TransactionInProgressException", "TransactWriteItems")
        elif flight.token in self._succeeded:
            return
        elif held := flight.keys & {key for other in others for key in other.keys}:
            reasons = [{"Code": "TransactionConflict"}] * len(held)
            flight.error = refused("TransactionCanceledException", "TransactWriteItems", CancellationReasons=reasons)
        else:
            self._write(flight)

    def _write(self, flight: Flight) -> None:
        try:
            with self._recorded(flight.keys) as changes:
                self._store.transact_write_items(TransactItems=flight.items)
        except ClientError as error:
            flight.error = error
            return
        self._succeeded.add(flight.token)
        flight.changed = {change.key: change for change in changes}
        if self.faults and self._rng.random() < TORN:
            flight.behind = {key for key in sorted(flight.changed) if self._rng.random() < 0.5}
            flight.state = "torn"

    def _torn(self, read: Callable[[], Answer]) -> Answer:
        """A read of several items, to which what is behind is still as it was."""
        stale = {key: flight.changed[key].old for flight in self._flights for key in flight.behind}
        fresh = {key: self._store.items.get(key) for key in stale}
        self._show(stale)
        try:
            return read()
        finally:
            self._show(fresh)

    def _show(self, images: Mapping[Key, Raw | None]) -> None:
        for key, image in images.items():
            if image is None:
                self._store.remove(key)
            else:
                self._store._put(key, image)

    @contextmanager
    def _recorded(self, keys: set[Key]) -> Iterator[list[Change]]:
        before = {key: self._store.items.get(key) for key in sorted(keys)}
        changes = list[Change]()
        yield changes
        after = {key: self._store.items.get(key) for key in before}
        changes += [
            Change(self._scheduler.steps, key, old, after[key]) for key, old in before.items() if old != after[key]
        ]
        self.history += changes


def refused(code: str, operation: str, **more: Any) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "refused"}, **more}, operation)  # type: ignore[typeddict-item]


def _quietly(call: Callable[[], Answer]) -> None:
    """It is carried out, and nobody hears how it ended."""
    try:
        call()
    except ClientError:
        return


def _key(raw: Raw) -> Key:
    return raw["PK"]["S"], raw["SK"]["S"]
