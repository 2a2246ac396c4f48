"""Like, negotiate, agree, complete: over the functions, in process."""

from collections.abc import Callable
from typing import Any

import pytest

from cobroke.domain.deals import negotiation
from tests.builders import a_lead, a_property
from tests.client import Client
from tests.support.deal import Deal

pytestmark = pytest.mark.usefixtures("in_memory")

type Json = dict[str, Any]


@pytest.fixture
def deal(anna: Client, boris: Client) -> Deal:
    return Deal(anna, boris)


def test_a_first_like_opens_a_match_that_both_see_and_leaves_the_list_of_its_author(
    deal: Deal,
) -> None:
    assert deal.recommended() == (1, 1)
    answer = deal.lead_side(notes="покупатель готов").needs(200)
    assert answer["action"] == "LIKE"
    match = answer["match"]
    assert match == {
        "match_id": match["match_id"],
        "status": "PENDING",
        "negotiation_status": "PENDING",
        "agreed_share": None,
        "awaiting": "THEM",
    }
    ours, theirs = deal.seen()
    assert (ours["awaiting"], theirs["awaiting"]) == ("THEM", "ME")
    assert (ours["message_from_counterpart"], theirs["message_from_counterpart"]) == (
        None,
        "покупатель готов",
    )
    assert ours["property"]["property_id"] == deal.listing
    assert theirs["lead"]["lead_id"] == deal.lead
    assert ours["commission"] == theirs["commission"]
    assert ours["commission"]["proposed_by_lead"] == 50
    assert ours["match_id"] == theirs["match_id"] == match["match_id"]
    assert deal.recommended() == (0, 1)
    assert deal.counts() == (1, 1)


def test_two_likes_without_numbers_agree_on_the_published_share_and_open_contacts(
    deal: Deal,
) -> None:
    deal.lead_side().needs(200)
    ours, theirs = deal.seen()
    assert theirs["lead"]["client_name"] is None
    assert [
        side["realtor_info"][name] for side in (ours, theirs) for name in ("telegram", "phone")
    ] == [None] * 4
    answer = deal.property_side().needs(200)["match"]
    assert (answer["status"], answer["negotiation_status"], answer["agreed_share"]) == (
        "ACCEPTED",
        "AGREED",
        50,
    )
    assert answer["awaiting"] is None
    ours, theirs = deal.seen()
    assert ours["realtor_info"]["phone"] == theirs["realtor_info"]["phone"] == "+79161234567"
    assert theirs["lead"]["client_name"] == "Секрет"
    assert (
        ours["timeline"]["contact_shared_at"] == theirs["timeline"]["contact_shared_at"] is not None
    )
    whole = deal.boris.get(f"/matches/{answer['match_id']}")
    assert whole.needs(200) == theirs
    assert not any(secret in whole.text for secret in ("тел. клиента", "тайна"))


def test_a_withdrawal_hides_the_contacts_again(deal: Deal) -> None:
    deal.lead_side().needs(200)
    deal.property_side().needs(200)
    answer = deal.lead_side("DISLIKE").needs(200)["match"]
    assert (answer["status"], answer["negotiation_status"]) == ("REJECTED", "AGREED")
    ours, theirs = deal.seen()
    assert ours["closed_reason"] == theirs["closed_reason"] == "WITHDRAWN"
    assert ours["realtor_info"]["phone"] is theirs["lead"]["client_name"] is None
    assert ours["timeline"]["contact_shared_at"] is not None
    assert deal.counts() == (0, 0)


def test_offers_cross_at_the_earlier_number(deal: Deal) -> None:
    deal.lead_side(proposed_commission=60).needs(200)
    assert deal.property_side(proposed_commission=45.5).needs(200)["match"]["awaiting"] == "THEM"
    assert deal.lead_side(proposed_commission=70).needs(409)["code"] == "not_a_concession"
    deal.lead_side(proposed_commission=55).needs(200)
    answer = deal.property_side(proposed_commission=58).needs(200)["match"]
    assert (answer["status"], answer["agreed_share"]) == ("ACCEPTED", 55)
    assert deal.lead_side(proposed_commission=56).needs(409)["code"] == "terms_agreed"


