"""A town after a busy day, when the audit comes: what there is, what the audit finds, what is
written beside it.
"""

import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any
from unittest.mock import patch

from cobroke.domain.deals.pair import PairIds
from cobroke.domain.errors import Refusal
from cobroke.domain.ids import owner_of
from cobroke.domain.paging import Page
from cobroke.domain.postings.kinds import Kind
from cobroke.flows.audit import audit
from cobroke.flows.deals import agreement
from cobroke.flows.deals.decision import Decision
from cobroke.flows.matching.recommendations import recommend
from cobroke.flows.schedule.rematch import parts_of_a_run, work_on
from cobroke.storage import key_parts, keys
from cobroke.storage.deals import pairs
from cobroke.storage.notation import Item
from cobroke.storage.notices import notices
from cobroke.storage.postings import posting, postings
from cobroke.storage.realtors import KnownRealtors
from cobroke.storage.table import Key, Table
from cobroke.telegram.bot_api import Sent
from functions.stream_matching import handler as matching
from functions.stream_notifications import handler as notifying
from functions.telegram_push import handler as pushing
from tests.builders import a_lead, a_property
from tests.memory_table import MemoryTable, fill
from tests.pump import Json, Pump
from tests.support.contents import lead, listing
from tests.support.post import Post
from tests.support.town import MINUTE, PATTERNS, SIDES, Town

PAGE_ITEMS = 40


@dataclass(frozen=True)
class Evening:
    """All there is after a busy day, and the time (ms) at which the audit comes: ten minutes after
    the last write.
    """

    items: list[Item]
    at: int

    def table(self, page_items: int = PAGE_ITEMS) -> MemoryTable:
        table = MemoryTable(page_items)
        fill(table, self.items)
        return table


