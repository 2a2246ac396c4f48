"""What is PENDING between two closes behind a block, whoever acts meanwhile and however it is
delivered; what both agreed on stays.
"""

from collections.abc import Callable
from contextlib import suppress
from random import Random
from unittest.mock import patch

import pytest

from cobroke.domain import errors
from cobroke.domain.deals.pair import Action, Pair, PairIds, Side
from cobroke.domain.postings.kinds import other
from cobroke.flows.deals import agreement, parting
from cobroke.flows.schedule import rematch
from cobroke.storage.deals import pairs
from cobroke.storage.parting import block_changes
from cobroke.storage.parting.block_changes import BlockChange
from tests.builders import a_property
from tests.memory_table import MemoryTable
from tests.support.office import following
from tests.support.orders import every_order
from tests.support.parting import Parting, is_withdrawn_by, pair_of
from tests.support.table_calls import Death, When, watched
from tests.support.table_faults import faulty, sometimes
from tests.support.town import SIDES, without_luck


@pytest.fixture(autouse=True)
def aws() -> None:
    """No account: the table is in memory."""


@pytest.mark.parametrize("blocker", SIDES)
@pytest.mark.parametrize("liker", SIDES)
def test_what_is_pending_closes_as_withdrawn_by_who_has_blocked(blocker: Side, liker: Side) -> None:
    office = Parting()
    ids = PairIds(office.posted("LEAD"), office.posted("PROPERTY"))
    office.acts(liker, ids)
    office.blocks(blocker)
    office.settle()
    (pair,) = office.pairs_of("LEAD", ids.lead_id).values()
    assert pair.status == "REJECTED"
    assert is_withdrawn_by(blocker, pair)
    (mirror,) = office.pairs_of("PROPERTY", ids.property_id).values()
    assert mirror == pair


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("blocker", SIDES)
@pytest.mark.parametrize("action", ["LIKE", "DISLIKE"])
def test_no_side_acts_on_a_pair_under_a_block(blocker: Side, side: Side, action: Action) -> None:
    office = Parting()
    ids = PairIds(office.posted("LEAD"), office.posted("PROPERTY"))
    disliked = PairIds(office.posted("LEAD"), ids.property_id)
    pending = PairIds(office.posted("LEAD"), ids.property_id)
    office.acts(other(side), disliked, "DISLIKE")
    office.acts(other(side), pending)
    office.blocks(blocker)
    for one in (ids, disliked, pending):
        with pytest.raises(errors.NotFound):
            office.acts(side, one, action)
    office.unblocks(blocker)
    office.acts(side, ids, action)
    office.acts(side, disliked, action)


@pytest.mark.parametrize("blocker", SIDES)
def test_what_both_agreed_on_can_be_withdrawn_or_completed_and_then_no_more(blocker: Side) -> None:
    office = Parting()
    agreed, other_deal = (
        PairIds(office.posted("LEAD"), office.posted("PROPERTY")) for _ in range(2)
    )
    office.agrees(agreed)
    office.agrees(other_deal)
    office.blocks(blocker)
    assert office.acts("LEAD", agreed).status == "ACCEPTED"
    assert office.acts(blocker, agreed, "DISLIKE").status == "REJECTED"
    for side in SIDES:
        with pytest.raises(errors.NotFound):
            office.acts(side, agreed)
        sides, _ = agreement.complete(office.table, office.owner(side), other_deal, office.clock)
        assert sides.pair.status == "COMPLETED"


def test_a_block_comes_before_an_archived_object_and_behind_what_is_not_theirs() -> None:
    office = Parting()
    ids = PairIds(office.posted("LEAD"), office.posted("PROPERTY"))
    office.blocks("PROPERTY")
    office.archives("LEAD", ids.lead_id)
    with pytest.raises(errors.NotFound):
        office.acts("LEAD", ids)
    own = PairIds(ids.lead_id, office.posts("PROPERTY", office.anna, a_property()))
    with pytest.raises(errors.OwnObject):
        office.acts("LEAD", own)


def unfinished(office: Parting) -> list[BlockChange]:
    return list(block_changes.unfinished(office.table, office.now))


@pytest.mark.parametrize("blocker", SIDES)
@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("before", ["nothing", "liked", "agreed"])
def test_a_block_that_meets_an_act_leaves_nothing_open(
    blocker: Side, side: Side, before: str
) -> None:
    """Whichever comes first: no act opens or answers anything behind a block. So it is closed
    once, and what comes late finds it so.
    """
    ends = set[str | None]()
    office, ids = Parting(), PairIds("", "")

    def meet() -> tuple[MemoryTable, list[Callable[[], object]]]:
        nonlocal office, ids
        office = Parting()
        ids = PairIds(office.posted("LEAD"), office.posted("PROPERTY"))
        if before != "nothing":
            office.acts(other(side), ids)
        if before == "agreed":
            office.acts(side, ids)

        def act() -> None:
            with suppress(errors.NotFound):
                office.acts(side, ids, "DISLIKE" if before == "agreed" else "LIKE")

        def block() -> None:
            office.blocks(blocker)
            parting.part_all(office.table, office.clock)

        return office.table, [act, block]

    for table in every_order(meet):
        assert office.are_parted()
        (pair,) = pairs.load_many(table, [ids]) or (Pair.untouched(ids),)
        ends.add(pair.status)
        assert pair.status != "PENDING"
        if pair.status == "REJECTED" and before != "agreed":
            assert is_withdrawn_by(blocker, pair)
    assert (
        ends
        == {
            "nothing": {None, "REJECTED"},
            "liked": {"REJECTED", "ACCEPTED"},
            "agreed": {"REJECTED"},
        }[before]
    )


