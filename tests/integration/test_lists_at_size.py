"""Lists in the sizes they have, right after thousands of edits; when a look reads the market, and
when it keeps it.
"""

from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Any
from unittest.mock import Mock, patch

import pytest
from botocore.exceptions import ClientError

from cobroke.domain.matching.ranking import SIZES
from cobroke.domain.matching.top_list import Ranked
from cobroke.domain.postings.features import Features
from cobroke.domain.postings.kinds import Kind
from cobroke.flows.matching import ranking as lists
from cobroke.storage.changes import LONGEST_MS, OVERLAP_MS
from cobroke.storage.matching import markets, rankings
from cobroke.storage.matching.rankings import KeptRanking
from tests import market, oracle
from tests.support.contents import content
from tests.support.seekers_world import DAY, SECOND, Offer, SeekersWorld

type Json = dict[str, Any]

KINDS: tuple[Kind, Kind] = ("LEAD", "PROPERTY")
OF_BOTH = pytest.mark.parametrize("kind", KINDS)
COUNTERPARTS, EDITS = 1000, 3000
MINUTE = 61 * SECOND


@pytest.fixture(autouse=True)
def aws() -> None:
    """No account: the table is in memory."""


def features_of(kind: Kind, body: Json) -> Features:
    return content(kind, body).features


def sought_by_most(kind: Kind, bodies: list[Json], others: list[Json]) -> Json:
    """The one of them with the most counterparts to show."""

    def listed(body: Json) -> int:
        pairs = ((body, other) if kind == "LEAD" else (other, body) for other in others[:100])
        return sum(
            (oracle.score(lead["requirements"], listing) or 0) >= 5000 for lead, listing in pairs
        )

    return max(bodies[:40], key=listed)


def by_the_oracle(world: SeekersWorld, own: Json, bodies: dict[str, Json]) -> list[Ranked]:
    """What it would show: it knows wire bodies alone, and nothing of the product."""
    facts = [
        {
            "id": one.id,
            "owner": one.owner,
            "status": one.status,
            "created_at": one.created_at,
            "body": bodies[one.id],
        }
        for one in world.states.values()
        if one.id != world.own_id
    ]
    me = {"id": world.own_id, "owner": world.me, "status": "ACTIVE", "created_at": 0, "body": own}
    rows = oracle.recommended(me, facts, side="lead" if world.kind == "LEAD" else "listing").rows
    return [Ranked(int(row.score * 100), row.id) for row in rows]


@OF_BOTH
def test_the_list_is_brute_force_after_thousands_of_edits(kind: Kind) -> None:
    rng, looks = Random(7), 0
    leads, listings = market.a_city(7, leads=COUNTERPARTS, listings=COUNTERPARTS, other_city=True)
    mine, theirs = (leads, listings) if kind == "LEAD" else (listings, leads)
    edited = market.edited_listing if kind == "LEAD" else market.edited_lead
    own = sought_by_most(kind, mine, theirs)
    world = SeekersWorld(kind, features_of(kind, own), SIZES, page_items=400)
    bodies = {}
    for number, body in enumerate(theirs):
        world.passes(1)
        bodies[world.post(features_of(world.other, body), mine=number % 50 == 0)] = body
    for number in range(1, EDITS + 1):
        world.passes(rng.choice([1, 20, 2000]))
        an_id, skew = rng.choice(world.counterparts), rng.randint(-5, 5) * SECOND
        if rng.random() < 0.02:
            world.archive(an_id, skew=skew)
        else:
            bodies[an_id] = edited(rng, bodies[an_id])
            world.edit(an_id, features_of(world.other, bodies[an_id]), skew=skew)
        if rng.random() < 0.02 or number == EDITS:
            looks += 1
            answer = world.check(world.recommended if looks % 2 else world.look)
            assert len(answer) == SIZES.shown
    assert looks > 40
    assert answer == by_the_oracle(world, own, bodies)


@pytest.fixture
def reads() -> Iterator[Mock]:
    """Whole reads of the market."""
    with patch.object(markets, "read", wraps=markets.read) as read:
        yield read


