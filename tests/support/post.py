"""What brings a message to `telegram_push`: the queue as SQS keeps it and one-time schedules, with
a clock that goes where the next is due.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import batched
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from functions.stream_notifications import handler as notifying
from functions.telegram_push import handler as pushing
from tests.builders import a_context
from tests.support.scheduler import Killed

START_MS = 1_764_000_000_000
MOST_TRIES, HIDDEN_FOR_MS, BATCH_SIZE, LONGEST_DELAY_S = 6, 360_000, 5, 900


@dataclass(eq=False)
class Message:
    body: Mapping[str, str]
    due: int
    received: int = 0


@dataclass
class Post:
    """Times in ms. `tries`: when (s from the start) messages were received, of whom."""

    now: int = START_MS
    waiting: list[Message] = field(default_factory=list)
    failed: list[Message] = field(default_factory=list)
    scheduled: dict[str, tuple[int, Mapping[str, str]]] = field(default_factory=dict)
    tries: list[int] = field(default_factory=list)
    most_at_once: int = 0
    """Of messages, scheduled ones too, at any time."""
    _hidden: dict[str, Message] = field(default_factory=dict)

    def clock(self) -> int:
        return self.now

    def put(self, message: Mapping[str, str], delay_s: int = 0) -> None:
        assert delay_s >= 0
        self._take(message, self.now + 1000 * min(delay_s, LONGEST_DELAY_S))

    def hold_back(self, receipt: str, seconds: int) -> None:
        self._hidden[receipt].due = self.now + 1000 * seconds

    def schedule(self, name: str, message: Mapping[str, str], at_s: int) -> None:
        assert 1000 * at_s > self.now
        self.scheduled.setdefault(name, (1000 * at_s, dict(message)))
        self._count()

    def delete(self, name: str) -> None:
        self.scheduled.pop(name, None)

    def _schedule_it(self, name: str, message: Mapping[str, str], at_s: int) -> None:
        self.schedule(name, message, at_s)

    def _delete_it(self, name: str) -> None:
        self.delete(name)

    def deliver_due(self, size: int = BATCH_SIZE) -> None:
        """What is due now, each once."""
        for name, (at, message) in [*self.scheduled.items()]:
            if at <= self.now:
                del self.scheduled[name]
                self._take(message, self.now)
        due = [one for one in self.waiting if one.due <= self.now]
        for one in due:
            if one.received == MOST_TRIES:
                self.waiting.remove(one)
                self.failed.append(one)
        for batch in batched([one for one in due if one in self.waiting], size, strict=False):
            self._call(batch)

    def deliver_all(self, until_s: float = 48 * 3600) -> None:
        """Until nothing is left, or for so long from the start."""
        while (soon := self._next()) is not None and soon <= START_MS + 1000 * until_s:
            self.now = max(self.now, soon)
            self.deliver_due()
        if until_s < 48 * 3600:
            self.now = max(self.now, START_MS + int(1000 * until_s))

    @contextmanager
    def delivering(self, table: Any = None) -> Iterator[None]:
        """Both functions send by this post, and have its clock; over this table, if one is said."""
        over: dict[str, Any] = {"table": table} if table else {}
        schedules = SimpleNamespace(put=self._schedule_it, delete=self._delete_it)
        with (
            patch.multiple(notifying, queue=self, now_ms=self.clock, **over),
            patch.multiple(pushing, queue=self, schedules=schedules, now_ms=self.clock, **over),
            patch("cobroke.storage.pauses.time.sleep"),
        ):
            yield

    def _take(self, message: Mapping[str, str], due: int) -> None:
        self.waiting.append(Message(json.loads(json.dumps(dict(message))), due))
        self._count()

    def _next(self) -> int | None:
        times = [one.due for one in self.waiting] + [at for at, _ in self.scheduled.values()]
        return min(times, default=None)

    def _count(self) -> None:
        under_way = len(self.waiting) + len(self.scheduled) - len(self._hidden)
        self.most_at_once = max(self.most_at_once, under_way)

    def _call(self, batch: Sequence[Message]) -> None:
        self._hidden = {str(number): one for number, one in enumerate(batch)}
        for one in batch:
            one.received += 1
            one.due = self.now + HIDDEN_FOR_MS
            self.tries.append((self.now - START_MS) // 1000)
        records = [_record(receipt, one) for receipt, one in self._hidden.items()]
        try:
            answer = pushing.handler({"Records": records}, a_context())
        except Killed:
            return
        left = {
            one["itemIdentifier"].removeprefix("message-") for one in answer["batchItemFailures"]
        }
        done = [one for receipt, one in self._hidden.items() if receipt not in left]
        self.waiting = [one for one in self.waiting if one not in done]
        self._hidden = {}


def _record(receipt: str, message: Message) -> dict[str, Any]:
    return {
        "messageId": f"message-{receipt}",
        "receiptHandle": receipt,
        "body": json.dumps(message.body),
        "attributes": {"ApproximateReceiveCount": str(message.received)},
    }
