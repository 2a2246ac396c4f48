"""One world for all: the API's functions and the stream's readers over one table, and realtors who
use them at once.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import chain
from random import Random
from typing import Any
from unittest.mock import patch
from zlib import crc32

from cobroke.flows.deals import closing, parting
from cobroke.storage.parting import blocks
from infra.triggers import STREAM_READERS
from tests.memory_table import MemoryTable
from tests.over_http import lean_over
from tests.pump import Json, Pump, key_of, passes
from tests.support import acts, charges, lists, notices, recount, telegram, views, writes
from tests.support.crowd import Crowd
from tests.support.far_side import FarSide
from tests.support.sandboxes import Road, Sandboxes
from tests.support.scheduler import NS, Killed, Scheduler, seeded
from tests.support.story import Story
from tests.support.telegram import Message, Telegram
from tests.support.wire import HttpWire, Wire

SEEDS, ACTS = (12, 13, 14), 160
"""What the suite runs."""
AT_ONCE = 5
ROUND = 10
SHARDS = 8, 4, 2
POLLED_EACH_S = 0.25
COMES_AGAIN_S = 1, 10, 90
PUSH_DIES = 0.4
ATTEMPTS = 100
"""Of one record: bad luck alone loses none."""
PAGES = 4, 40, 12
"""So many items a page of a query holds: where they are many, a query sees one moment."""


class World:
    """`run` lets `number` acts happen, and says what is wrong then: nothing, if all is well."""

    def __init__(self, seed: int, road: Road = "lean", at_once: int = AT_ONCE) -> None:
        self.seed, self.at_once = seed, at_once
        self.scheduler = Scheduler(seed)
        self.table = MemoryTable(page_items=PAGES[seed % len(PAGES)])
        chance = Random(f"faults {seed}")
        self.far = FarSide(self.table, self.scheduler, chance)
        wire = Wire(self.far, self.scheduler, chance)
        below = HttpWire(wire, self.scheduler)
        self.telegram = Telegram(self.far, self.scheduler, Random(f"telegram {seed}"))
        self.sandboxes = Sandboxes(
            self.scheduler, lean_over(below) if road == "lean" else wire, self.telegram
        )
        self.crowd = Crowd(seed, self.scheduler, self.sandboxes)
        self.far.tears, self.telegram.rings = self.crowd.passes_by, self.crowd.rung
        self.acts = self._pushes = 0
        self._judged = -1
        self._rng = Random(f"deliveries {seed}")
        self._shards = SHARDS[seed % len(SHARDS)]
        self._pumps = [
            self._pump(reader.function, reader.patterns, shard)
            for reader in STREAM_READERS
            for shard in range(self._shards)
        ]

    def run(self, number: int) -> list[str]:
        with ExitStack() as stack:
            stack.enter_context(patch.object(closing, "SLICE", 1))
            stack.enter_context(patch.object(parting, "SLICE", 1))
            stack.enter_context(patch.object(blocks, "IN_A_PART", 1))
            stack.enter_context(seeded(self.scheduler, self.seed))
            while self.acts < number:
                self._round(min(ROUND, number - self.acts))
                if found := list(dict.fromkeys(self._faults())):
                    return found
                self.scheduler.step(self._rng.choice([1, 70, 3600]))
        return []

    def _round(self, number: int) -> None:
        until = self.acts + number
        for name in range(self.at_once):
            self.scheduler.start(f"realtors {name}", partial(self._realtors, until))
        self._run()
        # Nothing but what many write at once, and what follows from it, in a table that takes its
        # time.
        with self.far.slow():
            self.crowd.storm()
            self._run()

    def _run(self) -> None:
        self.scheduler.run(self._deliver)
        self.far.settle()
        self.scheduler.run(self._deliver)

    def _realtors(self, until: int) -> None:
        while self.acts < until:
            self.acts += 1
            self.crowd.act()
            self.scheduler.step(self._rng.choice([0, 0, 0.1, 2]))

    def _pump(self, function: str, patterns: Sequence[Any], shard: int) -> "Shard":
        def call(event: Json, _: Any) -> Any:
            dies = self._rng.random() < 0.1
            try:
                return self.sandboxes.call(
                    function, event, self._rng.randrange(1, 25) if dies else None
                )
            except Killed:
                raise TimeoutError from None

        rng = Random(f"{function} {shard} {self.seed}")
        pump = Pump(
            call, rng, batch_size=5, attempts=ATTEMPTS, shards=1, crashes=0.05, duplicates=0.2
        )
        return Shard(function, patterns, (shard, self._shards), pump)

    def _deliver(self) -> None:
        """Wake the readers for whom something new has come."""
        for shard in self._pumps:
            if shard.name not in self.scheduler.names and shard.has_new(self.table.stream):
                self.scheduler.start(shard.name, partial(self._read, shard))
        for message in self.sandboxes.queue.taken():
            self._pushes += 1
            self.scheduler.start(f"push {self._pushes}", partial(self._push, message))

    def _push(self, message: Message) -> None:
        """Until it is forgotten: what dies or fails comes again."""
        while True:
            self.scheduler.step(max(0, message.due - self.scheduler.now) / NS)
            message.received += 1
            dies = self._rng.random() < PUSH_DIES and self.far.fails
            event = {"Records": [message.record]}
            try:
                answer = self.sandboxes.call(
                    "telegram_push", event, self._rng.randrange(1, 25) if dies else None
                )
            except Killed:
                answer = {"batchItemFailures": [message]}
            if not answer["batchItemFailures"]:
                self.telegram.sure()
                return
            self.telegram.give_up()
            message.due = self.scheduler.now + self._rng.choice(COMES_AGAIN_S) * NS

    def _read(self, shard: "Shard") -> None:
        """What has come until Lambda asks for it."""
        self.scheduler.step(self._rng.random() * POLLED_EACH_S)
        shard.pump.run(shard.new(self.table.stream))

    def _faults(self) -> Iterator[str]:
        story = Story.told(self.far.history, self.crowd.log, self._judged)
        self._judged = self.scheduler.steps
        yield from self.sandboxes.bugs
        yield from (f"a bug: {one}" for one in self.crowd.log if one.status == 500)
        yield from (
            f"given up: {shard.name} {shard.pump.failed}"
            for shard in self._pumps
            if shard.pump.failed
        )
        judges = writes, recount, charges, acts, lists, notices
        yield from chain.from_iterable(judge.faults(story) for judge in judges)
        yield from telegram.faults(story, self.telegram)
        yield from self._shown(story)

    def _shown(self, story: Story) -> Iterator[str]:
        """To everybody, while nobody writes."""
        with self.far.quiet():
            for one in self.crowd.own_views():
                yield from views.differences(story, one)
            for own in [
                own for own in self.crowd.objects if story.objects[own.id][-1].now.in_market
            ]:
                yield from lists.differences(story, self.crowd.recommendations(own))


class Shard:
    """What one reader is given of some items, in order: also those of one owner come apart.
    `number`: which, of how many.
    """

    def __init__(
        self, function: str, patterns: Sequence[Any], number: tuple[int, int], pump: Pump
    ) -> None:
        self.name = f"{function} {number[0]}"
        self.pump = pump
        self._patterns, self._number = patterns, number

    def has_new(self, stream: Sequence[Json]) -> bool:
        """Else it is behind all that it does not take."""
        while self.pump.position < len(stream) and not self._takes(stream[self.pump.position]):
            self.pump.position += 1
        return self.pump.position < len(stream)

    def new(self, stream: Sequence[Json]) -> list[Json]:
        new, self.pump.position = stream[self.pump.position :], len(stream)
        return [record for record in new if self._takes(record)]

    def _takes(self, record: Json) -> bool:
        number, of = self._number
        here = crc32("".join(key_of(record["dynamodb"]["Keys"])).encode()) % of
        return here == number and any(passes(record, pattern) for pattern in self._patterns)
