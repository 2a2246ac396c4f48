"""The list is where one answers: who is asked sees the number asked in it, and may look at any pair
by itself.
"""

from collections.abc import Callable
from typing import Any

import pytest

from tests.builders import a_lead, a_property
from tests.client import Answer, Client
from tests.support.deal import Deal

pytestmark = pytest.mark.usefixtures("in_memory")

type Json = dict[str, Any]

ASKED = ("match_id", "awaiting", "message_from_counterpart")
LONG = "Готов смотреть в субботу. " * 30


@pytest.fixture
def deal(anna: Client, boris: Client) -> Deal:
    return Deal(anna, boris)


def rows(deal: Deal) -> tuple[list[Json], list[Json]]:
    lists = deal.anna.properties_for(deal.lead), deal.boris.leads_for(deal.listing)
    return lists[0]["recommendations"], lists[1]["recommendations"]


def one(deal: Deal) -> tuple[Json, Json]:
    """The pair by itself, as each side looks at it."""
    ours, theirs = looks(deal)
    return ours.needs(200), theirs.needs(200)


def looks(deal: Deal) -> tuple[Answer, Answer]:
    return (
        deal.anna.get(f"/leads/{deal.lead}/property-recommendations/{deal.listing}"),
        deal.boris.get(f"/properties/{deal.listing}/lead-recommendations/{deal.lead}"),
    )


def asked(row: Json) -> list[Any]:
    return [row[name] for name in ASKED]


def test_in_a_row_that_nobody_has_acted_on_all_that_asks_is_null(deal: Deal) -> None:
    for (row,) in rows(deal):
        assert asked(row) == [None] * 3
        assert row["commission_details"] == {"proposed_share": 50}


def test_who_is_asked_finds_the_other_sides_number_and_message_in_his_list(deal: Deal) -> None:
    match_id = deal.lead_side(proposed_commission=60, notes=LONG).needs(200)["match"]["match_id"]
    ours, (theirs,) = rows(deal)
    assert ours == []
    assert asked(theirs) == [match_id, "ME", LONG[:500]]
    assert theirs["commission_details"] == {"proposed_share": 60}
    assert theirs["match_score"] == 100


def test_a_like_without_a_number_asks_for_the_share_that_was_published_then(deal: Deal) -> None:
    deal.property_side().needs(200)
    deal.boris.put(f"/properties/{deal.listing}", a_property(commission_share=30)).needs(200)
    (row,), theirs = rows(deal)
    assert theirs == []
    assert row["property_data"]["commission_share"] == 30
    assert row["commission_details"] == {"proposed_share": 50}
    assert asked(row) == [f"{deal.lead}{deal.listing}", "ME", None]
    assert deal.lead_side(proposed_commission=50).needs(200)["match"]["agreed_share"] == 50
    assert rows(deal) == ([], [])


def test_what_asks_stands_at_its_scores_place_and_counts(deal: Deal) -> None:
    best = deal.boris.post_property(a_property())
    worst = deal.boris.post_property(a_property(condition="ROUGH"))
    deal.property_side().needs(200)
    found = deal.anna.properties_for(deal.lead)
    assert [row["property_id"] for row in found["recommendations"]] == [best, deal.listing, worst]
    assert [row["awaiting"] for row in found["recommendations"]] == [None, "ME", None]
    assert found["total"] == 3


@pytest.mark.parametrize("answers", [Deal.lead_side, Deal.property_side])
def test_an_answer_in_the_list_takes_the_pair_out_of_it(
    deal: Deal, answers: Callable[..., Answer]
) -> None:
    asks = Deal.property_side if answers is Deal.lead_side else Deal.lead_side
    asks(deal, proposed_commission=50).needs(200)
    answers(deal, "DISLIKE").needs(200)
    assert rows(deal) == ([], [])


def test_a_description_is_in_lists_by_its_beginning_and_whole_by_itself(deal: Deal) -> None:
    deal.boris.put(f"/properties/{deal.listing}", a_property(description=LONG)).needs(200)
    assert rows(deal)[0][0]["property_data"]["description"] == LONG[:500]
    assert one(deal)[0]["property_data"]["description"] == LONG


