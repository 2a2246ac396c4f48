"""The same flat, offered by others, through the API: who is told of it, and of how many."""

from typing import Any
from unittest.mock import patch

import pytest

from cobroke.clock import DAY_MS, now_ms
from cobroke.domain.ids import owner_of
from cobroke.domain.postings.posting import FRESH_FOR_MS
from cobroke.flows.matching.same_flats import SameFlats
from cobroke.storage.postings import flats, postings
from tests.builders import Json, a_lead, a_property
from tests.client import Client
from tests.memory_table import MemoryTable

pytestmark = pytest.mark.usefixtures("in_memory")

SPELLINGS: list[Json] = [
    {"street": "Льва Толстого ул.", "house_number": "16", "area": 60.5},
    {"street": "УЛ.ЛЬВА ТОЛСТОГО", "house_number": "16", "area": 59.5},
    {"street": "Толстого Льва, улица", "house_number": "16", "city": "г. Москва"},
    {"street": "«Льва  Толстого»", "house_number": "16", "district": "р-н Хамовники"},
    {"street": "ул. Львa Толстoго", "house_number": " 16", "condition": "DESIGN"},
]
OTHERS: list[Json] = [
    {"house_number": "18"},
    {"street": "улица Тимура Фрунзе"},
    {"floor": 4},
    {"total_floors": 10},
    {"rooms": 3},
    {"area": 60.7},
    {"city": "Тверь"},
]


@pytest.fixture
def lead(anna: Client) -> str:
    return anna.post_lead(a_lead(rooms=[]))


def labels(client: Client, lead: str) -> dict[str, Any]:
    """By listing. A row of one pair says the same."""
    rows = client.properties_for(lead, limit=100)["recommendations"]
    found = {row["property_id"]: row["same_flat"] for row in rows}
    for an_id, label in found.items():
        path = f"/leads/{lead}/property-recommendations/{an_id}"
        assert client.get(path).needs(200)["same_flat"] == label
    return found


def told(others: int, lowest_price: float, *property_ids: str) -> Json:
    return {"others": others, "lowest_price": lowest_price, "property_ids": [*property_ids]}


def shown(owner: Client, listing: str) -> Any:
    return owner.get(f"/properties/{listing}").needs(200)["same_flat"]


def test_doubles_in_many_spellings_are_told_of_each_other(
    anna: Client, lead: str, stranger: Client
) -> None:
    first = stranger.registered().post_property(a_property())
    doubles = [
        stranger.registered().post_property(a_property(price=18_000_000 - number, **spelled))
        for number, spelled in enumerate(SPELLINGS[2:], 1)
    ]
    there = [first, *doubles]
    price = {an_id: 18_000_000 - number for number, an_id in enumerate(there)}
    assert labels(anna, lead) == {
        an_id: told(
            3,
            min(price[each] for each in there if each != an_id),
            *(each for each in reversed(there) if each != an_id),
        )
        for an_id in there
    }


@pytest.mark.parametrize("spelled", SPELLINGS, ids=str)
def test_each_spelling_is_the_flat(
    anna: Client, boris: Client, stranger: Client, lead: str, spelled: Json
) -> None:
    first = boris.post_property(a_property())
    assert labels(anna, lead) == {first: None}
    other = stranger.registered().post_property(a_property(price=17_500_000.5, **spelled))
    assert labels(anna, lead)[first] == told(1, 17_500_000.5, other)
    assert shown(boris, first) == {"others": 1}


@pytest.mark.parametrize("change", OTHERS, ids=str)
def test_another_flat_is_none(
    anna: Client, boris: Client, stranger: Client, lead: str, change: Json
) -> None:
    first = boris.post_property(a_property())
    stranger.registered().post_property(a_property(**change))
    assert labels(anna, lead)[first] is None
    assert shown(boris, first) is None


def test_alike_goes_by_pairs_and_makes_no_chain(anna: Client, lead: str, stranger: Client) -> None:
    small, middle, large = (
        stranger.registered().post_property(a_property(area=area)) for area in (59.5, 60, 60.5)
    )
    found = labels(anna, lead)
    assert found[small] == told(1, 18_000_000, middle)
    assert found[middle] == told(2, 18_000_000, small, large)
    assert found[large] == told(1, 18_000_000, middle)


def test_a_double_changes_its_price_moves_away_comes_back_and_is_archived(
    anna: Client, boris: Client, stranger: Client, lead: str
) -> None:
    first, clara = boris.post_property(a_property()), stranger.registered()
    double = clara.post_property(a_property(price=19_000_000))
    path = f"/properties/{double}"
    assert labels(anna, lead)[first] == told(1, 19_000_000, double)
    clara.put(path, a_property(price=17_000_000)).needs(200)
    assert labels(anna, lead)[first] == told(1, 17_000_000, double)
    clara.put(path, a_property(floor=5)).needs(200)
    assert labels(anna, lead) == {first: None, double: None}
    assert clara.put(path, a_property()).needs(200)["same_flat"] == {"others": 1}
    assert labels(anna, lead)[first] == told(1, 18_000_000, double)
    assert clara.put(f"{path}/archive").needs(200)["same_flat"] is None
    assert labels(anna, lead) == {first: None}
    assert shown(clara, double) is None


def test_one_that_grows_stale_is_no_offer_until_it_is_written(
    anna: Client, boris: Client, stranger: Client, lead: str, in_memory: MemoryTable
) -> None:
    first, clara = boris.post_property(a_property()), stranger.registered()
    double = clara.post_property(a_property())
    later = now_ms() + FRESH_FOR_MS + DAY_MS
    assert postings.grow_stale(in_memory, "PROPERTY", double, lambda: later)
    assert labels(anna, lead) == {first: None}
    clara.put(f"/properties/{double}", a_property()).needs(200)
    assert labels(anna, lead)[first] == told(1, 18_000_000, double)