def test_a_dislike_hides_the_pair_for_both_until_the_price_falls(deal: Deal) -> None:
    assert deal.property_side("DISLIKE", notes="не то").needs(200) == {
        "action": "DISLIKE",
        "match": None,
    }
    assert deal.recommended() == (0, 0)
    deal.boris.put(f"/properties/{deal.listing}", a_property(price=17_460_001)).needs(200)
    assert deal.recommended() == (0, 0)
    deal.boris.put(f"/properties/{deal.listing}", a_property(price=17_460_000)).needs(200)
    (row,) = deal.anna.properties_for(deal.lead)["recommendations"]
    assert row["resurfaced"] == "PRICE_DROP"
    (row,) = deal.boris.leads_for(deal.listing)["recommendations"]
    assert row["resurfaced"] == "PRICE_DROP"
    assert deal.lead_side().needs(200)["match"]["awaiting"] == "THEM"


def test_completing_archives_the_callers_own_object_and_is_repeatable(deal: Deal) -> None:
    match_id = deal.lead_side().needs(200)["match"]["match_id"]
    assert deal.anna.post(f"/matches/{match_id}/complete").needs(409)["code"] == "not_accepted"
    deal.property_side().needs(200)
    done = deal.anna.post(f"/matches/{match_id}/complete").needs(200)
    assert done["status"] == "COMPLETED"
    assert deal.anna.post(f"/matches/{match_id}/complete").needs(200) == done
    assert deal.anna.get(f"/leads/{deal.lead}").needs(200)["status"] == "ARCHIVED"
    assert deal.boris.get(f"/properties/{deal.listing}").needs(200)["status"] == "ACTIVE"
    assert deal.boris.post(f"/matches/{match_id}/complete").needs(200)["status"] == "COMPLETED"
    assert deal.boris.get(f"/properties/{deal.listing}").needs(200)["status"] == "ARCHIVED"
    assert deal.lead_side("DISLIKE").needs(409)["code"] == "match_closed"
    assert deal.counts() == (1, 1)


def test_refusals_come_in_the_order_of_the_contract(deal: Deal, stranger: Client) -> None:
    absent = "0" * 26
    vera = stranger.registered()
    path = "/leads/{}/property-recommendations/{}/action"
    like = {"action": "LIKE"}
    vera.post(path.format(deal.lead, deal.listing), like).needs(404)
    deal.anna.post(path.format(deal.lead, absent), like).needs(404)
    own = deal.anna.post_property(a_property())
    assert deal.anna.post(path.format(deal.lead, own), like).needs(409)["code"] == "own_object"
    poor = deal.boris.post_property(a_property(price=90_000_000))
    deal.anna.post(path.format(deal.lead, poor), like).needs(404)
    gone = deal.boris.post_property(a_property())
    deal.boris.put(f"/properties/{gone}/archive").needs(200)
    deal.anna.post(path.format(deal.lead, gone), like).needs(404)
    back = f"/properties/{gone}/lead-recommendations/{deal.lead}/action"
    assert deal.boris.post(back, like).needs(409)["code"] == "archived"
    for body in (
        {"action": "LOVE"},
        {},
        {"action": "LIKE", "proposed_commission": 101},
        {"action": "LIKE", "notes": 1},
    ):
        deal.anna.post(path.format(deal.lead, deal.listing), body).needs(422)
    vera.get(f"/matches/{deal.lead}{deal.listing}").needs(404)
    deal.anna.get(f"/matches/{deal.lead}{deal.listing}").needs(404)
    deal.anna.get(f"/matches/{deal.lead}{own}").needs(404)
    deal.anna.get("/matches/nothing").needs(404)


def test_a_like_on_an_archived_object_of_a_known_pair_is_refused_as_archived(deal: Deal) -> None:
    deal.lead_side().needs(200)
    deal.boris.put(f"/properties/{deal.listing}/archive").needs(200)
    assert deal.lead_side(proposed_commission=40).needs(409)["code"] == "archived"
    assert deal.property_side().needs(409)["code"] == "archived"