@pytest.fixture
def saves() -> Iterator[list[bool]]:
    """Of each attempt to keep a ranking, whether it was kept."""
    save, saved = rankings.save, list[bool]()

    def saving(*what: Any, **more: Any) -> bool:
        saved.append(save(*what, **more))
        return saved[-1]

    with patch.object(rankings, "save", saving):
        yield saved


def a_world(kind: Kind, count: int = 20) -> SeekersWorld:
    """With `count` equally good counterparts, posted long ago: a fifth of 20 may change before the
    market is read.
    """
    world = SeekersWorld(kind)
    for _ in range(count):
        world.passes(1)
        world.post(Offer())
    world.passes(MINUTE)
    return world


def kept(world: SeekersWorld) -> KeptRanking:
    _, found, _ = rankings.load_own(world.table, world.kind, world.me, world.own_id)
    assert found
    return found


def looks_and_reads(world: SeekersWorld, reads: Mock) -> bool:
    before: int = reads.call_count
    world.check(world.recommended)
    return bool(reads.call_count > before)


@OF_BOTH
def test_the_market_is_read_at_the_first_look_and_not_at_the_second(
    kind: Kind, reads: Mock
) -> None:
    world = a_world(kind)
    assert looks_and_reads(world, reads)
    assert not looks_and_reads(world, reads)


@OF_BOTH
def test_the_market_is_read_when_the_object_itself_was_written(kind: Kind, reads: Mock) -> None:
    world = a_world(kind)
    assert looks_and_reads(world, reads)
    world.edit(world.own_id, world.own.content.features)
    assert looks_and_reads(world, reads)
    assert not looks_and_reads(world, reads)


@OF_BOTH
def test_the_market_is_read_when_the_ranking_is_29_days_old(kind: Kind, reads: Mock) -> None:
    world = a_world(kind)
    assert looks_and_reads(world, reads)
    watermark = kept(world).ranking.watermark
    world.now = watermark + LONGEST_MS - 1
    world.look(keeps=False)
    assert reads.call_count == 1
    world.now += 1
    assert looks_and_reads(world, reads)
    assert kept(world).ranking.watermark == watermark + 29 * DAY


@OF_BOTH
def test_the_market_is_read_after_more_changes_than_a_fifth_of_what_was_seen(
    kind: Kind, reads: Mock
) -> None:
    world = a_world(kind)
    assert looks_and_reads(world, reads)
    oldest = world.counterparts[0]
    for _ in range(4):
        world.edit(oldest, Offer())
    assert not looks_and_reads(world, reads)
    world.edit(oldest, Offer())
    assert looks_and_reads(world, reads)


@OF_BOTH
def test_the_market_is_read_when_too_few_rows_are_left_above_the_cut(
    kind: Kind, reads: Mock
) -> None:
    world = a_world(kind)
    assert looks_and_reads(world, reads)
    for an_id in world.counterparts[-3:]:
        world.archive(an_id)
    assert not looks_and_reads(world, reads)
    world.archive(world.counterparts[-1])
    assert looks_and_reads(world, reads)


@OF_BOTH
def test_a_list_that_was_never_cut_is_not_read_again_however_short(kind: Kind, reads: Mock) -> None:
    world = a_world(kind, count=5)
    assert looks_and_reads(world, reads)
    for an_id in world.counterparts[1:]:
        world.archive(an_id)
        assert not looks_and_reads(world, reads)
        world.passes(MINUTE)
        world.look()
    assert len(world.check()) == 1


@OF_BOTH
def test_a_ranking_is_kept_after_a_fresh_read_and_left_alone_at_the_next_look(
    kind: Kind, saves: list[bool]
) -> None:
    world = a_world(kind)
    world.check(world.recommended)
    assert saves == [True]
    assert (kept(world).version, kept(world).looked_at, kept(world).ranking.watermark) == (
        1,
        world.now,
        world.now,
    )
    world.archive(world.counterparts[-1])
    world.passes(MINUTE)
    world.check(world.recommended)
    assert saves == [True]