def test_one_that_is_sold_is_no_offer(
    anna: Client, boris: Client, stranger: Client, lead: str
) -> None:
    first, clara = boris.post_property(a_property()), stranger.registered()
    double = clara.post_property(a_property(commission_share=40))
    like = {"action": "LIKE", "proposed_commission": 45}
    anna.post(f"/leads/{lead}/property-recommendations/{double}/action", like).needs(200)
    path = f"/properties/{double}/lead-recommendations/{lead}/action"
    match = clara.post(path, like).needs(200)["match"]
    assert match["status"] == "ACCEPTED"
    assert labels(anna, lead)[first] == told(1, 18_000_000)  # it is no longer in her list
    clara.post(f"/matches/{match['match_id']}/complete").needs(200)
    assert labels(anna, lead) == {first: None}


def test_neither_ones_own_nor_who_is_parted_is_told(
    anna: Client, boris: Client, stranger: Client, lead: str
) -> None:
    first = boris.post_property(a_property())
    own, clara = anna.post_property(a_property(price=1_000_000)), stranger.registered()
    assert labels(anna, lead) == {first: None}
    assert shown(anna, own) == shown(boris, first) == {"others": 1}
    double = clara.post_property(a_property())
    assert labels(anna, lead)[first] == told(1, 18_000_000, double)
    block = f"/realtors/{owner_of(double)}/block"
    anna.put(block).needs(200)
    assert labels(anna, lead) == {first: None}
    assert shown(anna, own) == {"others": 1}
    assert shown(boris, first) == {"others": 2}
    anna.delete(block).needs(200)
    clara.put(f"/realtors/{owner_of(own)}/block").needs(200)
    assert labels(anna, lead) == {first: None}


def test_where_one_owner_has_two_nobody_is_told(
    anna: Client, boris: Client, stranger: Client, lead: str
) -> None:
    first, twin = boris.post_property(a_property()), boris.post_property(a_property())
    double = stranger.registered().post_property(a_property())
    assert labels(anna, lead) == dict.fromkeys([first, twin, double])
    boris.put(f"/properties/{twin}/archive").needs(200)
    assert labels(anna, lead)[double] == told(1, 18_000_000, first)


def test_what_her_list_does_not_show_is_counted_and_not_named(
    anna: Client, boris: Client, stranger: Client, lead: str
) -> None:
    first = boris.post_property(a_property())
    dear = stranger.registered().post_property(a_property(price=90_000_000))
    assert labels(anna, lead) == {first: told(1, 90_000_000)}
    assert shown(boris, first) == {"others": 1}
    disliked = stranger.registered().post_property(a_property(price=17_000_000))
    path = f"/leads/{lead}/property-recommendations/{disliked}/action"
    anna.post(path, {"action": "DISLIKE"}).needs(200)
    assert labels(anna, lead) == {first: told(2, 17_000_000)}
    assert dear


def test_the_label_is_outside_the_etag(boris: Client, stranger: Client) -> None:
    first = boris.post_property(a_property())
    before = boris.get(f"/properties/{first}")
    stranger.registered().post_property(a_property())
    after = boris.get(f"/properties/{first}")
    assert (before.json["same_flat"], after.json["same_flat"]) == (None, {"others": 1})
    assert before.headers["etag"] == after.headers["etag"]


def test_the_leads_of_a_property_have_no_label(anna: Client, boris: Client, lead: str) -> None:
    listing = boris.post_property(a_property())
    (row,) = boris.leads_for(listing)["recommendations"]
    path = f"/properties/{listing}/lead-recommendations/{lead}"
    assert "same_flat" not in row.keys() | boris.get(path).needs(200).keys()
    assert anna


def test_lists_order_and_totals_are_the_same_without_labels(
    anna: Client, stranger: Client, lead: str
) -> None:
    realtors = [stranger.registered() for _ in range(6)]
    for number in range(18):
        change: Json = {"floor": 1 + number // 6, "price": (19 - number % 5) * 1_000_000}
        realtors[number % 6].post_property(a_property(**change))

    def pages() -> list[Any]:
        return [anna.properties_for(lead, limit=5, page=page) for page in (1, 2, 3, 4)]

    labelled = pages()
    with patch.object(SameFlats, "end", lambda *_: {}):
        plain = pages()
    told_of = [row.pop("same_flat") for page in labelled for row in page["recommendations"]]
    assert len([label for label in told_of if label and label["property_ids"]]) == len(told_of) > 9
    assert {row.pop("same_flat") for page in plain for row in page["recommendations"]} == {None}
    assert labelled == plain


def test_of_a_flat_that_more_offer_than_are_kept_nothing_is_said(
    anna: Client, boris: Client, stranger: Client, lead: str
) -> None:
    with patch.object(flats, "MOST", 3):
        first = boris.post_property(a_property())
        doubles = [stranger.registered() for _ in range(3)]
        there = [one.post_property(a_property()) for one in doubles[:1]]
        assert labels(anna, lead)[first] == told(1, 18_000_000, *there)
        there += [one.post_property(a_property()) for one in doubles[1:]]
        assert labels(anna, lead) == dict.fromkeys([first, *there])
        doubles[0].put(f"/properties/{there[0]}/archive").needs(200)
        # who came when there was no room comes in with the next change
        assert labels(anna, lead)[first] == told(1, 18_000_000, there[1])
        doubles[2].put(f"/properties/{there[2]}", a_property(price=17_000_000)).needs(200)
        assert labels(anna, lead) == dict.fromkeys([first, *there[1:]])
