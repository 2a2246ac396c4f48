"""An erasure while others act: whatever comes in between, the same is left in the end."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from random import Random

import pytest

from cobroke.domain.deals.pair import Side
from cobroke.domain.errors import Refusal
from cobroke.domain.postings.kinds import other
from cobroke.domain.realtors import Proof
from cobroke.flows.deals import agreement, blocks
from cobroke.flows.schedule.rematch import parts_of_a_run, work_on
from cobroke.storage import realtors
from cobroke.storage.erasing import jobs
from cobroke.storage.parting import gone
from tests.builders import a_property
from tests.memory_table import MemoryTable, fill
from tests.pump import drain
from tests.support.leaving import TELEGRAM_ID, Leaving, has_left, her
from tests.support.orders import every_order
from tests.support.scheduler import Killed
from tests.support.table_calls import Death, When, watched
from tests.support.table_faults import faulty, sometimes
from tests.support.town import MINUTE, SIDES, pumps

FEW = ("PENDING by him", "ACCEPTED", "kept")
LOGIN = Proof(TELEGRAM_ID, "canary_anna", "canary_anna", 1)


@pytest.fixture(autouse=True)
def aws() -> None:
    """No account: the table is in memory."""


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("first", range(4))
def test_killed_at_any_call_it_is_done_in_the_end(when: When, first: int) -> None:
    town = Leaving(FEW)
    town.lives()
    town.leaves()
    town.follows()
    begun, at, messages = [*town.table.items()], town.now, [*town.jobs.messages]
    number, is_killed = first, True
    while is_killed:
        town.table = MemoryTable(40)
        fill(town.table, begun)
        town.now, town.jobs.messages, is_killed = at, [*messages], False
        with watched(town.table, Death(number, when)):
            try:
                town.works_off()
            except Killed:
                is_killed = True
        town.works_off()
        town.audits()
        assert has_left(town), number
        assert [*jobs.all_of(town.table)] == []
        number += 4
    assert number > 100


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_request_that_is_killed_leaves_her_there_or_all_is_done(when: When) -> None:
    town = Leaving(FEW)
    town.lives()
    begun, number, is_killed = [*town.table.items()], 0, True
    while is_killed:
        town.table, is_killed = MemoryTable(40), False
        fill(town.table, begun)
        try:
            with watched(town.table, Death(number, when)):
                town.leaves()
        except Killed:
            is_killed = True
        if realtors.find(town.table, town.anna):
            assert [*town.table.items()] == begun
        else:
            town.works()
            town.audits()
            assert has_left(town)
        number += 1
    assert number > 2


@pytest.mark.parametrize("seed", range(6))
def test_faults_change_nothing(seed: int) -> None:
    town = Leaving(FEW)
    town.lives()
    town.leaves()
    town.follows()
    with faulty(town.table, sometimes(Random(seed))):
        while town.jobs.messages:
            with suppress(Refusal):
                town.works_on(town.jobs.messages[0])
                town.jobs.messages.pop(0)
    town.audits()
    assert has_left(town)


class Others:
    """What others do in between, by chance."""

    def __init__(self, town: Leaving, rng: Random) -> None:
        self.town, self.rng, self.new = town, rng, list[str]()
        self.is_acting = False

    def __call__(self) -> None:
        if self.is_acting or self.rng.random() > 0.04:
            return
        self.is_acting = True
        acts = [self.acts, self.completes, self.logs_in, self.comes, self.runs, self.replays]
        with suppress(Refusal):
            self.rng.choice([*acts, self.acts, self.blocks, self.posts])()
        self.is_acting = False

    def acts(self) -> None:
        kind: Side = self.rng.choice(SIDES)
        ids = self.rng.choice([*self.town.pairs[kind].values()])
        self.town.acts(other(kind), ids, self.rng.choice(["LIKE", "DISLIKE"]), message="Да")

    def completes(self) -> None:
        ids = self.town.pairs[self.rng.choice(SIDES)]["ACCEPTED"]
        agreement.complete(self.town.table, self.town.boris, ids, self.town.clock)

    def logs_in(self) -> None:
        realtors.login(self.town.table, LOGIN)

    def comes(self) -> None:
        self.new.append(self.town.comes_again())

    def blocks(self) -> None:
        one = self.rng.choice([self.town.boris, self.town.dima])
        blocks.block(self.town.table, one, self.town.anna, self.town.clock)

    def posts(self) -> None:
        self.town.posts("PROPERTY", self.town.boris, a_property())

    def runs(self) -> None:
        part = self.rng.choice(parts_of_a_run(self.town.table))
        work_on(self.town.table, part, self.town.clock)

    def replays(self) -> None:
        with self.town.followed():
            drain(self.town.table.stream, *pumps(self.rng))


@pytest.mark.parametrize("seed", range(8))
def test_whatever_comes_in_between(seed: int) -> None:
    town, rng = Leaving((*FEW, "PENDING by her", "COMPLETED", "disliked by him")), Random(seed)
    town.lives()
    others = Others(town, rng)
    town.table.between = others
    town.leaves()
    town.posts("LEAD", town.anna, her("LEAD"))  # a token that was still good
    town.follows()
    town.works_off()
    town.table.between = lambda: None
    town.works()
    town.audits()
    assert has_left(town, besides=others.new)
    assert town.audits() == {}


def test_a_job_that_is_lost_is_woken_by_a_run() -> None:
    town = Leaving(FEW)
    town.lives()
    town.leaves()
    town.follows()
    assert work_on(town.table, "AGENDA#0", town.clock)["woken"] == 0
    town.now += 30 * MINUTE
    assert work_on(town.table, "AGENDA#0", town.clock)["woken"] == 1
    town.jobs.messages.clear()
    town.works()
    town.audits()
    assert has_left(town)
    assert work_on(town.table, "AGENDA#0", town.clock)["woken"] == 0


def test_a_block_at_the_moment_of_an_erasure_is_kept_or_refused() -> None:
    """In every order of their calls."""

    def make() -> tuple[MemoryTable, list[Callable[[], object]]]:
        town = Leaving(())

        def block() -> None:
            with suppress(Refusal):
                blocks.block(town.table, town.dima, town.anna, town.clock)

        return town.table, [town.leaves, block]

    kept = Counter[int]()
    for table in every_order(make):
        (protection,) = (item for item in table.items() if item["entity"] == "PROTECTION")
        known = [item for item in table.items() if item["entity"] == "BLOCKS" and item["own"]]
        assert len(protection["against"]) == 8 * len(known)
        assert len(gone.load(table).raw_ids) == 1
        kept[len(known)] += 1
    assert kept.keys() == {0, 1}
