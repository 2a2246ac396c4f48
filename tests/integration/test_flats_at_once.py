"""Listings of one flat that are written at once, and writes that die: what is kept of who offers
it is what the listings say.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from random import Random
from typing import Any
from unittest.mock import patch

import pytest

from cobroke.domain.errors import Archived
from cobroke.storage import keys
from cobroke.storage.postings import flats, postings
from tests.builders import a_property
from tests.memory_table import MemoryTable
from tests.support.evening import audited, of_entity
from tests.support.offered import agree, by_listings
from tests.support.orders import Act, by_chance, every_order
from tests.support.scheduler import Killed
from tests.support.table_calls import WHENS, Death, watched
from tests.support.town import MINUTE, Town


@pytest.fixture(autouse=True)
def aws() -> None:
    """No account: the table is in memory."""


type Deed = Callable[[Town, str], object]
DEEDS: dict[str, Deed] = {
    "created": lambda town, _: town.posts("PROPERTY", town.realtors[2], a_property()),
    "cheaper": lambda town, an_id: town.edits("PROPERTY", an_id, a_property(price=17_000_000)),
    "unchanged": lambda town, an_id: town.edits("PROPERTY", an_id, a_property()),
    "moved": lambda town, an_id: town.edits("PROPERTY", an_id, a_property(floor=4)),
    "archived": lambda town, an_id: town.archives("PROPERTY", an_id),
    "stale": lambda town, an_id: postings.grow_stale(
        town.table, "PROPERTY", an_id, lambda: town.now + 61 * 24 * 60 * MINUTE
    ),
}


def two_offers() -> tuple[Town, list[str]]:
    """Of the same flat."""
    town = Town()
    return town, [town.posts("PROPERTY", owner, a_property()) for owner in town.realtors[:2]]


@pytest.mark.parametrize("second", DEEDS)
@pytest.mark.parametrize("first", DEEDS)
def test_two_writes_of_one_flat_in_any_order_leave_what_the_listings_say(
    first: str, second: str
) -> None:
    def meet() -> tuple[MemoryTable, list[Act]]:
        town, (one, other) = two_offers()
        return town.table, [
            lambda: DEEDS[first](town, one),
            lambda: DEEDS[second](town, other),
        ]

    for table in every_order(meet):
        assert agree(table)


def test_four_writes_of_one_flat_in_a_torn_table_leave_what_the_listings_say() -> None:
    for seed in range(60):
        rng = Random(seed)
        town, ids = two_offers()
        town.table.store.torn = rng
        chosen = [(DEEDS[rng.choice(list(DEEDS))], rng.choice(ids)) for _ in range(4)]
        acts: list[Act] = [partial(tried, deed, town, an_id) for deed, an_id in chosen]
        by_chance(town.table, acts, rng)
        assert agree(town.table)


def tried(deed: Deed, town: Town, an_id: str) -> None:
    """What is archived may be written no more."""
    with suppress(Archived):
        deed(town, an_id)


@pytest.mark.parametrize("name", DEEDS)
def test_wherever_a_write_dies_the_offers_are_as_the_listings_say(name: str) -> None:
    town, (one, _) = two_offers()
    with watched(town.table) as calls:
        DEEDS[name](town, one)
    for at in range(len(calls)):
        for when in WHENS:
            town, (one, _) = two_offers()
            with watched(town.table, Death(at, when)), pytest.raises(Killed):
                DEEDS[name](town, one)
            assert agree(town.table)


def test_the_last_who_leaves_takes_the_item_along() -> None:
    town, ids = two_offers()
    town.archives("PROPERTY", ids[0])
    assert len(of_entity(town.table, "FLAT")) == 1
    town.archives("PROPERTY", ids[1])
    assert of_entity(town.table, "FLAT") == []


def test_a_lead_and_what_moves_nothing_read_and_write_no_flat() -> None:
    town, (one, _) = two_offers()
    before = of_entity(town.table, "FLAT")
    with watched(town.table) as calls:
        town.edits("PROPERTY", one, a_property(description="nothing new of the flat"))
    assert calls == ["get_item", "transact_write_items"]
    assert of_entity(town.table, "FLAT") == before


def test_of_many_twins_some_are_kept_and_the_rest_neither_write_nor_wait() -> None:
    town = Town()
    for number in range(flats.MOST + 3):
        town.posts("PROPERTY", town.realtors[number % 4], a_property())
    (item,) = of_entity(town.table, "FLAT")
    assert len(item["offers"]) == 28 * flats.MOST < 1024 - 100
    with watched(town.table) as calls:
        town.posts("PROPERTY", town.realtors[0], a_property())
    assert calls == ["batch_get_item", "transact_write_items"]
    assert of_entity(town.table, "FLAT") == [item]
    assert audited(town.table, town.now + 10 * MINUTE)["flats"] == 0


def test_the_audit_lets_in_who_stood_outside_when_there_is_room() -> None:
    with patch.object(flats, "MOST", 2):
        town, ids = two_offers()
        late = town.posts("PROPERTY", town.realtors[2], a_property())
        town.archives("PROPERTY", ids[0])
        assert not agree(town.table)
        assert audited(town.table, town.now + 10 * MINUTE)["flats"] == 1
        assert agree(town.table)
        (packed,) = (item["offers"] for item in of_entity(town.table, "FLAT"))
        (key,) = by_listings(postings.load_many(town.table, "PROPERTY", [late]).values())
        assert {offer.id for offer in flats.unpacked(key, packed)} == {ids[1], late}


def test_a_listing_of_before_flats_were_kept_joins_by_the_audit_or_when_it_moves() -> None:
    town, (one, other) = two_offers()
    (item,) = of_entity(town.table, "FLAT")
    town.table.transact([town.table.delete((item["PK"], item["SK"]))])
    town.edits("PROPERTY", one, a_property(price=17_000_000))
    (key,) = by_listings([postings.load(town.table, "PROPERTY", one)])
    assert [each.id for each in flats.unpacked(key, packed_at(town, key))] == [one]
    assert audited(town.table, town.now + 10 * MINUTE)["flats"] == 1
    assert {each.id for each in flats.unpacked(key, packed_at(town, key))} == {one, other}


def packed_at(town: Town, key: Any) -> bytes:
    return flats.read(town.table, {key})[key]


def test_no_address_makes_a_key_too_long() -> None:
    town = Town()
    long = "ж" * 120
    town.posts(
        "PROPERTY",
        town.realtors[0],
        a_property(city=long, street=long, house_number="ж" * 20),
    )
    (item,) = of_entity(town.table, "FLAT")
    assert (item["PK"], item["SK"]) == keys.flat(bytes.fromhex(item["PK"].partition("#")[2]))
    assert len(item["PK"]) == 37
