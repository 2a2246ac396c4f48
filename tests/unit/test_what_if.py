"""What one change of a lead would add: held against a slow oracle that scores everything again, at
the step and 0.01 beside it.

INSIGHTS_SEARCH=20 searches so much longer.
"""

import os
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cobroke.domain.insights.steps import ADDED, Change, Step, widened
from cobroke.domain.insights.what_if import WhatIf, what_if
from cobroke.domain.matching.market import position_of, shelves_for
from cobroke.domain.matching.score import score
from cobroke.domain.matching.top_list import PackedRow, Ranked
from cobroke.domain.postings.features import LeadFeatures, pack_property, unpack_property
from cobroke.domain.postings.places import place
from tests.place_names import PlaceType, normalised
from tests.support.near_market import (
    Json,
    Near,
    changed,
    lead_features,
    names,
    near_market,
)
from tests.support.seekers import CITY, ME, PLACES, a_lead, a_listing, an_id

SEARCH = int(os.environ.get("INSIGHTS_SEARCH", "1"))
ORDER: list[Change] = [
    "BUDGET_MAX",
    "BUDGET_MIN",
    "AREA_MIN",
    "AREA_MAX",
    "ROOMS",
    "DISTRICT",
    "METRO_STATION",
]
many = settings(
    derandomize=SEARCH == 1,
    database=None,
    deadline=None,
    max_examples=40 * SEARCH,
    suppress_health_check=[HealthCheck.too_slow],
)


def asked(
    near: Near, requirements: Json | None = None, without: frozenset[Any] = frozenset()
) -> WhatIf:
    """What a PUT would not take: `without`."""
    return what_if(
        lead_features(requirements or near.lead),
        near.rows,
        near.hides,
        near.spell,
        lambda change, to: (change, to) not in without,
    )


def of(answer: WhatIf, change: Change) -> list[Step]:
    return [step for step in answer.steps if step.change == change]


def added(near: Near, change: Change, to: Any) -> list[Ranked]:
    """By the oracle, whoever fits after the step and not before."""
    before, after = near.fitting(near.lead), near.fitting(changed(near.lead, change, to))
    assert before.keys() <= after.keys()
    return [Ranked(points, an_id) for an_id, points in after.items() if an_id not in before]


def said(near: Near, change: Change, to: Any, rows: list[Ranked]) -> Step:
    return Step(change, to, len(rows), len(near.fitting(near.lead)) + len(rows), max(rows))


