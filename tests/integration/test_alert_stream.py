"""However the stream is delivered, the same realtors are alerted of the same, once, and each alert
is pushed once.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from random import Random
from typing import Any
from unittest.mock import patch

import pytest

from cobroke.domain.deals.pair import PairIds, Side
from cobroke.domain.errors import NotFound
from cobroke.domain.ids import owner_of
from cobroke.domain.notices.wording import Words
from cobroke.domain.postings.kinds import other
from cobroke.domain.postings.posting import Posting
from cobroke.flows import following
from cobroke.flows.matching.ranking import prepare_ranking
from cobroke.storage.notation import Item, item_of
from cobroke.storage.postings import posting, postings
from cobroke.storage.table import Table, Write
from cobroke.telegram.bot_api import Answer, Sent
from functions.stream_matching import handler as matching
from functions.stream_notifications import handler as notifying
from functions.telegram_push import handler as pushing
from tests.builders import a_lead, a_property
from tests.memory_table import Stream, fill
from tests.pump import Json, Pump, passes
from tests.support.chat import told_by
from tests.support.contents import body_of, content
from tests.support.post import Post
from tests.support.scene import Scene, a_scene
from tests.support.table_faults import FAULTS, Fault, faulty, never, once, sometimes
from tests.support.town import (
    BATCH_SIZE,
    PATTERNS,
    Alerted,
    Town,
    alerted,
    counts,
    pumps,
    without_luck,
)

SEEDS = range(12)


@dataclass(frozen=True)
class Day:
    """What a city's realtors left behind in the evening, when nobody has been alerted yet."""

    stream: Sequence[Json]
    items: Sequence[Item]
    realtors: Sequence[str]
    now: int

    def world(self) -> Town:
        world = Town(())
        world.realtors, world.now = list(self.realtors), self.now
        fill(world.table, self.items)
        world.table.store.stream = Stream(self.stream)
        return world

    @property
    def waking(self) -> list[Json]:
        """The records that the matching's filters let through."""
        return [
            one
            for one in self.stream
            if any(passes(one, pattern) for pattern in PATTERNS["stream_matching"])
        ]


@pytest.fixture(scope="module")
def day() -> Day:
    rng, world = Random(4), Town()
    there, kinds = dict[str, Side](), list[Side](["LEAD", "PROPERTY", "PROPERTY", "PROPERTY"])
    for _ in range(26):
        kind = rng.choice(kinds)
        there[world.posts(kind, rng.choice(world.realtors), body_of(rng, kind))] = kind
    for posting_id in rng.sample(list(there), 8):
        world.edits(there[posting_id], posting_id, body_of(rng, there[posting_id]))
    for posting_id in rng.sample(list(there), 2):
        world.archives(there.pop(posting_id), posting_id)
    leads = [one for one in there if there[one] == "LEAD"]
    for lead in leads:
        listing = rng.choice(
            [one for one in there if there[one] == "PROPERTY" and owner_of(one) != owner_of(lead)]
        )
        with suppress(NotFound):  # they have nothing in common
            world.acts("LEAD", PairIds(lead, listing), rng.choice(["LIKE", "DISLIKE"]))
    items = [item_of(raw) for raw in world.table.store.items.values()]
    return Day(list(world.table.stream), items, world.realtors, world.now)


@pytest.fixture(scope="module")
def clean(day: Day) -> Counter[Alerted]:
    """What one pass tells, record by record."""
    world = day.world()
    world.settle(*pumps(Random(0), quiet=True))
    assert len(world.queue.messages) == len({who for who, _ in world.every_notice})
    assert world.queued == world.every_notice
    return world.alerted()


def test_the_day_was_one_with_many_alerts(day: Day, clean: Counter[Alerted]) -> None:
    assert clean.total() >= 12
    assert {*clean.values()} == {1}, "one for each own object"
    sizes = sorted(count for _, _, count, _ in clean)
    assert sizes[0] <= 2
    assert sizes[-1] > 4
    assert sizes[-1] <= 10
    assert 30 <= len(day.waking) < len(day.stream)


def wild_world(day: Day, seed: int, fault: Fault | None = None) -> tuple[Town, Pump, Pump]:
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
        assert world.queued == world.every_notice, seed


def test_what_was_read_between_is_not_told_again(day: Day, clean: Counter[Alerted]) -> None:
    for seed in SEEDS:
        world, matcher, notifier = wild_world(day, seed)
        for realtor in world.realtors:
            world.reads_all(realtor)
        told = world.every_notice
        matcher.position = notifier.position = 0
        world.settle(matcher, notifier)
        assert world.every_notice == told
        assert (world.alerted(), world.alerted(unread_only=True)) == (clean, Counter()), seed


