"""However the stream is delivered, the same realtors are alerted of the same, once, and each alert is pushed once."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest

from cobroke.bot_api import Answer, Sent
from cobroke.domain.errors import NotFound
from cobroke.domain.features import lead_features, property_features
from cobroke.domain.ids import owner_of
from cobroke.domain.lead import LeadBody
from cobroke.domain.paging import Page
from cobroke.domain.pair import Action, Side, other
from cobroke.domain.property import PropertyBody
from cobroke.domain.wording import Words
from cobroke.flows import agreement
from cobroke.flows.agreement import Deed
from cobroke.flows.ranking import warm
from cobroke.storage import keys, notices, objects, realtors, stored_object
from cobroke.storage.held_markets import HeldMarkets
from cobroke.storage.matches import PairIds
from cobroke.storage.notation import Item, item_of
from cobroke.storage.notices import Notice
from cobroke.storage.realtors import Realtor
from cobroke.storage.stored_object import Content, StoredObject
from cobroke.storage.table import BATCH, Table, Write
from functions.stream_matching import handler as matching
from functions.stream_notifications import handler as notifying
from functions.telegram_push import handler as pushing
from infra.triggers import STREAM_READERS
from tests.account import TABLE
from tests.builders import a_context, a_lead, a_property
from tests.integration.test_pair_stream import FAULTS, Fault, faulty, never, once, sometimes
from tests.memory_table import MemoryTable, Stream
from tests.pump import Json, Pump, drain, passes

START = 1_764_000_000_000
ATTEMPTS, BATCH_SIZE = 10, 25
SEEDS = range(12)
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

    @property
    def notices(self) -> set[tuple[str, str]]:
        return {(message["realtor_id"], message["notice_id"]) for message in self.messages}


class World:
    """Realtors, their leads and listings, and the two functions behind the stream; 1 ms goes by with every look at
    the time.
    """

    def __init__(self, names: Sequence[str] = ("anna", "boris", "clara", "dima")) -> None:
        self.table, self.queue, self.now = MemoryTable(page_items=40), Queued(), START
        self.held = HeldMarkets(self.table, self.clock)
        self.realtors = [
            realtors.register(self.table, Realtor("", str(number), f"+7900000000{number}", verified=True)).id
            for number, _ in enumerate(names, 1)
        ]

    def clock(self) -> int:
        self.now += 1
        return self.now

    def posts(self, kind: Side, owner: str, body: Json) -> str:
        return objects.create(self.table, kind, owner, content(kind, body), self.clock).id

    def edits(self, kind: Side, object_id: str, body: Json) -> None:
        owner = owner_of(object_id)
        objects.replace_content(self.table, kind, owner, object_id, content(kind, body), self.clock)

    def archives(self, kind: Side, object_id: str) -> None:
        objects.archive(self.table, kind, owner_of(object_id), object_id, self.clock)

    def acts(self, side: Side, ids: PairIds, action: Action) -> None:
        owner = owner_of(ids.lead_id if side == "LEAD" else ids.property_id)
        agreement.act(self.table, side, owner, ids, Deed(action), self.clock)

    @contextmanager
    def followed(self) -> Iterator[None]:
        """Its functions lose no time between their attempts."""
        with (
            patch.multiple(matching, table=self.table, held=self.held, now_ms=self.clock, known_markets=set()),
            patch.multiple(notifying, table=self.table, queue=self.queue, now_ms=self.clock),
            patch("cobroke.storage.pauses.time.sleep"),
        ):
            yield

    def settle(self, *pumps: Pump) -> None:
        with self.followed():
            drain(self.table.stream, *pumps)
        assert [pump.failed for pump in pumps] == [[] for _ in pumps]

    def notices(self, realtor: str, *, unread_only: bool = False) -> list[Notice]:
        """His alerts, newest first; what he has not read is counted as it lies there."""
        found, _, unread = notices.page_of(self.table, realtor, Page(1, 10_000), 0, unread_only=unread_only)
        marks = [item["SK"] for item in self.table.query(keys.unread(realtor))]
        assert len(marks) == unread == len({*marks} & {item["SK"] for item in self.table.query(keys.notices(realtor))})
        return [one for one in found if one.data.get("reason") == "RECOMMENDED"]

    def alerted(self, *, unread_only: bool = False) -> Counter[Alerted]:
        everyone = [(who, one) for who in self.realtors for one in self.notices(who, unread_only=unread_only)]
        return Counter(alerted(realtor, one) for realtor, one in everyone)

    @property
    def told(self) -> set[tuple[str, str]]:
        """Every notice there is."""
        return {(who, item["SK"]) for who in self.realtors for item in self.table.query(keys.notices(who))}

    def reads_all(self, realtor: str) -> None:
        notices.read_all(self.table, realtor, 0)


def alerted(realtor: str, notice: Notice) -> Alerted:
    own = notice.data.get("lead_id") or notice.data["property_id"]
    assert notice.type == "NEW_MATCH"
    assert owner_of(own) == realtor
    best = tuple((top.get("lead_id") or top["property_id"], top["match_score"]) for top in notice.data["top"])
    return realtor, own, notice.data["count"], best


def content(kind: Side, body: Json) -> Content:
    if kind == "LEAD":
        lead = LeadBody.model_validate(body)
        return Content(lead.model_dump(), lead_features(lead.requirements))
    listing = PropertyBody.model_validate(body)
    return Content(listing.model_dump(), property_features(listing))


def a_wish(rng: Random) -> Json:
    highest = rng.randint(17, 22) * 1_000_000
    districts = rng.choice([["Хамовники", "Арбат"], ["Хамовники"], ["Сокол"], []])
    city = rng.choices(["Москва", "Тверь"], [9, 1])[0]
    budget, rooms = {"min": highest // 2, "max": highest}, rng.choice([[2], [2, 3], []])
    return a_lead(city=city, budget=budget, rooms=rooms, districts=districts)


def an_offer(rng: Random) -> Json:
    return a_property(
        city=rng.choices(["Москва", "Тверь"], [9, 1])[0],
        price=rng.randint(150, 240) * 100_000,
        district=rng.choice(["Хамовники", "Хамовники", "Арбат", "Сокол"]),
        rooms=rng.choice([2, 2, 3, 4]),
        property_class=rng.choice(["COMFORT", "BUSINESS"]),
    )


def body_of(rng: Random, kind: Side) -> Json:
    return a_wish(rng) if kind == "LEAD" else an_offer(rng)


@dataclass(frozen=True)
class Day:
    """What a city's realtors left behind in the evening, when nobody has been alerted yet."""

    stream: Sequence[Json]
    items: Sequence[Item]
    realtors: Sequence[str]
    now: int

    def world(self) -> World:
        world = World(())
        world.realtors, world.now = list(self.realtors), self.now
        for start in range(0, len(self.items), BATCH):
            world.table.transact([world.table.put(item) for item in self.items[start : start + BATCH]])
        world.table.store.stream = Stream(self.stream)
        return world

    @property
    def waking(self) -> list[Json]:
        """The records that the matching's filters let through."""
        return [one for one in self.stream if any(passes(one, pattern) for pattern in PATTERNS["stream_matching"])]


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


