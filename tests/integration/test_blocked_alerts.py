"""Nobody is alerted of one of whom they are parted, and who is out of the way by a block is no
longer above the others.
"""

from collections.abc import Callable
from random import Random

import pytest

from cobroke.domain.deals.pair import Side
from cobroke.domain.ids import owner_of
from cobroke.domain.postings.kinds import other
from cobroke.flows.deals import blocks
from cobroke.flows.following import posting_stands
from cobroke.storage.matching.held_markets import HeldMarkets
from cobroke.storage.notices import alerts
from cobroke.storage.postings import postings
from tests.builders import a_lead, a_property
from tests.memory_table import MemoryTable
from tests.support.orders import every_order
from tests.support.town import MINUTE, SIDES, Town, counts, pumps


@pytest.fixture(autouse=True)
def aws() -> None:
    """No account: the table is in memory."""


BODIES = {"LEAD": a_lead, "PROPERTY": a_property}
BEST = 10


class Street(Town):
    """Anna's object waits for counterparts; Boris, Clara and Dima have them."""

    def __init__(self, kind: Side = "LEAD") -> None:
        super().__init__()
        self.kind: Side = kind
        self.anna, self.boris, self.clara, self.dima = self.realtors
        self.own = self.posts(kind, self.anna, BODIES[kind]())
        self.now += 2 * MINUTE

    def offers(self, owner: str) -> str:
        kind = other(self.kind)
        return self.posts(kind, owner, BODIES[kind]())

    def block(self, blocker: str, blocked: str) -> None:
        blocks.block(self.table, blocker, blocked, self.clock)

    def unblock(self, blocker: str, blocked: str) -> None:
        blocks.unblock(self.table, blocker, blocked, self.clock)

    def follow(self) -> None:
        self.settle(*pumps(Random(0), quiet=True))

    def told(self) -> int:
        return counts(self.alerted())[self.own]


@pytest.mark.parametrize("kind", SIDES)
@pytest.mark.parametrize("she_blocks", [True, False])
def test_who_is_parted_alerts_nobody_and_others_do(kind: Side, *, she_blocks: bool) -> None:
    street = Street(kind)
    two = (street.anna, street.boris) if she_blocks else (street.boris, street.anna)
    street.block(*two)
    street.offers(street.boris)
    street.follow()
    assert street.told() == 0
    street.offers(street.clara)
    street.follow()
    assert street.told() == 1


def test_an_unblock_alerts_nobody_by_itself_and_an_edit_behind_it_does() -> None:
    street = Street()
    street.block(street.anna, street.boris)
    listing = street.offers(street.boris)
    street.follow()
    street.unblock(street.anna, street.boris)
    street.follow()
    assert street.told() == 0
    street.now += 2 * MINUTE
    street.edits("PROPERTY", listing, a_property(description="Заново"))
    street.follow()
    assert street.told() == 1


@pytest.mark.parametrize("kind", SIDES)
@pytest.mark.parametrize("she_blocks", [True, False])
def test_who_is_out_of_the_way_by_a_block_is_not_above(kind: Side, *, she_blocks: bool) -> None:
    """Ten of Boris's, posted later, stand above Clara's until the two are parted."""
    street = Street(kind)
    hers = street.offers(street.clara)
    for _ in range(BEST):
        street.offers(street.boris)
    written = postings.load(street.table, other(kind), hers)
    assert posting_stands(street.table, street.held, written, street.clock) == 0
    two = (street.anna, street.boris) if she_blocks else (street.boris, street.anna)
    street.now += 2 * MINUTE
    street.block(*two)
    street.held.expire()
    street.edits(other(kind), hers, BODIES[other(kind)]())
    written = postings.load(street.table, other(kind), hers)
    assert street.looks_at(kind, street.own) == [hers]
    assert posting_stands(street.table, street.held, written, street.clock) == 1


def test_a_memory_of_blocks_is_forgotten_when_they_end() -> None:
    street = Street()
    hers = street.offers(street.clara)
    for _ in range(BEST):
        street.offers(street.boris)
    street.block(street.anna, street.boris)
    kind = other(street.kind)
    written = postings.load(street.table, kind, hers)
    assert posting_stands(street.table, street.held, written, street.clock) == 1
    street.unblock(street.anna, street.boris)
    street.held.expire()
    street.edits(kind, hers, a_property(price=17_000_000))
    written = postings.load(street.table, kind, hers)
    shown = street.looks_at("LEAD", street.own)[:BEST]
    told = posting_stands(street.table, street.held, written, street.clock)
    assert (hers in shown) == bool(told)


@pytest.mark.parametrize("she_blocks", [True, False])
def test_an_alert_that_meets_a_block_is_told_before_it_or_not_at_all(*, she_blocks: bool) -> None:
    ends = set[tuple[int, bool]]()
    street, told_last = Street(), False

    def meet() -> tuple[MemoryTable, list[Callable[[], object]]]:
        nonlocal street
        street = Street()
        listing = street.offers(street.boris)
        written = postings.load(street.table, "PROPERTY", listing)
        two = (street.anna, street.boris) if she_blocks else (street.boris, street.anna)
        held = HeldMarkets(street.table, street.clock)
        return street.table, [
            lambda: street.block(*two),
            lambda: posting_stands(street.table, held, written, street.clock),
        ]

    for table in every_order(meet):
        entities = [
            image["entity"]["S"]
            for one in table.stream
            if (image := one["dynamodb"].get("NewImage"))
        ]
        if street.told():
            told_last = entities.index("NOTICE") > entities.index("BLOCK_CHANGE")
            assert not told_last
        ends.add((street.told(), told_last))
    assert ends == {(0, False), (1, False)}


def test_the_cause_knows_of_whom_its_owner_is_parted() -> None:
    street = Street()
    street.block(street.anna, street.boris)
    listing = street.offers(street.boris)
    cause = alerts.cause_of(street.table, postings.load(street.table, "PROPERTY", listing))
    assert cause
    assert cause.parted.from_owner_of(street.own)
    assert owner_of(street.own) == street.anna
