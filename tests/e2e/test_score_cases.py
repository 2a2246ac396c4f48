"""The fourteen cases of the scoring page, over HTTP, from both sides."""

from decimal import Decimal
from typing import Any

import pytest

from tests.builders import a_lead, a_property
from tests.client import Client

NOTHING_STATED: dict[str, Any] = {"districts": [], "metro_stations": [], "rooms": []}
OUT = None

CASES: list[tuple[dict[str, Any], dict[str, Any], str | None]] = [
    ({}, {}, "100.00"),
    ({}, {"price": 21_000_000}, "88.00"),
    ({}, {"price": 22_000_000}, "76.00"),
    ({}, {"price": 22_000_001}, OUT),
    ({}, {"metro_station": None}, "97.37"),
    ({}, {"district": "Сокол", "metro_station": "Сокол"}, "60.00"),
    ({}, {"property_type": "APARTMENTS"}, "96.00"),
    (
        {},
        {
            "district": "Арбат",
            "metro_station": "м. Смоленская",
            "price": 14_100_000,
            "area": 47,
            "property_class": "COMFORT",
            "condition": "ROUGH",
        },
        "83.27",
    ),
    ({}, {"rooms": 4, "area": 85, "price": 19_500_000, "condition": "DESIGN"}, "90.42"),
    (NOTHING_STATED, {"price": 21_000_000}, "80.00"),
    ({}, {"area": 40}, "90.40"),
    ({}, {"area": Decimal("39.9")}, OUT),
    ({}, {"price": 9_000_000}, "76.00"),
    ({}, {"price": Decimal("8999999.99")}, OUT),
]


@pytest.mark.parametrize(
    ("wish", "offer", "score"), CASES, ids=[f"{wish}{offer}" for wish, offer, _ in CASES]
)
def test_a_case_of_the_page_scores_the_same_from_both_sides(
    stranger: Client, a_city: str, wish: dict[str, Any], offer: dict[str, Any], score: str | None
) -> None:
    anna, boris = stranger.registered(), stranger.registered()
    lead = anna.post_lead(a_lead(city=a_city, **wish))
    listing = boris.post_property(a_property(city=a_city, **offer))
    expected = [] if score is OUT else [Decimal(score)]
    assert [row["match_score"] for row in anna.properties_for(lead)["recommendations"]] == expected
    assert [row["match_score"] for row in boris.leads_for(listing)["recommendations"]] == expected