@pytest.fixture(scope="module")
def day() -> Day:
    rng, world = Random(4), World()
    there, kinds = dict[str, Side](), list[Side](["LEAD", "PROPERTY", "PROPERTY", "PROPERTY"])
    for _ in range(26):
        kind = rng.choice(kinds)
        there[world.posts(kind, rng.choice(world.realtors), body_of(rng, kind))] = kind
    for object_id in rng.sample(list(there), 8):
        world.edits(there[object_id], object_id, body_of(rng, there[object_id]))
    for object_id in rng.sample(list(there), 2):
        world.archives(there.pop(object_id), object_id)
    leads = [one for one in there if there[one] == "LEAD"]
    for lead in leads:
        listing = rng.choice([one for one in there if there[one] == "PROPERTY" and owner_of(one) != owner_of(lead)])
        with suppress(NotFound):  # they have nothing in common
            world.acts("LEAD", PairIds(lead, listing), rng.choice(["LIKE", "DISLIKE"]))
    items = [item_of(raw) for raw in world.table.store.items.values()]
    return Day(list(world.table.stream), items, world.realtors, world.now)


@pytest.fixture(scope="module")
def clean(day: Day) -> Counter[Alerted]:
    """What one pass tells, record by record."""
    world = day.world()
    world.settle(*pumps(Random(0), quiet=True))
    assert len(world.queue.messages) == len(world.queue.notices)
    assert world.queue.notices == world.told
    return world.alerted()


