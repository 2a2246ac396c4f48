"""A market held in memory is the market that a read finds, whatever was written meanwhile and by
whose clock.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any
from unittest.mock import MagicMock, patch

import pytest

from cobroke.domain.matching.market import MOST_ROOMS
from cobroke.domain.matching.selection import best_leads, best_properties
from cobroke.domain.postings.features import Features, LeadFeatures, Market, PropertyFeatures
from cobroke.domain.postings.kinds import Kind, other
from cobroke.domain.postings.places import NOWHERE
from cobroke.domain.postings.posting import Content, Posting
from cobroke.storage.changes import LONGEST_MS
from cobroke.storage.matching import held_markets, markets
from cobroke.storage.matching.held_markets import (
    MOST_HELD,
    WORTH_READING_ANEW,
    HeldMarkets,
)
from cobroke.storage.postings import postings
from tests.memory_table import MemoryTable
from tests.support.contents import FLAT

START = 1_764_000_000_000
DAY = 24 * 3600 * 1000
OWNERS = ["0" * 13, "1" * 12 + "0"]
CITIES = ["орел", "тула"]
ANEW = "_shelved", "_indexed"


class TwoCities:
    """Leads and listings of two cities and both groups, written by clocks that are apart and
    commits that are late.
    """

    def __init__(self, seed: int = 0) -> None:
        self.rng, self.table, self.now = Random(seed), MemoryTable(page_items=5), START
        self.there: list[Posting] = []
        self.held = HeldMarkets(self.table, lambda: self.now)

    def clock(self) -> int:
        """A write commits at most 20 s after its time, by a clock at most 5 s off."""
        return self.now + self.rng.randint(-25_000, 5_000)

    def posted(self, kind: Kind, features: Features | None = None) -> Posting:
        content = Content(FLAT, features or self.features(kind))
        new = postings.create(self.table, kind, self.rng.choice(OWNERS), content, self.clock)
        self.there.append(new)
        return new

    def edited(self, old: Posting, features: Features | None = None) -> None:
        content = Content(FLAT, features or self.features(old.kind))
        postings.replace_content(self.table, old.kind, old.owner, old.id, content, self.clock)

    def archived(self, old: Posting) -> None:
        self.there.remove(old)
        postings.archive(self.table, old.kind, old.owner, old.id, self.clock)

    def features(self, kind: Kind, city: str = "") -> Features:
        rng, city = self.rng, city or self.rng.choice(CITIES)
        type_, price = rng.randrange(4), rng.randint(1, 12) * 1000
        if kind == "PROPERTY":
            return PropertyFeatures(
                city, type_, 1, 2, price, 5000, rng.randint(0, MOST_ROOMS + 2), NOWHERE, NOWHERE
            )
        rooms = frozenset(rng.sample(range(MOST_ROOMS + 2), rng.randint(0, 2)))
        return LeadFeatures(
            city, type_, 1, 2, price // 2, price, 4000, 6000, rooms, frozenset(), frozenset()
        )

    def acts(self) -> None:
        self.now += self.rng.choice([0, 1, 20_000, 20_000, 90_000])
        choice = self.rng.random()
        if choice < 0.5 or not self.there:
            self.posted(self.rng.choice(["LEAD", "PROPERTY"]))
        elif choice < 0.85:
            self.edited(self.rng.choice(self.there))
        else:
            self.archived(self.rng.choice(self.there))

    def is_held_as_it_is_read(self, seeker_kind: Kind) -> bool:
        seeker = self.features(seeker_kind)
        held = self.held.get(other(seeker_kind), seeker.market)
        there = markets.read(self.table, seeker)
        paired = {
            an_id: lambda score, _: score % 2 == 0
            for an_id in self.rng.sample(list(there), len(there) // 4)
        }
        select: Any = best_properties if seeker_kind == "LEAD" else best_leads
        best = select(
            seeker, OWNERS[0], [(one.id, one.packed) for one in there.values()], 3, paired
        )
        return (
            sorted(held.counterparts(seeker)),
            held.seen_by(seeker),
            held.best(seeker, OWNERS[0], 3, paired),
        ) == (
            sorted(there.values()),
            len(there),
            best,
        )


@contextmanager
def counted() -> Iterator[tuple[MagicMock, MagicMock]]:
    """How often a market is read whole, and how often its changes are."""
    whole = patch.object(markets, "read_whole", wraps=markets.read_whole)
    changes = patch.object(markets, "changes_of", wraps=markets.changes_of)
    with whole as read_whole, changes as changes_of:
        yield read_whole, changes_of


@pytest.mark.parametrize("seed", range(30))
def test_a_held_market_is_the_one_that_is_read_whatever_was_written_meanwhile(seed: int) -> None:
    town = TwoCities(seed)
    for _ in range(60):
        town.acts()
        if town.rng.random() < 0.4:
            town.held.expire()
            assert all(
                town.is_held_as_it_is_read(kind) for kind in ("LEAD", "PROPERTY") for _ in range(4)
            )


def test_that_comparison_looks_at_markets_that_were_caught_up_and_at_many_candidates() -> None:
    town, seen = TwoCities(), 0
    with counted() as (whole, changes):
        for _ in range(200):
            town.acts()
            town.held.expire()
            seeker = town.features("LEAD")
            seen += len(list(town.held.get("PROPERTY", seeker.market).counterparts(seeker)))
    assert seen > 200
    assert changes.call_count > 2 * whole.call_count > 0


@pytest.mark.parametrize("at", ["first page", "last page"])
def test_an_object_that_moves_while_its_market_is_read_is_there_once(at: str) -> None:
    town = TwoCities()
    low, high = (
        PropertyFeatures("орел", 0, 1, 2, price, 5000, 2, NOWHERE, NOWHERE)
        for price in (9000, 90_000)
    )
    mover = town.posted("PROPERTY", low if at == "first page" else high)
    for _ in range(11):
        town.posted("PROPERTY", low)
    calls = iter(range(10**6))
    moved = high if at == "first page" else low

    def move() -> None:
        if next(calls) == 4:
            town.edited(mover, moved)

    town.table.between = move
    held = town.held.get("PROPERTY", low.market)
    town.table.between = lambda: None
    seeker = LeadFeatures(
        "орел", 0, 1, 2, 0, 100_000, 1, 9000, frozenset(), frozenset(), frozenset()
    )
    found = {one.id: one.version for one in held.counterparts(seeker)}
    assert (len(found), found[mover.id]) == (12, 2)


def a_market(town: TwoCities, size: int) -> Market:
    for _ in range(size):
        town.posted("PROPERTY", PropertyFeatures("орел", 0, 1, 2, 1000, 5000, 2, NOWHERE, NOWHERE))
    town.now += 2 * DAY
    features = town.there[0].content.features
    town.held.get("PROPERTY", features.market)
    return features.market


def test_within_a_batch_a_market_is_caught_up_once_and_in_the_next_one_again() -> None:
    town = TwoCities()
    market = a_market(town, 10)
    with counted() as (whole, changes):
        for _ in range(3):
            town.held.expire()
            for _ in range(5):
                town.held.get("PROPERTY", market)
    assert (whole.call_count, changes.call_count) == (0, 3)


@pytest.mark.parametrize("news", [False, True])
def test_what_is_made_of_a_market_is_made_anew_only_after_a_change(*, news: bool) -> None:
    town = TwoCities()
    market = a_market(town, 10)
    town.edited(town.there[0], town.there[0].content.features)
    seeker = LeadFeatures(
        "орел", 0, 1, 2, 0, 10_000, 1, 9000, frozenset(), frozenset(), frozenset()
    )

    def looks() -> None:
        town.held.expire()
        held = town.held.get("PROPERTY", market)
        list(held.counterparts(seeker))
        held.best(seeker, OWNERS[0], 3, {})

    looks()
    if news:
        town.posted("PROPERTY", town.there[0].content.features)
    shelved, indexed = (
        patch.object(held_markets, name, wraps=getattr(held_markets, name)) for name in ANEW
    )
    with shelved as shelves, indexed as index, counted() as (_, changes):
        looks()  # the overlap shows the edit again
    assert (changes.call_count, shelves.call_count, index.call_count) == (1, news, news)


@pytest.mark.parametrize("more", [0, 1])
def test_after_more_changes_than_they_are_worth_the_market_is_read_anew(more: int) -> None:
    town = TwoCities()
    market = a_market(town, 20)
    for old in town.there[: 20 // WORTH_READING_ANEW + more]:
        town.edited(old, old.content.features)
    town.held.expire()
    with counted() as (whole, _):
        held = town.held.get("PROPERTY", market)
    assert (whole.call_count, held.size) == (more, 20)


@pytest.mark.parametrize(("age", "reads"), [(LONGEST_MS - 1, 0), (LONGEST_MS, 1)])
def test_a_market_whose_changes_may_be_forgotten_is_read_anew(age: int, reads: int) -> None:
    town = TwoCities()
    market = a_market(town, 10)
    town.now += age
    town.held.expire()
    with counted() as (whole, _):
        town.held.get("PROPERTY", market)
    assert whole.call_count == reads


def test_so_many_markets_are_held_those_that_were_used_last() -> None:
    town = TwoCities()
    many = [town.features("LEAD", f"город-{number}").market for number in range(MOST_HELD + 1)]
    with counted() as (whole, _):
        for market in [*many[:-1], many[0], many[-1]]:
            town.held.expire()
            town.held.get("LEAD", market)
        assert whole.call_count == MOST_HELD + 1
        for market in many:
            town.held.expire()
            town.held.get("LEAD", market)
            if market == many[0]:
                assert whole.call_count == MOST_HELD + 1
    assert len(town.held._held) == MOST_HELD


def test_a_batch_over_more_markets_than_are_held_has_each_of_them() -> None:
    town = TwoCities()
    listings = [
        town.posted("PROPERTY", town.features("PROPERTY", f"город-{number}"))
        for number in range(MOST_HELD + 2)
    ]
    town.held.expire()
    for listing in listings * 2:
        assert town.held.get("PROPERTY", listing.content.features.market).size == 1
    assert len(town.held._held) == MOST_HELD


def test_what_the_store_refuses_is_read_again_and_nothing_is_lost() -> None:
    town = TwoCities()
    market = a_market(town, 10)
    new = town.posted("PROPERTY", town.there[0].content.features)
    town.held.expire()
    failing = patch.object(markets, "changes_of", side_effect=OSError)
    with failing, pytest.raises(OSError):  # noqa: PT011 - any failure
        town.held.get("PROPERTY", market)
    held = town.held.get("PROPERTY", market)
    assert held.size == 11
    seeker = LeadFeatures(
        "орел", 0, 1, 2, 0, 10_000, 1, 9000, frozenset(), frozenset(), frozenset()
    )
    assert new.id in {one.id for one in held.counterparts(seeker)}


def test_it_learns_of_what_it_has_not_read_yet_and_keeps_what_is_newer() -> None:
    town = TwoCities()
    market = a_market(town, 10)
    first = town.posted("PROPERTY", town.there[0].content.features)
    held = town.held.get("PROPERTY", market)
    held.learn(first)
    town.edited(first, first.content.features)
    town.held.expire()
    again = town.held.get("PROPERTY", market)
    again.learn(first)
    assert (held.size, again.size, again.entries[first.id].version) == (11, 11, 2)


@pytest.mark.parametrize("kind", ["LEAD", "PROPERTY"])
def test_what_it_learns_of_an_object_is_what_it_reads_of_it(kind: Kind) -> None:
    town = TwoCities()
    posted = town.posted(kind)
    town.edited(posted, posted.content.features)
    there = markets.read_whole(town.table, kind, posted.content.features.market)
    stored = postings.load(town.table, kind, posted.id)
    assert list(there.values()) == [markets.candidate(stored, posted.content.features.market)]
