"""While a transaction is being written a part of it is seen: a reader stands that, and never says
what was never so.
"""

from collections.abc import Callable
from itertools import count
from random import Random
from typing import Any
from unittest.mock import patch

import pytest

from cobroke.domain import ids
from cobroke.domain.errors import Busy
from cobroke.domain.notices.wording import Words
from cobroke.domain.paging import Page
from cobroke.domain.postings.kinds import KINDS, Kind
from cobroke.domain.postings.posting import Content, Posting
from cobroke.domain.realtors import Proof, Realtor
from cobroke.storage import keys, realtors
from cobroke.storage.matching.backlog import Written, backlog
from cobroke.storage.notices import alerts, inboxes, notices, pages
from cobroke.storage.notices.inboxes import Inbox
from cobroke.storage.notices.notices import Notice
from cobroke.storage.postings import postings
from cobroke.storage.postings.idempotency import Idempotency
from cobroke.storage.table import Key
from tests.memory_table import MemoryTable
from tests.support.contents import FLAT
from tests.support.seekers_world import SECOND, START, Offer, SeekersWorld

OWNER = ids.realtor_id(b"12345678")
SEEDS = range(16)
WHOLE = Page(1, 100)

of_both = pytest.mark.parametrize("kind", KINDS)


def in_the_midst(
    table: MemoryTable, seed: int, write: Callable[[], Any], look: Callable[[], Any]
) -> Any:
    """What a look sees in the midst of the write's first transaction."""
    seen = list[Any]()

    def others() -> None:
        if table.store.is_under_way and not seen:
            seen.append(look())

    table.between, table.store.torn = others, Random(seed)
    write()
    table.between, table.store.torn = lambda: None, None
    return seen[0]


def held_back(table: MemoryTable, key: Key) -> Any:
    """It is seen after the first pause."""
    raw = table.store.items.pop(key)
    return patch(
        "cobroke.storage.pauses.time.sleep", lambda _: table.store.items.setdefault(key, raw)
    )


def a_world(kind: Kind) -> SeekersWorld:
    world = SeekersWorld(kind)
    for _ in range(2):
        world.passes(SECOND)
        world.post(Offer())
    world.passes(SECOND)
    return world


@of_both
@pytest.mark.parametrize("seed", SEEDS)
def test_a_list_shows_what_is_being_posted_or_does_not(kind: Kind, seed: int) -> None:
    world = a_world(kind)
    before = world.brute_force()
    seen = in_the_midst(world.table, seed, lambda: world.post(Offer()), world.recommended)
    assert len(world.brute_force()) == len(before) + 1
    assert seen in (before, world.brute_force())


@of_both
def test_a_counterpart_that_is_seen_after_its_entry_is_loaded_in_the_next_try(kind: Kind) -> None:
    world = a_world(kind)
    newest = world.counterparts[-1]
    key, read, calls = (
        keys.owned(world.other, newest),
        world.table.store.batch_get_item,
        list[Any](),
    )
    raw = world.table.store.items.pop(key)

    def late(**asked: Any) -> Any:
        found = read(**asked)
        if any(
            (one["PK"]["S"], one["SK"]["S"]) == key
            for each in asked["RequestItems"].values()
            for one in each["Keys"]
        ):
            calls.append(asked)
            world.table.store.items[key] = raw
        return found

    with patch.object(world.table.store, "batch_get_item", late):
        assert newest in [place.id for place in world.recommended()]
    assert len(calls) == 2


@of_both
@pytest.mark.parametrize("seed", SEEDS)
def test_a_run_leaves_what_is_being_written_to_the_next_one(kind: Kind, seed: int) -> None:
    world = a_world(kind)
    there = {*world.counterparts}

    def standing() -> set[str]:
        changes = backlog(world.table, world.own.content.features.market, START)
        found = [one.id for one in changes if isinstance(one, Written) and one.kind == world.other]
        return {one.id for one, _ in alerts.standing(world.table, world.other, found)}

    seen = in_the_midst(world.table, seed, lambda: world.post(Offer()), standing)
    assert there <= seen <= {*world.counterparts}


def a_notice(number: int) -> Notice:
    return Notice(notices.notice_id(START + number, number), "NEW_MATCH", Words("", ""), {})


def listed(
    table: MemoryTable, known: Inbox | None = None, *, unread_only: bool
) -> tuple[list[bool], int, int]:
    """Of each notice whether it is read; how many they are, and how many unread."""
    found, total, unread = pages.page_of(
        table, known or inboxes.load(table, OWNER), WHOLE, 0, unread_only=unread_only
    )
    return [one.is_read for one in found], total, unread


@pytest.fixture
def inbox() -> MemoryTable:
    """With one that was read, and one that was not."""
    table = MemoryTable()
    for number in range(2):
        notices.put(table, OWNER, a_notice(number))
    notices.read(table, OWNER, a_notice(0).id, 0)
    return table


@pytest.mark.parametrize("begun_before", [False, True])
@pytest.mark.parametrize("unread_only", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_what_is_being_told_is_not_listed_or_unread(
    inbox: MemoryTable, seed: int, *, begun_before: bool, unread_only: bool
) -> None:
    """Also by a look that began before: it has seen the inbox as it was."""
    read_before = inboxes.load(inbox, OWNER)

    def look() -> Any:
        return listed(inbox, known, unread_only=unread_only)

    known = read_before if begun_before else None
    before = look()
    seen = in_the_midst(inbox, seed, lambda: notices.put(inbox, OWNER, a_notice(2)), look)
    assert seen in (before, look())
    assert look() == (([False, False], 2, 2) if unread_only else ([False, False, True], 3, 2))


@pytest.mark.parametrize("call", range(4))
def test_what_is_told_while_notices_are_listed_is_never_listed_as_read(
    inbox: MemoryTable, call: int
) -> None:
    calls, before = count(), listed(inbox, unread_only=False)

    def others() -> None:
        if next(calls) == call:
            notices.put(inbox, OWNER, a_notice(2))

    inbox.between = others
    seen = listed(inbox, unread_only=False)
    inbox.between = lambda: None
    assert seen in (before, listed(inbox, unread_only=False))


@pytest.mark.parametrize("seed", range(6))
def test_what_is_being_told_is_not_called_read_before_its_mark_can_be_taken_off(
    inbox: MemoryTable, seed: int
) -> None:
    def look() -> None:
        with patch("cobroke.storage.pauses.time.sleep"), pytest.raises(Busy):
            notices.read(inbox, OWNER, a_notice(2).id, 0)

    in_the_midst(inbox, seed, lambda: notices.put(inbox, OWNER, a_notice(2)), look)
    notices.read(inbox, OWNER, a_notice(2).id, 0)
    assert listed(inbox, unread_only=False) == ([True, False, True], 3, 1)


@of_both
def test_what_a_marker_says_was_made_is_waited_for(kind: Kind) -> None:
    table, once = MemoryTable(), Idempotency("route", "key", "body")

    def made() -> Posting:
        content = Content(FLAT, Offer().features(kind))
        return postings.create(table, kind, OWNER, content, lambda: START, once)

    first = made()
    with held_back(table, keys.owned(kind, first.id)):
        assert made() == first


def test_who_is_registering_logs_in_once_he_is_there() -> None:
    table = MemoryTable()
    anna = realtors.register(table, Realtor("", "7", "+7"))
    with held_back(table, keys.realtor(anna.id)):
        assert realtors.login(table, Proof("7", "Анна", None, START // 1000)).id == anna.id
