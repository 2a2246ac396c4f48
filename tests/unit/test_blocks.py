"""Who is parted of whom, as it is kept: however many, either way, whoever comes first."""

from collections.abc import Callable
from contextlib import suppress
from unittest.mock import patch

import pytest

from cobroke.domain import ids
from cobroke.domain.errors import LimitReached, NotFound
from cobroke.domain.realtors import Realtor
from cobroke.flows.deals import blocks
from cobroke.storage import realtors
from cobroke.storage.matching.held_parted import HeldParted
from cobroke.storage.parting import block_keys, parted
from cobroke.storage.parting import blocks as kept
from tests.memory_table import MemoryTable
from tests.support.orders import every_order
from tests.support.table_calls import watched

START = 1_764_000_000_000


class Crowd:
    """Realtors over one table, whose clock stands."""

    def __init__(self, number: int) -> None:
        self.table = MemoryTable()
        self.all = [
            realtors.register(self.table, Realtor("", f"{name}", "+7")).id for name in range(number)
        ]
        self.now = START

    def clock(self) -> int:
        return self.now

    def blocks(self, blocker: str, blocked: str) -> None:
        blocks.block(self.table, blocker, blocked, self.clock)

    def unblocks(self, blocker: str, blocked: str) -> None:
        blocks.unblock(self.table, blocker, blocked, self.clock)

    def parted_from(self, realtor: str) -> set[str]:
        found = parted.load(self.table, realtor)
        return {other for other in self.all if found.from_(other)}


def test_both_are_parted_and_nobody_else() -> None:
    crowd = Crowd(3)
    anna, boris, clara = crowd.all
    crowd.blocks(anna, boris)
    assert [crowd.parted_from(one) for one in crowd.all] == [{boris}, {anna}, set()]
    crowd.blocks(clara, boris)
    assert crowd.parted_from(boris) == {anna, clara}


def test_the_owner_of_a_posting_is_known_by_its_id() -> None:
    crowd = Crowd(2)
    anna, boris = crowd.all
    crowd.blocks(anna, boris)
    found = parted.load(crowd.table, anna)
    assert found.from_owner_of(ids.posting_id(START, b"ab", boris))
    assert not found.from_owner_of(ids.posting_id(START, b"ab", anna))


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 11])
def test_however_many_block_one_each_counts_and_each_can_take_it_back(number: int) -> None:
    with patch.object(kept, "IN_A_PART", 2):
        crowd = Crowd(number + 1)
        boris, *others = crowd.all
        for one in others:
            crowd.blocks(one, boris)
        assert crowd.parted_from(boris) == set(others)
        for step, one in enumerate(others[::2] + others[1::2], 1):
            crowd.unblocks(one, boris)
            assert parted.load(crowd.table, boris).returned == step
            assert one not in crowd.parted_from(boris)
            assert len(crowd.parted_from(boris)) == number - step
        crowd.blocks(others[0], boris)
        assert crowd.parted_from(boris) == {others[0]}


def test_who_blocks_one_whom_many_have_blocked_reads_and_writes_no_part() -> None:
    with patch.object(kept, "IN_A_PART", 2):
        crowd = Crowd(9)
        boris, last, *others = crowd.all
        for one in others:
            crowd.blocks(one, boris)
        with patch.object(crowd.table, "get_many", wraps=crowd.table.get_many) as read:
            crowd.blocks(last, boris)
        asked = {key for call in read.call_args_list for key in call.args[0]}
        assert not {block_keys.blocks_part(boris, number) for number in range(9)} & asked


def test_those_who_block_one_at_once_lose_none_of_each_other() -> None:
    crowd = Crowd(0)

    def meet() -> tuple[MemoryTable, list[Callable[[], object]]]:
        nonlocal crowd
        crowd = Crowd(4)
        boris, first, *others = crowd.all
        crowd.blocks(first, boris)
        return crowd.table, [
            lambda: crowd.unblocks(first, boris),
            *(lambda one=one: crowd.blocks(one, boris) for one in others[:1]),
        ]

    with patch.object(kept, "IN_A_PART", 1):
        for _ in every_order(meet):
            boris, _, second, _ = crowd.all
            assert crowd.parted_from(boris) == {second}
            assert crowd.parted_from(second) == {boris}


