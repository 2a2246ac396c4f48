"""How often one realtor may be told of another's interest while they have no match agreed on."""

from collections.abc import Callable, Sequence
from functools import partial

import pytest

from cobroke.domain.deals.pair import Action, Pair, PairIds, Side
from cobroke.domain.fair_use import QUOTAS, FairUse
from cobroke.domain.ids import owner_of
from cobroke.domain.realtors import Realtor
from cobroke.flows.deals import agreement
from cobroke.flows.deals.decision import Decision
from cobroke.storage import keys
from cobroke.storage.deals import pairs
from cobroke.storage.postings.allowance import Limiter
from tests.memory_table import MemoryTable
from tests.support.office import Office
from tests.support.orders import every_order

REFILL = QUOTAS["stranger"].refill_ms
AT_ONCE = QUOTAS["stranger"].at_once


class Street(Office):
    """Boris has one listing, Anna a lead for each LIKE. Both are charged."""

    tick = 0

    def __init__(self, leads: int, factor: str = "1") -> None:
        super().__init__()
        self.rules = FairUse.of(factor, "0")
        listing = self.posted("PROPERTY")
        self.pairs = [PairIds(self.posted("LEAD"), listing) for _ in range(leads)]

    def act(self, side: Side, ids: PairIds, action: Action = "LIKE") -> Pair:
        owner = owner_of(ids.lead_id if side == "LEAD" else ids.property_id)
        allowance = Limiter(self.table, self.rules).of(Realtor(owner, "1", "+7"))
        said = Decision(action)
        return agreement.act(self.table, side, owner, ids, said, self.clock, allowance)

    @property
    def agreed(self) -> int:
        item = self.table.get(keys.agreed(self.anna, self.boris))
        return item["matches"] if item else 0

    def invite(self, pairs: Sequence[PairIds], side: Side = "LEAD") -> list[bool]:
        """Whether each is told."""
        before = [one.kind for ids in pairs for one in self.pair(ids).told]
        assert "INTEREST" not in before
        return ["INTEREST" in [one.kind for one in self.act(side, ids).told] for ids in pairs]

    def pair(self, ids: PairIds) -> Pair:
        return next(iter(pairs.load_many(self.table, [ids])), Pair.untouched(ids))


def test_a_stranger_is_told_five_times_at_once_then_once_in_four_hours() -> None:
    street = Street(9)
    assert street.invite(street.pairs[:7]) == [True] * AT_ONCE + [False] * 2
    untold = street.pair(street.pairs[6])
    assert (untold.status, untold.awaiting) == ("PENDING", "PROPERTY")
    assert street.looks_at("PROPERTY", untold.property_id).count(untold.lead_id) == 1
    street.now += REFILL - 1
    assert street.invite(street.pairs[7:8]) == [False]
    street.now += 1
    assert street.invite(street.pairs[8:]) == [True]


def test_notices_and_inbox_hold_what_was_told_alone() -> None:
    street = Street(7)
    street.invite(street.pairs)
    street.settle()
    assert sorted(one.lead_id for one in street.told()) == sorted(
        ids.lead_id for ids in street.pairs[:AT_ONCE]
    )


def test_what_was_not_told_leaves_no_mark_and_a_reopening_may_tell() -> None:
    street = Street(6)
    *_, last = street.pairs
    assert street.invite(street.pairs)[-1] is False
    street.act("LEAD", last, "DISLIKE")
    street.now += REFILL
    assert "INTEREST" in [one.kind for one in street.act("LEAD", last).told]


def test_each_of_two_has_its_own_number() -> None:
    street = Street(AT_ONCE + 1)
    street.invite(street.pairs[:-1])
    assert street.invite(street.pairs[-1:], "PROPERTY") == [True]


def test_who_has_agreed_is_no_stranger_until_it_is_left() -> None:
    street = Street(12)
    first, *others = street.pairs
    street.act("LEAD", first)
    assert street.act("PROPERTY", first).status == "ACCEPTED"
    assert street.agreed == 1
    assert street.invite(others[:8]) == [True] * 8
    street.act("PROPERTY", first, "DISLIKE")
    assert street.agreed == 0
    assert street.invite(others[8:]) == [True] * 3, "one was taken before they had agreed"
    assert street.act("LEAD", first, "DISLIKE").status == "REJECTED"
    assert street.agreed == 0


def test_a_completed_match_is_one_too() -> None:
    street = Street(2)
    for side in ("LEAD", "PROPERTY"):
        street.act(side, street.pairs[0])
    agreement.complete(street.table, street.anna, street.pairs[0], street.clock)
    agreement.complete(street.table, street.boris, street.pairs[0], street.clock)
    assert street.agreed == 1


def test_fair_use_multiplies_it() -> None:
    street = Street(11, factor="2")
    assert street.invite(street.pairs) == [True] * 10 + [False]


def test_a_like_that_tells_nothing_takes_nothing_of_it() -> None:
    street = Street(AT_ONCE + 1)
    one, *others = street.pairs
    for action in ("LIKE", "DISLIKE", "LIKE", "DISLIKE", "LIKE"):
        street.act("LEAD", one, action)
    assert street.invite(others) == [True] * (AT_ONCE - 1) + [False]


@pytest.mark.parametrize("taken", [0, AT_ONCE - 1, AT_ONCE])
def test_likes_that_meet_tell_as_many_as_may_be_told_in_every_order(taken: int) -> None:
    street: Street

    def make() -> tuple[MemoryTable, Sequence[Callable[[], object]]]:
        nonlocal street
        street = Street(taken + 2)
        street.invite(street.pairs[:taken])
        return street.table, [partial(street.act, "LEAD", ids) for ids in street.pairs[taken:]]

    for _ in every_order(make):
        found = [street.pair(ids) for ids in street.pairs[taken:]]
        assert [pair.status for pair in found] == ["PENDING"] * 2
        assert sum(bool(pair.told) for pair in found) == min(2, AT_ONCE - taken)
        until = (street.table.get(keys.invited(street.anna, street.boris)) or {})["told_until"]
        assert until == street.now + min(taken + 2, AT_ONCE) * REFILL


def test_the_mark_expires_after_it_is_over() -> None:
    street = Street(1)
    street.invite(street.pairs)
    item = street.table.get(keys.invited(street.anna, street.boris))
    assert item
    assert item["expires"] > item["told_until"] // 1000
