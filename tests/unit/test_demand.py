"""Which buyers a listing has at which price: held against a slow oracle that scores all of them at
each end of each stretch and 0.01 beside it, and at every price where there are few.

INSIGHTS_SEARCH=20 searches so much longer.
"""

import os
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from random import Random
from statistics import median

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cobroke.domain.insights.comparables import Comparables, comparables
from cobroke.domain.insights.demand import at_its_lowest, demand
from cobroke.domain.insights.price_curve import (
    MOST_STRETCHES,
    NextStep,
    Stretch,
    nearest,
    next_step,
    range_around,
    stretches,
)
from cobroke.domain.matching.market import PriceRange, position_of, shelves_for
from cobroke.domain.matching.top_list import PackedRow
from cobroke.domain.postings.features import (
    PropertyFeatures,
    pack_lead,
    pack_property,
    unpack_lead,
    unpack_property,
)
from tests.support.near_leads import NearLeads, ends_of, near_leads
from tests.support.near_market import listing_features
from tests.support.seekers import PLACES, a_lead, a_listing, an_id

SEARCH = int(os.environ.get("INSIGHTS_SEARCH", "1"))
FEW = 400
"""Prices."""
OWN = an_id(0)
PRICES = st.integers(1, 10**14) | st.integers(1, 50)
many = settings(
    derandomize=SEARCH == 1,
    database=None,
    deadline=None,
    max_examples=40 * SEARCH,
    suppress_health_check=[HealthCheck.too_slow],
)


def whole_curve(near: NearLeads) -> list[Stretch]:
    """By the oracle, price by price."""
    low, high = range_around(near.price)
    counts = [near.buyers_at(price) for price in range(low, high + 1)]
    found = [Stretch(low, low, counts[0])]
    for price, count in enumerate(counts[1:], start=low + 1):
        if count == found[-1].buyers:
            found[-1] = found[-1]._replace(highest=price)
        else:
            found.append(Stretch(price, price, count))
    return found


def within(curve: Sequence[Stretch], price: int) -> bool:
    return curve[0].lowest <= price <= curve[-1].highest


@many
@given(st.randoms(use_true_random=True))
def test_the_curve_is_what_scoring_every_lead_again_finds(rng: Random) -> None:
    near = near_leads(rng)
    low, high = range_around(near.price)
    answer = demand(OWN, listing_features(near.listing), near.rows, near.hides, [])
    listed = [points for points in near.shown.values() if points >= 5000]
    assert (answer.buyers, answer.listed) == (near.buyers_at(near.price), len(listed))
    curve = answer.price_curve
    if high - low < FEW:
        whole = whole_curve(near)
        assert curve == nearest(whole, near.price)
        assert answer.next_step == next_step(whole, near.price)
    else:
        if len(curve) < MOST_STRETCHES:
            assert (curve[0].lowest, curve[-1].highest) == (low, high)
        for price in ends_of(curve):
            at = [each.buyers for each in curve if each.lowest <= price <= each.highest]
            assert at == ([near.buyers_at(price)] if within(curve, price) else [])
    for lower, higher in pairwise(curve):
        assert lower.highest + 1 == higher.lowest
        assert lower.buyers != higher.buyers


@many
@given(st.randoms(use_true_random=True))
def test_what_keeps_the_near_ones_away_is_what_full_credit_would_mend(rng: Random) -> None:
    near = near_leads(rng)
    answer = demand(OWN, listing_features(near.listing), near.rows, near.hides, [])
    assert [*answer.missed.items()] == [*near.missed().items()]


@many
@given(st.randoms(use_true_random=True))
def test_no_lead_that_the_listing_does_not_see_at_its_lowest_matters(rng: Random) -> None:
    near = near_leads(rng)
    listing = listing_features(near.listing)
    (shelf,) = shelves_for(at_its_lowest(listing))
    seen = [
        (an_id_, packed)
        for an_id_, packed in near.rows
        if position_of(unpack_lead("", packed)).price >= shelf.lowest
    ]
    assert demand(OWN, listing, seen, near.hides, []) == demand(
        OWN, listing, near.rows, near.hides, []
    )


def test_the_leads_of_these_tests_miss_in_everything_and_make_stairs() -> None:
    """Else they would show nothing."""
    missed, longest, steps = set[str](), 0, 0
    for near in map(near_leads, map(Random, range(60))):
        answer = demand(OWN, listing_features(near.listing), near.rows, near.hides, [])
        missed |= answer.missed.keys()
        longest, steps = max(longest, len(answer.price_curve)), steps + bool(answer.next_step)
    assert len(missed) == 7, missed
    assert (longest >= 15, steps >= 15) == (True, True)


@pytest.mark.parametrize(
    ("price", "lowest", "highest"), [(1, 1, 2), (2, 1, 3), (100, 85, 110), (101, 85, 112)]
)
def test_the_range_is_rounded_outwards_and_begins_with_a_kopeck(
    price: int, lowest: int, highest: int
) -> None:
    assert range_around(price) == (lowest, highest)


def test_one_lead_that_ends_where_the_next_begins_leaves_no_stair() -> None:
    fits = [PriceRange(1, 50), PriceRange(51, 60), PriceRange(55, 200)]
    assert stretches(fits, PriceRange(10, 100)) == [
        Stretch(10, 54, 1),
        Stretch(55, 60, 2),
        Stretch(61, 100, 1),
    ]
    assert stretches([], PriceRange(1, 2)) == [Stretch(1, 2, 0)]


