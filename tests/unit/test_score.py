"""The match score: the cases of its page, the rows of its breakdown, and its equality with the
oracle.
"""

from decimal import Decimal
from random import Random
from typing import Any

import pytest

from cobroke.domain.matching.score import Evaluation, evaluate, is_capped, knocked_out, score
from cobroke.domain.postings.features import (
    LeadFeatures,
    PropertyFeatures,
)
from cobroke.edge.models.lead import LeadBody
from cobroke.edge.models.property import PropertyBody
from tests import market, oracle

type Json = dict[str, Any]

NO_PLACES: Json = {"districts": [], "metro_stations": []}


def a_wish(**changes: object) -> Json:
    """The page's lead, with changes."""
    location: Json = {
        "city": "Москва",
        "districts": ["Хамовники", "Арбат"],
        "metro_stations": ["Парк культуры"],
    }
    location |= {name: changes.pop(name) for name in list(changes) if name in location}
    return {
        "location": location,
        "budget": {"min": 15_000_000, "max": 20_000_000},
        "area": {"min": 50, "max": 70},
        "rooms": [2, 3],
        "property_type": "APARTMENT",
        "property_class": "BUSINESS",
        "condition": "FINISHING",
        "payment_method": "CASH",
        "additional_requirements": None,
    } | changes


def an_offer(**changes: object) -> Json:
    """The page's base listing, with changes."""
    address: Json = {"city": "Москва", "district": "Хамовники", "metro_station": "Парк культуры"}
    address |= {"street": "Тимура Фрунзе", "house_number": "11"}
    address |= {name: changes.pop(name) for name in list(changes) if name in address}
    details: Json = {
        "price": 18_000_000,
        "area": 60,
        "rooms": 2,
        "floor": 3,
        "total_floors": 9,
        "year_built": None,
    }
    details |= {
        "property_type": "APARTMENT",
        "property_class": "BUSINESS",
        "condition": "FINISHING",
    }
    return {"address": address, "details": details | changes, "commission_share": 50}


def compared(wish: Json, offer: Json) -> tuple[LeadFeatures, PropertyFeatures]:
    lead = LeadBody.model_validate({"requirements": wish})
    return lead.features(), PropertyBody.model_validate(offer).features()


def evaluated(wish: Json, offer: Json) -> Evaluation | None:
    return evaluate(*compared(wish, offer))


def rows(wish: Json, offer: Json) -> dict[str, tuple[int | None, str]]:
    """Credit and state of every criterion of a pair that may meet."""
    evaluation = evaluated(wish, offer)
    assert evaluation is not None
    return {row.criterion: (row.credit, row.state) for row in evaluation.breakdown}


FAR: Json = {"district": "Сокол", "metro_station": "Сокол"}
NEAR_MISS: Json = {
    "district": "Арбат",
    "metro_station": "Смоленская",
    "price": 14_100_000,
    "area": 47,
}
NEAR_MISS |= {"property_class": "COMFORT", "condition": "ROUGH"}

CASES = {
    "none": (a_wish(), an_offer(), 10000),
    "21.0 M": (a_wish(), an_offer(price=21_000_000), 8800),
    "22.0 M": (a_wish(), an_offer(price=22_000_000), 7600),
    "22 000 001": (a_wish(), an_offer(price=22_000_001), None),
    "no metro on the listing": (a_wish(), an_offer(metro_station=None), 9737),
    "another district and metro": (a_wish(), an_offer(**FAR), 6000),
    "APARTMENTS": (a_wish(), an_offer(property_type="APARTMENTS"), 9600),
    "Arbat, 14.1 M, 47 m2, COMFORT, ROUGH": (a_wish(), an_offer(**NEAR_MISS), 8327),
    "4 rooms, 85 m2, 19.5 M, DESIGN": (
        a_wish(),
        an_offer(rooms=4, area=85, price=19_500_000, condition="DESIGN"),
        9042,
    ),
    "lead without districts, metro and rooms; 21.0 M": (
        a_wish(**NO_PLACES, rooms=[]),
        an_offer(price=21_000_000),
        8000,
    ),
    "40 m2": (a_wish(), an_offer(area=40), 9040),
    "39.9 m2": (a_wish(), an_offer(area=Decimal("39.9")), None),
    "9 M": (a_wish(), an_offer(price=9_000_000), 7600),
    "8 999 999.99": (a_wish(), an_offer(price=Decimal("8999999.99")), None),
    "20.2 M and 42 m2, where binary floats say 89.91": (
        a_wish(),
        an_offer(price=20_200_000, area=42),
        8992,
    ),
}


@pytest.mark.parametrize(("wish", "offer", "points"), CASES.values(), ids=CASES)
def test_a_case_of_the_page_scores_what_the_page_says(
    wish: Json, offer: Json, points: int | None
) -> None:
    evaluation = evaluated(wish, offer)
    assert (evaluation and evaluation.score) == points


@pytest.mark.parametrize(("wish", "offer", "points"), CASES.values(), ids=CASES)
def test_the_score_alone_and_the_knock_out_alone_say_the_same(
    wish: Json, offer: Json, points: int | None
) -> None:
    assert score(*compared(wish, offer)) == points
    assert knocked_out(*compared(wish, offer)) == (points is None)