@pytest.mark.parametrize("blocker", SIDES)
def test_of_a_block_two_acts_and_its_closing_in_any_order_nothing_is_left_open(
    blocker: Side,
) -> None:
    """The closing behind a block meets an unblock and what is opened behind that: this stays."""
    ends = set[str | None]()
    office, ids = Parting(), PairIds("", "")

    def meet() -> tuple[MemoryTable, list[Callable[[], object]]]:
        nonlocal office, ids
        office = Parting()
        ids = PairIds(office.posted("LEAD"), office.posted("PROPERTY"))
        office.acts(other(blocker), ids)
        office.blocks(blocker)
        (change,) = unfinished(office)

        def changes_their_mind() -> None:
            office.unblocks(blocker)
            with suppress(errors.Conflict):
                office.acts(blocker, ids)

        return office.table, [
            changes_their_mind,
            lambda: parting.part_slice(office.table, change, office.clock),
        ]

    for table in every_order(meet):
        (pair,) = pairs.load_many(table, [ids])
        ends.add(f"{pair.status} {pair.epoch}")
    assert ends == {"ACCEPTED 1", "PENDING 2"}


@pytest.mark.parametrize("side", SIDES)
def test_a_block_that_was_taken_back_before_its_closing_closes_nothing(side: Side) -> None:
    office = Parting()
    own = office.with_pending(side, 2)
    office.blocks(side)
    office.unblocks(side)
    office.settle()
    assert office.statuses(side, own) == {"PENDING": 2, "ACCEPTED": 1}
    assert unfinished(office) == []


def test_two_who_block_one_and_a_third_who_no_longer_does_are_all_kept() -> None:
    """Whichever comes first, and the other way round at once."""
    office = Parting()

    def meet() -> tuple[MemoryTable, list[Callable[[], object]]]:
        nonlocal office
        office = Parting()
        return office.table, [lambda: office.blocks("LEAD"), lambda: office.blocks("PROPERTY")]

    for _ in every_order(meet):
        assert office.are_parted()
        office.unblocks("LEAD")
        assert office.are_parted()
        office.unblocks("PROPERTY")
        assert not office.are_parted()


@pytest.mark.parametrize("side", SIDES)
def test_one_delivery_closes_a_slice_and_no_more(side: Side) -> None:
    office = Parting()
    for _ in range(3):
        office.with_pending(side, 1)
    with patch.object(parting, "SLICE", 4):
        office.blocks(side)
        (change,) = unfinished(office)
        first = parting.part_slice(office.table, change, office.clock)
    assert (first.closed, first.after is None) == (2, False)


@pytest.mark.parametrize("seed", range(16))
def test_however_it_is_delivered_it_comes_to_its_end(seed: int) -> None:
    """Twice, late, in parts, dying anywhere, over a store that fails; and again from the start."""
    rng = Random(seed)
    side, office = rng.choice(SIDES), Parting()
    with patch.object(parting, "SLICE", rng.choice([1, 2, 5])):
        owns = [office.with_pending(side, number) for number in (3, 0, 2)]
        told = office.told()
        office.blocks(side)
        office.pump.rng, office.pump.batch_size = rng, rng.randint(1, 25)
        office.pump.attempts = 60
        for position in (office.pump.position, 0):
            office.pump.position = position
            with faulty(office.table, sometimes(rng)):
                office.settle()
        assert [office.is_done(side, own, n) for own, n in zip(owns, (3, 0, 2), strict=True)] == (
            [True] * 3
        )
        assert office.told() == told


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_slice_that_dies_at_any_call_is_ended_by_its_next_delivery(when: When) -> None:
    def a_block() -> tuple[Parting, str]:
        office = Parting()
        own = office.with_pending("LEAD", 2)
        office.pump = without_luck(office.pump)
        office.blocks("LEAD")
        return office, own

    with patch.object(parting, "SLICE", 1):
        office, own = a_block()
        with watched(office.table) as calls:
            office.settle()
        for number in range(len(calls)):
            office, own = a_block()
            death = Death(number, when, OSError)
            with watched(office.table, death):
                office.settle()
            assert death.came
            assert office.is_done("LEAD", own, 2), number


def test_what_a_lost_record_leaves_open_the_next_run_closes() -> None:
    office = Parting()
    own = office.with_pending("PROPERTY", 3)
    office.blocks("PROPERTY")
    office.pump.position = len(office.table.stream)
    with following(office.table):
        assert rematch.work_on(office.table, "AGENDA#0", office.clock)["parted"] == 3
        assert rematch.work_on(office.table, "AGENDA#0", office.clock)["parted"] == 0
    assert office.is_done("PROPERTY", own, 3)


def test_a_third_realtor_is_left_alone() -> None:
    office = Parting()
    own = office.with_pending("LEAD", 1)
    clara = office._registers("9", "clara")
    third = office.posts("PROPERTY", clara, a_property())
    office.acts("LEAD", pair_of("LEAD", own, third))
    office.blocks("LEAD")
    office.settle()
    assert office.statuses("LEAD", own) == {"PENDING": 1, "REJECTED": 1, "ACCEPTED": 1}


def test_a_block_of_many_objects_reads_their_counts_and_the_pairs_of_those_with_a_match() -> None:
    office = Parting()
    for _ in range(5):
        office.posted("LEAD")
    office.with_pending("LEAD", 1)
    office.blocks("LEAD")
    (change,) = unfinished(office)
    with watched(office.table) as calls:
        parting.part(office.table, change, office.clock)
    assert calls == [
        *("query", "query"),
        *("batch_get_item", "get_item", "get_item", "transact_write_items"),
    ]