def limits(near: Near) -> Iterator[tuple[Change, int, int, int]]:
    """Of each bound: which way it goes, where it is, and how far it may go."""
    budget, area = near.lead["budget"], near.lead["area"]
    for change, now, most in (
        ("BUDGET_MAX", budget["max"], 10**14),
        ("AREA_MAX", area["max"], 10**7),
    ):
        hundredths = int(now * 100)
        yield change, 1, hundredths, min(hundredths * 120 // 100, most)  # type: ignore[misc]
    for change, now in (("BUDGET_MIN", budget["min"]), ("AREA_MIN", area["min"])):
        hundredths = int(now * 100)
        yield change, -1, hundredths, -(-hundredths * 80 // 100)  # type: ignore[misc]


def expected_bounds(
    near: Near, change: Change, way: int, now: int, limit: int, given: list[Step]
) -> list[Step]:
    """Each step by what it adds, one 0.01 nearer adding too little; no step where not even the
    limit adds enough.
    """
    found: dict[int, Step] = {}
    at_the_limit = len(added(near, change, limit))
    for most in ADDED:
        if at_the_limit < most:
            continue
        step = next(each for each in given if each.adds >= most)
        assert isinstance(step.to, int)
        assert way * now < way * step.to <= way * limit
        nearer = step.to - way
        assert nearer == now or len(added(near, change, nearer)) < most
        found[step.to] = said(near, change, step.to, added(near, change, step.to))
    return [*found.values()]


def expected_rooms(near: Near) -> list[Step]:
    stated = set(near.lead["rooms"])
    if not stated:
        return []
    by_count = {count: added(near, "ROOMS", count) for count in range(51) if count not in stated}
    best = sorted(
        (count for count in by_count if by_count[count]), key=lambda n: (-len(by_count[n]), n)
    )
    return [said(near, "ROOMS", count, by_count[count]) for count in best[:3]]


def expected_places(near: Near, change: Change, of_kind: PlaceType) -> list[Step]:
    where = near.lead["location"]
    wished = where["districts" if of_kind == "district" else "metro_stations"]
    if not wished:
        return []
    there = {normalised(name, of_kind) for name in wished}
    steps = []
    for name, ids in names(near, of_kind).items():
        if name in there:
            continue
        rows = added(near, change, near.spell(ids, of_kind)[ids[0]])
        if rows:
            newest = max(row.id for row in rows)
            steps.append((name, said(near, change, near.spell([newest], of_kind)[newest], rows)))
    steps.sort(key=lambda each: (-each[1].adds, each[0]))
    return [step for _, step in steps[:5]]


@many
@given(st.randoms(use_true_random=True))
def test_every_step_is_what_scoring_everything_again_finds(rng: Random) -> None:
    near = near_market(rng)
    answer = asked(near)
    scores = near.scores(near.lead)
    assert (answer.fitting, answer.listed) == (len(near.fitting(near.lead)), len(scores))
    for change, way, now, limit in limits(near):
        steps = of(answer, change)
        assert steps == expected_bounds(near, change, way, now, limit, steps)
    assert of(answer, "ROOMS") == expected_rooms(near)
    assert of(answer, "DISTRICT") == expected_places(near, "DISTRICT", "district")
    assert of(answer, "METRO_STATION") == expected_places(near, "METRO_STATION", "station")
    in_order = sorted(answer.steps, key=lambda step: ORDER.index(step.change))
    assert answer.steps == in_order


@many
@given(st.randoms(use_true_random=True))
def test_after_a_step_the_same_question_answers_the_promised_number(rng: Random) -> None:
    near = near_market(rng)
    for step in asked(near).steps:
        assert asked(near, changed(near.lead, step.change, step.to)).fitting == step.fitting


def test_the_markets_of_these_tests_have_every_kind_of_step() -> None:
    """Else they would show nothing."""
    steps = [step for seed in range(60) for step in asked(near_market(Random(seed))).steps]
    counts = {change: sum(step.change == change for step in steps) for change in ORDER}
    assert min(counts.values()) >= 10, counts
    assert sum(step.adds >= 5 for step in steps) >= 20


def ask(
    lead: LeadFeatures,
    rows: list[PackedRow],
    hides: Any = lambda *_: False,
    names: Mapping[str, str] | None = None,
    refused: Any = lambda *_: False,
) -> WhatIf:
    return what_if(
        lead,
        rows,
        hides,
        lambda ids, _: {an_id: (names or {})[an_id] for an_id in ids if an_id in (names or {})},
        lambda change, to: not refused(change, to),
    )


def dear(number: int, **changes: object) -> PackedRow:
    """A listing that is too dear by a sixteenth, and simple: 77 points of 100."""
    plain: dict[str, object] = {"price": 21_250, "klass": 0, "condition": 0}
    return an_id(number), pack_property(a_listing(**plain | changes))


def test_bounds_that_are_equal_are_one_step() -> None:
    lead = a_lead(budget_max=20_000)
    rows = [dear(number, price=22_000 + number // 6) for number in range(12)]
    steps = of(ask(lead, rows), "BUDGET_MAX")
    assert [step.adds for step in steps] == [6, 12]
    assert [step.best.id for step in steps] == [an_id(5), an_id(5)]


def test_a_listing_that_a_district_lifts_to_80_00_and_no_more_is_added() -> None:
    lead = a_lead(condition=0, districts=frozenset([place("Арбат", "district")]))
    just = a_listing(rooms=0, type=1, klass=0, condition=3, district=place("Сокол", "district"))
    (step,) = of(
        ask(lead, [(an_id(1), pack_property(just))], names={an_id(1): "Сокол"}), "DISTRICT"
    )
    assert step == Step("DISTRICT", "Сокол", 1, 1, Ranked(8000, an_id(1)))


def test_a_disliked_listing_is_added_when_it_scores_higher_than_at_the_dislike() -> None:
    lead, row = a_lead(), (an_id(1), pack_property(a_listing(price=20_500, condition=1)))
    then = score(lead, unpack_property(CITY, row[1]))
    assert then is not None
    assert then > 8000

    def hides(_: str, points: int | None) -> bool:
        return points is None or points <= then

    answer = ask(lead, [row], hides)
    assert (answer.fitting, answer.listed) == (0, 0)
    step = of(answer, "BUDGET_MAX")[0]
    assert step.best == Ranked(then + 1, an_id(1))
    assert (step.adds, step.fitting) == (1, 1)
    assert isinstance(step.to, int)
    assert ask(lead._replace(budget_max=step.to), [row], hides).fitting == 1


def test_ones_own_listing_is_in_no_count() -> None:
    rows = [(an_id(1, ME), pack_property(a_listing())), dear(2)]
    assert ask(a_lead(), rows, lambda *_: True) == WhatIf(0, 0, [])
    hidden = ask(a_lead(), rows, lambda asked_for, _: asked_for == an_id(1, ME))
    assert (hidden.fitting, hidden.listed, len(hidden.steps) > 0) == (0, 1, True)


def test_a_lead_without_rooms_or_places_gets_no_step_for_them() -> None:
    lead = a_lead(rooms=frozenset(), districts=frozenset())
    rows = [dear(number, rooms=number % 5, metro=PLACES[number % 5]) for number in range(20)]
    changes = {step.change for step in ask(lead, rows).steps}
    assert changes == {"BUDGET_MAX"}


@pytest.mark.parametrize("listed", [49, 50])
def test_the_51st_district_and_the_21st_number_of_rooms_are_no_steps(listed: int) -> None:
    districts = frozenset({PLACES[0], *(bytes([9, number] * 4) for number in range(listed - 1))})
    rooms = frozenset(range(1, listed - 29))
    lead = a_lead(districts=districts, rooms=rooms)
    arbat = place("Арбат", "district")
    rows = [
        (an_id(1), pack_property(a_listing(district=arbat))),
        (an_id(2), pack_property(a_listing(rooms=listed - 28))),
    ]
    found = {step.change for step in ask(lead, rows, names={an_id(1): "Арбат"}).steps}
    assert found == ({"ROOMS", "DISTRICT"} if listed == 49 else set())


def test_a_place_that_the_newest_listing_has_left_meanwhile_is_no_step() -> None:
    near = next(
        near for near in map(near_market, map(Random, range(99))) if of(asked(near), "DISTRICT")
    )
    lead = lead_features(near.lead)
    nothing = what_if(lead, near.rows, near.hides, lambda *_: {}, lambda *_: True)
    moved = what_if(
        lead, near.rows, near.hides, lambda ids, _: dict.fromkeys(ids, "Нигде"), lambda *_: True
    )
    assert of(nothing, "DISTRICT") == of(moved, "DISTRICT") == []


def test_a_step_that_no_put_would_take_makes_room_for_the_next() -> None:
    """Of rooms and places; a bound has one smallest step alone."""
    refused = 0
    for near in map(near_market, map(Random, range(40))):
        steps = asked(near).steps
        for step in steps:
            left = asked(near, without=frozenset({(step.change, step.to)})).steps
            others = [each for each in steps if each != step]
            assert [each for each in left if each in others] == others
            more = [each for each in left if each not in others]
            assert all(each.change == step.change and each.adds <= step.adds for each in more)
            refused += len(more)
    assert refused > 10


@many
@given(st.randoms(use_true_random=True))
def test_no_listing_that_the_widened_lead_does_not_see_matters(rng: Random) -> None:
    near = near_market(rng)
    shelves = {shelf.name: shelf for shelf in shelves_for(widened(lead_features(near.lead)))}
    seen = []
    for an_id_, packed in near.rows:
        name, price = position_of(unpack_property("", packed))
        shelf = shelves[name]
        if shelf.lowest <= price and (shelf.highest is None or price <= shelf.highest):
            seen.append((an_id_, packed))
    answer = what_if(lead_features(near.lead), seen, near.hides, near.spell, lambda *_: True)
    assert answer == asked(near)
