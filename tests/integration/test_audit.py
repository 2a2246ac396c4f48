"""The nightly audit: nothing is found in a market that is only busy; whatever is broken by hand is found and mended."""

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from itertools import count
from random import Random
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest

from cobroke.domain.errors import Busy, Refusal
from cobroke.domain.ids import object_id, owner_of, realtor_id
from cobroke.domain.paging import Page
from cobroke.domain.pair import other
from cobroke.domain.ranking import pack_rows, unpack_rows
from cobroke.flows import agreement
from cobroke.flows.agenda import work_off
from cobroke.flows.agreement import Deed
from cobroke.flows.audit import KINDS, audit, entries, rankings
from cobroke.flows.audit.looks import Unmended
from cobroke.flows.ranking import Seeker
from cobroke.flows.recommendations import recommend
from cobroke.flows.rematch import parts_of_a_run, work_on
from cobroke.storage import agenda, keys, limits, notices, objects, pairs, realtors, stored_object
from cobroke.storage.held_markets import HeldMarkets
from cobroke.storage.keys import Kind, market_of_entry
from cobroke.storage.matches import PairIds
from cobroke.storage.notation import Item
from cobroke.storage.realtors import Realtor
from cobroke.storage.scan import Owned, owed_by
from cobroke.storage.stored_object import Content
from cobroke.storage.table import BATCH, Key, Table, Write
from functions.audit import handler as function
from functions.stream_matching import handler as matching
from functions.stream_notifications import handler as notifying
from infra.schedules import AUDIT_ACTIONS
from infra.triggers import STREAM_READERS
from tests.account import TABLE
from tests.integration.test_pair_stream import lead, listing
from tests.memory_table import MemoryTable
from tests.pump import Pump, drain

PAGE_ITEMS = 40
COUNTED = ("pairs", "matches", "leads", "properties")
MINUTE, DAY = 60_000, 24 * 3600 * 1000
PATTERNS = {reader.function: reader.patterns for reader in STREAM_READERS}
KINDS_OF_OBJECTS: tuple[Kind, Kind] = ("LEAD", "PROPERTY")


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


class Town:
    """Four realtors over what the handlers call, and both readers of the stream; half a minute goes by with a deed."""

    def __init__(self, rng: Random) -> None:
        self.rng, self.table, self.now = rng, MemoryTable(page_items=40), 1_764_000_000_000
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
        kind = self.rng.choice(KINDS_OF_OBJECTS)
        return kind, self.rng.choice(self.ids[kind])

    def content(self, kind: Kind) -> Content:
        city, millions = self.rng.choice(["Москва", "Москва", "Москва", "Королёв"]), self.rng.randint(16, 20)
        if kind == "LEAD":
            return lead(city=city, budget={"min": 10**7, "max": millions * 10**6})
        return listing(city=city, price=millions * 10**6)

    def posts(self) -> None:
        kind = self.rng.choice(KINDS_OF_OBJECTS)
        owner = self.rng.choice(self.realtors)
        self.ids[kind].append(objects.create(self.table, kind, owner, self.content(kind), self.clock).id)

    def edits(self) -> None:
        kind, an_id = self.one()
        objects.replace_content(self.table, kind, owner_of(an_id), an_id, self.content(kind), self.clock)

    def archives(self) -> None:
        kind, an_id = self.one()
        objects.archive(self.table, kind, owner_of(an_id), an_id, self.clock)

    def acts(self) -> None:
        ids = PairIds(*(self.rng.choice(self.ids[kind][:9]) for kind in KINDS_OF_OBJECTS))
        side = self.rng.choice(KINDS_OF_OBJECTS)
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
        owners = dict(zip(KINDS_OF_OBJECTS, self.realtors, strict=False))
        contents: dict[Kind, Content] = {"LEAD": lead(), "PROPERTY": listing()}
        made = [objects.create(self.table, kind, owners[kind], contents[kind], self.clock) for kind in KINDS_OF_OBJECTS]
        for side in sides:
            ids = PairIds(*(one.id for one in made))
            agreement.act(self.table, side, owners[side], ids, Deed("LIKE"), self.clock)


