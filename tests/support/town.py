"""A town of realtors over one table in memory, and both functions behind its stream."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from unittest.mock import patch

from cobroke.domain.deals.pair import Action, Pair, PairIds, Side
from cobroke.domain.ids import owner_of
from cobroke.domain.paging import Page
from cobroke.domain.realtors import Realtor
from cobroke.domain.vocabulary import Number
from cobroke.flows.deals import agreement
from cobroke.flows.deals.decision import Decision
from cobroke.flows.matching.recommendations import recommend
from cobroke.storage import keys, realtors
from cobroke.storage.matching.held_markets import HeldMarkets
from cobroke.storage.notices import inboxes, notices, outboxes, pages
from cobroke.storage.notices.notices import Notice
from cobroke.storage.postings import postings
from cobroke.storage.realtors import KnownRealtors
from functions.stream_matching import handler as matching
from functions.stream_notifications import handler as notifying
from infra.triggers import STREAM_READERS
from tests.memory_table import MemoryTable
from tests.pump import Json, Pump, drain
from tests.support.contents import content

START = 1_764_000_000_000
MINUTE = 60_000
SIDES: tuple[Side, Side] = ("LEAD", "PROPERTY")
ATTEMPTS, BATCH_SIZE = 10, 25
PATTERNS = {reader.function: reader.patterns for reader in STREAM_READERS}

type Alerted = tuple[str, str, int, tuple[tuple[str, Any], ...]]
"""Whom, of which own object, of how many counterparts, and the best of them with their scores."""


@dataclass
class Queued:
    """The queue of pushes, as far as the stream knows it."""

    messages: list[Mapping[str, str]] = field(default_factory=list)

    def put(self, message: Mapping[str, str], delay_s: int = 0) -> None:
        assert delay_s == 0
        self.messages.append(dict(message))


class Town:
    """Realtors, their leads and listings, and the two functions behind the stream; a `tick` (ms)
    goes by with every look at the time. With a tick of 0 it stands still.
    """

    tick = 1

    def __init__(self, names: Sequence[str] = ("anna", "boris", "clara", "dima")) -> None:
        self.table, self.queue, self.now = MemoryTable(page_items=40), Queued(), START
        self.held = HeldMarkets(self.table, self.clock)
        self.realtors = [self._registers(str(number), name) for number, name in enumerate(names, 1)]

    def _registers(self, telegram_id: str, name: str) -> str:
        phone = f"+7900000000{telegram_id}"
        return realtors.register(
            self.table, Realtor("", telegram_id, phone, verified=True, username=name)
        ).id

    def clock(self) -> int:
        self.now += self.tick
        return self.now

    def posts(self, kind: Side, owner: str, body: Json) -> str:
        return postings.create(self.table, kind, owner, content(kind, body), self.clock).id

    def edits(self, kind: Side, posting_id: str, body: Json) -> None:
        owner = owner_of(posting_id)
        postings.replace_content(
            self.table, kind, owner, posting_id, content(kind, body), self.clock
        )

    def archives(self, kind: Side, posting_id: str) -> None:
        postings.archive(self.table, kind, owner_of(posting_id), posting_id, self.clock)

    def acts(
        self,
        side: Side,
        ids: PairIds,
        action: Action = "LIKE",
        share: Number | None = None,
        message: str | None = None,
    ) -> Pair:
        owner = owner_of(ids.lead_id if side == "LEAD" else ids.property_id)
        return agreement.act(
            self.table, side, owner, ids, Decision(action, share, message), self.clock
        )

    def looks_at(self, kind: Side, posting_id: str) -> list[str]:
        """What its owner is shown."""
        owner, page, nobody = owner_of(posting_id), Page(1, 100), KnownRealtors()
        found = recommend(self.table, kind, owner, posting_id, page, self.clock, nobody)
        return [row.counterpart.id for row in found.rows]

    @contextmanager
    def followed(self) -> Iterator[None]:
        """Its functions lose no time between their attempts."""
        with (
            patch.multiple(
                matching, table=self.table, held=self.held, now_ms=self.clock, known_markets=set()
            ),
            patch.multiple(notifying, table=self.table, queue=self.queue, now_ms=self.clock),
            patch("cobroke.storage.pauses.time.sleep"),
        ):
            yield

    def settle(self, *pumps: Pump) -> None:
        with self.followed():
            drain(self.table.stream, *pumps)
        assert [pump.failed for pump in pumps] == [[] for _ in pumps]

    def notices(self, realtor: str, *, unread_only: bool = False) -> list[Notice]:
        """Their alerts, newest first; what they have not read is counted as it lies there."""
        found, _, unread = pages.page_of(
            self.table,
            inboxes.load(self.table, realtor),
            Page(1, 10_000),
            0,
            unread_only=unread_only,
        )
        marks = [item["SK"] for item in self.table.query(keys.unread(realtor))]
        assert (
            len(marks)
            == unread
            == len({*marks} & {item["SK"] for item in self.table.query(keys.notices(realtor))})
        )
        return [one for one in found if one.data.get("reason") == "RECOMMENDED"]

    def alerted(self, *, unread_only: bool = False) -> Counter[Alerted]:
        everyone = [
            (who, one)
            for who in self.realtors
            for one in self.notices(who, unread_only=unread_only)
        ]
        return Counter(alerted(realtor, one) for realtor, one in everyone)

    @property
    def queued(self) -> set[tuple[str, str]]:
        """What waits to be pushed, and to whom."""
        boxes = [outboxes.load(self.table, who).outbox for who in self.realtors]
        return {(box.realtor_id, notice) for box in boxes for notice in box.ids}

    @property
    def every_notice(self) -> set[tuple[str, str]]:
        return {
            (who, item["SK"])
            for who in self.realtors
            for item in self.table.query(keys.notices(who))
        }

    def reads_all(self, realtor: str) -> None:
        notices.read_all(self.table, realtor, 0)


def alerted(realtor: str, notice: Notice) -> Alerted:
    own = notice.data.get("lead_id") or notice.data["property_id"]
    assert notice.type == "NEW_MATCH"
    assert owner_of(own) == realtor
    best = tuple(
        (top.get("lead_id") or top["property_id"], top["match_score"]) for top in notice.data["top"]
    )
    return realtor, own, notice.data["count"], best


def pumps(rng: Random, *, quiet: bool = False) -> tuple[Pump, Pump]:
    """Of both functions; the quiet ones deliver each record alone and once."""
    size, shards = (1, 1) if quiet else (rng.randint(1, BATCH_SIZE), rng.randint(1, 4))
    first, second = (
        Pump(one.handler, rng, PATTERNS[name], size, ATTEMPTS, shards)
        for name, one in (("stream_matching", matching), ("stream_notifications", notifying))
    )
    return (without_luck(first), without_luck(second)) if quiet else (first, second)


def without_luck(pump: Pump) -> Pump:
    return replace(pump, duplicates=0, crashes=0)


def counts(found: Counter[Alerted]) -> Counter[str]:
    """How many counterparts each own object was alerted of."""
    by_object = Counter[str]()
    for _, own, count, _ in found.elements():
        by_object[own] += count
    return by_object
