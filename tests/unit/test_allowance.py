"""The limiter over its item: takes that meet in every order, what is charged and what is not, and
what is counted of the day.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from random import Random
from typing import Any

import pytest

from cobroke.clock import DAY_MS
from cobroke.domain.errors import LimitReached, RateLimited
from cobroke.domain.fair_use import QUOTAS, FairUse, Use
from cobroke.domain.realtors import Realtor
from cobroke.storage import keys
from cobroke.storage.postings import limits, postings
from cobroke.storage.postings.allowance import Allowance, Limiter
from cobroke.storage.retry import retry_on_conflict
from tests.memory_table import MemoryTable
from tests.support.contents import lead
from tests.support.orders import by_chance, every_order

ANNA = Realtor("0123456789abc", "1", "+7")
START = 1_795_000_000_000
FEW = FairUse({use: quota._replace(at_once=5) for use, quota in QUOTAS.items()})
REFILL = QUOTAS["write"].refill_ms


def kept(table: MemoryTable) -> Any:
    return table.get(keys.limits(ANNA.id)) or {}


def takes(
    table: MemoryTable, allowance: Allowance, now: int = START, use: Use = "write", cost: int = 1
) -> None:
    """As every flow does: read again, decide again."""

    def attempt() -> None:
        change = allowance.take(use, now, cost)
        table.transact([limits.write(table, ANNA.id, change)])

    retry_on_conflict(table, attempt)


def after(taken: int, now: int = START) -> tuple[MemoryTable, Limiter]:
    table = MemoryTable()
    limiter = Limiter(table, FEW)
    for _ in range(taken):
        takes(table, limiter.of(ANNA), now)
    return table, limiter


class Taker:
    """Somebody who takes one, by a function that remembers nothing; and how that ended."""

    def __init__(self, table: MemoryTable, now: int = START) -> None:
        self.wait_ms: int | None = None
        self._table, self._now = table, now

    def __call__(self) -> None:
        try:
            takes(self._table, Limiter(self._table, FEW).of(ANNA), self._now)
        except RateLimited as refused:
            self.wait_ms = refused.wait_ms


def in_every_order(taken: int, many: int) -> Iterator[tuple[MemoryTable, Sequence[Taker]]]:
    takers: Sequence[Taker] = ()

    def make() -> tuple[MemoryTable, Sequence[Callable[[], object]]]:
        nonlocal takers
        table, _ = after(taken)
        takers = [Taker(table) for _ in range(many)]
        return table, takers

    for table in every_order(make):
        yield table, takers


@pytest.mark.parametrize("many", [2, 3])
@pytest.mark.parametrize("taken", [0, 3, 4, 5])
def test_of_takers_that_meet_as_many_pass_as_there_is_left(taken: int, many: int) -> None:
    orders = count()
    for table, takers in in_every_order(taken, many):
        next(orders)
        refused = [taker.wait_ms for taker in takers if taker.wait_ms is not None]
        passed = many - len(refused)
        assert passed == min(many, 5 - taken)
        assert kept(table)["write_until"] == START + (taken + passed) * REFILL
        assert refused == [REFILL] * len(refused), "until one more is refilled"
    assert next(orders) > 1


@pytest.mark.parametrize("seed", range(20))
def test_of_eight_at_once_at_the_last_point_one_passes(seed: int) -> None:
    table, _ = after(4)
    takers = [Taker(table) for _ in range(8)]
    by_chance(table, takers, Random(seed))
    assert [taker.wait_ms for taker in takers].count(None) == 1
    assert kept(table)["write_until"] == START + 5 * REFILL


@pytest.mark.parametrize("passed", [0, 1, REFILL - 1, REFILL, 3 * REFILL + 1, 100 * REFILL])
def test_who_waits_as_told_passes_and_not_a_ms_before(passed: int) -> None:
    table, limiter = after(5)
    now = START + passed
    for _ in range(min(passed // REFILL, 5)):
        takes(table, limiter.of(ANNA), now)
    with pytest.raises(RateLimited) as refused:
        takes(table, limiter.of(ANNA), now)
    later = now + refused.value.wait_ms
    with pytest.raises(RateLimited):
        takes(table, limiter.of(ANNA), later - 1)
    takes(table, limiter.of(ANNA), later)
    assert refused.value.wait_s == -(-refused.value.wait_ms // 1000)


@pytest.mark.parametrize("remembers", [True, False])
def test_a_take_of_who_was_idle_sets_the_number_anew(remembers: bool) -> None:
    table, limiter = after(3)
    long_after = START + DAY_MS
    if not remembers:
        limiter = Limiter(table, FEW)
    takes(table, limiter.of(ANNA), long_after)
    assert kept(table)["write_until"] == long_after + REFILL, "what was not taken is not saved up"


def test_who_remembers_what_is_no_longer_so_reads_it_and_tries_again() -> None:
    table, limiter = after(1)
    others = Limiter(table, FEW)
    for _ in range(3):
        takes(table, others.of(ANNA))
    takes(table, limiter.of(ANNA))
    with pytest.raises(RateLimited):
        takes(table, limiter.of(ANNA))
    table.forget(keys.limits(ANNA.id))
    takes(table, limiter.of(ANNA))
    assert kept(table)["write_until"] == START + REFILL, "a memory refuses nobody"


def test_the_classes_are_each_by_itself() -> None:
    table, limiter = after(5)
    takes(table, limiter.of(ANNA), use="look", cost=5)
    takes(table, limiter.of(ANNA), use="invite")
    with pytest.raises(RateLimited):
        takes(table, limiter.of(ANNA), use="look")


def test_refusals_are_counted_by_class_and_day() -> None:
    table, limiter = after(5)
    for number in (1, 2):
        allowance = limiter.of(ANNA)
        with pytest.raises(RateLimited):
            takes(table, allowance)
        assert allowance.today == {"refused_write": number}
    assert kept(table)["refused_write"] == 2
    assert kept(table)["write_until"] == START + 5 * REFILL
    tomorrow = START + DAY_MS
    for _ in range(5):
        takes(table, limiter.of(ANNA), tomorrow)
    with pytest.raises(RateLimited):
        takes(table, limiter.of(ANNA), tomorrow)
    assert (kept(table)["refused_write"], kept(table)["counted_on"]) == (1, tomorrow // DAY_MS)


def test_a_day_counts_what_was_read_and_taken_on_it_whoever_meets() -> None:
    table = MemoryTable()

    def looks(now: int, shown: int) -> None:
        allowance = Limiter(table, FairUse()).of(ANNA)

        def attempt() -> None:
            allowance.saw(table.get(allowance.key))
            change = allowance.take("look", now, shown=shown)
            table.transact([limits.write(table, ANNA.id, change)])

        retry_on_conflict(table, attempt)

    by_chance(table, [partial(looks, START, shown) for shown in (20, 7, 1)], Random(1))
    assert kept(table)["shown"] == 28
    looks(START + DAY_MS, 3)
    assert kept(table)["shown"] == 3


def test_what_a_fault_repeats_is_taken_once_and_what_was_refused_never() -> None:
    table = MemoryTable()
    limiter = Limiter(table, FEW)
    made = [
        postings.create(table, "LEAD", ANNA.id, lead(), lambda: START, None, limiter.of(ANNA))
        for _ in range(5)
    ]
    with pytest.raises(RateLimited):
        postings.create(table, "LEAD", ANNA.id, lead(), lambda: START, None, limiter.of(ANNA))
    with pytest.raises(RateLimited):
        postings.archive(
            table, "LEAD", ANNA.id, made[0].id, lambda: START, allowance=limiter.of(ANNA)
        )
    assert (kept(table)["leads"], kept(table)["write_until"]) == (5, START + 5 * REFILL)
    later = START + REFILL
    for _ in range(3):
        postings.archive(
            table, "LEAD", ANNA.id, made[0].id, lambda: later, allowance=limiter.of(ANNA)
        )
    assert kept(table)["write_until"] == START + 6 * REFILL, "repeated for nothing"


def test_that_there_are_too_many_is_said_first(monkeypatch: pytest.MonkeyPatch) -> None:
    table, limiter = after(0)
    monkeypatch.setattr(limits, "MOST_ACTIVE", 5)
    for _ in range(5):
        postings.create(table, "LEAD", ANNA.id, lead(), lambda: START, None, limiter.of(ANNA))
    for function in (limiter, Limiter(table, FEW)):
        with pytest.raises(LimitReached):
            postings.create(table, "LEAD", ANNA.id, lead(), lambda: START, None, function.of(ANNA))
