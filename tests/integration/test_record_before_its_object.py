"""The stream's record of a write may come while a batch of reads sees its object, or its entry, as
it was before.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

import pytest

from cobroke.domain.deals.pair import PairIds
from cobroke.storage import keys
from cobroke.storage.notation import Item
from cobroke.storage.notices import alerts
from cobroke.storage.postings import postings
from cobroke.storage.table import Key, Table, Write
from functions.stream_matching import handler as matching
from tests.builders import a_lead, a_property
from tests.support.scene import Scene, a_scene
from tests.support.town import Town

FAR, FITTING = 60_000_000, 20_000_000


@pytest.fixture
def scene() -> Scene:
    scene = a_scene()
    scene.settle()
    return scene


@contextmanager
def seen_late(world: Town, key: Key, write: Callable[[], None], times: int) -> Iterator[None]:
    """So many reads of several items see under this key what was there before the write."""
    before, get_many, left = world.table.get(key), Table.get_many, [None] * times
    write()

    def behind(table: Table, wanted: Iterable[Key]) -> dict[Key, Item]:
        asked = list(wanted)
        found = get_many(table, asked)
        if key in asked and left:
            left.pop()
            return {name: item for name, item in found.items() if name != key} | (
                {key: before} if before else {}
            )
        return found

    with patch.object(Table, "get_many", behind):
        yield
    assert not left


def handled(scene: Scene, since: int) -> None:
    with scene.world.followed():
        records = list(scene.world.table.stream)[since:]
        assert matching.handler({"Records": records}, None) == {"batchItemFailures": []}


def test_a_change_whose_object_is_still_seen_as_it_was_alerts_all_the_same(scene: Scene) -> None:
    world, listing, cut = scene.world, scene.offers(FAR), a_property(price=FITTING)
    scene.settle()
    since = len(world.table.stream)
    with seen_late(
        world,
        keys.owned("PROPERTY", listing),
        lambda: world.edits("PROPERTY", listing, cut),
        times=2,
    ):
        handled(scene, since)
    assert scene.told() == [(1, (listing,))]
    stored = postings.load(world.table, "PROPERTY", listing)
    assert alerts.cause_of(world.table, stored) is None


def test_a_change_whose_entry_is_still_seen_as_it_was_is_not_taken_for_overtaken(
    scene: Scene,
) -> None:
    """Another pair begins while it is told, so that each is looked at for itself."""
    world, listing = scene.world, scene.offers(FITTING)
    another, no_new_pair = world.posts("LEAD", world.realtors[2], a_lead()), alerts.no_new_pair
    entry = keys.market_entry(
        postings.load(world.table, "PROPERTY", listing).content.features, listing
    )

    def meanwhile(table: Table, cause: alerts.Cause) -> Write:
        world.acts("LEAD", PairIds(another, listing), "LIKE")
        return no_new_pair(table, cause)

    def unseen(table: Table, wanted: Iterable[Key]) -> dict[Key, Item]:
        return {key: item for key, item in get_many(table, wanted).items() if key != entry}

    get_many = Table.get_many
    with (
        patch.object(alerts, "no_new_pair", meanwhile),
        patch.object(Table, "get_many", unseen),
    ):
        handled(scene, 0)
    assert scene.told() == [(1, (listing,))]
