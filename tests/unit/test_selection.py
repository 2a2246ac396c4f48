"""The fast selection is the slow one: the same ids, scores, order and cut as scoring every row and
sorting.
"""

from collections.abc import Iterator, Sequence
from random import Random

import pytest

from cobroke.domain.matching.top_list import Hidden, Ranked
from cobroke.domain.postings.features import pack_lead, pack_property
from tests.support.seekers import (
    BOTH_SIDES,
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


def edgy_markets(rng: Random, side: Side) -> Iterator[tuple[Seeker, Sequence[Seeker]]]:
    """6,000 pairs."""
    for lead in (an_edgy_lead(rng) for _ in range(150)):
        listings = [an_edgy_listing(rng, lead) for _ in range(40)]
        yield from (
            [(lead, listings)] if side == "lead" else [(listing, [lead]) for listing in listings]
        )


@pytest.mark.parametrize("seed", range(4))
@BOTH_SIDES
def test_every_pair_at_the_edges_is_selected_with_the_score_it_has(side: Side, seed: int) -> None:
    rng, pairs, listed = Random(seed), 0, 0
    for seeker, others in edgy_markets(rng, side):
        rows = rows_of(others, rng)
        expected = all_scored(seeker, rows)
        assert selected(seeker, rows, len(rows)) == (expected, False)
        pairs, listed = pairs + len(rows), listed + len(expected)
    assert (pairs, 1000 < listed < 5000) == (6000, True)


@pytest.mark.parametrize("most", [3, 6, 200])
@BOTH_SIDES
def test_a_list_full_of_ties_is_cut_as_if_every_row_had_been_scored(side: Side, most: int) -> None:
    seekers, others = a_city() if side == "lead" else reversed(a_city())
    rng, tied = Random(most), 0
    for seeker in rng.sample(seekers, 30):
        rows = rows_of(others, rng)
        judges: list[Hidden] = [lambda *_: True, lambda points, _: points % 2 == 0]
        hidden = {other: rng.choice(judges) for other, _ in rng.sample(rows, 200)}
        ranked = all_scored(seeker, rows, hidden)
        assert selected(seeker, iter(rows), most, hidden) == (ranked[:most], len(ranked) > most)
        tied += len(ranked) > most and ranked[most - 1].score == ranked[most].score
    assert tied >= 10


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
    found = selected(seeker, rows, 9, dict.fromkeys(hidden, lambda *_: True))
    assert found == ([Ranked(10_000, each) for each in reversed(shown)], False)


def test_a_hidden_pair_is_judged_by_its_score_and_its_packed_row_and_no_other_is_judged() -> None:
    asked: list[tuple[int, bytes]] = []

    def judge(points: int, packed: bytes) -> bool:
        asked.append((points, packed))
        return False

    beside, out = pack_property(a_listing(type=1)), pack_property(a_listing(price=22_001))
    rows = [(an_id(1), pack_property(a_listing())), (an_id(2), beside), (an_id(3), out)]
    found = selected(a_lead(), rows, 9, {an_id(2): judge, an_id(3): judge, an_id(4): judge})
    assert asked == [(9600, beside)]
    assert [row.id for row in found.ranked] == [an_id(1), an_id(2)]


@pytest.mark.parametrize("more", [0, 1])
@pytest.mark.parametrize(
    "last", [{}, {"district": PLACES[1]}, {"price": 22_000, "klass": 0}], ids=str
)
def test_a_list_is_cut_where_one_more_could_have_been_shown_and_only_there(
    last: dict[str, object], more: int
) -> None:
    not_listed = a_listing(price=22_000, klass=0, condition=0, district=PLACES[1])
    listings = [*[a_listing()] * 6, *[a_listing(**last)] * more, a_listing(rooms=4), not_listed]
    rows = [(an_id(20 - number), pack_property(each)) for number, each in enumerate(listings)]
    assert selected(a_lead(), [*rows, (an_id(30, ME), rows[0][1])], 6).was_cut == bool(more)


def test_a_miss_at_the_cap_comes_before_an_older_hit_that_scores_the_same() -> None:
    hit = pack_property(a_listing(price=22_000, rooms=0, type=1, klass=3, condition=3, area=6_499))
    rows = [
        (an_id(1), hit),
        (an_id(2), hit),
        (an_id(3), pack_property(a_listing(district=PLACES[1]))),
    ]
    assert selected(a_lead(), rows, 1) == ([Ranked(6000, an_id(3))], True)
    assert selected(a_lead(), rows[:2], 1) == ([Ranked(6000, an_id(2))], True)


def test_a_district_that_bears_the_name_of_a_station_is_not_that_station() -> None:
    lead, listing = (
        a_lead(districts=frozenset(PLACES[1:2])),
        a_listing(district=PLACES[2], metro=PLACES[1]),
    )
    for seeker, other in ((lead, pack_property(listing)), (listing, pack_lead(lead))):
        assert selected(seeker, [(an_id(1), other)], 1).ranked == [Ranked(6000, an_id(1))]


def test_the_end_of_one_place_and_the_start_of_the_next_are_no_place() -> None:
    wish = pack_lead(a_lead(districts=frozenset([b"aaaabbbb", b"ccccdddd"])))
    assert selected(a_listing(district=b"bbbbcccc"), [(an_id(1), wish)], 1).ranked == [
        Ranked(6000, an_id(1))
    ]