@pytest.fixture(scope="module")
def evening() -> Evening:
    rng = Random(5)
    with patch("cobroke.storage.pauses.time.sleep"), patch("os.urandom", rng.randbytes):
        town = Town(rng)
        town.lives(500)
    return Evening(list(town.table.items()), town.now + 10 * MINUTE)


@pytest.fixture(autouse=True)
def unhurried() -> Iterator[None]:
    with patch("cobroke.storage.pauses.time.sleep"):
        yield


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


def test_the_day_was_busy(evening: Evening) -> None:
    entities = Counter(item.get("entity") for item in evening.items)
    assert {"ENTRY", "PAIR", "MIRROR", "COUNTS", "NOTICE", "UNREAD", "RANKING", "MARKET"} <= {*entities}
    assert entities["NOTICE"] > entities["UNREAD"] > 5
    assert entities["PAIR"] > 10
    assert entities["MARKET"] == 2
    statuses = [json.loads(item["d"]).get("status") for item in evening.items if item.get("entity") == "PAIR"]
    assert {*statuses} >= {"PENDING", "ACCEPTED", "COMPLETED", "REJECTED"}
    archived = [item for item in evening.items if item.get("status") == "ARCHIVED"]
    assert archived


def test_nothing_is_found_where_nothing_is_wrong(evening: Evening) -> None:
    table = evening.table()
    assert audited(table, evening.at) == {}
    assert list(table.items()) == list(evening.table().items()), "and nothing is written"


def test_what_grew_stale_or_expired_is_no_drift(evening: Evening) -> None:
    table, later = evening.table(), evening.at + 61 * DAY
    happened = Counter[str]()
    for shard in range(agenda.SHARDS):
        happened += work_off(table, shard, lambda: later)
    assert happened.keys() == {"expired", "stale"}
    assert audited(table, later + 10 * MINUTE) == {}


class Broken(NamedTuple):
    kind: str
    by: Callable[[MemoryTable, Evening], None]


def a_count_too_high(table: MemoryTable, _: Evening) -> None:
    item = of_entity(table, "COUNTS")[0]
    put(table, item, matches=item["matches"] + 1)


def a_count_lost(table: MemoryTable, _: Evening) -> None:
    delete(table, next(item for item in of_entity(table, "COUNTS") if item["matches"]))


def a_count_of_a_listing_too_low(table: MemoryTable, _: Evening) -> None:
    item = next(one for one in of_entity(table, "COUNTS") if one["SK"].startswith("PROPERTY#"))
    put(table, item, matches=-3)


def a_pair_not_counted(table: MemoryTable, _: Evening) -> None:
    item = next(item for item in of_entity(table, "COUNTS") if item["pairs"])
    put(table, item, pairs=item["pairs"] - 1)


def a_limit_too_high(table: MemoryTable, _: Evening) -> None:
    item = next(item for item in of_entity(table, "LIMITS") if "leads" in item)
    put(table, item, leads=item["leads"] + 1)


def limits_lost(table: MemoryTable, _: Evening) -> None:
    delete(table, of_entity(table, "LIMITS")[0])


def a_limit_lost(table: MemoryTable, _: Evening) -> None:
    """Of properties alone."""
    item = of_entity(table, "LIMITS")[0]
    delete(table, item)
    put(table, {name: value for name, value in item.items() if name != "properties"})


def a_limit_of_nobody(table: MemoryTable, _: Evening) -> None:
    table.transact([limits.count(table, "0" * 13, "LEAD", 3)])


def a_mirror_lost(table: MemoryTable, _: Evening) -> None:
    mirrored = next(item for item in of_entity(table, "MIRROR") if json.loads(item["d"]).get("status") == "PENDING")
    delete(table, mirrored)


def a_mirror_of_before(table: MemoryTable, _: Evening) -> None:
    put(table, of_entity(table, "MIRROR")[0], version=0)


def a_mirror_that_says_something_else(table: MemoryTable, _: Evening) -> None:
    put(table, of_entity(table, "MIRROR")[0], d="{}")