class BusyTown(Town):
    """Four realtors and whatever comes to their minds; half a minute goes by with a decision."""

    def __init__(self, rng: Random) -> None:
        super().__init__()
        self.rng = rng
        self.ids: dict[Kind, list[str]] = {"LEAD": [], "PROPERTY": []}
        self.pumps = [
            Pump(matching.handler, rng, PATTERNS["stream_matching"]),
            Pump(notifying.handler, rng, PATTERNS["stream_notifications"]),
        ]

    def one(self) -> tuple[Kind, str]:
        kind = self.rng.choice(SIDES)
        return kind, self.rng.choice(self.ids[kind])

    def body(self, kind: Kind) -> Json:
        city, millions = (
            self.rng.choice(["Москва", "Москва", "Москва", "Королёв"]),
            self.rng.randint(16, 20),
        )
        if kind == "LEAD":
            return a_lead(city=city, budget={"min": 10**7, "max": millions * 10**6})
        return a_property(city=city, price=millions * 10**6)

    def somebody_posts(self) -> None:
        kind, owner = self.rng.choice(SIDES), self.rng.choice(self.realtors)
        self.ids[kind].append(self.posts(kind, owner, self.body(kind)))

    def somebody_edits(self) -> None:
        kind, an_id = self.one()
        self.edits(kind, an_id, self.body(kind))

    def somebody_archives(self) -> None:
        self.archives(*self.one())

    def somebody_acts(self) -> None:
        ids = PairIds(*(self.rng.choice(self.ids[kind][:9]) for kind in SIDES))
        side = self.rng.choice(SIDES)
        self.acts(
            side,
            ids,
            self.rng.choice(["LIKE", "LIKE", "LIKE", "DISLIKE"]),
            self.rng.choice([None, 40, 60]),
        )

    def somebody_completes(self) -> None:
        items = [
            item
            for item in of_entity(self.table, "PAIR")
            if json.loads(item["d"]).get("status") == "ACCEPTED"
        ]
        for pair in map(pairs.of_item, items[:1]):
            agreement.complete(
                self.table,
                owner_of(pair.lead_id),
                PairIds(pair.lead_id, pair.property_id),
                self.clock,
            )

    def somebody_looks(self) -> None:
        self.looks_at(*self.one())

    def somebody_reads(self) -> None:
        for mark in of_entity(self.table, "UNREAD")[:3]:
            notices.read(self.table, mark["PK"].partition("#")[2], mark["SK"], self.now // 1000)

    def settles(self) -> None:
        self.settle(*self.pumps)
        assert [pump.raised for pump in self.pumps] == [[], []]

    def runs(self) -> None:
        for part in parts_of_a_run(self.table):
            work_on(self.table, part, self.clock)

    def lives(self, deeds: int, posts: int = 30) -> None:
        weights = {
            self.somebody_posts: 3,
            self.somebody_edits: 4,
            self.somebody_archives: 1,
            self.somebody_acts: 20,
        }
        weights |= {self.somebody_completes: 1, self.somebody_looks: 4, self.somebody_reads: 3}
        weights |= {self.settles: 3, self.runs: 1}
        for decision in [self.somebody_posts] * posts + self.rng.choices(
            list(weights), list(weights.values()), k=deeds
        ):
            self.now += MINUTE // 2
            with suppress(Refusal):
                decision()
        self.agrees("LEAD")
        self.agrees("LEAD", "PROPERTY")
        self.settles()
        self.is_told()

    def is_told(self) -> None:
        """All that waits comes to the chats."""
        post = Post(now=self.now)
        for message in self.queue.messages:
            post.put(message)
        with post.delivering(self.table), patch.object(pushing, "_send", lambda *_: Sent()):
            post.deliver_all(10**9)

    def agrees(self, *sides: Kind) -> None:
        """A new pair, which these sides like: the day leaves each kind of match behind."""
        buyer, seller, *_ = self.realtors
        ids = PairIds(
            self.posts("LEAD", buyer, a_lead()), self.posts("PROPERTY", seller, a_property())
        )
        for side in sides:
            self.acts(side, ids)


def audited(table: Table, at: int, pause: Callable[[], None] = lambda: None) -> Counter[str]:
    """What a run finds."""
    drift = Counter[str]()
    audit(table, lambda: at, pause, Random(0), drift)
    return +drift


def of_entity(table: MemoryTable, entity: str) -> list[Item]:
    return [item for item in table.items() if item.get("entity") == entity]


def in_market(table: MemoryTable, entity: str = "PROPERTY") -> Item:
    return next(item for item in of_entity(table, entity) if posting.of_item(item).in_market)


def place_of(item: Item) -> Key:
    own = posting.of_item(item)
    return keys.market_entry(own.content.features, own.id)


def put(table: Table, item: Item, **changes: Any) -> None:
    table.transact([table.put(item | changes)])


def delete(table: Table, *items: Item) -> None:
    table.transact([table.delete((item["PK"], item["SK"])) for item in items])


def entry_of(table: Table, item: Item) -> Item:
    entry = table.get(place_of(item))
    assert entry
    return entry


def writers(table: MemoryTable, evening: Evening) -> list[Callable[[], object]]:
    """Writes of every kind that may land while the audit runs."""

    def clock() -> int:
        return evening.at

    offered, wished = in_market(table), in_market(table, "LEAD")
    offer, wish = key_parts.id_in(offered["SK"]), key_parts.id_in(wished["SK"])
    pending = next(
        pair for pair in map(pairs.of_item, of_entity(table, "PAIR")) if pair.status == "PENDING"
    )
    ids, side = PairIds(pending.lead_id, pending.property_id), pending.awaiting or "LEAD"
    caller = owner_of(ids.lead_id if side == "LEAD" else ids.property_id)
    mark = of_entity(table, "UNREAD")[0]
    return [
        lambda: postings.replace_content(
            table, "PROPERTY", owner_of(offer), offer, listing(price=15 * 10**6), clock
        ),
        lambda: postings.replace_content(
            table, "LEAD", owner_of(wish), wish, lead(city="Тверь"), clock
        ),
        lambda: postings.archive(table, "PROPERTY", owner_of(offer), offer, clock),
        lambda: postings.create(table, "PROPERTY", owner_of(offer), listing(), clock),
        lambda: agreement.act(table, side, caller, ids, Decision("DISLIKE"), clock),
        lambda: notices.read(table, mark["PK"].partition("#")[2], mark["SK"], evening.at // 1000),
        lambda: recommend(table, "LEAD", owner_of(wish), wish, Page(1, 20), clock, KnownRealtors()),
    ]


def offered(table: Table, owner: str, wished: Item, clock: Callable[[], int]) -> None:
    """A listing that the lead's ranking must show."""
    wish = posting.of_item(wished)
    body = listing(
        city="Королёв" if wish.content.features.city == "королев" else "Москва", price=11 * 10**6
    )
    postings.create(table, "PROPERTY", owner, body, clock)
