"""The list of all matches of a realtor, by its writes and its pages, against a sort of them all."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count, product
from random import Random
from typing import get_args

import pytest

from cobroke.domain.deals.pair import MatchStatus, Pair, Side
from cobroke.domain.ids import match_id, posting_id, realtor_id
from cobroke.domain.paging import Page
from cobroke.domain.postings.features import Group, Market
from cobroke.storage.deals import own_matches, pairs
from cobroke.storage.deals.own_matches import Turn, among, page_of
from tests.memory_table import MemoryTable

MARKET = Market("москва", Group.FLAT)
ANNA, BORIS = realtor_id(b"annaanna"), realtor_id(b"borisbor")
START = 1_764_000_000_000
STATUSES: tuple[MatchStatus, ...] = get_args(MatchStatus.__value__)


def of(owner: str, number: int) -> str:
    return posting_id(START + number, b"\0\0", owner)


class Desk:
    """Matches between Anna's and Boris's objects, each on either side, and what becomes of them."""

    def __init__(self, seed: int, many: int) -> None:
        self.table, self.rng, self.now = MemoryTable(page_items=3), Random(seed), START
        ids = [(of(ANNA, n), of(BORIS, n)) for n in range(many)]
        ids += [(of(BORIS, n), of(ANNA, n)) for n in range(many)]
        self.pairs = [Pair(lead_id=lead, property_id=listing) for lead, listing in ids]

    def goes_on(self) -> None:
        at, self.now = self.rng.randrange(len(self.pairs)), self.now + self.rng.choice([0, 1, 50])
        old, status = self.pairs[at], self.rng.choice(STATUSES)
        awaiting: Side | None = None
        if status == "PENDING":
            awaiting = self.rng.choice(["LEAD", "PROPERTY"])
        changed = max(self.now, old.changed_at + 1)
        new = replace(old, status=status, awaiting=awaiting, changed_at=changed)
        self.table.transact(pairs.writes(self.table, old, new, MARKET))
        self.pairs[at] = replace(new, version=old.version + 1)

    def wanted(self, owner: str, status: MatchStatus | None, turn: Turn | None) -> list[Pair]:
        found = []
        for pair in self.pairs:
            side = own_matches.side_of(pair, owner)
            whose = pair.awaiting and ("ME" if pair.awaiting == side else "THEM")
            if pair.status and status in (None, pair.status) and turn in (None, whose):
                found.append(pair)
        return sorted(found, key=lambda one: (one.changed_at, match_id(*one.ids)), reverse=True)


TURNS: tuple[Turn | None, ...] = (None, "ME", "THEM")


@pytest.mark.parametrize("seed", range(3))
def test_every_page_of_every_filter_is_that_of_a_sort_of_them_all(seed: int) -> None:
    desk = Desk(seed, 6)
    for _ in range(60):
        desk.goes_on()
    for owner, status, turn in product((ANNA, BORIS), (None, *STATUSES), TURNS):
        wanted, limit = desk.wanted(owner, status, turn), 1 + seed * 3
        for number in range(1, len(wanted) // limit + 3):
            page = Page(number, limit)
            items, total = page_of(desk.table, owner, among(status, turn), page)
            assert [pairs.of_change(item) for item in items] == page.of(wanted)
            assert total == len(wanted)


def test_a_status_that_awaits_nobody_has_nothing_that_awaits_somebody() -> None:
    assert among("ACCEPTED", "ME") == []
    assert among("PENDING", "ME") == among(None, "ME") == ["PENDING_ME"]
    assert among("PENDING", None) == ["PENDING_ME", "PENDING_THEM"]


def test_a_page_beyond_all_is_empty_however_far_it_is() -> None:
    desk = Desk(0, 2)
    for _ in range(9):
        desk.goes_on()
    assert page_of(desk.table, ANNA, among(None, None), Page(10**9, 100)) == (
        [],
        len(desk.wanted(ANNA, None, None)),
    )


def at_call(number: int, happens: Callable[[], None]) -> Callable[[], None]:
    """What comes between calls: nothing, but at this one."""
    calls = count(1)

    def meanwhile() -> None:
        if next(calls) == number:
            happens()

    return meanwhile


def test_one_that_moves_while_it_is_read_is_shown_once() -> None:
    desk = Desk(1, 4)
    for _ in range(40):
        desk.goes_on()
    for number in range(1, 12):
        desk.table.between = at_call(number, desk.goes_on)
        items, _ = page_of(desk.table, ANNA, among(None, None), Page(1, 100))
        shown = [pairs.of_change(item).ids for item in items]
        assert len(shown) == len({*shown})