@pytest.mark.parametrize(("wish", "offer", "points"), CASES.values(), ids=CASES)
def test_the_oracle_reads_the_page_the_same_way(
    wish: Json, offer: Json, points: int | None
) -> None:
    assert oracle.score(wish, offer) == points


def test_a_breakdown_has_seven_rows_in_the_order_and_with_the_weights_of_the_page() -> None:
    evaluation = evaluated(a_wish(), an_offer())
    assert evaluation is not None
    assert evaluation.breakdown == (
        ("budget", 30, 10000, "MATCH"),
        ("location", 25, 10000, "MATCH"),
        ("rooms", 15, 10000, "MATCH"),
        ("area", 12, 10000, "MATCH"),
        ("type", 8, 10000, "MATCH"),
        ("class", 5, 10000, "MATCH"),
        ("condition", 5, 10000, "MATCH"),
    )


def test_a_breakdown_names_wishes_that_were_not_stated_and_gives_them_no_credit() -> None:
    found = rows(a_wish(**NO_PLACES, rooms=[]), an_offer())
    assert found["location"] == found["rooms"] == (None, "NOT_STATED")
    assert [state for _, state in found.values()].count("MATCH") == 5


def test_a_breakdown_shows_partial_credits_and_misses() -> None:
    offer = an_offer(
        price=21_000_000, rooms=1, area=85, property_type="APARTMENTS", condition="ROUGH"
    )
    assert rows(a_wish(property_class="ECONOMY", condition="DESIGN", rooms=[2]), offer) == {
        "budget": (6000, "PARTIAL"),
        "location": (10000, "MATCH"),
        "rooms": (4000, "PARTIAL"),
        "area": (7857, "PARTIAL"),
        "type": (5000, "PARTIAL"),
        "class": (6000, "PARTIAL"),
        "condition": (0, "MISS"),
    }


@pytest.mark.parametrize(
    ("wish", "offer", "row"),
    [
        pytest.param(
            {}, {"metro_station": None}, (8950, "PARTIAL"), id="district hit, metro missing"
        ),
        pytest.param(
            {}, {"metro_station": "Сокол"}, (8500, "PARTIAL"), id="district hit, metro missed"
        ),
        pytest.param({}, {"district": "Сокол"}, (8500, "PARTIAL"), id="district missed, metro hit"),
        pytest.param(
            {}, {"district": "Сокол", "metro_station": None}, (2550, "UNKNOWN"), id="metro missing"
        ),
        pytest.param({}, FAR, (0, "MISS"), id="both missed"),
        pytest.param(
            {"districts": []}, {"metro_station": None}, (3000, "UNKNOWN"), id="only metro, missing"
        ),
        pytest.param(
            {"districts": []}, {"metro_station": "Сокол"}, (0, "MISS"), id="only metro, missed"
        ),
        pytest.param(
            {"districts": []}, {"district": "Сокол"}, (10000, "MATCH"), id="only metro, hit"
        ),
        pytest.param(
            {"metro_stations": []},
            {"metro_station": None},
            (10000, "MATCH"),
            id="only districts, hit",
        ),
        pytest.param(
            {"metro_stations": []},
            {"district": "Сокол", "metro_station": None},
            (0, "MISS"),
            id="only districts, missed",
        ),
        pytest.param(NO_PLACES, {"metro_station": None}, (None, "NOT_STATED"), id="neither"),
    ],
)
def test_a_missing_metro_is_unknown_only_where_it_decided(
    wish: Json, offer: Json, row: tuple[int, str]
) -> None:
    assert rows(a_wish(**wish), an_offer(**offer))["location"] == row


@pytest.mark.parametrize(
    ("location", "capped"), [(None, False), (0, True), (4999, True), (5000, False)]
)
def test_less_than_half_the_credit_for_location_caps_a_pair(
    location: int | None, *, capped: bool
) -> None:
    assert is_capped(location) is capped


def test_credits_and_scores_are_integers() -> None:
    for wish, offer, points in CASES.values():
        evaluation = evaluated(wish, offer)
        if evaluation is not None:
            assert type(evaluation.score) is type(points) is int
            assert {type(row.credit) for row in evaluation.breakdown} <= {int, type(None)}


def as_shown(evaluation: Evaluation | None) -> tuple[int, list[Json]] | None:
    if evaluation is None:
        return None
    shown = [
        row._asdict() | {"credit": None if row.credit is None else Decimal(row.credit) / 10000}
        for row in evaluation.breakdown
    ]
    return evaluation.score, shown


def expected(wish: Json, offer: Json) -> tuple[int, list[Json]] | None:
    points = oracle.score(wish, offer)
    return None if points is None else (points, oracle.breakdown(wish, offer))


@pytest.mark.parametrize("seed", range(5))
def test_the_product_equals_the_oracle_on_pairs_at_the_edges(seed: int) -> None:
    rng = Random(seed)
    for wish, offer in (market.boundary_pair(rng) for _ in range(2000)):
        assert as_shown(evaluated(wish, offer)) == expected(wish, offer)


@pytest.mark.parametrize("seed", range(5))
def test_the_product_equals_the_oracle_on_pairs_of_a_city(seed: int) -> None:
    leads, listings = market.a_city(seed, leads=20, listings=100, other_city=True)
    for lead in leads:
        for offer in listings:
            assert as_shown(evaluated(lead["requirements"], offer)) == expected(
                lead["requirements"], offer
            )
