"""Only the newest change of an object alerts, only of what was there before it, and never of a pair
with a match.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest

from cobroke.domain.deals.pair import PairIds, Side
from cobroke.domain.ids import created_at
from cobroke.domain.postings.posting import Posting
from cobroke.flows.notices import alerts as flow
from cobroke.flows.schedule.rematch import rematch
from cobroke.storage import keys
from cobroke.storage.matching.held_markets import HeldMarkets
from cobroke.storage.notation import Item
from cobroke.storage.notices import alerts
from cobroke.storage.postings import posting, postings
from cobroke.storage.table import Key, Table, Write
from functions.stream_matching import handler as matching
from tests.builders import a_lead, a_property
from tests.pump import Json
from tests.support.scene import Scene, a_scene
from tests.support.town import Town

CHEAPER, DEARER, FAR = 20_000_000, 21_000_000, 60_000_000


@pytest.fixture
def scene() -> Scene:
    scene = a_scene()
    scene.settle()
    return scene


@contextmanager
def just_before_it_is_told(world: Town, act: Callable[[], object]) -> Iterator[None]:
    """What others do when all is read and the first alert is about to be written."""
    transact, acted = world.table.transact, list[None]()

    def meanwhile(writes: Sequence[Write]) -> None:
        entities = [write["Put"]["Item"]["entity"]["S"] for write in writes if "Put" in write]
        if "ALERTED" in entities and not acted:
            acted.append(None)
            with patch.object(world.table, "transact", transact):
                act()
        transact(writes)

    with patch.object(world.table, "transact", meanwhile):
        yield
    assert acted


def handled(scene: Scene) -> None:
    """The matching's records so far, by the matching alone."""
    with scene.world.followed():
        assert matching.handler({"Records": list(scene.world.table.stream)}, None) == {
            "batchItemFailures": []
        }


def read(scene: Scene, listing: str) -> Posting:
    return postings.load(scene.world.table, "PROPERTY", listing)


@pytest.mark.parametrize("change", ["edited", "moved", "archived"])
def test_what_has_changed_or_left_while_it_was_told_of_is_told_to_nobody(
    scene: Scene, change: str
) -> None:
    listing, world = scene.offers(), scene.world
    body = a_property(price=FAR) if change == "edited" else a_property(city="Тверь")
    written = read(scene, listing)

    def act() -> None:
        if change == "archived":
            world.archives("PROPERTY", listing)
        else:
            world.edits("PROPERTY", listing, body)

    with just_before_it_is_told(world, act):
        handled(scene)
    assert scene.told() == []
    assert alerts.cause_of(world.table, written) is not None
    scene.settle()
    assert scene.told() == []


def test_what_has_become_better_while_it_was_told_of_is_told_as_it_is_now(scene: Scene) -> None:
    listing = scene.offers(DEARER)
    with just_before_it_is_told(
        scene.world, lambda: scene.world.edits("PROPERTY", listing, a_property(price=CHEAPER))
    ):
        handled(scene)
    assert scene.told() == []
    scene.settle()
    (notice,) = scene.world.notices(scene.anna)
    assert notice.data["top"] == [{"property_id": listing, "match_score": 100}]


def test_what_is_repaired_while_it_was_told_of_is_told_by_the_next_run(scene: Scene) -> None:
    world, listing = scene.world, scene.offers()

    def repair() -> None:
        old = read(scene, listing)
        world.table.transact(posting.writes(world.table, old, old.changed(world.clock())))

    with just_before_it_is_told(world, repair):
        scene.settle()
    assert scene.told() == []
    market = read(scene, listing).content.features.market
    for _ in range(2):
        rematch(world.table, HeldMarkets(world.table, world.clock), market, world.clock)
        assert scene.told() == [(1, (listing,))]


def test_a_later_lead_is_not_told_of_an_earlier_change_and_is_told_of_the_next_one(
    scene: Scene,
) -> None:
    world, listing = scene.world, scene.offers()
    world.now -= 1  # the lead comes in the same millisecond
    clara = world.realtors[2]
    later = world.posts("LEAD", clara, a_lead())
    assert created_at(later) == read(scene, listing).updated_at
    scene.settle()
    assert scene.told() == [(1, (listing,))]
    assert world.notices(clara) == []
    world.edits("PROPERTY", listing, a_property(price=DEARER, floor=7))
    scene.settle()
    (notice,) = world.notices(clara)
    assert notice.data["top"][0]["property_id"] == listing


def test_a_repair_is_no_change_that_a_later_lead_is_told_of(scene: Scene) -> None:
    world, listing = scene.world, scene.offers()
    clara = world.realtors[2]
    world.posts("LEAD", clara, a_lead())
    old = read(scene, listing)
    world.table.transact(posting.writes(world.table, old, old.changed(world.clock())))
    repaired = read(scene, listing)
    with world.followed():
        flow.alert(world.table, world.held, repaired, world.clock)
    assert [len(world.notices(who)) for who in (scene.anna, clara)] == [1, 0]