def test_the_day_was_one_with_many_alerts(day: Day, clean: Counter[Alerted]) -> None:
    assert clean.total() >= 12
    assert {*clean.values()} == {1}, "one for each own object"
    sizes = sorted(count for _, _, count, _ in clean)
    assert sizes[0] <= 2
    assert sizes[-1] > 4
    assert sizes[-1] <= 10
    assert 30 <= len(day.waking) < len(day.stream)


def wild_world(day: Day, seed: int, fault: Fault | None = None) -> tuple[World, Pump, Pump]:
    rng, world = Random(seed), day.world()
    matcher, notifier = pumps(rng)
    for position in (rng.randrange(len(day.stream)), 0):
        with faulty(world.table, sometimes(rng) if fault else never):
            world.settle(matcher, notifier)
        matcher.position = position
    with faulty(world.table, sometimes(rng) if fault else never):
        matcher.position = notifier.position = 0
        world.settle(matcher, notifier)
    return world, matcher, notifier


@pytest.mark.parametrize("fault", [None, "sometimes"])
def test_however_it_is_delivered_the_alerts_are_those_of_one_clean_pass(
    day: Day, clean: Counter[Alerted], fault: Any
) -> None:
    for seed in SEEDS:
        world, _, _ = wild_world(day, seed, fault)
        assert world.alerted() == world.alerted(unread_only=True) == clean, seed
        assert world.queue.notices == world.told, seed


def test_what_was_read_between_is_not_told_again(day: Day, clean: Counter[Alerted]) -> None:
    for seed in SEEDS:
        world, matcher, notifier = wild_world(day, seed)
        for realtor in world.realtors:
            world.reads_all(realtor)
        told = world.told
        matcher.position = notifier.position = 0
        world.settle(matcher, notifier)
        assert world.told == told
        assert (world.alerted(), world.alerted(unread_only=True)) == (clean, Counter()), seed


def test_who_reads_half_way_is_told_of_each_counterpart_once(day: Day, clean: Counter[Alerted]) -> None:
    for seed in SEEDS:
        rng, world = Random(seed), day.world()
        matcher, notifier = pumps(rng)
        part = world.table.stream[: rng.randrange(len(day.stream))]
        with world.followed():
            matcher.run(part)
        for realtor in rng.sample(world.realtors, 2):
            world.reads_all(realtor)
        world.settle(matcher, notifier)
        assert counts(world.alerted()) == counts(clean), seed
        unread = [own for _, own, _, _ in world.alerted(unread_only=True).elements()]
        assert len(unread) == len({*unread}), "at most one unread for each own object"


def counts(found: Counter[Alerted]) -> Counter[str]:
    """How many counterparts each own object was alerted of."""
    by_object = Counter[str]()
    for _, own, count, _ in found.elements():
        by_object[own] += count
    return by_object


def test_a_crash_behind_any_record_changes_nothing(day: Day, clean: Counter[Alerted]) -> None:
    waking = day.waking
    for handled in range(1, len(waking) + 1):
        world = day.world()
        with world.followed():
            matching.handler({"Records": waking[:handled]}, None)
        world.settle(*pumps(Random(handled), quiet=True))
        assert world.alerted() == world.alerted(unread_only=True) == clean, handled
        assert world.queue.notices == world.told, handled


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_any_one_transaction_changes_nothing(day: Day, clean: Counter[Alerted], fault: Fault) -> None:
    for number in range(sum(count for _, _, count, _ in clean)):
        world = day.world()
        with faulty(world.table, once(number, fault)):
            world.settle(*pumps(Random(0), quiet=True))
        assert world.alerted() == world.alerted(unread_only=True) == clean, number
        assert world.queue.notices == world.told, number