@pytest.mark.parametrize(
    ("price", "first"),
    [(0, 0), (199, 0), (200, 0), (209, 1), (214, 1), (215, 2), (500, 30), (999, 60)],
)
def test_of_a_long_curve_the_stretches_nearest_to_the_price_are_shown(
    price: int, first: int
) -> None:
    """Of a hundred, each of ten prices."""
    curve = [Stretch(10 * number, 10 * number + 9, number) for number in range(100)]
    shown = nearest(curve, price)
    assert shown == curve[first : first + MOST_STRETCHES]
    assert any(each.lowest <= price <= each.highest for each in shown)


def test_of_two_stretches_as_near_the_lower_is_shown() -> None:
    curve = [Stretch(at, at, at % 2) for at in range(100)]
    assert nearest(curve, 50) == curve[30:70]


def test_the_next_step_is_the_highest_lower_price_with_more_buyers_shown_or_not() -> None:
    curve = [Stretch(1, 10, 9), *(Stretch(at, at, at % 2) for at in range(11, 100))]
    assert next_step(curve, 99) == NextStep(10, 8)
    assert Stretch(1, 10, 9) not in nearest(curve, 99)
    assert next_step(curve, 98) == NextStep(97, 1)
    assert next_step(curve, 5) is None


def test_a_lead_that_is_hidden_today_is_hidden_at_every_price() -> None:
    lead, listing = (an_id(1), pack_lead(a_lead())), a_listing(price=22_001)
    seen: list[int | None] = []

    def hides(_: str, score: int | None) -> bool:
        seen.append(score)
        return score is None

    assert demand(OWN, listing, [lead], hides, []).price_curve == [Stretch(18_700, 24_202, 0)]
    shown = demand(OWN, listing, [lead], lambda *_: False, [])
    assert shown.price_curve == [Stretch(18_700, 21_666, 1), Stretch(21_667, 24_202, 0)]
    assert shown.next_step == NextStep(21_666, 1)
    assert seen == [None]


def test_the_end_of_one_wished_place_and_the_start_of_the_next_are_no_place() -> None:
    wish = (an_id(1), pack_lead(a_lead(districts=frozenset([b"aaaabbbb", b"ccccdddd"]))))
    answer = demand(OWN, a_listing(district=b"bbbbcccc"), [wish], lambda *_: False, [])
    assert (answer.buyers, answer.listed, answer.missed) == (0, 1, {"location": 1})


def rows_at(prices: list[int], **changes: object) -> list[PackedRow]:
    return [
        (an_id(number), pack_property(a_listing(price=price, **changes)))
        for number, price in enumerate(prices, start=1)
    ]


def test_fewer_than_five_comparables_say_nothing() -> None:
    own = a_listing()
    assert comparables(OWN, own, rows_at([1, 2, 3, 4])) is None
    assert comparables(OWN, own, [*rows_at([1, 2, 3, 4]), (OWN, pack_property(own))]) is None
    assert comparables(OWN, own, rows_at([1, 2, 3, 4, 5])) is not None


@pytest.mark.parametrize(
    "change",
    [
        {"district": PLACES[1]},
        {"rooms": 3},
        {"condition": 1},
        {"type": 2},
        {"area": 3_999},
        {"area": 6_001},
    ],
    ids=str,
)
def test_what_differs_is_not_compared(change: dict[str, object]) -> None:
    assert comparables(OWN, a_listing(), rows_at([5_000] * 5, **change)) is None


@pytest.mark.parametrize(
    "change",
    [{"type": 1}, {"klass": 0}, {"metro": PLACES[3]}, {"area": 4_000}, {"area": 6_000}],
    ids=str,
)
def test_what_may_differ_is_compared(change: dict[str, object]) -> None:
    found = comparables(OWN, a_listing(), rows_at([5_000] * 5, **change))
    assert found is not None
    assert found.compared == 5


def slowly(own: PropertyFeatures, rows: list[PackedRow]) -> Comparables:
    """In exact fractions; all are comparable."""
    asked = [unpack_property("", packed) for _, packed in rows]
    middle = median(Fraction(each.price, each.area) for each in asked)
    above = (Fraction(own.price, own.area) / middle - 1) * 100
    return Comparables(len(rows), int(_halves_away(middle, 2)), int(_halves_away(above, 1)))


def _halves_away(number: Fraction, decimals: int) -> int:
    scaled = abs(number) * 10**decimals
    rounded = int(scaled + Fraction(1, 2))
    return rounded if number >= 0 else -rounded


@many
@given(
    st.lists(
        st.tuples(st.integers(1, 10**14) | st.integers(1, 50), st.integers(4_000, 6_000)),
        min_size=5,
    ),
    st.integers(1, 10**14) | st.integers(1, 50),
)
def test_the_median_is_exact_and_halves_are_rounded_away_from_zero(
    others: list[tuple[int, int]], price: int
) -> None:
    rows = [
        (an_id(number), pack_property(a_listing(price=each, area=area)))
        for number, (each, area) in enumerate(others, start=1)
    ]
    assert comparables(OWN, a_listing(price=price), rows) == slowly(a_listing(price=price), rows)


@pytest.mark.parametrize(
    ("price", "tenths"),
    [(20_010, 1), (20_009, 0), (19_990, -1), (19_991, 0), (20_030, 2), (19_970, -2)],
)
def test_half_a_tenth_of_a_percent_is_rounded_away_from_zero(price: int, tenths: int) -> None:
    found = comparables(OWN, a_listing(price=price), rows_at([20_000] * 5))
    assert found == Comparables(5, 400, tenths)
