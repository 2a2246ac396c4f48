"""What each side is shown of a match: the score as it stands, and what the lead's side must know of
the listing.
"""

from decimal import Decimal

import pytest

from tests.builders import a_property
from tests.client import Client
from tests.support.deal import Deal

pytestmark = pytest.mark.usefixtures("in_memory")


@pytest.fixture
def deal(anna: Client, boris: Client) -> Deal:
    return Deal(anna, boris)


def test_both_sides_see_the_score_of_both_objects_as_they_are_now(deal: Deal) -> None:
    deal.lead_side().needs(200)
    assert [match["match_score"] for match in deal.seen()] == [100, 100]
    deal.boris.put(f"/properties/{deal.listing}", a_property(price=21_000_000)).needs(200)
    assert [match["match_score"] for match in deal.seen()] == [88, 88]
    elsewhere = {
        "district": "Сокол",
        "metro_station": "Сокол",
        "rooms": 3,
        "area": 75,
        "property_class": "ECONOMY",
    }
    poor = a_property(price=21_900_000, condition="ROUGH", **elsewhere)
    deal.boris.put(f"/properties/{deal.listing}", poor).needs(200)
    assert [match["match_score"] for match in deal.seen()] == [Decimal("43.34")] * 2, (
        "below what is recommended, too"
    )
    deal.boris.put(f"/properties/{deal.listing}", a_property(city="Тверь")).needs(200)
    assert [match["match_score"] for match in deal.seen()] == [None, None]


@pytest.mark.parametrize("side", ["lead", "property"])
def test_a_match_of_which_one_side_has_left_the_market_has_no_score(deal: Deal, side: str) -> None:
    match_id = deal.lead_side().needs(200)["match"]["match_id"]
    deal.property_side().needs(200)
    client = deal.anna if side == "lead" else deal.boris
    assert client.get(f"/matches/{match_id}").needs(200)["match_score"] == 100
    assert client.post(f"/matches/{match_id}/complete").needs(200)["match_score"] is None
    assert [match["match_score"] for match in deal.seen()] == [None, None]


def test_the_leads_side_reads_the_published_share_and_the_description_whole_only_where_it_reads_one(
    deal: Deal,
) -> None:
    long = a_property(commission_share=40, description="о" * 10_000)
    deal.boris.put(f"/properties/{deal.listing}", long).needs(200)
    (row,) = deal.anna.properties_for(deal.lead)["recommendations"]
    assert row["property_data"]["description"] == "о" * 500
    match_id = deal.lead_side().needs(200)["match"]["match_id"]
    ours, _ = deal.seen()
    assert (ours["property"]["commission_share"], ours["property"]["description"]) == (
        40,
        "о" * 500,
    )
    assert (
        deal.anna.get(f"/matches/{match_id}").needs(200)["property"]["description"] == "о" * 10_000
    )
    deal.property_side().needs(200)
    done = deal.anna.post(f"/matches/{match_id}/complete").needs(200)
    assert done["property"]["description"] == "о" * 10_000
    deal.boris.put(f"/properties/{deal.listing}", a_property(description=None)).needs(200)
    assert deal.seen()[0]["property"]["description"] is None
