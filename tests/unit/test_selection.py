"""The fast selection is the slow one: the same ids, scores, order and cut as scoring every row and sorting."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from random import Random
from typing import Literal

import pytest

from cobroke.domain import features
from cobroke.domain.features import LeadFeatures, PropertyFeatures, pack_lead, pack_property
from cobroke.domain.ids import object_id, owner_of, realtor_id
from cobroke.domain.lead import LeadBody
from cobroke.domain.places import NOWHERE
from cobroke.domain.property import PropertyBody
from cobroke.domain.score import LISTED, score
from cobroke.domain.selection import NONE_HIDDEN, best_leads, best_properties
from cobroke.domain.shortlist import Hidden, Ranked, Row, Selection
from tests import market

CITY = "орел"
ME, HER, HIM = map(realtor_id, (b"itwas me", b"itwasher", b"ytwas me"))
"""His id ends as mine does."""
PLACES = [bytes([number]) * 8 for number in range(1, 7)]
BOTH_SIDES = pytest.mark.parametrize("side", ["lead", "listing"])
type Side = Literal["lead", "listing"]
type Seeker = LeadFeatures | PropertyFeatures


def a_lead(**changes: object) -> LeadFeatures:
    """A flat of 1–2 rooms in the first place, for 100–200 and 40–60 m²; in hundredths."""
    wished = frozenset({1, 2}), frozenset(PLACES[:1]), frozenset[bytes]()
    return LeadFeatures(CITY, 0, 2, 2, 10_000, 20_000, 4_000, 6_000, *wished)._replace(**changes)  # type: ignore[arg-type]


def a_listing(**changes: object) -> PropertyFeatures:
    """What that lead wishes."""
    wished = PropertyFeatures(CITY, 0, 2, 2, 15_000, 5_000, 2, PLACES[0], NOWHERE)
    return wished._replace(**changes)  # type: ignore[arg-type]


def an_id(number: int, owner: str = HER) -> str:
    """The greater the number, the newer."""
    return object_id(number, bytes(2), owner)


def rows_of(others: Iterable[Seeker], rng: Random) -> list[Row]:
    """With ids of three realtors that say nothing of the order."""
    packed = [pack_lead(other) if isinstance(other, LeadFeatures) else pack_property(other) for other in others]
    times = rng.sample(range(10**6), len(packed))
    return [(an_id(time, rng.choice([ME, HER, HIM])), row) for time, row in zip(times, packed, strict=True)]


def selected(seeker: Seeker, rows: Iterable[Row], most: int, hidden: Mapping[str, Hidden] = NONE_HIDDEN) -> Selection:
    if isinstance(seeker, LeadFeatures):
        return best_properties(seeker, ME, rows, most, hidden)
    return best_leads(seeker, ME, rows, most, hidden)


def all_scored(seeker: Seeker, rows: Iterable[Row], hidden: Mapping[str, Hidden] = NONE_HIDDEN) -> list[Ranked]:
    """The slow way: everything that may be shown, best first."""
    found = []
    for other, packed in rows:
        if isinstance(seeker, LeadFeatures):
            points = score(seeker, features.unpack_property(seeker.city, packed))
        else:
            points = score(features.unpack_lead(seeker.city, packed), seeker)
        if points is None or points < LISTED or owner_of(other) == ME:
            continue
        if other not in hidden or not hidden[other](points, packed):
            found.append(Ranked(points, other))
    return sorted(found, reverse=True)


def an_edgy_lead(rng: Random) -> LeadFeatures:
    high, largest = rng.choice([1, 7, 997, 10**6, 10**14]), rng.choice([1, 7, 997, 6000, 10**7])
    low = rng.choice([0, high, high // 2, high * 9 // 10])
    smallest = rng.choice([largest, largest // 2, largest * 9 // 10])
    rooms = frozenset(rng.sample([0, 1, 2, 3, 5, 7, 49, 50], rng.choice([0, 1, 2, 4])))
    places = [frozenset(rng.sample(PLACES, rng.choice([0, 1, 3]))) for _ in ("districts", "metros")]
    kind = rng.choice([0, 2, 3]), rng.randrange(4), rng.randrange(4)
    return LeadFeatures(CITY, *kind, low, high, smallest, largest, rooms, *places)


def an_edgy_listing(rng: Random, lead: LeadFeatures) -> PropertyFeatures:
    """At the edges of the lead's wishes, or a kopeck, 0.01 m² or a room beside them; seldom far off in all at once."""
    low, high, smallest, largest = lead[4:8]
    price = rng.choice([low, high, -(-6 * low // 10), 11 * high // 10, rng.randint(low, high)])
    area = rng.choice([smallest, largest, -(-8 * smallest // 10), 16 * largest // 10, rng.randint(smallest, largest)])
    rooms = rng.choice([*lead.rooms, *lead.rooms, rng.randint(0, 50)]) + rng.choice([-2, -1, 0, 0, 0, 1, 2])
    return PropertyFeatures(
        CITY,
        rng.choice([lead.type, lead.type, lead.type, rng.randrange(4)]),
        rng.choice([lead.klass, rng.randrange(4)]),
        rng.choice([lead.condition, rng.randrange(4)]),
        max(price + rng.choice([-1, 0, 0, 1]), 1),
        max(area + rng.choice([-1, 0, 0, 1]), 1),
        min(max(rooms, 0), 50),
        rng.choice([*lead.districts, rng.choice(PLACES)]),
        rng.choice([*lead.metros, rng.choice(PLACES), NOWHERE]),
    )


def edgy_markets(rng: Random, side: Side) -> Iterator[tuple[Seeker, Sequence[Seeker]]]:
    """6,000 pairs."""
    for lead in (an_edgy_lead(rng) for _ in range(150)):
        listings = [an_edgy_listing(rng, lead) for _ in range(40)]
        yield from [(lead, listings)] if side == "lead" else [(listing, [lead]) for listing in listings]


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


@cache
def a_city() -> tuple[Sequence[Seeker], Sequence[Seeker]]:
    leads, listings = market.a_city(7, leads=900, listings=900)
    return (
        [features.lead_features(LeadBody.model_validate(body).requirements) for body in leads],
        [features.property_features(PropertyBody.model_validate(body)) for body in listings],
    )


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


PERFECT: dict[Side, tuple[Seeker, bytes]] = {
    "lead": (a_lead(), pack_property(a_listing())),
    "listing": (a_listing(), pack_lead(a_lead())),
}


@BOTH_SIDES
def test_ones_own_and_hidden_ones_take_no_place_of_a_list(side: Side) -> None:
    seeker, other = PERFECT[side]
    shown, hidden = [an_id(number) for number in range(9)], [an_id(number) for number in range(90, 99)]
    rows = [(each, other) for each in [*hidden, *(an_id(number, ME) for number in range(50, 59)), *shown]]
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
@pytest.mark.parametrize("last", [{}, {"district": PLACES[1]}, {"price": 22_000, "klass": 0}], ids=str)
def test_a_list_is_cut_where_one_more_could_have_been_shown_and_only_there(last: dict[str, object], more: int) -> None:
    not_listed = a_listing(price=22_000, klass=0, condition=0, district=PLACES[1])
    listings = [*[a_listing()] * 6, *[a_listing(**last)] * more, a_listing(rooms=4), not_listed]
    rows = [(an_id(20 - number), pack_property(each)) for number, each in enumerate(listings)]
    assert selected(a_lead(), [*rows, (an_id(30, ME), rows[0][1])], 6).was_cut == bool(more)


def test_a_miss_at_the_cap_comes_before_an_older_hit_that_scores_the_same() -> None:
    hit = pack_property(a_listing(price=22_000, rooms=0, type=1, klass=3, condition=3, area=6_499))
    rows = [(an_id(1), hit), (an_id(2), hit), (an_id(3), pack_property(a_listing(district=PLACES[1])))]
    assert selected(a_lead(), rows, 1) == ([Ranked(6000, an_id(3))], True)
    assert selected(a_lead(), rows[:2], 1) == ([Ranked(6000, an_id(2))], True)


def test_a_district_that_bears_the_name_of_a_station_is_not_that_station() -> None:
    lead, listing = a_lead(districts=frozenset(PLACES[1:2])), a_listing(district=PLACES[2], metro=PLACES[1])
    for seeker, other in ((lead, pack_property(listing)), (listing, pack_lead(lead))):
        assert selected(seeker, [(an_id(1), other)], 1).ranked == [Ranked(6000, an_id(1))]


def test_the_end_of_one_place_and_the_start_of_the_next_are_no_place() -> None:
    wish = pack_lead(a_lead(districts=frozenset([b"aaaabbbb", b"ccccdddd"])))
    assert selected(a_listing(district=b"bbbbcccc"), [(an_id(1), wish)], 1).ranked == [Ranked(6000, an_id(1))]
