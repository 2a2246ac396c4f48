"""The main job in process: register, post, and see the best counterparts of all other realtors."""

from decimal import Decimal

import pytest

from cobroke.clock import now_ms
from tests.builders import a_lead, a_property, a_telegram_id, init_data
from tests.client import Client

pytestmark = pytest.mark.usefixtures("in_memory")


def test_a_new_listing_is_the_first_recommendation_of_a_matching_lead(
    anna: Client, boris: Client
) -> None:
    lead = anna.post_lead(a_lead())
    listing = boris.post_property(a_property())
    answer = anna.properties_for(lead)
    assert (answer["total"], answer["page"], answer["limit"]) == (1, 1, 20)
    (row,) = answer["recommendations"]
    assert row["property_id"] == listing
    assert row["match_score"] == 100
    assert row["commission_details"] == {"proposed_share": 50}
    assert row["resurfaced"] is None


def test_both_sides_see_the_same_score(anna: Client, boris: Client) -> None:
    lead = anna.post_lead(a_lead())
    listing = boris.post_property(a_property(metro_station=None))
    (theirs,) = boris.leads_for(listing)["recommendations"]
    (ours,) = anna.properties_for(lead)["recommendations"]
    assert theirs["match_score"] == ours["match_score"] == Decimal("97.37")
    assert theirs["score_breakdown"] == ours["score_breakdown"]


def test_nothing_of_the_client_is_shown_to_the_other_side(anna: Client, boris: Client) -> None:
    anna.post_lead(a_lead(client_name="Секрет", client_contacts="+7 000", notes="тайна"))
    listing = boris.post_property(a_property())
    answer = boris.get(f"/properties/{listing}/lead-recommendations")
    (row,) = answer.needs(200)["recommendations"]
    assert {
        name: row["lead_data"][name] for name in ("client_name", "client_contacts", "notes")
    } == {
        "client_name": None,
        "client_contacts": None,
        "notes": None,
    }
    assert not any(secret in answer.text for secret in ("Секрет", "+7 000", "тайна"))


def test_nobody_is_recommended_to_himself(anna: Client) -> None:
    lead = anna.post_lead(a_lead())
    anna.post_property(a_property())
    assert anna.properties_for(lead) == {"recommendations": [], "total": 0, "page": 1, "limit": 20}


def test_an_archived_listing_is_never_shown(anna: Client, boris: Client) -> None:
    lead = anna.post_lead(a_lead())
    listing = boris.post_property(a_property())
    boris.put(f"/properties/{listing}/archive").needs(200)
    assert anna.properties_for(lead)["total"] == 0
    assert boris.leads_for(listing) == {"recommendations": [], "total": 0, "page": 1, "limit": 20}


def test_an_edited_listing_is_shown_as_it_is_now(anna: Client, boris: Client) -> None:
    lead = anna.post_lead(a_lead())
    listing = boris.post_property(a_property(price=21_000_000))
    assert anna.properties_for(lead)["recommendations"][0]["match_score"] == 88
    boris.put(f"/properties/{listing}", a_property(price=18_000_000.5)).needs(200)
    (row,) = anna.properties_for(lead)["recommendations"]
    assert row["match_score"] == 100
    assert row["property_data"]["details"]["price"] == Decimal("18000000.5")


def test_ties_are_in_order_of_age_newest_first(anna: Client, boris: Client) -> None:
    lead = anna.post_lead(a_lead())
    listings = [boris.post_property(a_property()) for _ in range(5)]
    shown = [row["property_id"] for row in anna.properties_for(lead)["recommendations"]]
    assert shown == sorted(listings, reverse=True)


def test_pages_give_every_row_once(anna: Client, boris: Client) -> None:
    lead = anna.post_lead(a_lead())
    listings = {boris.post_property(a_property()) for _ in range(5)}
    pages = [anna.properties_for(lead, page=number, limit=2) for number in (1, 2, 3, 4)]
    shown = [row["property_id"] for page in pages for row in page["recommendations"]]
    assert set(shown) == listings
    assert len(shown) == 5
    assert [page["total"] for page in pages] == [5, 5, 5, 5]


def test_a_list_shows_realtors_as_of_half_a_minute_ago_and_one_pair_as_they_are(
    anna: Client, stranger: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [now_ms()]
    monkeypatch.setattr("functions.recommendations.handler.now_ms", lambda: now[0])
    telegram_id = a_telegram_id()
    boris = stranger.registered(telegram_id=telegram_id)
    lead, listing = anna.post_lead(a_lead()), boris.post_property(a_property())

    def is_verified() -> bool:
        (row,) = anna.properties_for(lead)["recommendations"]
        verified: bool = row["realtor_info"]["verified"]
        return verified

    assert not is_verified()
    proof = {"init_data": init_data(int(telegram_id))}
    stranger.post("/auth/telegram", {"telegram_auth_data": proof}).needs(200)
    now[0] += 30_000
    assert not is_verified()
    one = anna.get(f"/leads/{lead}/property-recommendations/{listing}").needs(200)
    assert one["realtor_info"]["verified"]
    now[0] += 1
    assert is_verified()