def test_a_notice_that_grows_or_is_sent_is_not_pushed_again_though_no_filter_holds_it_back(day: Day) -> None:
    world = day.world()
    matcher, _ = pumps(Random(0), quiet=True)
    unfiltered = without_luck(Pump(notifying.handler, Random(0)))
    world.settle(matcher, unfiltered)
    assert len(world.queue.messages) == len(world.told) > 10


def test_what_is_queued_more_than_once_is_sent_once(day: Day, aws: None) -> None:  # noqa: ARG001 - an account
    world, _, _ = wild_world(day, 1)
    assert len(world.queue.messages) > len(world.queue.notices)
    table = Table(TABLE)
    written = [item for item in world.table.items() if item["entity"] in {"NOTICE", "REALTOR"}]
    for start in range(0, len(written), BATCH):
        table.transact([table.put(item) for item in written[start : start + BATCH]])
    sent = Counter[tuple[str, Words]]()

    def send(chat_id: str, words: Words) -> Answer:
        sent[chat_id, words] += 1
        return Sent()

    chats = {who: str(number) for number, who in enumerate(world.realtors, 1)}
    expected = Counter(
        (chats[who], one.words)
        for who in world.realtors
        for one in notices.page_of(world.table, who, Page(1, 10_000), 0, unread_only=False)[0]
    )
    with patch.multiple(pushing, table=table, _send=send):
        for number, message in enumerate(world.queue.messages):
            record = {"messageId": str(number), "body": json.dumps(message)}
            assert pushing.handler({"Records": [record]}, a_context()) == {"batchItemFailures": []}
    assert sent == expected


class Scene(NamedTuple):
    """Anna's lead, and the clock's and Boris's part of the world."""

    world: World
    lead: str
    anna: str
    boris: str

    def settle(self) -> None:
        self.world.settle(*pumps(Random(0), quiet=True))

    def offers(self, price: int = 21_000_000) -> str:
        return self.world.posts("PROPERTY", self.boris, a_property(price=price))

    def told(self) -> list[tuple[int, tuple[str, ...]]]:
        found = [alerted(self.anna, one) for one in self.world.notices(self.anna)]
        return [(count, tuple(one for one, _ in best)) for _, _, count, best in found]


@pytest.fixture
def scene() -> Scene:
    world = World()
    anna, boris, *_ = world.realtors
    return Scene(world, world.posts("LEAD", anna, a_lead()), anna, boris)


def test_a_batch_with_several_objects_of_one_market_reads_its_changes_once(scene: Scene) -> None:
    world = scene.world
    listings = [scene.offers() for _ in range(12)]
    scene.settle()
    world.now += 3_600_000
    world.held.begin()
    for kind in ("LEAD", "PROPERTY"):
        world.held.get(kind, content("LEAD", a_lead()).features.market)
    world.now += 3_600_000
    known = len(world.table.stream)
    for listing in listings[:2]:
        world.edits("PROPERTY", listing, a_property(price=20_100_000))
    asked, query = Counter[str](), Table.query_raw

    def counted(table: Table, pk: str, *key: str, **more: Any) -> Iterator[Json]:
        asked["#".join(pk.split("#")[:2])] += 1
        return query(table, pk, *key, **more)

    def unwarmed(table: Table, kind: Side, object_id: str, _: object) -> StoredObject:
        return objects.load(table, kind, object_id)

    batch = {"Records": world.table.stream[known:]}
    with world.followed(), patch.object(Table, "query_raw", counted), patch.object(matching, "warm", unwarmed):
        assert matching.handler(batch, None) == {"batchItemFailures": []}
    assert {pk: times for pk, times in asked.items() if pk.startswith(("CHANGES", "MARKET"))} == {
        "CHANGES#LEAD": 1,
        "CHANGES#PROPERTY": 1,
    }


