"""All of a realtor's matches in one list, and what stands of their decisions: through the API."""

from typing import Any

import pytest

from tests.builders import Json, a_lead, a_property
from tests.client import Client

pytestmark = pytest.mark.usefixtures("in_memory")

SECRET = "Тайная-причина"


class Two:
    """Anna and Boris, each with two leads and two listings that fit the other's."""

    def __init__(self, anna: Client, boris: Client) -> None:
        self.anna, self.boris = anna, boris
        self.leads = [[who.post_lead(a_lead()) for _ in range(2)] for who in (anna, boris)]
        self.listings = [
            [who.post_property(a_property(commission_share=50)) for _ in range(2)]
            for who in (anna, boris)
        ]

    def acts(
        self, who: Client, side: str, lead: str, listing: str, action: str = "LIKE", **said: Any
    ) -> Json:
        path = f"/leads/{lead}/property-recommendations/{listing}/action"
        if side == "PROPERTY":
            path = f"/properties/{listing}/lead-recommendations/{lead}/action"
        answer: Json = who.post(path, {"action": action, **said}).needs(200)
        return answer


@pytest.fixture
def two(anna: Client, boris: Client) -> Two:
    return Two(anna, boris)


def ids(rows: list[Json]) -> list[str]:
    return [row["match_id"] for row in rows]


def test_one_list_has_the_matches_of_all_own_objects_newest_change_first(two: Two) -> None:
    anna, boris = two.anna, two.boris
    ((l1, l2), (bl, _)), ((p1, p2), (bp, bp2)) = two.leads, two.listings
    two.acts(anna, "LEAD", l1, bp)
    two.acts(boris, "LEAD", bl, p1)
    two.acts(anna, "LEAD", l2, bp2)
    two.acts(boris, "PROPERTY", l2, bp2)
    two.acts(boris, "LEAD", bl, p2)
    two.acts(anna, "PROPERTY", bl, p2, "DISLIKE")
    whole = anna.get("/matches").needs(200)
    assert (whole["total"], whole["page"], whole["limit"]) == (4, 1, 20)
    assert ids(whole["matches"]) == [bl + p2, l2 + bp2, bl + p1, l1 + bp]
    assert [row["side"] for row in whole["matches"]] == ["PROPERTY", "LEAD", "PROPERTY", "LEAD"]
    for row in whole["matches"]:
        own = (
            f"/leads/{row['lead_id']}"
            if row["side"] == "LEAD"
            else f"/properties/{row['property_id']}"
        )
        (same,) = [
            one
            for one in anna.get(f"{own}/matches").needs(200)["matches"]
            if one["match_id"] == row["match_id"]
        ]
        assert row.items() >= same.items(), "as in the list of its object"
    assert ids(anna.get("/matches", awaiting="ME").needs(200)["matches"]) == [bl + p1]
    assert ids(anna.get("/matches", awaiting="THEM").needs(200)["matches"]) == [l1 + bp]
    assert ids(boris.get("/matches", awaiting="ME").needs(200)["matches"]) == [l1 + bp]
    for status, found in (("PENDING", 2), ("ACCEPTED", 1), ("REJECTED", 1), ("COMPLETED", 0)):
        page = anna.get("/matches", status=status).needs(200)
        assert page["total"] == len(page["matches"]) == found
    assert anna.get("/matches", status="ACCEPTED", awaiting="ME").needs(200)["total"] == 0
    pages = [anna.get("/matches", page=n, limit=3).needs(200) for n in (1, 2, 3)]
    assert [ids(page["matches"]) for page in pages] == [
        [bl + p2, l2 + bp2, bl + p1],
        [l1 + bp],
        [],
    ]
    assert {page["total"] for page in pages} == {4}


@pytest.mark.parametrize("query", [{"status": "OPEN"}, {"awaiting": "me"}, {"page": 0}], ids=str)
def test_what_the_filters_do_not_know_is_refused(anna: Client, query: Json) -> None:
    assert anna.get("/matches", **query).needs(422)["code"] == "invalid"


