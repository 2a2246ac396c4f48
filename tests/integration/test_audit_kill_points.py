"""Wherever the audit dies, the next one leaves what a clean one leaves; whatever is written beside
it is no drift.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest

from cobroke.domain.deals.pair import PairIds
from cobroke.domain.ids import owner_of
from cobroke.domain.matching.score import LISTED, score
from cobroke.domain.postings.features import Group, Market
from cobroke.domain.postings.kinds import KINDS
from cobroke.flows.audit import scan
from cobroke.flows.audit.flats import Misplaced
from cobroke.flows.audit.scan import Listed, Owned
from cobroke.flows.deals import agreement
from cobroke.flows.deals.decision import Decision
from cobroke.storage import key_parts, keys
from cobroke.storage.deals import pairs
from cobroke.storage.matching import registry
from cobroke.storage.postings import posting
from tests.memory_table import MemoryTable
from tests.support.drifts import ALL, all_broken, an_entry_of_a_stale_lead
from tests.support.evening import (
    PAGE_ITEMS,
    BusyTown,
    Evening,
    audited,
    in_market,
    of_entity,
    writers,
)
from tests.support.scheduler import Killed
from tests.support.table_calls import Death, When, watched
from tests.support.town import MINUTE

DESERTED = Market("тула", Group.HOUSE)


@pytest.fixture(autouse=True)
def aws() -> None:
    """No account: the table is in memory."""


@pytest.fixture(autouse=True)
def unhurried() -> Iterator[None]:
    with patch("cobroke.storage.pauses.time.sleep"):
        yield


@pytest.fixture(scope="module")
def evening() -> Evening:
    """A short day of few deeds; and a market is left in which nothing stands."""
    rng = Random(10)
    with patch("cobroke.storage.pauses.time.sleep"), patch("os.urandom", rng.randbytes):
        town = BusyTown(rng)
        town.lives(30, posts=6)
    registry.remember(town.table, DESERTED, set(), 0)
    return Evening(list(town.table.items()), town.now + 10 * MINUTE)


def broken(evening: Evening) -> MemoryTable:
    """One of each kind has drifted, and one that time has brought about."""
    table = all_broken(evening)
    an_entry_of_a_stale_lead(table, evening)
    return table


def copied(table: MemoryTable) -> MemoryTable:
    """Cheaper than to put each item again."""
    copy = MemoryTable(PAGE_ITEMS)
    copy.store.items = dict(table.store.items)
    copy.store._sorted = {pk: list(sort_keys) for pk, sort_keys in table.store._sorted.items()}
    return copy


FOUND = ALL | {"entries": 2}


def test_a_clean_run_mends_every_kind_and_forgets_what_is_deserted(evening: Evening) -> None:
    table = broken(evening)
    with watched(table) as calls:
        assert audited(table, evening.at) == FOUND
    assert {*calls} == {"batch_get_item", "get_item", "query", "scan", "transact_write_items"}
    assert DESERTED not in set(registry.markets(table))
    assert audited(table, evening.at) == {}


@pytest.mark.parametrize("when", ["before", "after"])
def test_after_a_death_at_any_call_the_next_run_leaves_what_a_clean_one_leaves(
    evening: Evening, when: When
) -> None:
    start = broken(evening)
    clean = copied(start)
    with watched(clean) as calls:
        audited(clean, evening.at)
    wrong, deaths = [], 0
    for number, name in enumerate(calls):
        table = copied(start)
        with watched(table, Death(number, when)), pytest.raises(Killed):
            audited(table, evening.at)
        deaths += 1
        audited(table, evening.at)
        if table.store.items != clean.store.items:
            wrong.append((number, name))
    assert wrong == []
    assert deaths == len(calls) > 50


def is_listed(lead: Any, listing: Any) -> bool:
    return (score(lead, listing) or 0) >= LISTED


def a_pair_to_be(table: MemoryTable) -> PairIds:
    """Two that have nothing to do with each other yet, and may: no knock-out forbids what is so
    alike.
    """
    there = [posting.of_item(item) for kind in KINDS for item in of_entity(table, kind)]
    in_it = [one for one in there if one.in_market]
    return next(
        PairIds(lead.id, listing.id)
        for lead in in_it
        for listing in in_it
        if (lead.kind, listing.kind) == KINDS
        and lead.owner != listing.owner
        and lead.content.features.market == listing.content.features.market
        and is_listed(lead.content.features, listing.content.features)
        and table.get(keys.pair(lead.id, listing.id)) is None
    )


def all_writers(table: MemoryTable, evening: Evening) -> list[Callable[[], object]]:
    """And one that begins a match, told at once."""
    ids = a_pair_to_be(table)
    like = partial(
        agreement.act,
        table,
        "LEAD",
        owner_of(ids.lead_id),
        ids,
        Decision("LIKE"),
        lambda: evening.at,
    )
    return [*writers(table, evening), like]


WRITERS = range(8)


def touched(table: MemoryTable) -> SimpleNamespace:
    """A pass that takes for wrong whatever the writers write."""
    pending = [
        pair for pair in map(pairs.of_item, of_entity(table, "PAIR")) if pair.status == "PENDING"
    ][:1]
    ids = [a_pair_to_be(table), *(PairIds(pair.lead_id, pair.property_id) for pair in pending)]
    first = [key_parts.id_in(in_market(table, kind)["SK"]) for kind in KINDS]
    objects = sorted(
        {Owned(*one) for each in (*ids, first) for one in zip(KINDS, each, strict=True)}
    )
    flats_there = frozenset((item["PK"], item["SK"]) for item in of_entity(table, "FLAT"))
    return SimpleNamespace(
        mirrors=ids,
        counts=objects,
        matches=SimpleNamespace(
            pairs=dict.fromkeys(ids, frozenset()),
            realtors={owner_of(one.id) for one in objects},
            acquaintances={keys.agreed(*map(owner_of, one))[0] for one in ids},
        ),
        remains=[],
        miscounted={owner_of(one.id) for one in objects},
        owing=ids,
        marks=[(item["PK"], item["SK"]) for item in of_entity(table, "UNREAD")[:1]],
        asleep={owner_of(one.id) for one in objects},
        settled_markets=set(),
        standing=set(),
        entries=[Listed(*one, frozenset()) for one in objects],
        offers=SimpleNamespace(
            misplaced=[Misplaced(one.id, flats_there) for one in objects if one.kind == "PROPERTY"]
        ),
        samples=[objects],
    )


@pytest.mark.parametrize("which", WRITERS)
def test_a_write_before_any_call_is_no_drift_though_all_it_touches_is_suspect(
    evening: Evening, which: int
) -> None:
    start = evening.table()
    with patch.object(scan, "over", lambda *_: touched(start)):
        with watched(quiet := copied(start)) as calls:
            assert audited(quiet, evening.at) == {}
        for number, name in enumerate(calls):
            table, landed = copied(start), list[object]()
            write = all_writers(table, evening)[which]

            def lands(
                call: int,
                when: When,
                number: int = number,
                landed: Any = landed,
                write: Any = write,
            ) -> None:
                if (call, when) == (number, "before"):
                    landed.append(write())

            with watched(table, lands):
                assert audited(table, evening.at) == {}, (number, name)
            assert landed
    assert len(calls) > 50


STRIDE = 2 * len(WRITERS)
"""Each writer comes at every sixteenth call, all together at every second."""


@pytest.mark.parametrize("which", WRITERS)
def test_a_write_at_any_call_adds_no_drift_to_what_there_is_and_all_is_mended(
    evening: Evening, which: int
) -> None:
    start = broken(evening)
    with watched(quiet := copied(start)) as calls:
        audited(quiet, evening.at)
    for number in range(2 * which, len(calls), STRIDE):
        table = copied(start)
        write = all_writers(table, evening)[which]

        def lands(call: int, when: When, number: int = number, write: Any = write) -> None:
            if (call, when) == (number, "before"):
                write()

        with watched(table, lands):
            drift = audited(table, evening.at)
        drift += audited(table, evening.at)
        assert drift <= Counter(FOUND), (number, calls[number])
        assert audited(table, evening.at) == {}, (number, calls[number])
