"""The way to the table: the faults on it, and what the client does about them. Others act at each
call.
"""

from collections.abc import Callable, Iterator
from functools import partialmethod
from random import Random
from typing import Any, Literal, NamedTuple

from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from tests.memory_table import cancelled
from tests.over_http import ATTEMPTS, TIMEOUT_S
from tests.pump import key_of
from tests.support.far_side import Answer, FarSide, Key
from tests.support.scheduler import Scheduler

type Fault = Literal["throttled", "reset", "failed", "lost", "late", "conflict", "throttled item"]

TROUBLED = 0.12
"""The share of calls that meet a fault, and of these the share that meet nothing else."""
STORMY = 0.2
ANSWERED_LATE = 0.2
STALLS, LONGEST_STALL_S = 0.03, 1.5
"""So many calls take so long that others are through with all of theirs in between."""
TRIED_AGAIN = {
    "InternalServerError",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
}
URL = "https://dynamodb.eu-central-1.amazonaws.com"
ON_ANY: tuple[Fault, ...] = ("throttled", "reset", "failed", "lost")
ON_TRANSACTIONS: tuple[Fault, ...] = (*ON_ANY, "late", "conflict", "throttled item")


class Call(NamedTuple):
    """What an attempt of one call does at the far side. `late`: what reaches it, and is not waited
    for.
    """

    made: Callable[[], Answer]
    late: Callable[[], object] | None = None
    items: int = 1