DEEDS: dict[str, list[tuple[Side, Any]]] = {
    "PENDING": [("LEAD", "LIKE")],
    "ACCEPTED": [("LEAD", "LIKE"), ("PROPERTY", "LIKE")],
    "REJECTED": [("LEAD", "LIKE"), ("PROPERTY", "DISLIKE")],
    "disliked": [("LEAD", "DISLIKE")],
}


@pytest.mark.parametrize("status", DEEDS)
def test_a_price_cut_alerts_of_a_pair_that_was_disliked_and_of_none_with_a_match(
    scene: Scene, status: str
) -> None:
    listing = scene.offers(DEARER)
    for side, action in DEEDS[status]:
        scene.world.acts(side, PairIds(scene.lead, listing), action)
    scene.settle()
    assert scene.told() == []
    scene.world.edits("PROPERTY", listing, a_property(price=CHEAPER))
    scene.settle()
    assert scene.told() == ([(1, (listing,))] if status == "disliked" else [])


@pytest.mark.parametrize(
    "before", ["nothing", "a dislike of another", "a dislike that is out of date"]
)
def test_a_pair_that_becomes_a_match_while_it_is_told_of_is_not_told(
    scene: Scene, before: str
) -> None:
    world, listing = scene.world, scene.offers(DEARER)
    ids = PairIds(scene.lead, listing)
    if before != "nothing":
        lead = (
            scene.lead
            if "out of date" in before
            else world.posts("LEAD", world.realtors[3], a_lead())
        )
        world.acts("LEAD", PairIds(lead, listing), "DISLIKE")
        scene.settle()
        world.reads_all(scene.anna)
        world.edits("PROPERTY", listing, a_property(price=CHEAPER))
    told = scene.told()
    with just_before_it_is_told(world, lambda: world.acts("LEAD", ids, "LIKE")):
        scene.settle()
    assert scene.told() == told


def test_a_match_with_one_keeps_nobody_else_from_being_told(scene: Scene) -> None:
    world, listing = scene.world, scene.offers()
    others = [who for who in world.realtors if who not in {scene.anna, scene.boris}]
    world.now -= 10_000
    for who in others:
        world.posts("LEAD", who, a_lead())
    world.now += 10_000
    with just_before_it_is_told(
        world, lambda: world.acts("LEAD", PairIds(scene.lead, listing), "LIKE")
    ):
        scene.settle()
    assert scene.told() == []
    assert [len(world.notices(who)) for who in others] == [1, 1]


def test_a_wrong_count_of_pairs_keeps_nobody_from_being_told(scene: Scene) -> None:
    world, listing = scene.world, scene.offers()
    pk, sk = keys.counts("PROPERTY", listing)
    world.table.transact(
        [world.table.put({"PK": pk, "SK": sk, "entity": "COUNTS", "pairs": 7, "matches": 0})]
    )
    scene.settle()
    assert scene.told() == [(1, (listing,))]


def test_an_object_whose_own_entry_is_not_to_be_seen_yet_alerts_all_the_same(scene: Scene) -> None:
    listing = scene.offers()
    query = Table.query_raw

    def torn(table: Table, pk: str, *more: Any, **named: Any) -> Iterator[Json]:
        raws = query(table, pk, *more, **named)
        return (
            raw
            for raw in raws
            if not (pk.startswith(("MARKET", "CHANGES")) and listing in raw["SK"]["S"])
        )

    with patch.object(Table, "query_raw", torn):
        handled(scene)
    assert scene.told() == [(1, (listing,))]


@pytest.mark.parametrize("unseen", ["NOTICES", "UNREAD"])
def test_an_open_alert_that_is_seen_in_part_has_no_other_beside_it(
    scene: Scene, unseen: str
) -> None:
    first = scene.offers(CHEAPER)
    scene.settle()
    second, get_many, torn = scene.offers(DEARER), Table.get_many, list[None]()

    def in_part(table: Table, wanted: Any) -> dict[Key, Item]:
        items = get_many(table, wanted)
        hidden = [key for key in items if key[0].startswith(unseen)] if not torn else []
        torn.extend(None for _ in hidden)
        return {key: item for key, item in items.items() if key not in hidden}

    with patch.object(Table, "get_many", in_part):
        handled(scene)
    assert scene.told() == [(2, (first, second))]


def test_an_alert_of_many_is_one_transaction_and_each_is_told_once(scene: Scene) -> None:
    world = scene.world
    for who in world.realtors:
        for _ in range(7):
            world.posts("LEAD", who, a_lead())
    scene.settle()
    listing, told = scene.offers(), list[int]()
    transact = world.table.transact

    def counted(writes: Sequence[Write]) -> None:
        told.append(
            sum(
                "Put" in write and write["Put"]["Item"]["entity"]["S"] == "ALERTED"
                for write in writes
            )
        )
        transact(writes)

    with patch.object(world.table, "transact", counted):
        handled(scene)
    assert [one for one in told if one] == [12, 10]
    assert sum(len(world.notices(who)) for who in world.realtors) == 22
    assert {
        one.data["top"][0]["property_id"] for who in world.realtors for one in world.notices(who)
    } == {listing}