def test_a_pair_by_itself_is_its_row_with_what_was_done(deal: Deal) -> None:
    for alone, (row,) in zip(one(deal), rows(deal), strict=True):
        assert alone == row | {"own_action": None, "match": None}
    answer = deal.lead_side(notes=LONG).needs(200)["match"]
    ours, theirs = one(deal)
    assert (ours["own_action"], ours["match"], asked(ours)) == ("LIKE", answer, [None] * 3)
    assert (theirs["own_action"], theirs["match"]) == (None, answer | {"awaiting": "ME"})
    assert asked(theirs) == [answer["match_id"], "ME", LONG]


def test_a_dislike_is_its_authors_alone(deal: Deal) -> None:
    deal.lead_side("DISLIKE", notes="не то").needs(200)
    deal.property_side(proposed_commission=70).needs(200)
    ours, theirs = one(deal)
    assert [(side["own_action"], side["match"]) for side in (ours, theirs)] == [
        ("DISLIKE", None),
        ("LIKE", None),
    ]
    assert ours["commission_details"] == {"proposed_share": 50}, "a kept like is not told"
    assert rows(deal) == ([], [])


def test_a_disliked_pair_that_is_back_says_why_also_by_itself(deal: Deal) -> None:
    deal.lead_side("DISLIKE").needs(200)
    deal.boris.put(f"/properties/{deal.listing}", a_property(price=17_460_000)).needs(200)
    for side, action in zip(one(deal), ("DISLIKE", None), strict=True):
        assert (side["resurfaced"], side["own_action"]) == ("PRICE_DROP", action)


def test_what_could_not_be_recommended_is_404_by_itself(deal: Deal, stranger: Client) -> None:
    other = stranger.registered()
    assert other.get(f"/leads/{deal.lead}/property-recommendations/{deal.listing}").status == 404
    mine = deal.anna.post_property(a_property())
    assert deal.anna.get(f"/leads/{deal.lead}/property-recommendations/{mine}").status == 404
    dear = deal.boris.post_property(a_property(price=90_000_000))
    assert deal.anna.get(f"/leads/{deal.lead}/property-recommendations/{dear}").status == 404
    poor = deal.boris.post_property(
        a_property(
            price=21_900_000,
            district="Митино",
            metro_station="Митино",
            area=41,
            condition="ROUGH",
            rooms=1,
        )
    )
    assert deal.anna.get(f"/leads/{deal.lead}/property-recommendations/{poor}").status == 404
    deal.boris.put(f"/properties/{deal.listing}/archive").needs(200)
    assert [answer.status for answer in looks(deal)] == [404, 404]


def test_a_match_is_seen_by_itself_also_when_a_side_has_left_or_a_knock_out_holds(
    deal: Deal,
) -> None:
    deal.lead_side().needs(200)
    changes: tuple[Callable[[], Answer], ...] = (
        lambda: deal.boris.put(f"/properties/{deal.listing}", a_property(price=90_000_000)),
        lambda: deal.boris.put(f"/properties/{deal.listing}/archive"),
    )
    for change in changes:
        change().needs(200)
        for side in one(deal):
            assert (side["match_score"], side["score_breakdown"]) == (None, [])
            assert side["match"]["status"] == "PENDING"


def test_a_match_below_what_is_listed_shows_its_score(deal: Deal) -> None:
    deal.lead_side().needs(200)
    deal.anna.put(
        f"/leads/{deal.lead}", a_lead(districts=["Митино"], metro_stations=["Митино"], rooms=[3])
    ).needs(200)
    changed = a_property(price=21_900_000, condition="ROUGH", property_class="ECONOMY")
    deal.boris.put(f"/properties/{deal.listing}", changed).needs(200)
    assert rows(deal) == ([], [])
    for side in one(deal):
        assert 0 < side["match_score"] < 50
        assert len(side["score_breakdown"]) == 7