def a_mirror_of_nothing(table: MemoryTable, _: Evening) -> None:
    lead, listing = of_entity(table, "LEAD")[0], of_entity(table, "PROPERTY")[0]
    pk, sk = keys.mirror(keys.id_in(lead["SK"])[:-2] + "00", keys.id_in(listing["SK"]))
    table.transact([table.put({"PK": pk, "SK": sk, "entity": "MIRROR", "d": "{}", "version": 1})])


def a_notice_never_told(table: MemoryTable, _: Evening) -> None:
    unread = {(item["PK"].partition("#")[2], item["SK"]) for item in of_entity(table, "UNREAD")}
    told = next(
        item
        for item in of_entity(table, "NOTICE")
        if "match_id" in item["d"] and (item["PK"].partition("#")[2], item["SK"]) in unread
    )
    delete(table, told, {"PK": keys.unread(told["PK"].partition("#")[2]), "SK": told["SK"]})


def a_mark_of_nothing(table: MemoryTable, evening: Evening) -> None:
    mark = of_entity(table, "UNREAD")[0]
    put(table, mark, SK=notices.notice_id(evening.at, "nothing"), expires=evening.at // 1000 + 1000)


def a_market_unknown(table: MemoryTable, _: Evening) -> None:
    delete(table, next(item for item in of_entity(table, "MARKET") if item["city"] == "москва"))


def an_entry_lost(table: MemoryTable, _: Evening) -> None:
    delete(table, entry_of(table, in_market(table)))


def an_entry_of_a_lead_in_the_wrong_place(table: MemoryTable, _: Evening) -> None:
    entry = entry_of(table, in_market(table, "LEAD"))
    delete(table, entry)
    put(table, entry, SK=f"{keys.price(1)}#{keys.id_in(entry['SK'])}")


def an_entry_of_before(table: MemoryTable, _: Evening) -> None:
    put(table, entry_of(table, in_market(table)), version=0)


def an_entry_of_a_version_to_come(table: MemoryTable, _: Evening) -> None:
    put(table, entry_of(table, in_market(table)), version=99)


def an_entry_with_other_features(table: MemoryTable, _: Evening) -> None:
    entry = entry_of(table, in_market(table))
    put(table, entry, f=entry["f"][:-1] + bytes([entry["f"][-1] ^ 1]))


def an_entry_too_many_in_another_city(table: MemoryTable, _: Evening) -> None:
    entry = entry_of(table, in_market(table))
    put(table, entry, PK="MARKET#PROPERTY#тверь#1#FLAT#2")


def an_entry_of_what_is_archived(table: MemoryTable, _: Evening) -> None:
    gone = next(item for item in of_entity(table, "PROPERTY") if item["status"] == "ARCHIVED")
    pk, sk = place_of(gone)
    put(table, {"PK": pk, "SK": sk, "entity": "ENTRY", "f": gone["f"], "version": gone["version"]})


def an_entry_of_what_is_stale(table: MemoryTable, kind: Kind) -> None:
    item = in_market(table, kind)
    own, entry = stored_object.of_item(item), entry_of(table, item)
    assert objects.grow_stale(table, kind, own.id, lambda: own.stale_at or 0)
    assert table.get(place_of(item)) is None
    put(table, entry)


def an_entry_of_a_stale_lead(table: MemoryTable, _: Evening) -> None:
    an_entry_of_what_is_stale(table, "LEAD")


def an_entry_of_a_stale_listing(table: MemoryTable, _: Evening) -> None:
    an_entry_of_what_is_stale(table, "PROPERTY")


def an_entry_of_nothing(table: MemoryTable, _: Evening) -> None:
    entry = entry_of(table, in_market(table))
    nobody = object_id(1, b"00", owner_of(keys.id_in(entry["SK"])))
    put(table, entry, SK=f"{keys.price(5)}#{nobody}")


MANY = 1000


def a_ranking_that_lacks_a_row(table: MemoryTable, evening: Evening) -> None:
    """Its watermark is later than every change; it has seen so much that a change or two do not make it read afresh."""
    current = [item for item in of_entity(table, "RANKING") if len(item["rows"]) > 60 and is_current(table, item)]
    kept = max(current, key=lambda item: int(item["seen"]))
    put(table, kept, rows=pack_rows(unpack_rows(kept["rows"])[:-1]), watermark=evening.at - 1, seen=MANY)


def is_current(table: MemoryTable, kept: Item) -> bool:
    """And its last row is still to be shown."""
    owned = [table.get((kept["PK"], f"{kind}#{keys.id_in(kept['SK'])}")) for kind in ("LEAD", "PROPERTY")]
    own = next(stored_object.of_item(item) for item in owned if item)
    last = unpack_rows(kept["rows"])[-1]
    there = table.get(keys.owned(other(own.kind), last.id)) or {}
    shown = there["version"] == last.version and not Seeker(own, pairs.of_object(table, own.kind, own.id)).hides(last)
    return own.in_market and own.version == kept["own_version"] and shown


BREAKS = [
    *(
        Broken("counts", by)
        for by in (a_count_too_high, a_count_lost, a_count_of_a_listing_too_low, a_pair_not_counted)
    ),
    *(Broken("limits", by) for by in (a_limit_too_high, limits_lost, a_limit_lost, a_limit_of_nobody)),
    *(Broken("mirrors", by) for by in (a_mirror_lost, a_mirror_of_before, a_mirror_that_says_something_else)),
    *(Broken("mirrors", by) for by in (a_mirror_of_nothing,)),
    Broken("notices", a_notice_never_told),
    Broken("marks", a_mark_of_nothing),
    Broken("markets", a_market_unknown),
    *(Broken("entries", by) for by in (an_entry_lost, an_entry_of_a_lead_in_the_wrong_place, an_entry_of_before)),
    *(Broken("entries", by) for by in (an_entry_of_a_version_to_come, an_entry_with_other_features)),
    *(Broken("entries", by) for by in (an_entry_too_many_in_another_city, an_entry_of_what_is_archived)),
    *(Broken("entries", by) for by in (an_entry_of_a_stale_lead, an_entry_of_a_stale_listing, an_entry_of_nothing)),
    Broken("rankings", a_ranking_that_lacks_a_row),
]
EACH_KIND = [next(one for one in BREAKS if one.kind == kind) for kind in KINDS]
REBUILT = {"counts", "limits", "mirrors", "notices", "marks", "markets"}


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.by.__name__)
def test_what_is_broken_is_found_once_and_mended(evening: Evening, broken: Broken) -> None:
    table = evening.table()
    broken.by(table, evening)
    assert audited(table, evening.at) == {broken.kind: 1}
    assert audited(table, evening.at) == {}
    if broken.kind in REBUILT:
        was, now = ([but_for_the_time(item) for item in each.items()] for each in (evening.table(), table))
        assert [item for item in now if item in was or not is_a_count_of_nothing(item)] == was


