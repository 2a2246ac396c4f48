"""A town after a busy day, when the audit comes: what there is, what the audit finds, what is written beside it."""

import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any
from unittest.mock import patch

from cobroke.domain.errors import Refusal
from cobroke.domain.ids import owner_of
from cobroke.domain.paging import Page
from cobroke.flows import agreement
from cobroke.flows.agreement import Deed
from cobroke.flows.audit import audit
from cobroke.flows.recommendations import recommend
from cobroke.flows.rematch import parts_of_a_run, work_on
from cobroke.storage import keys, notices, objects, pairs, realtors, stored_object
from cobroke.storage.held_markets import HeldMarkets
from cobroke.storage.keys import Kind
from cobroke.storage.matches import PairIds
from cobroke.storage.notation import Item
from cobroke.storage.realtors import Realtor
from cobroke.storage.stored_object import Content
from cobroke.storage.table import BATCH, Key, Table
from functions.stream_matching import handler as matching
from functions.stream_notifications import handler as notifying
from tests.memory_table import MemoryTable
from tests.pump import Pump, drain
from tests.support.contents import lead, listing
from tests.support.town import MINUTE, PATTERNS, SIDES, START

PAGE_ITEMS = 40


@dataclass(frozen=True)
class Evening:
    """All there is after a busy day, and the time (ms) at which the audit comes: ten minutes after the last write."""

    items: list[Item]
    at: int

    def table(self, page_items: int = PAGE_ITEMS) -> MemoryTable:
        table = MemoryTable(page_items)
        for start in range(0, len(self.items), BATCH):
            table.transact([table.put(item) for item in self.items[start : start + BATCH]])
        return table


