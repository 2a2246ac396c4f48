"""The scheduled run over a town: its planner, its worker, and the queue between them."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any
from unittest.mock import patch

from cobroke.flows.schedule import rematch
from cobroke.storage.schedule import runs
from functions.rematch_planner import handler as planner
from functions.rematch_worker import handler as worker
from tests.support.town import Town

type Message = Mapping[str, str]


@dataclass
class Schedule:
    """The planner and the worker over a world, and the queue between them; `did`: what all its
    parts have done.
    """

    world: Town
    queue: list[Message] = field(default_factory=list)
    did: Counter[str] = field(default_factory=Counter)

    def put(self, message: Message) -> None:
        self.queue.append(dict(message))

    def hold_back(self, receipt: str, seconds: int) -> None:
        """What failed comes again at once: `work` does not wait."""

    def put_all(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.put(message)

    @contextmanager
    def on_time(self) -> Iterator[None]:
        """Both functions go by the clock of the world."""
        with (
            patch.multiple(planner, table=self.world.table, queue=self, rng=Random(0)),
            patch.multiple(
                worker,
                table=self.world.table,
                queue=self,
                now_ms=self.world.clock,
                work_on=self._work_on,
            ),
            patch("cobroke.storage.pauses.time.sleep"),
        ):
            yield

    def _work_on(self, *part: Any) -> Counter[str]:
        did = rematch.work_on(*part)
        self.did.update(did)
        return did

    def plan(self) -> str:
        """Its run."""
        return str(planner.handler({}, None)["run"])

    def work(self) -> None:
        """Empty the queue; what is done is forgotten."""
        while self.queue:
            record = {
                "messageId": "1",
                "receiptHandle": "1",
                "body": json.dumps(self.queue[0]),
                "attributes": {"ApproximateReceiveCount": "1"},
            }
            assert worker.handler({"Records": [record]}, None) == {"batchItemFailures": []}
            self.queue.pop(0)

    def run(self) -> Counter[str]:
        """What a whole run did, by kind."""
        with self.on_time():
            run = self.plan()
            self.work()
        return sum(
            (Counter(did) for did in runs.reports(self.world.table, run).values()), Counter()
        )
