"""A market indexed in memory gives the selection's lists: the same ids, scores, order and cut."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, pairwise, product
from random import Random
from typing import Any

import pytest

from cobroke.domain.ids import owner_of, raw_realtor_id
from cobroke.domain.matching import lead_index, listing_index
from cobroke.domain.matching.best_first import Best, most_promising_first, step_of
from cobroke.domain.matching.lead_index import LeadIndex
from cobroke.domain.matching.listing_index import ListingIndex
from cobroke.domain.matching.score import LISTED
from cobroke.domain.matching.selection import best_leads, best_properties
from cobroke.domain.matching.top_list import NONE_HIDDEN, Hidden, PackedRow, Ranked, Selection
from cobroke.domain.parted import Parted
from cobroke.domain.postings.features import LeadFeatures, pack_lead, pack_property
from tests.support.seekers import (
    BOTH_SIDES,
    HER,
    ME,
    PERFECT,
    PLACES,
    Seeker,
    Side,
    a_city,
    a_lead,
    a_listing,
    all_scored,
    an_edgy_lead,
    an_edgy_listing,
    an_id,
    rows_of,
    selected,
)

SIZES = (3, 6, 200)
NO_PLACE: dict[str, object] = {"districts": frozenset(), "metros": frozenset()}
NO_WISH = NO_PLACE | {"rooms": frozenset()}

type Matching = Callable[[Seeker, int, Mapping[str, Hidden]], Selection]


def indexed(side: Side, rows: Iterable[PackedRow]) -> Matching:
    """What an index of the rows finds for a seeker of that side, who is I."""
    index: Any = ListingIndex(rows) if side == "lead" else LeadIndex(rows)
    return lambda seeker, most, hidden: index.best(seeker, ME, most, hidden)


def matched(
    seeker: Seeker, rows: Iterable[PackedRow], most: int, hidden: Mapping[str, Hidden] = NONE_HIDDEN
) -> Selection:
    return indexed("lead" if isinstance(seeker, LeadFeatures) else "listing", rows)(
        seeker, most, hidden
    )


def some_hidden(rows: Sequence[PackedRow], rng: Random) -> Mapping[str, Hidden]:
    """A fifth of them: each always, never, or at some scores."""
    judges: list[Hidden] = [lambda *_: True, lambda *_: False, lambda points, _: points % 2 == 0]
    return {an_id: rng.choice(judges) for an_id, _ in rng.sample(rows, len(rows) // 5)}


def an_edgy_market(side: Side, rng: Random) -> tuple[Sequence[Seeker], Sequence[PackedRow]]:
    """Seekers of both groups, and all that stands at the edges of what any of them wishes: 9,000
    pairs and more.
    """
    leads = [an_edgy_lead(rng) for _ in range(30)]
    listings = [an_edgy_listing(rng, lead) for lead in leads for _ in range(10)]
    seekers, others = (leads, listings) if side == "lead" else (listings, leads)
    return seekers, rows_of(others, rng)


@pytest.mark.parametrize("seed", range(4))
@BOTH_SIDES
def test_what_stands_at_the_edges_is_found_as_if_every_pair_had_been_scored(
    side: Side, seed: int
) -> None:
    rng, listed = Random(seed), 0
    seekers, rows = an_edgy_market(side, rng)
    matching, hidden = indexed(side, rows), some_hidden(rows, rng)
    for seeker, paired in product(seekers, (NONE_HIDDEN, hidden)):
        ranked = all_scored(seeker, rows, paired)
        listed += len(ranked)
        for most in (1, *SIZES):
            assert matching(seeker, most, paired) == (ranked[:most], len(ranked) > most)
    assert listed > 500


@pytest.mark.parametrize("most", SIZES)
@BOTH_SIDES
def test_in_a_crowded_city_full_of_ties_the_lists_are_those_of_the_selection(
    side: Side, most: int
) -> None:
    seekers, others = a_city() if side == "lead" else reversed(a_city())
    rng, cut = Random(most), 0
    rows = rows_of(others, rng)
    matching, hidden = indexed(side, iter(rows)), some_hidden(rows, rng)
    for seeker, paired in product(rng.sample(seekers, 60), (NONE_HIDDEN, hidden)):
        found = matching(seeker, most, paired)
        assert found == selected(seeker, rows, most, paired)
        cut += found.was_cut
    assert cut > 30


@pytest.mark.parametrize("edgy", [True, False])
@BOTH_SIDES
def test_as_many_stand_above_a_place_as_in_the_whole_list(side: Side, *, edgy: bool) -> None:
    """Of rows that are there, and of what is not."""
    rng, cut = Random(7), 0
    seekers, others = a_city() if side == "lead" else reversed(a_city())
    rows: Sequence[PackedRow] = rows_of(others, rng)
    if edgy:
        seekers, rows = an_edgy_market(side, rng)
    index: Any = ListingIndex(rows) if side == "lead" else LeadIndex(rows)
    for seeker in rng.sample(list(seekers), 30):
        ranked = all_scored(seeker, rows)
        for place, most in product(rng.sample(ranked, min(len(ranked), 12)), (2, 10, 13)):
            for one in (place, Ranked(place.score, f"{place.id}~"), Ranked(place.score + 1, "")):
                above = sum(other > one for other in ranked)
                assert index.above(one, seeker, ME, most) == min(above, most)
                cut += above > most
    assert edgy or cut > 100


@BOTH_SIDES
def test_of_whom_the_owner_is_parted_nobody_is_in_a_list_or_above(side: Side) -> None:
    rng, met = Random(3), 0
    seekers, others = a_city() if side == "lead" else reversed(a_city())
    rows = rows_of(others, rng)
    hidden, parted = some_hidden(rows, rng), Parted(frozenset({raw_realtor_id(HER)}))
    index: Any = ListingIndex(rows) if side == "lead" else LeadIndex(rows)
    best: Any = best_properties if side == "lead" else best_leads
    for seeker, paired in product(rng.sample(list(seekers), 30), (NONE_HIDDEN, hidden)):
        ranked = [one for one in all_scored(seeker, rows, paired) if owner_of(one.id) != HER]
        for most in (1, *SIZES):
            wanted = ranked[:most], len(ranked) > most
            assert index.best(seeker, ME, most, paired, parted) == wanted
            assert best(seeker, ME, rows, most, paired, parted) == wanted
        if paired is NONE_HIDDEN:
            for place in rng.sample(ranked, min(len(ranked), 5)):
                above = sum(other > place for other in ranked)
                assert index.above(place, seeker, ME, 10, parted) == min(above, 10)
                met += 1
    assert met > 60


@pytest.mark.parametrize("most", SIZES)
@pytest.mark.parametrize(
    "wishes", [NO_WISH, NO_PLACE, {"rooms": frozenset()}], ids=["none", "no place", "no rooms"]
)
def test_a_lead_that_leaves_wishes_open_finds_and_is_found_alike(
    wishes: dict[str, object], most: int
) -> None:
    rng = Random(most)
    leads, listings = a_city()
    rows = rows_of(listings, rng)
    matching = indexed("lead", rows)
    drawn = rng.sample(leads, 30)
    open_leads = [lead._replace(**wishes) for lead in drawn]  # type: ignore[arg-type]
    for lead in open_leads:
        assert matching(lead, most, NONE_HIDDEN) == selected(lead, rows, most)
    rows = rows_of([*open_leads, *leads[:300]], rng)
    matching = indexed("listing", rows)
    for listing in rng.sample(listings, 30):
        assert matching(listing, most, NONE_HIDDEN) == selected(listing, rows, most)


@BOTH_SIDES
def test_prices_on_both_sides_of_every_step_are_found(side: Side) -> None:
    edges = sorted(
        chain.from_iterable(
            (edge - 1, edge, edge + 1) for edge in (5 << bits for bits in range(18, 44))
        )
    )
    leads = [
        a_lead(budget_min=0 if price % 2 else price, budget_max=price, **NO_WISH) for price in edges
    ]
    listings = [a_listing(price=price) for price in edges]
    seekers, others = (leads, listings) if side == "lead" else (listings, leads)
    rows = rows_of(others, Random(1))
    matching = indexed(side, rows)
    for seeker in seekers:
        ranked = all_scored(seeker, rows)
        assert ranked
        assert matching(seeker, len(rows), NONE_HIDDEN) == (ranked, False)


def test_the_steps_of_prices_go_up_one_by_one() -> None:
    steps = [step_of(edge << bits) for bits in range(22, 45) for edge in (4, 5, 6, 7)]
    assert {after - before for before, after in pairwise(steps)} == {1}
    assert all(
        step_of((edge << bits) - 1) < step_of(edge << bits)
        for bits in range(22, 45)
        for edge in (4, 5, 6, 7)
    )
    assert step_of(0) <= step_of(1) < step_of(4 << 22)


@BOTH_SIDES
def test_an_empty_market_has_nothing_for_anybody(side: Side) -> None:
    assert matched(PERFECT[side][0], [], 200) == ([], False)


@BOTH_SIDES
def test_one_for_houses_finds_nothing_in_a_market_of_flats(side: Side) -> None:
    seeker, other = PERFECT[side]
    rows = [(an_id(number), other) for number in range(30)]
    assert len(matched(seeker, rows, 6).ranked) == 6
    assert matched(seeker._replace(type=2), rows, 6) == ([], False)


@BOTH_SIDES
def test_the_newest_of_many_that_tie_are_listed(side: Side) -> None:
    seeker, other = PERFECT[side]
    rows = [(an_id(number), other) for number in range(1000)]
    Random(1).shuffle(rows)
    newest = [Ranked(10_000, an_id(number)) for number in range(999, 989, -1)]
    assert matched(seeker, rows, 10) == (newest, True)


@BOTH_SIDES
def test_ones_own_and_hidden_ones_take_no_place_of_a_list(side: Side) -> None:
    seeker, other = PERFECT[side]
    shown, hidden = (
        [an_id(number) for number in range(9)],
        [an_id(number) for number in range(90, 99)],
    )
    rows = [
        (each, other)
        for each in [*hidden, *(an_id(number, ME) for number in range(50, 59)), *shown]
    ]
    found = matched(seeker, rows, 9, dict.fromkeys(hidden, lambda *_: True))
    assert found == ([Ranked(10_000, each) for each in reversed(shown)], False)


@pytest.mark.parametrize("verdict", [True, False])
@BOTH_SIDES
def test_a_pair_in_a_wished_district_and_metro_is_judged_once_and_listed_once(
    side: Side, *, verdict: bool
) -> None:
    lead, listing = a_lead(metros=frozenset(PLACES[1:3])), a_listing(metro=PLACES[1])
    seeker, packed = (
        (lead, pack_property(listing)) if side == "lead" else (listing, pack_lead(lead))
    )
    asked: list[tuple[int, bytes]] = []

    def judge(points: int, row: bytes) -> bool:
        asked.append((points, row))
        return verdict

    rows = [(an_id(1), packed), (an_id(2), packed)]
    found = matched(seeker, rows, 9, {an_id(2): judge})
    assert asked == [(10_000, packed)]
    assert [row.id for row in found.ranked] == [an_id(1)] if verdict else [an_id(2), an_id(1)]


@BOTH_SIDES
def test_a_miss_at_the_cap_comes_before_an_older_hit_that_scores_the_same(side: Side) -> None:
    lead, listing = (
        a_lead(),
        a_listing(price=22_000, rooms=0, type=1, klass=3, condition=3, area=6_499),
    )
    if side == "lead":
        hit, miss = pack_property(listing), pack_property(a_listing(district=PLACES[1]))
    else:
        elsewhere = a_lead(
            districts=frozenset(PLACES[1:2]), rooms=frozenset([0]), klass=3, budget_max=22_000
        )
        hit, miss = pack_lead(lead), pack_lead(elsewhere)
    seeker = lead if side == "lead" else listing
    rows = [(an_id(1), hit), (an_id(2), hit), (an_id(3), miss)]
    assert matched(seeker, rows, 1) == ([Ranked(6000, an_id(3))], True)
    assert matched(seeker, rows[:2], 1) == ([Ranked(6000, an_id(2))], True)


def test_what_scores_just_enough_to_be_listed_is_listed() -> None:
    listings = [
        a_listing(district=PLACES[1], price=22_000, klass=klass, area=area)
        for klass in range(4)
        for area in range(3200, 4000)
    ]
    rows = [(an_id(number), pack_property(listing)) for number, listing in enumerate(listings)]
    ranked = all_scored(a_lead(), rows)
    assert LISTED in {row.score for row in ranked}
    assert matched(a_lead(), rows, len(rows)) == (ranked, False)


@BOTH_SIDES
def test_a_list_is_full_long_before_all_of_a_large_city_has_been_looked_at(
    side: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at = 0

    def counting(cells: Iterable[Any], best: Best) -> Iterator[Any]:
        nonlocal looked_at
        for rows, facts in most_promising_first(cells, best):
            looked_at += len(rows)
            yield rows, facts

    for index in (lead_index, listing_index):
        monkeypatch.setattr(index, "most_promising_first", counting)
    seekers, others = a_city() if side == "lead" else reversed(a_city())
    rng = Random(5)
    rows = rows_of([*others] * 8, rng)
    matching, sample = indexed(side, rows), rng.sample(seekers, 60)
    assert all(matching(seeker, 3, NONE_HIDDEN).was_cut for seeker in sample)
    assert looked_at < len(sample) * len(rows) / 4