def but_for_the_time(item: Item) -> Item:
    """A market is put again at another one; a notice that is told late says what the listing costs by then."""
    return {name: value for name, value in item.items() if name not in {"put_at", "message"}}


def is_a_count_of_nothing(item: Item) -> bool:
    return item["entity"] in {"COUNTS", "LIMITS"} and not any(item.get(name) for name in COUNTED)


def all_broken(evening: Evening) -> MemoryTable:
    """One of each kind."""
    table = evening.table()
    for one in EACH_KIND:
        one.by(table, evening)
    return table


ALL = dict.fromkeys(KINDS, 1)


def test_an_entry_is_mended_with_a_change_under_a_higher_version_that_alerts_nobody(evening: Evening) -> None:
    table = evening.table()
    old = in_market(table)
    put(table, entry_of(table, old), version=99)
    assert audited(table, evening.at) == {"entries": 1}
    new = table.get((old["PK"], old["SK"]))
    assert new is not None
    assert (new["version"], new["revision"], new["updated_at"]) == (100, old["revision"], old["updated_at"])
    assert entry_of(table, new)["version"] == 100
    own = stored_object.of_item(new)
    change = table.get(keys.change(own.kind, own.content.features.market, own.changed_at, own.id))
    assert change is not None
    assert (change["version"], change["f"]) == (100, new["f"])