def test_who_has_no_match_has_an_empty_list(anna: Client) -> None:
    assert anna.get("/matches").needs(200) == {"matches": [], "total": 0, "page": 1, "limit": 20}


def test_what_was_taken_back_is_in_the_list_of_what_is_closed(two: Two) -> None:
    lead, listing = two.leads[0][0], two.listings[1][0]
    two.acts(two.anna, "LEAD", lead, listing)
    two.anna.delete(f"/leads/{lead}/property-recommendations/{listing}/action").needs(200)
    assert two.boris.get("/matches", awaiting="ME").needs(200)["total"] == 0
    (row,) = two.boris.get("/matches", status="REJECTED").needs(200)["matches"]
    assert row["closed_reason"] == "TAKEN_BACK"


def decisions(who: Client, path: str, **query: Any) -> list[Json]:
    found: Json = who.get(f"{path}/decisions", **query).needs(200)
    assert found["total"] >= len(found["decisions"])
    rows: list[Json] = found["decisions"]
    return rows


def test_decisions_are_what_stands_of_ones_own_acts_newest_first(two: Two) -> None:
    anna, boris = two.anna, two.boris
    lead, (first, second) = two.leads[0][0], two.listings[1]
    third = boris.post_property(a_property())
    two.acts(anna, "LEAD", lead, first, "DISLIKE", reason="PRICE", notes=SECRET)
    two.acts(anna, "LEAD", lead, second, proposed_commission=45, notes="звоните")
    two.acts(anna, "LEAD", lead, third)
    rows = decisions(anna, f"/leads/{lead}")
    assert [row["property_id"] for row in rows] == [third, second, first]
    assert [row["action"] for row in rows] == ["LIKE", "LIKE", "DISLIKE"]
    assert [row["proposed_commission"] for row in rows] == [None, 45, None]
    assert [(row["reason"], row["notes"]) for row in rows] == [
        (None, None),
        (None, "звоните"),
        ("PRICE", SECRET),
    ]
    assert [row["match_id"] for row in rows] == [lead + third, lead + second, None]
    assert sorted((row["at"] for row in rows), reverse=True) == [row["at"] for row in rows]
    one_by_one = [decisions(anna, f"/leads/{lead}", page=n, limit=1) for n in (1, 2, 3, 4)]
    assert [row for page in one_by_one for row in page] == rows
    assert decisions(boris, f"/properties/{first}") == []
    boris.get(f"/leads/{lead}/decisions").needs(404)


def test_a_repeated_dislike_keeps_its_time_and_one_that_counts_no_more_is_gone(two: Two) -> None:
    anna, boris = two.anna, two.boris
    lead, listing = two.leads[0][0], two.listings[1][0]
    two.acts(anna, "LEAD", lead, listing, "DISLIKE")
    (before,) = decisions(anna, f"/leads/{lead}")
    two.acts(anna, "LEAD", lead, listing, "DISLIKE", reason="OTHER")
    (row,) = decisions(anna, f"/leads/{lead}")
    assert row == before | {"reason": "OTHER"}
    cheaper = a_property(commission_share=50, price=17_460_000)
    boris.put(f"/properties/{listing}", cheaper).needs(200)
    assert decisions(anna, f"/leads/{lead}") == [], "the pair is back"


def test_reason_and_notes_of_a_dislike_are_in_no_answer_to_the_other_side(two: Two) -> None:
    anna, boris = two.anna, two.boris
    lead, listing = two.leads[0][0], two.listings[1][0]
    two.acts(boris, "PROPERTY", lead, listing)
    two.acts(anna, "LEAD", lead, listing, "DISLIKE", reason="CLIENT_CHANGED", notes=SECRET)
    paths = [
        "/matches",
        f"/matches/{lead}{listing}",
        f"/properties/{listing}/matches",
        f"/properties/{listing}/decisions",
        f"/properties/{listing}/lead-recommendations",
        "/notifications",
        "/me/export",
    ]
    said = "".join(boris.get(path).needs(200) and boris.get(path).text for path in paths)
    assert SECRET not in said
    assert "CLIENT_CHANGED" not in said
    assert SECRET in anna.get("/me/export").text
