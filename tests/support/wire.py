"""The way to the table: the faults on it, and what the client does about them. Others act at each
call.
"""

from collections.abc import Callable, Iterator
from random import Random
from typing import Any, Literal

from botocore.exceptions import ClientError, ConnectionClosedError, ReadTimeoutError

from tests.memory_table import cancelled
from tests.pump import key_of
from tests.support.far_side import Answer, FarSide, Key
from tests.support.scheduler import Scheduler

type Fault = Literal["throttled", "reset", "failed", "lost", "late", "conflict", "throttled item"]

ATTEMPTS = 3
TIMEOUT_S = 2.5
TROUBLED = 0.12
"""The share of calls that meet a fault, and of these the share that meet nothing else."""
STORMY = 0.2
ANSWERED_LATE = 0.2
STALLS, LONGEST_STALL_S = 0.03, 1.5
"""So many calls take so long that others are through with all of theirs in between."""
TRIED_AGAIN = {"ProvisionedThroughputExceededException", "TransactionInProgressException"}
URL = "https://dynamodb.eu-central-1.amazonaws.com"
ON_ANY: tuple[Fault, ...] = ("throttled", "reset", "failed", "lost")
ON_TRANSACTIONS: tuple[Fault, ...] = (*ON_ANY, "late", "conflict", "throttled item")


class Wire:
    """What `boto3.client` gives in a sandbox."""

    def __init__(self, far: FarSide, scheduler: Scheduler, rng: Random) -> None:
        self.far = far
        self._scheduler, self._rng = scheduler, rng
        self._numbers = iter(range(10**9))

    def get_item(self, **asked: Any) -> Answer:
        return self._tried("GetItem", lambda: self.far.get(asked))

    def query(self, **asked: Any) -> Answer:
        values = [*asked["ExpressionAttributeValues"].values()]

        def touches(key: Key) -> bool:
            return {"S": key[0]} in values

        return self._tried(
            "Query", lambda: self.far.read(lambda: self.far.store.query(**asked), touches)
        )

    def scan(self, **asked: Any) -> Answer:
        return self._tried(
            "Scan", lambda: self.far.read(lambda: self.far.store.scan(**asked), lambda _: True)
        )

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> Answer:
        """Of many it leaves some out now and then."""
        (name, asked), *_ = RequestItems.items()
        wanted = asked["Keys"]
        leaves_out = self.far.fails and len(wanted) > 1 and self._rng.random() < TROUBLED
        some = self._rng.randrange(1, len(wanted)) if leaves_out else len(wanted)
        request = {name: asked | {"Keys": wanted[:some]}}
        store, keys = self.far.store, {key_of(key) for key in wanted[:some]}

        def ask() -> Answer:
            return self.far.read(
                lambda: store.batch_get_item(RequestItems=request), keys.__contains__
            )

        answer = self._tried("BatchGetItem", ask)
        return answer | ({"UnprocessedKeys": {name: {"Keys": wanted[some:]}}} if leaves_out else {})

    def transact_get_items(self, *, TransactItems: list[dict[str, Any]]) -> Answer:
        return self._tried("TransactGetItems", lambda: self.far.read_whole(TransactItems))

    def put_item(self, **write: Any) -> Answer:
        return self._tried("PutItem", lambda: self.far.put(write))

    def transact_write_items(
        self,
        *,
        TransactItems: list[dict[str, Any]],
        ClientRequestToken: str | None = None,
    ) -> Answer:
        """Without a token botocore makes one for all its tries of the call."""
        token = ClientRequestToken or f"token-{next(self._numbers)}"

        def send() -> Answer:
            return self.far.end_of(self.far.send(token, TransactItems))

        return self._tried(
            "TransactWriteItems",
            send,
            lambda: self.far.send(token, TransactItems),
            len(TransactItems),
        )

    def _tried(
        self,
        operation: str,
        call: Callable[[], Answer],
        late: Callable[[], object] | None = None,
        items: int = 1,
    ) -> Answer:
        """As botocore tries in its standard mode: the same request again after a throttle, a 5xx or
        a broken line.
        """
        faults = self._faults(ON_TRANSACTIONS if late else ON_ANY)
        error: Exception | None = None
        for attempt in range(ATTEMPTS):
            self._scheduler.step(self._rng.random() * 2**attempt if attempt else self._stall())
            try:
                fault = next(faults, None)
                if fault is None:
                    return self._answered(call())
                error = self._befallen(fault, operation, call, late)
            except ClientError as refusal:
                if refusal.response["Error"]["Code"] not in TRIED_AGAIN:
                    raise
                error = refusal
            if fault in {"conflict", "throttled item"}:
                code = "TransactionConflict" if fault == "conflict" else "ThrottlingError"
                raise cancelled(*["None"] * (items - 1), code)
        assert error
        raise error

    def _stall(self) -> float:
        stalls = self.far.fails and self._rng.random() < STALLS
        return self._rng.random() * LONGEST_STALL_S if stalls else 0

    def _answered(self, answer: Answer) -> Answer:
        if self._rng.random() < ANSWERED_LATE:
            self._scheduler.step()
        return answer

    def _faults(self, kinds: tuple[Fault, ...]) -> Iterator[Fault]:
        """What befalls the attempts of one call."""
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

    def _befallen(
        self,
        fault: Fault,
        operation: str,
        call: Callable[[], Answer],
        late: Callable[[], object] | None,
    ) -> Exception:
        match fault:
            case "reset":
                return ConnectionClosedError(endpoint_url=URL)
            case "failed":
                if self._rng.random() < 0.5:
                    _unheard(call)
                return _failure("InternalServerError", operation)
            case "lost" | "late":
                _unheard(late if fault == "late" and late else call)
                self._scheduler.step(TIMEOUT_S)
                return ReadTimeoutError(endpoint_url=URL)
            case _:
                return _failure("ProvisionedThroughputExceededException", operation)


def _unheard(call: Callable[[], object]) -> None:
    """It is carried out, and nobody hears how it ended."""
    try:
        call()
    except ClientError:
        return


def _failure(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code}}, operation)