class Wire:
    """What boto3's client is in a sandbox. `attempt` is one request and its answer."""

    def __init__(self, far: FarSide, scheduler: Scheduler, rng: Random) -> None:
        self.far = far
        self._scheduler, self._rng = scheduler, rng

    def call(self, operation: str, asked: dict[str, Any]) -> Call:
        if operation == "transact_write_items":
            return self._transaction(asked["ClientRequestToken"], asked["TransactItems"])
        if operation == "batch_get_item":
            return Call(self._batch(asked["RequestItems"]))
        far, store = self.far, self.far.store
        made: dict[str, Callable[[], Answer]] = {
            "get_item": lambda: far.get(asked),
            "put_item": lambda: far.put(asked),
            "query": lambda: self._query(asked),
            "scan": lambda: far.read(lambda: store.scan(**asked), lambda _: True),
            "transact_get_items": lambda: far.read_whole(asked["TransactItems"]),
        }
        return Call(made[operation])

    def _transaction(self, token: str, items: list[dict[str, Any]]) -> Call:
        return Call(
            lambda: self.far.end_of(self.far.send(token, items)),
            lambda: self.far.send(token, items),
            len(items),
        )

    def _query(self, asked: dict[str, Any]) -> Answer:
        values = [*asked["ExpressionAttributeValues"].values()]

        def touches(key: Key) -> bool:
            return {"S": key[0]} in values

        return self.far.read(lambda: self.far.store.query(**asked), touches)

    def _batch(self, request_items: dict[str, Any]) -> Callable[[], Answer]:
        """Of many it leaves some out now and then."""
        (name, asked), *_ = request_items.items()
        wanted = asked["Keys"]
        leaves_out = self.far.fails and len(wanted) > 1 and self._rng.random() < TROUBLED
        some = self._rng.randrange(1, len(wanted)) if leaves_out else len(wanted)
        request = {name: asked | {"Keys": wanted[:some]}}
        store, keys = self.far.store, {key_of(key) for key in wanted[:some]}
        left = {"UnprocessedKeys": {name: {"Keys": wanted[some:]}}} if leaves_out else {}

        def ask() -> Answer:
            found = self.far.read(
                lambda: store.batch_get_item(RequestItems=request), keys.__contains__
            )
            return found | left

        return ask

    def _tried(self, operation: str, **asked: Any) -> Answer:
        """As botocore tries in its standard mode: the same request again after a throttle, a 5xx or
        a broken line.
        """
        call = self.call(operation, asked)
        faults = self.faults(call)
        error: Exception | None = None
        for number in range(ATTEMPTS):
            self._scheduler.step(self._rng.random() * 2**number if number else self.stall())
            fault = next(faults, None)
            try:
                return self.attempt(call, fault)
            except ClientError as refusal:
                if refusal.response["Error"]["Code"] not in TRIED_AGAIN:
                    raise
                error = refusal
            except (ConnectionClosedError, ReadTimeoutError) as broken:
                error = broken
        assert error
        raise error

    get_item = partialmethod(_tried, "get_item")
    query = partialmethod(_tried, "query")
    scan = partialmethod(_tried, "scan")
    batch_get_item = partialmethod(_tried, "batch_get_item")
    transact_get_items = partialmethod(_tried, "transact_get_items")
    put_item = partialmethod(_tried, "put_item")
    transact_write_items = partialmethod(_tried, "transact_write_items")

    def attempt(self, call: Call, fault: Fault | None) -> Answer:
        """Send it once, through this fault. Raises what boto3 does, of one try."""
        if fault is None:
            return self._answered(call.made())
        if fault in {"conflict", "throttled item"}:
            code = "TransactionConflict" if fault == "conflict" else "ThrottlingError"
            raise cancelled(*["None"] * (call.items - 1), code)
        raise self._befallen(fault, call)

    def stall(self) -> float:
        stalls = self.far.fails and self._rng.random() < STALLS
        return self._rng.random() * LONGEST_STALL_S if stalls else 0

    def _answered(self, answer: Answer) -> Answer:
        if self._rng.random() < ANSWERED_LATE:
            self._scheduler.step()
        return answer

    def faults(self, call: Call) -> Iterator[Fault]:
        """What befalls the attempts of one call."""
        kinds = ON_TRANSACTIONS if call.late else ON_ANY
        draw = self._rng.random()
        if not self.far.fails or draw > TROUBLED:
            return iter(())
        if (
            "conflict" in kinds and draw < TROUBLED / 4
        ):  # written, and then refused: its end is not what it says
            return iter(
                [
                    self._rng.choice(("lost", "late")),
                    self._rng.choice(("conflict", "throttled item")),
                ]
            )
        return iter(
            [self._rng.choice(kinds) for _ in range(ATTEMPTS if self._rng.random() < STORMY else 1)]
        )

    def _befallen(self, fault: Fault, call: Call) -> Exception:
        match fault:
            case "reset":
                return ConnectionClosedError(endpoint_url=URL)
            case "failed":
                if self._rng.random() < 0.5:
                    _unheard(call.made)
                return _failure("InternalServerError")
            case "lost" | "late":
                _unheard(call.late if fault == "late" and call.late else call.made)
                self._scheduler.step(TIMEOUT_S)
                return ReadTimeoutError(endpoint_url=URL)
            case _:
                return _failure("ProvisionedThroughputExceededException")


class HttpWire:
    """The same wire below the lean client, which tries again by itself: one request, and its
    answer.
    """

    def __init__(self, wire: Wire, scheduler: Scheduler) -> None:
        self._wire, self._scheduler = wire, scheduler
        self._ahead: dict[str, Iterator[Fault]] = {}
        """What befalls further tries of a request, by what it asks."""

    def __call__(self, operation: str, asked: dict[str, Any]) -> Answer:
        call = self._wire.call(operation, asked)
        faults = self._ahead.setdefault(repr(asked), self._wire.faults(call))
        self._scheduler.step(self._wire.stall())
        fault = next(faults, None) if self._wire.far.fails else None
        if fault is None:
            self._ahead.pop(repr(asked), None)
        try:
            return self._wire.attempt(call, fault)
        except ConnectionClosedError:
            raise ConnectionResetError from None
        except ReadTimeoutError:
            raise TimeoutError from None


def _unheard(call: Callable[[], object]) -> None:
    """It is carried out, and nobody hears how it ended."""
    try:
        call()
    except ClientError:
        return


def _failure(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, "any")