def test_matches_are_listed_by_their_newest_change_with_filter_and_pages(
    anna: Client, boris: Client
) -> None:
    lead = anna.post_lead(a_lead())
    listings = [boris.post_property(a_property()) for _ in range(3)]
    action = f"/leads/{lead}/property-recommendations/{{}}/action"
    for listing in listings:
        anna.post(action.format(listing), {"action": "LIKE"}).needs(200)
    boris.post(
        f"/properties/{listings[0]}/lead-recommendations/{lead}/action", {"action": "LIKE"}
    ).needs(200)
    anna.post(action.format(listings[1]), {"action": "DISLIKE"}).needs(200)

    def listed(**query: Any) -> list[str]:
        answer = anna.get(f"/leads/{lead}/matches", **query).needs(200)
        return [match["property"]["property_id"] for match in answer["matches"]]

    assert listed() == [listings[1], listings[0], listings[2]]
    assert listed(status="ACCEPTED") == [listings[0]]
    assert listed(status="REJECTED") == [listings[1]]
    assert [listed(page=number, limit=2) for number in (1, 2, 3)] == [
        [listings[1], listings[0]],
        [listings[2]],
        [],
    ]
    assert anna.get(f"/leads/{lead}/matches", page=3, limit=2).needs(200)["total"] == 3
    anna.get(f"/leads/{lead}/matches", status="OPEN").needs(422)
    assert anna.get(f"/leads/{lead}").needs(200)["match_count"] == 2


def test_a_message_is_replaced_only_by_a_like_that_changes_something(deal: Deal) -> None:
    deal.lead_side(proposed_commission=60, notes="первое").needs(200)
    deal.lead_side(proposed_commission=60, notes="второе").needs(200)
    assert deal.seen()[1]["message_from_counterpart"] == "первое"
    deal.lead_side(proposed_commission=58, notes="т" * 4000).needs(200)
    _, theirs = deal.seen()
    assert theirs["message_from_counterpart"] == "т" * 500
    assert (
        deal.boris.get(f"/matches/{theirs['match_id']}").needs(200)["message_from_counterpart"]
        == "т" * 4000
    )
    deal.property_side("DISLIKE", notes="личное").needs(200)
    assert deal.seen()[0]["message_from_counterpart"] is None


def _meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Between what the next act reads and what it writes."""
    react, left = negotiation.react, [happens]

    def interrupted(*of: Any, **said: Any) -> negotiation.Outcome:
        while left:
            left.pop()()
        return react(*of, **said)

    monkeypatch.setattr(negotiation, "react", interrupted)


def test_a_like_that_meets_an_archive_is_decided_again(
    deal: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal.lead_side().needs(200)
    _meanwhile(monkeypatch, lambda: deal.anna.post(f"/leads/{deal.lead}/archive").needs(200))
    assert deal.property_side().needs(409)["code"] == "archived"
    assert [match["status"] for match in deal.seen()] == ["PENDING", "PENDING"]
    assert deal.counts() == (1, 1)


def test_a_first_like_that_meets_an_archive_opens_nothing(
    deal: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    _meanwhile(
        monkeypatch, lambda: deal.boris.put(f"/properties/{deal.listing}/archive").needs(200)
    )
    deal.lead_side().needs(404)
    assert deal.anna.get(f"/leads/{deal.lead}/matches").needs(200)["total"] == 0


def test_a_price_cut_that_meets_a_dislike_is_part_of_what_was_disliked(
    deal: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/properties/{deal.listing}"
    _meanwhile(monkeypatch, lambda: deal.boris.put(path, a_property(price=17_460_000)).needs(200))
    deal.lead_side("DISLIKE").needs(200)
    assert deal.recommended() == (0, 0)
    deal.boris.put(path, a_property(price=16_936_201)).needs(200)
    assert deal.recommended() == (0, 0)
    deal.boris.put(path, a_property(price=16_936_200)).needs(200)
    assert deal.recommended() == (1, 1)


def test_an_offer_that_meets_another_is_decided_again(
    deal: Deal, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal.lead_side(proposed_commission=60).needs(200)
    deal.property_side(proposed_commission=40).needs(200)
    _meanwhile(monkeypatch, lambda: deal.lead_side(proposed_commission=50).needs(200))
    answer = deal.property_side(proposed_commission=60).needs(200)["match"]
    assert (answer["status"], answer["agreed_share"]) == ("ACCEPTED", 50)
    assert deal.counts() == (1, 1)