def test_who_reads_half_way_is_told_of_each_counterpart_once(
    day: Day, clean: Counter[Alerted]
) -> None:
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


def test_a_crash_behind_any_record_changes_nothing(day: Day, clean: Counter[Alerted]) -> None:
    waking = day.waking
    for handled in range(1, len(waking) + 1):
        world = day.world()
        with world.followed():
            matching.handler({"Records": waking[:handled]}, None)
        world.settle(*pumps(Random(handled), quiet=True))
        assert world.alerted() == world.alerted(unread_only=True) == clean, handled
        assert world.queued == world.every_notice, handled


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_any_one_transaction_changes_nothing(
    day: Day, clean: Counter[Alerted], fault: Fault
) -> None:
    for number in range(sum(count for _, _, count, _ in clean)):
        world = day.world()
        with faulty(world.table, once(number, fault)):
            world.settle(*pumps(Random(0), quiet=True))
        assert world.alerted() == world.alerted(unread_only=True) == clean, number
        assert world.queued == world.every_notice, number


def test_a_notice_that_grows_or_is_sent_is_not_pushed_again_though_no_filter_holds_it_back(
    day: Day,
) -> None:
    world = day.world()
    matcher, _ = pumps(Random(0), quiet=True)
    unfiltered = without_luck(Pump(notifying.handler, Random(0)))
    world.settle(matcher, unfiltered)
    assert len(world.queued) == len(world.every_notice) > 10
    assert len(world.queue.messages) == len({who for who, _ in world.every_notice})


def test_what_is_queued_more_than_once_is_sent_once(day: Day) -> None:
    world, _, _ = wild_world(day, 1)
    post, sent = Post(now=world.now), Counter[str]()
    for message in world.queue.messages * 2:
        post.put(message)

    def send(chat_id: str, words: Words) -> Answer:
        sent[chat_id] += told_by(words.title)
        return Sent()

    with post.delivering(world.table), patch.object(pushing, "_send", send):
        post.deliver_all()
    chats = {who: str(number) for number, who in enumerate(world.realtors, 1)}
    assert sent == Counter(chats[who] for who, _ in world.every_notice)


@pytest.fixture
def scene() -> Scene:
    return a_scene()


def test_a_batch_with_several_objects_of_one_market_reads_its_changes_once(scene: Scene) -> None:
    world = scene.world
    listings = [scene.offers() for _ in range(12)]
    scene.settle()
    world.now += 3_600_000
    world.held.expire()
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

    def unprepared(table: Table, kind: Side, posting_id: str, _: object) -> Posting:
        return postings.load(table, kind, posting_id)

    batch = {"Records": world.table.stream[known:]}
    with (
        world.followed(),
        patch.object(Table, "query_raw", counted),
        patch.object(following, "prepare_ranking", unprepared),
    ):
        assert matching.handler(batch, None) == {"batchItemFailures": []}
    assert {pk: times for pk, times in asked.items() if pk.startswith(("CHANGES", "MARKET"))} == {
        "CHANGES#LEAD": 1,
        "CHANGES#PROPERTY": 1,
        "CHANGES#PAIR": 1,
        "CHANGES#BLOCKS": 1,
    }


def test_what_is_written_while_its_batch_is_handled_alerts_as_it_then_is(scene: Scene) -> None:
    """The batch has read the market before: only the newer write's own record may say that its
    object is done.
    """
    first, second = scene.offers(40_000_000), scene.offers(40_000_000)
    written = postings.load(scene.world.table, "PROPERTY", second)

    def meanwhile(table: Table, kind: Side, posting_id: str, clock: Any) -> Posting:
        if posting_id == second and postings.load(table, kind, second).version == written.version:
            scene.world.edits("PROPERTY", second, a_property())
        return prepare_ranking(table, kind, posting_id, clock)

    matcher, notifier = (
        replace(pump, batch_size=BATCH_SIZE) for pump in pumps(Random(0), quiet=True)
    )
    with patch.object(following, "prepare_ranking", meanwhile):
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
    old = postings.load(world.table, "PROPERTY", late)
    repaired = old.changed(world.clock())
    world.table.transact(posting.writes(world.table, old, repaired))
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


def test_the_listing_that_alerts_is_not_read_again_where_it_is_the_best_itself(
    scene: Scene,
) -> None:
    scene.settle()
    best, second = scene.offers(20_000_000), scene.offers(21_000_000)
    with patch.object(postings, "load_many", wraps=postings.load_many) as load_many:
        scene.settle()
    assert scene.told() == [(2, (best, second))]
    asked = [wanted for _, _, wanted in (one.args for one in load_many.mock_calls)]
    assert asked == [[], [best]], "for the alert of the second"


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