@OF_BOTH
def test_a_ranking_is_kept_after_many_changes_and_only_once_per_overlap(
    kind: Kind, saves: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lists.WORTH_SAVING == 300
    monkeypatch.setattr(lists, "WORTH_SAVING", 3)
    world = a_world(kind)

    def looked(after: int) -> int:
        world.passes(after)
        world.check(world.recommended)
        return len(saves)

    assert looked(after=0) == 1
    for an_id in world.counterparts[:2]:
        world.edit(an_id, Offer())
    assert looked(after=MINUTE) == 1
    world.edit(world.counterparts[2], Offer())
    assert looked(after=1) == 2
    assert kept(world).ranking.watermark == world.now
    assert looked(after=1) == 2
    assert looked(after=OVERLAP_MS - 1) == 2
    assert looked(after=1) == 3 - (OVERLAP_MS < MINUTE)


@OF_BOTH
def test_the_loser_of_a_race_answers_from_its_own_and_keeps_nothing(
    kind: Kind, saves: list[bool]
) -> None:
    calls = list[int]()
    counted = a_world(kind)
    counted.check(
        counted.recommended, {number: partial(calls.append, number) for number in range(50)}
    )
    world, saves[:] = a_world(kind), []
    labels = 1 if kind == "LEAD" else 0  # are waited for behind it
    world.check(world.recommended, {len(calls) - 1 - labels: lambda: world.recommended(skew=1)})
    assert saves == [True, False]
    assert (kept(world).version, kept(world).looked_at) == (1, world.now + 1)


@OF_BOTH
def test_a_store_that_is_busy_when_the_ranking_is_kept_does_not_fail_the_look(kind: Kind) -> None:
    world = a_world(kind)
    throttled = ClientError(
        {"Error": {"Code": "ThrottlingException", "Message": "later"}}, "PutItem"
    )
    with patch.object(world.table.store, "put_item", side_effect=throttled) as put:
        assert len(world.check(world.recommended)) == 3
    assert put.call_count == 2, "the mark, and the ranking"
    world.check(world.recommended)
    assert kept(world).version == 1


@OF_BOTH
def test_a_look_marks_its_ranking_once_a_day_and_warming_it_is_no_look(kind: Kind) -> None:
    world = a_world(kind)
    first = world.now
    world.check(world.recommended)
    world.passes(DAY - 1)
    world.check(world.recommended)
    assert kept(world).looked_at == first
    world.passes(1)
    world.check(world.recommended)
    assert kept(world).looked_at == first + DAY
    world.passes(DAY)
    world.edit(world.own_id, Offer(klass=2))
    world.prepare_ranking()
    warmed = kept(world)
    assert (warmed.looked_at, warmed.ranking.own_version) == (first + DAY, 2)
    world.prepare_ranking()
    assert kept(world) == warmed


def loads_of(world: SeekersWorld, others: dict[int, Callable[[], Any]]) -> tuple[list[Ranked], int]:
    """A look while others act, and how often it has loaded the page."""
    with patch.object(world.table, "get_many", wraps=world.table.get_many) as get_many:
        answer = world.check(world.recommended, others)
    asked = [[*call.args[0]] for call in get_many.mock_calls]
    of_something = [keys for keys in asked if not all(pk.startswith("FLAT#") for pk, _ in keys)]
    return answer, len(of_something) - 1


@OF_BOTH
def test_a_row_whose_loaded_object_is_newer_is_caught_up_and_who_follows_is_loaded(
    kind: Kind, reads: Mock
) -> None:
    acts: list[tuple[Callable[[SeekersWorld, str], None], int]] = [
        (lambda world, best: world.archive(best), 2),
        (lambda world, best: world.edit(best, Offer(near=False)), 2),
        (lambda world, best: world.edit(best, Offer()), 1),
    ]
    for act, loaded in acts:
        world = a_world(kind)
        best = world.check(world.recommended)[0].id
        reads.reset_mock()
        # The object and its ranking, its pairs, the changes; then the page.
        answer, loads = loads_of(world, {3: partial(act, world, best)})
        assert (answer, loads, reads.call_count) == (world.brute_force(), loaded, 0)


@OF_BOTH
def test_a_page_that_is_written_faster_than_it_is_loaded_is_answered_all_the_same(
    kind: Kind,
) -> None:
    world = a_world(kind, count=100)
    best = world.check(world.recommended)[0].id
    answer, loads = loads_of(world, dict.fromkeys(range(3, 50), lambda: world.edit(best, Offer())))
    assert (answer, loads) == (world.brute_force(), 8)