@pytest.mark.parametrize(
    "by",
    [an_entry_too_many_in_another_city, an_entry_of_what_is_archived, an_entry_of_nothing],
    ids=lambda by: by.__name__,
)
def test_an_entry_that_goes_is_told_to_its_market(evening: Evening, by: Callable[[MemoryTable, Evening], None]) -> None:
    table = evening.table()
    before = {(item["PK"], item["SK"]) for item in table.items()}
    by(table, evening)
    (stray,) = (item for item in of_entity(table, "ENTRY") if (item["PK"], item["SK"]) not in before)
    assert audited(table, evening.at) == {"entries": 1}
    assert table.get((stray["PK"], stray["SK"])) is None
    told = [item for item in of_entity(table, "CHANGE") if (item["PK"], item["SK"]) not in before and "f" not in item]
    (left,) = told
    assert left["PK"] == keys.changes("PROPERTY", market_of_entry(stray["PK"]))
    assert keys.id_in(left["SK"]) == keys.id_in(stray["SK"])
    assert left["version"] > stray["version"]


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


def calls_of(table: MemoryTable, evening: Evening) -> int:
    """How often an audit of it asks the table."""
    calls = count()
    table.between = lambda: next(calls) and None
    audited(table, evening.at)
    table.between = lambda: None
    return next(calls)


def at_call(number: int, act: Callable[[], object]) -> Callable[[], None]:
    calls = count()
    return lambda: act() and None if next(calls) == number else None