def test_a_repeated_block_or_unblock_writes_nothing() -> None:
    crowd = Crowd(2)
    anna, boris = crowd.all
    crowd.unblocks(anna, boris)
    crowd.blocks(anna, boris)
    with watched(crowd.table) as calls:
        crowd.blocks(anna, boris)
    assert calls == ["batch_get_item"]
    crowd.unblocks(anna, boris)
    with watched(crowd.table) as calls:
        crowd.unblocks(anna, boris)
    assert calls == ["batch_get_item"]


def test_there_is_room_for_a_thousand_and_one_who_is_blocked_already_needs_none() -> None:
    with patch.object(blocks, "MOST_BLOCKED", 2):
        crowd = Crowd(4)
        anna, *others = crowd.all
        for one in others[:2]:
            crowd.blocks(anna, one)
        with pytest.raises(LimitReached):
            crowd.blocks(anna, others[2])
        crowd.blocks(anna, others[0])
        crowd.blocks(others[2], anna)
        crowd.unblocks(anna, others[0])
        crowd.blocks(anna, others[2])
    assert blocks.MOST_BLOCKED == 1_000


@pytest.mark.parametrize("change", [blocks.block, blocks.unblock])
def test_there_is_no_block_of_nobody(change: Callable[..., None]) -> None:
    crowd = Crowd(1)
    with pytest.raises(NotFound):
        change(crowd.table, crowd.all[0], ids.realtor_id(b"no-one-8"), crowd.clock)
    assert not [item for item in crowd.table.items() if item["entity"] == "BLOCKS"]


def test_whom_one_has_blocked_is_listed_newest_first() -> None:
    crowd = Crowd(4)
    anna, *others = crowd.all
    for one in (others[1], others[0], others[2]):
        crowd.now += 1
        crowd.blocks(anna, one)
    crowd.blocks(others[0], anna)
    found = [(one.realtor.id, one.at) for one in blocks.blocked_by(crowd.table, anna)]
    assert found == [(others[2], START + 3), (others[0], START + 2), (others[1], START + 1)]


def test_a_memory_is_caught_up_once_a_batch_by_what_has_changed() -> None:
    crowd = Crowd(3)
    anna, boris, clara = crowd.all
    held = HeldParted(crowd.table, crowd.clock)

    def known() -> list[bool]:
        found = held.of([anna, boris])
        return [found[anna].from_(boris), found[boris].from_(anna), found[boris].from_(clara)]

    assert known() == [False, False, False]
    crowd.blocks(anna, boris)
    crowd.blocks(clara, boris)
    held.expire()
    assert known() == [True, True, True]
    with watched(crowd.table) as calls:
        assert known() == [True, True, True]
    assert calls == []
    for _ in range(2):
        crowd.now += 3_600_000
        held.expire()
        held.of([anna, boris])
    held.expire()
    with watched(crowd.table) as calls:
        assert known() == [True, True, True]
    assert calls == ["query", "batch_get_item"]  # what has changed, and who is gone
    crowd.unblocks(anna, boris)
    held.expire()
    assert known() == [False, False, True]


def test_what_was_written_by_a_clock_behind_is_not_missed_by_a_memory() -> None:
    crowd = Crowd(2)
    anna, boris = crowd.all
    held = HeldParted(crowd.table, crowd.clock)
    held.of([anna, boris])
    crowd.now -= 25_000
    crowd.blocks(anna, boris)
    crowd.now += 25_000
    held.expire()
    assert held.of([anna])[anna].from_(boris)
    with suppress(LimitReached):
        crowd.unblocks(anna, boris)