class BusyTown:
    """Four realtors over what the handlers call, and both readers of the stream; half a minute goes by with a deed."""

    def __init__(self, rng: Random) -> None:
        self.rng, self.table, self.now = rng, MemoryTable(page_items=40), START
        self.realtors = [
            realtors.register(self.table, Realtor("", str(number), "+79000000001")).id for number in range(4)
        ]
        self.ids: dict[Kind, list[str]] = {"LEAD": [], "PROPERTY": []}
        self.held = HeldMarkets(self.table, self.clock)
        self.pumps = [
            Pump(matching.handler, rng, PATTERNS["stream_matching"]),
            Pump(notifying.handler, rng, PATTERNS["stream_notifications"]),
        ]

    def clock(self) -> int:
        self.now += 1
        return self.now

    def one(self) -> tuple[Kind, str]:
        kind = self.rng.choice(SIDES)
        return kind, self.rng.choice(self.ids[kind])

    def content(self, kind: Kind) -> Content:
        city, millions = self.rng.choice(["Москва", "Москва", "Москва", "Королёв"]), self.rng.randint(16, 20)
        if kind == "LEAD":
            return lead(city=city, budget={"min": 10**7, "max": millions * 10**6})
        return listing(city=city, price=millions * 10**6)

    def posts(self) -> None:
        kind = self.rng.choice(SIDES)
        owner = self.rng.choice(self.realtors)
        self.ids[kind].append(objects.create(self.table, kind, owner, self.content(kind), self.clock).id)

    def edits(self) -> None:
        kind, an_id = self.one()
        objects.replace_content(self.table, kind, owner_of(an_id), an_id, self.content(kind), self.clock)

    def archives(self) -> None:
        kind, an_id = self.one()
        objects.archive(self.table, kind, owner_of(an_id), an_id, self.clock)

    def acts(self) -> None:
        ids = PairIds(*(self.rng.choice(self.ids[kind][:9]) for kind in SIDES))
        side = self.rng.choice(SIDES)
        caller = owner_of(ids.lead_id if side == "LEAD" else ids.property_id)
        deed = Deed(self.rng.choice(["LIKE", "LIKE", "LIKE", "DISLIKE"]), self.rng.choice([None, 40, 60]))
        agreement.act(self.table, side, caller, ids, deed, self.clock)

    def completes(self) -> None:
        items = [item for item in of_entity(self.table, "PAIR") if json.loads(item["d"]).get("status") == "ACCEPTED"]
        for pair in map(pairs.of_item, items[:1]):
            agreement.complete(self.table, owner_of(pair.lead_id), PairIds(pair.lead_id, pair.property_id), self.clock)

    def looks(self) -> None:
        kind, an_id = self.one()
        recommend(self.table, kind, owner_of(an_id), an_id, Page(1, 20), self.clock)

    def reads(self) -> None:
        for mark in of_entity(self.table, "UNREAD")[:3]:
            notices.read(self.table, mark["PK"].partition("#")[2], mark["SK"], self.now // 1000)

    def settles(self) -> None:
        with (
            patch.multiple(matching, table=self.table, held=self.held, now_ms=self.clock, known_markets=set()),
            patch.multiple(notifying, table=self.table, now_ms=self.clock),
            patch.object(notifying, "queue"),
        ):
            drain(self.table.stream, *self.pumps)
        assert [(pump.failed, pump.raised) for pump in self.pumps] == [([], [])] * 2

    def runs(self) -> None:
        for part in parts_of_a_run(self.table):
            work_on(self.table, part, self.clock)

    def lives(self, deeds: int, posts: int = 30) -> None:
        weights = {self.posts: 3, self.edits: 4, self.archives: 1, self.acts: 20, self.completes: 1}
        weights |= {self.looks: 4, self.reads: 3, self.settles: 3, self.runs: 1}
        for deed in [self.posts] * posts + self.rng.choices(list(weights), list(weights.values()), k=deeds):
            self.now += MINUTE // 2
            with suppress(Refusal):
                deed()
        self.agrees("LEAD")
        self.agrees("LEAD", "PROPERTY")
        self.settles()

    def agrees(self, *sides: Kind) -> None:
        """A new pair, which these sides like: the day leaves each kind of match behind."""
        owners = dict(zip(SIDES, self.realtors, strict=False))
        contents: dict[Kind, Content] = {"LEAD": lead(), "PROPERTY": listing()}
        made = [objects.create(self.table, kind, owners[kind], contents[kind], self.clock) for kind in SIDES]
        for side in sides:
            ids = PairIds(*(one.id for one in made))
            agreement.act(self.table, side, owners[side], ids, Deed("LIKE"), self.clock)


def audited(table: Table, at: int, pause: Callable[[], None] = lambda: None) -> Counter[str]:
    """What a run finds."""
    drift = Counter[str]()
    audit(table, lambda: at, pause, Random(0), drift)
    return +drift


def of_entity(table: MemoryTable, entity: str) -> list[Item]:
    return [item for item in table.items() if item.get("entity") == entity]


def in_market(table: MemoryTable, entity: str = "PROPERTY") -> Item:
    return next(item for item in of_entity(table, entity) if stored_object.of_item(item).in_market)


def place_of(item: Item) -> Key:
    own = stored_object.of_item(item)
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
    offer, wish = keys.id_in(offered["SK"]), keys.id_in(wished["SK"])
    pending = next(pair for pair in map(pairs.of_item, of_entity(table, "PAIR")) if pair.status == "PENDING")
    ids, side = PairIds(pending.lead_id, pending.property_id), pending.awaiting or "LEAD"
    caller = owner_of(ids.lead_id if side == "LEAD" else ids.property_id)
    mark = of_entity(table, "UNREAD")[0]
    return [
        lambda: objects.replace_content(table, "PROPERTY", owner_of(offer), offer, listing(price=15 * 10**6), clock),
        lambda: objects.replace_content(table, "LEAD", owner_of(wish), wish, lead(city="Тверь"), clock),
        lambda: objects.archive(table, "PROPERTY", owner_of(offer), offer, clock),
        lambda: objects.create(table, "PROPERTY", owner_of(offer), listing(), clock),
        lambda: agreement.act(table, side, caller, ids, Deed("DISLIKE"), clock),
        lambda: notices.read(table, mark["PK"].partition("#")[2], mark["SK"], evening.at // 1000),
        lambda: recommend(table, "LEAD", owner_of(wish), wish, Page(1, 20), clock),
    ]


def offered(table: Table, owner: str, wished: Item, clock: Callable[[], int]) -> None:
    """A listing that the lead's ranking must show."""
    wish = stored_object.of_item(wished)
    body = listing(city="Королёв" if wish.content.features.city == "королев" else "Москва", price=11 * 10**6)
    objects.create(table, "PROPERTY", owner, body, clock)
