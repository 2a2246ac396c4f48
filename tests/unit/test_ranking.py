"""A ranking and what changes make of it, without a store: every list compared with all that there
is, sorted.
"""

import struct
from collections.abc import Sequence
from random import Random

import pytest

from cobroke.domain import ids
from cobroke.domain.matching.ranking import (
    Candidate,
    Ranking,
    Row,
    Sizes,
    caught_up,
    pack_place,
    pack_rows,
    ranked,
    unpack_place,
    unpack_rows,
)
from cobroke.domain.matching.top_list import Ranked, Selection

SIZES = Sizes(kept=6, shown=3)


def an_id(number: int) -> str:
    return ids.posting_id(1_764_000_000_000 + number, b"\0\0", ids.realtor_id(b"\0" * 8))


def a_candidate(number: int, score: int | None, version: int = 1) -> Candidate:
    """Its score is all that its features say; None: it has left."""
    packed = None if score is None else struct.pack(">H", score)
    return Candidate(an_id(number), version, packed, detail=number)


def select(candidates: Sequence[Candidate], most: int) -> Selection:
    """What the domain's selection promises, plainly."""
    scores = [
        Ranked(struct.unpack(">H", one.packed)[0], one.id) for one in candidates if one.packed
    ]
    places = sorted((place for place in scores if place.score >= 5000), reverse=True)
    return Selection(places[:most], len(places) > most)


def a_ranking(*scores: int) -> Ranking:
    return of_a_whole(
        {an_id(number): a_candidate(number, score) for number, score in enumerate(scores)}
    )


def of_a_whole(market: dict[str, Candidate]) -> Ranking:
    best = select(list(market.values()), SIZES.kept)
    return ranked(best, market, watermark=1, seen=len(market), own_version=1)


def after(ranking: Ranking, *changes: Candidate) -> Ranking:
    return caught_up(ranking, {one.id: one for one in changes}, select, SIZES, watermark=2)


def scores(ranking: Ranking) -> list[int]:
    return [row.score for row in ranking.rows]


def test_a_market_that_fits_is_kept_whole_and_has_no_cut() -> None:
    ranking = a_ranking(5000, 9000, 7000, 4999)
    assert scores(ranking) == [9000, 7000, 5000]
    assert ranking.cut is None
    assert ranking.holds(SIZES.shown)


def test_a_larger_market_is_cut_at_its_last_kept_row() -> None:
    ranking = a_ranking(*range(5000, 5010))
    assert scores(ranking) == [5009, 5008, 5007, 5006, 5005, 5004]
    assert ranking.cut == ranking.rows[-1].place


def test_a_change_moves_a_row_and_brings_its_version() -> None:
    ranking = after(a_ranking(6000, 7000, 8000), a_candidate(0, 9000, version=2))
    assert next((row.id, row.score, row.version) for row in ranking.rows) == (an_id(0), 9000, 2)
    assert scores(ranking) == [9000, 8000, 7000]


def test_a_change_that_is_known_already_changes_nothing() -> None:
    ranking = after(a_ranking(6000, 7000), a_candidate(0, 9000, version=2))
    assert after(ranking, a_candidate(0, 6000, version=1)).rows == ranking.rows


def test_what_has_left_goes_out() -> None:
    assert scores(after(a_ranking(6000, 7000), a_candidate(1, None, version=2))) == [6000]


def test_below_the_cut_nothing_is_inserted_although_there_is_room() -> None:
    ranking = a_ranking(*range(5000, 5010))
    ranking = after(ranking, a_candidate(9, None, version=2), a_candidate(20, 5003))
    assert scores(ranking) == [5008, 5007, 5006, 5005, 5004]
    assert after(ranking, a_candidate(21, 5004)).rows[-1].score == 5004


def test_the_cut_stays_where_it_was_cut_when_rows_go_out() -> None:
    ranking = a_ranking(*range(5000, 5010))
    cut = ranking.cut
    assert cut is not None
    ranking = after(ranking, *(a_candidate(number, None, version=2) for number in (4, 5)))
    assert ranking.cut == cut
    assert ranking.rows[-1].place > cut


def test_the_cut_moves_up_when_the_list_is_cut_again() -> None:
    ranking = after(a_ranking(*range(5000, 5010)), a_candidate(20, 9000), a_candidate(21, 9000))
    assert scores(ranking) == [9000, 9000, 5009, 5008, 5007, 5006]
    assert ranking.cut == ranking.rows[-1].place


def test_as_many_changes_as_are_kept_and_more_cut_the_list() -> None:
    ranking = after(a_ranking(), *(a_candidate(number, 6000 + number) for number in range(7)))
    assert scores(ranking) == [6006, 6005, 6004, 6003, 6002, 6001]
    assert ranking.cut == ranking.rows[-1].place


def test_too_few_rows_above_a_cut_do_not_hold_a_page() -> None:
    ranking = a_ranking(*range(5000, 5010))
    for number in range(9, 5, -1):
        ranking = after(ranking, a_candidate(number, None, version=2))
    assert scores(ranking) == [5005, 5004]
    assert not ranking.holds(SIZES.shown)


@pytest.mark.parametrize("seed", range(100))
def test_a_ranking_that_is_caught_up_holds_what_a_fresh_one_would(seed: int) -> None:
    rng = Random(seed)
    market = {
        an_id(number): a_candidate(number, rng.randint(4990, 5040))
        for number in range(rng.randint(0, 30))
    }
    ranking = of_a_whole(market)
    for _ in range(rng.randint(1, 12)):
        changed = {}
        for number in rng.sample(range(40), rng.randint(1, 6)):
            old = market.get(an_id(number))
            score = rng.choice([None, rng.randint(4990, 5040), rng.randint(5030, 5060)])
            changed[an_id(number)] = a_candidate(number, score, old.version + 1 if old else 1)
        market |= changed
        ranking = caught_up(ranking, changed, select, SIZES, 2)
        if not ranking.holds(SIZES.shown):
            return
        whole = of_a_whole(market)
        assert ranking.rows[: SIZES.shown] == whole.rows[: SIZES.shown]


def test_rows_and_the_cut_are_kept_in_thirty_and_eighteen_bytes() -> None:
    rows = (Row(10_000, an_id(1), 2**32 - 1, 10**14), Row(5_000, an_id(0), 1, 0))
    assert len(pack_rows(rows)) == 60
    assert unpack_rows(pack_rows(rows)) == rows
    assert len(pack_place(rows[0].place) or b"") == 18
    assert unpack_place(pack_place(rows[0].place)) == rows[0].place
    assert unpack_place(pack_place(None)) is None