def test_what_is_written_while_its_batch_is_handled_alerts_as_it_then_is(scene: Scene) -> None:
    """The batch has read the market before: only the newer write's own record may say that its object is done."""
    first, second = scene.offers(40_000_000), scene.offers(40_000_000)
    written = objects.load(scene.world.table, "PROPERTY", second)

    def meanwhile(table: Table, kind: Side, object_id: str, clock: Any) -> StoredObject:
        if object_id == second and objects.load(table, kind, second).version == written.version:
            scene.world.edits("PROPERTY", second, a_property())
        return warm(table, kind, object_id, clock)

    matcher, notifier = (replace(pump, batch_size=BATCH_SIZE) for pump in pumps(Random(0), quiet=True))
    with patch.object(matching, "warm", meanwhile):
        scene.world.settle(matcher, notifier)
    assert scene.told() == [(1, (second,))]
    assert first not in str(scene.told())


def test_neither_a_vacancy_nor_a_repair_makes_a_late_record_alert(scene: Scene) -> None:
    world = scene.world
    best = [scene.offers(18_000_000) for _ in range(10)]
    late = scene.offers()
    scene.settle()
    assert scene.told() == [(10, tuple(best[:-4:-1]))]
    for listing in best:
        world.archives("PROPERTY", listing)
    old = objects.load(world.table, "PROPERTY", late)
    repaired = stored_object.of_itself(old, old, world.clock)
    world.table.transact(stored_object.writes(world.table, old, repaired))
    scene.settle()
    assert scene.told() == [(10, tuple(best[:-4:-1]))]


def test_an_alert_that_is_read_while_it_would_grow_stays_as_it_was_read(scene: Scene) -> None:
    first = scene.offers(20_100_000)
    scene.settle()
    second, transact = scene.offers(), scene.world.table.transact

    def after_he_has_read(writes: Sequence[Write]) -> None:
        if scene.world.notices(scene.anna, unread_only=True):
            with patch.object(scene.world.table, "transact", transact):
                scene.world.reads_all(scene.anna)
        transact(writes)

    with patch.object(scene.world.table, "transact", after_he_has_read):
        scene.settle()
    assert scene.told() == [(1, (second,)), (1, (first,))]


def test_the_listing_that_alerts_is_not_read_again_where_it_is_the_best_itself(scene: Scene) -> None:
    scene.settle()
    best, second = scene.offers(20_000_000), scene.offers(21_000_000)
    with patch.object(objects, "load_many", wraps=objects.load_many) as load_many:
        scene.settle()
    assert scene.told() == [(2, (best, second))]
    asked = [wanted for _, _, wanted in (one.args for one in load_many.mock_calls)]
    assert asked == [set(), {best}], "for the alert of the second"


def test_a_cut_is_measured_from_the_last_alert(scene: Scene) -> None:
    listing = scene.offers(20_000_000)
    for price, alerts in ((19_400_000, 2), (19_399_999, 2), (18_818_001, 2), (18_818_000, 3)):
        scene.settle()
        scene.world.reads_all(scene.anna)
        scene.world.edits("PROPERTY", listing, a_property(price=price))
        scene.settle()
        assert len(scene.told()) == alerts, price


def test_its_own_writes_never_wake_the_matching(day: Day) -> None:
    world = day.world()
    world.settle(*pumps(Random(0), quiet=True))
    new = world.table.stream[len(day.stream) :]
    assert len(new) > 20
    assert not any(passes(one, pattern) for one in new for pattern in PATTERNS["stream_matching"])


def test_who_writes_reads_his_own_list_and_is_not_alerted(scene: Scene) -> None:
    listing = scene.offers()
    scene.settle()
    scene.world.reads_all(scene.anna)
    scene.world.edits("LEAD", scene.lead, a_lead(client_name="Другая"))
    scene.settle()
    assert scene.told() == [(1, (listing,))]
    ((_, own, count, _),) = (alerted(scene.boris, one) for one in scene.world.notices(scene.boris))
    assert (own, count) == (listing, 1)
    assert other("LEAD") == "PROPERTY"