@pytest.mark.parametrize("which", range(7))
def test_a_write_that_lands_while_the_pass_goes_on_is_no_drift(evening: Evening, which: int) -> None:
    pages = -(-len(evening.items) // PAGE_ITEMS)
    for number in range(1 + which % 5, pages + 1, 5):
        table = evening.table()
        table.between = at_call(number, writers(table, evening)[which])
        assert audited(table, evening.at) == {}, number


def test_a_listing_that_comes_between_the_reads_of_a_ranking_is_no_drift(evening: Evening) -> None:
    def clock() -> int:
        return evening.at

    wished = in_market(evening.table(), "LEAD")
    wish = Owned("LEAD", keys.id_in(wished["SK"]))
    for number in range(12):
        table = evening.table()
        other = next(item["PK"].partition("#")[2] for item in of_entity(table, "REALTOR") if item["PK"] != wished["PK"])
        recommend(table, "LEAD", owner_of(wish.id), wish.id, Page(1, 20), clock)
        table.between = at_call(number, lambda table=table, other=other: offered(table, other, wished, clock))  # type: ignore[misc]
        assert rankings.wrong(table, clock, wish) is None, number


def offered(table: Table, owner: str, wished: Item, clock: Callable[[], int]) -> None:
    """A listing that the lead's ranking must show."""
    wish = stored_object.of_item(wished)
    body = listing(city="Королёв" if wish.content.features.city == "королев" else "Москва", price=11 * 10**6)
    objects.create(table, "PROPERTY", owner, body, clock)


@pytest.mark.parametrize("broken", EACH_KIND, ids=lambda broken: broken.kind)
def test_what_is_right_again_at_the_second_look_is_no_drift(evening: Evening, broken: Broken) -> None:
    table = evening.table()
    broken.by(table, evening)

    def restored() -> None:
        right = evening.table().store.items
        for key in [key for key in table.store.items if key not in right]:
            table.forget(key)
        for start in range(0, len(evening.items), BATCH):
            table.transact([table.put(item) for item in evening.items[start : start + BATCH]])

    assert audited(table, evening.at, restored) == {}


def test_what_has_changed_between_the_looks_is_left_to_the_next_run(evening: Evening) -> None:
    table = evening.table()
    counted = of_entity(table, "COUNTS")[0]
    put(table, counted, matches=50)
    assert audited(table, evening.at, lambda: put(table, counted, matches=51)) == {}
    assert audited(table, evening.at) == {"counts": 1}


def test_all_kinds_at_once_are_found_and_mended(evening: Evening) -> None:
    table = all_broken(evening)
    assert audited(table, evening.at) == ALL
    assert audited(table, evening.at) == {}


def test_killed_at_any_write_the_next_run_goes_on(evening: Evening) -> None:
    for number in range(len(ALL)):
        table, transact, done = all_broken(evening), MemoryTable.transact, count()

        def dying(table: Table, writes: Sequence[Write], number: int = number, done: Any = done) -> None:
            if next(done) == number:
                raise Busy
            transact(table, writes)  # type: ignore[arg-type] # noqa: B023 - called in this round

        drift = Counter[str]()
        with patch.object(MemoryTable, "transact", dying), suppress(Busy):
            audit(table, lambda: evening.at, lambda: None, Random(0), drift)
        drift += audited(table, evening.at)
        assert drift == ALL, number
        assert audited(table, evening.at) == {}, number


def raising_once(act: Callable[..., Any], of: str) -> Callable[..., Any]:
    """Of the object with this id."""
    calls = count()

    def raising(*arguments: Any) -> Any:
        if of in str(arguments) and next(calls) == 0:
            raise ValueError(SECRET)
        return act(*arguments)

    return raising


SECRET = "улица Льва Толстого, 16"


@pytest.mark.parametrize("name", ["wrong", "put_right"])
def test_one_that_raises_keeps_no_other_from_being_mended_and_is_told_at_the_end(
    evening: Evening, context: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    table, lines = all_broken(evening), StringIO()
    entry, nobody = entry_of(table, in_market(table, "LEAD")), object_id(1, b"00", realtor_id(b"somebody"))
    put(table, entry, PK="MARKET#LEAD#тверь#FLAT", SK=f"{keys.price(5)}#{nobody}")  # in nobody's ranking
    (handler,) = logging.getLogger("audit").handlers
    monkeypatch.setattr(handler, "stream", lines)
    with (
        patch.multiple(function, table=table, now_ms=lambda: evening.at, _pause=lambda: None),
        patch.object(entries, name, raising_once(getattr(entries, name), nobody)),
        pytest.raises(Unmended) as raised,
    ):
        function.handler({}, context)
    assert str(raised.value) == "{'entries': 1}"
    failed, audited_line = map(json.loads, lines.getvalue().splitlines())
    assert (failed["level"], failed["drift_kind"], failed["kind"]) == ("ERROR", "entries", "ValueError")
    assert "test_audit.py" in failed["frames"][-1]
    assert SECRET not in lines.getvalue()
    assert audited_line["drift"] == ALL, "the other entry, and each other kind"
    assert audited(table, evening.at) == {"entries": 1}


def test_when_the_store_is_busy_the_rest_is_left_to_the_next_run(evening: Evening) -> None:
    table = all_broken(evening)
    with patch.object(entries, "put_right", side_effect=Busy), pytest.raises(Busy):
        audited(table, evening.at)


def test_two_runs_at_once_do_nothing_twice(evening: Evening) -> None:
    alone = all_broken(evening)
    audited(alone, evening.at)
    calls = calls_of(all_broken(evening), evening)
    for number in range(calls // 30, calls, calls // 15):
        table, others = all_broken(evening), Counter[str]()
        table.between = at_call(number, lambda table=table, others=others: others.update(audited(table, evening.at)))  # type: ignore[misc]
        drift = audited(table, evening.at)
        table.between = lambda: None
        assert drift + others == ALL, number
        assert list(table.items()) == list(alone.items()), number


def test_what_expired_is_not_told_again_and_what_is_young_is_left_to_the_stream(evening: Evening) -> None:
    table = evening.table()
    told = [item for item in of_entity(table, "NOTICE") if "match_id" in item["d"]]
    delete(table, *told)
    delete(table, *({"PK": keys.unread(one["PK"].partition("#")[2]), "SK": one["SK"]} for one in told))
    newest = max(pair.told[-1].at for pair in map(pairs.of_item, of_entity(table, "PAIR")) if pair.told)
    assert newest not in {at for at, _ in owed_and_told(table, newest + 5 * MINUTE)}
    late = [(at, known) for at, known in owed_and_told(table, newest + 90 * DAY)]
    assert late == []
    found = audited(table, newest + 89 * DAY)
    assert found["notices"] > 0
    again = [item["SK"] for item in of_entity(table, "NOTICE") if "match_id" in item["d"]]
    assert min(int(sk[:13]) for sk in again) > newest - DAY


def owed_and_told(table: MemoryTable, at: int) -> list[tuple[int, str]]:
    debts = [owed_by(pair, at) for pair in map(pairs.of_item, of_entity(table, "PAIR"))]
    return [(int(notice[:13]), realtor) for debt in debts for realtor, notice in debt]


def test_the_function_may_do_what_it_does_and_no_more(evening: Evening) -> None:
    table, asked = all_broken(evening), set[str]()
    call = table._call

    def noted(operation: str, **arguments: Any) -> Any:
        parts = [kind for write in arguments.get("TransactItems", ()) for kind in write]
        names = {"ConditionCheck": "ConditionCheckItem", "Put": "PutItem", "Delete": "DeleteItem"}
        asked.update([names[kind] for kind in parts] or [operation.title().replace("_", "")])
        return call(operation, **arguments)

    with patch.object(table, "_call", noted):
        audited(table, evening.at)
    assert asked == set(AUDIT_ACTIONS)


@pytest.fixture
def context() -> Any:
    return SimpleNamespace(get_remaining_time_in_millis=lambda: 600_000)


def test_every_kind_has_a_metric_also_where_nothing_is_found(
    evening: Evening, context: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    table = evening.table()
    a_count_lost(table, evening)
    with patch.multiple(function, table=table, now_ms=lambda: evening.at, _pause=lambda: None):
        assert function.handler({}, context) == dict.fromkeys(KINDS, 0) | {"counts": 1}
    emitted = json.loads(next(line for line in capsys.readouterr().out.splitlines() if "_aws" in line))
    (metrics,) = emitted["_aws"]["CloudWatchMetrics"]
    assert (metrics["Namespace"], metrics["Dimensions"]) == ("Cobroke", [["stage", "service"]])
    assert (emitted["stage"], emitted["service"]) == ("local", "audit")
    names = {f"Drift{kind.capitalize()}" for kind in KINDS}
    assert {metric["Name"] for metric in metrics["Metrics"]} == names
    assert {name: emitted[name] for name in names} == {name: [0.0] for name in names} | {"DriftCounts": [1.0]}


def test_it_logs_one_line_of_numbers(evening: Evening, context: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = StringIO()
    (handler,) = logging.getLogger("audit").handlers
    monkeypatch.setattr(handler, "stream", lines)
    with patch.multiple(function, table=all_broken(evening), now_ms=lambda: evening.at, _pause=lambda: None):
        function.handler({}, context)
    (line,) = lines.getvalue().splitlines()
    said = json.loads(line)
    assert (said["message"], said["drift"]) == ("audited", ALL)
    assert {*said} == {"level", "location", "message", "timestamp", "service", "drift"}


def test_it_says_what_it_has_counted_when_its_time_is_up(evening: Evening, capsys: pytest.CaptureFixture[str]) -> None:
    """Twenty seconds are kept for that."""
    table = all_broken(evening)
    late = SimpleNamespace(get_remaining_time_in_millis=lambda: 19_000)
    with patch.multiple(function, table=table, now_ms=lambda: evening.at), pytest.raises(Busy):
        function.handler({}, late)
    assert "DriftRankings" in capsys.readouterr().out


def test_the_pass_reads_a_real_table_whole(evening: Evening) -> None:
    table = Table(TABLE)
    for item in evening.items:
        table.put_alone(item, condition="", values=None)
    delete(table, next(item for item in evening.items if item.get("entity") == "COUNTS" and item["matches"]))
    assert audited(table, evening.at) == {"counts": 1}
