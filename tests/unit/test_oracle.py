"""The oracle by hand, so that it may judge the product; and that the made-up market is worth
judging on.
"""

from collections import Counter
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from tests import market, oracle

type Json = dict[str, Any]


def a_wish(**changes: object) -> Json:
    """A wide wish for a flat in Казань without districts, metro and rooms: the weights in play are
    60.
    """
    location: Json = {"city": "Казань", "districts": [], "metro_stations": []}
    location |= {name: changes.pop(name) for name in list(changes) if name in location}
    wish = {
        "location": location,
        "budget": {"min": 10, "max": 20},
        "area": {"min": 40, "max": 50},
        "rooms": [],
    }
    ladders = {"property_type": "APARTMENT", "property_class": "COMFORT", "condition": "FINISHING"}
    return wish | ladders | changes


def an_offer(**changes: object) -> Json:
    address: Json = {"city": "Казань", "district": "Центр", "metro_station": None}
    address |= {name: changes.pop(name) for name in list(changes) if name in address}
    numbers: Json = {"price": 15, "area": 45, "rooms": 2}
    ladders = {"property_type": "APARTMENT", "property_class": "COMFORT", "condition": "FINISHING"}
    return {"address": address, "details": numbers | ladders | changes}


@pytest.mark.parametrize(
    ("wish", "offer", "points"),
    [
        (a_wish(), an_offer(), 10000),
        # o = 0.05, credit 6000: (30·6000 + 30·10000) // 60
        (a_wish(), an_offer(price=21), 8000),
        # o = 1/30, credit ⌊7333.3⌋ = 7333: ⌊519 990 / 60⌋ = ⌊8666.5⌋
        (a_wish(budget={"min": 0, "max": 30}), an_offer(price=31), 8666),
        # u = 0.4, credit 2000: 360 000 / 60
        (a_wish(), an_offer(price=6), 6000),
        (a_wish(), an_offer(price=Decimal("5.99")), None),
        (a_wish(), an_offer(price=Decimal("22.01")), None),
        # a = 0.2, credit 2000: (12·2000 + 48·10000) // 60
        (a_wish(), an_offer(area=32), 8400),
        (a_wish(), an_offer(area=Decimal("31.99")), None),
        # from 0 on no area is too small
        (a_wish(area={"min": 0, "max": 50}), an_offer(area=Decimal("0.01")), 10000),
        (a_wish(area={"min": 0, "max": 50}), an_offer(area=60), 9600),
        # b = 0.6 and b = 9 both earn 4000: 528 000 / 60
        (a_wish(), an_offer(area=80), 8800),
        (a_wish(), an_offer(area=500), 8800),
        # type 5000: 560 000 / 60 = 9333.3
        (a_wish(), an_offer(property_type="APARTMENTS"), 9333),
        (a_wish(), an_offer(property_type="TOWNHOUSE"), None),
        (a_wish(property_type="HOUSE"), an_offer(property_type="TOWNHOUSE"), 9333),
        (a_wish(property_type="TOWNHOUSE"), an_offer(property_type="HOUSE"), 9333),
        (a_wish(property_type="HOUSE"), an_offer(property_type="APARTMENTS"), None),
        # rooms one more 6000, one fewer 4000, weights 75: 690 000 / 75 and 660 000 / 75
        (a_wish(rooms=[1]), an_offer(), 9200),
        (a_wish(rooms=[3]), an_offer(), 8800),
        (a_wish(rooms=[3, 1]), an_offer(), 9200),
        (a_wish(rooms=[0, 4]), an_offer(), None),
        (a_wish(city="Г.КАЗАНЬ"), an_offer(), 10000),
        (a_wish(city="Рязань"), an_offer(), None),
        # one class up 8000, two conditions down 2000: (50·10000 + 5·8000 + 5·2000) // 60
        (a_wish(), an_offer(property_class="BUSINESS", condition="ROUGH"), 9166),
        (a_wish(property_class="ELITE"), an_offer(property_class="ECONOMY"), 9166),
        # location 8950 of weights 85: 823 750 / 85 = 9691.2
        (a_wish(districts=["центр"], metro_stations=["Кремлёвская"]), an_offer(), 9691),
        # location 8500 of weights 85: 812 500 / 85 = 9558.8
        (
            a_wish(districts=["Юг"], metro_stations=["Горки"]),
            an_offer(metro_station="м. горки"),
            9558,
        ),
        # location 2550, 3000 and 0: (600 000 + 25·credit) / 85 is above the cap
        (a_wish(districts=["Юг"], metro_stations=["Горки"]), an_offer(), 6000),
        (a_wish(metro_stations=["Горки"]), an_offer(), 6000),
        (a_wish(districts=["Юг"]), an_offer(), 6000),
        # below the cap it is left alone: price 2000, location 0: 360 000 / 85 = 4235.3
        (a_wish(districts=["Юг"]), an_offer(price=22), 4235),
    ],
)
def test_the_oracle_scores_what_a_hand_computes(
    wish: Json, offer: Json, points: int | None
) -> None:
    assert oracle.score(wish, offer) == points


def test_the_oracle_takes_absent_wishes_for_no_preference_and_an_absent_station_for_unknown() -> (
    None
):
    wish, offer = a_wish(), an_offer()
    del wish["rooms"], wish["location"]["districts"], wish["location"]["metro_stations"]
    del offer["address"]["metro_station"]
    assert oracle.score(wish, offer) == 10000
    assert [row["state"] for row in oracle.breakdown(wish, offer)][1:3] == [
        "NOT_STATED",
        "NOT_STATED",
    ]
    wish["location"]["metro_stations"] = ["Горки"]
    assert oracle.breakdown(wish, offer)[1] == {
        "criterion": "location",
        "weight": 25,
        "credit": Decimal("0.3"),
        "state": "UNKNOWN",
    }


def test_the_oracle_refuses_binary_floats() -> None:
    with pytest.raises(TypeError):
        oracle.score(a_wish(), an_offer(price=15.5))


def a_candidate(
    id_: str, *, price: int = 15, owner: str = "her", status: str = "ACTIVE", at: str = "2026-01-01"
) -> Json:
    return {
        "id": id_,
        "owner": owner,
        "status": status,
        "created_at": at,
        "body": an_offer(price=price),
    }


def test_the_oracle_lists_by_score_then_age_then_id_and_only_what_may_be_shown() -> None:
    lead: Json = {"id": "l", "owner": "me", "status": "ACTIVE", "created_at": "2026-01-01"}
    lead |= {"body": {"requirements": a_wish(districts=["Центр", "Юг"])}}
    others = [
        a_candidate("a", price=21),
        a_candidate("b"),
        a_candidate("d"),
        a_candidate("c"),
        a_candidate("newer", at="2026-01-02"),
        a_candidate("mine", owner="me"),
        a_candidate("archived", status="ARCHIVED"),
        a_candidate("out", price=23),
    ]
    found = oracle.recommended(lead, others, side="lead")
    assert [row.id for row in found.rows] == ["newer", "d", "c", "b", "a"]
    # 21: (30·6000 + 25·10000 + 30·10000) // 85
    assert [row.score for row in found.rows][3:] == [Decimal("100.00"), Decimal("85.88")]
    assert found.total == 5
    assert oracle.recommended(lead | {"status": "ARCHIVED"}, others, side="lead") == ([], 0)
    seen_back = oracle.recommended(others[0], [lead], side="listing")
    assert seen_back == ([("l", Decimal("85.88"))], 1)


def test_the_oracle_shows_the_best_hundred_and_counts_only_them() -> None:
    lead: Json = {"id": "l", "owner": "me", "status": "ACTIVE", "created_at": "2026-01-01"}
    lead |= {"body": {"requirements": a_wish()}}
    found = oracle.recommended(
        lead, [a_candidate(f"{number:03}") for number in range(130)], side="lead"
    )
    assert found.total == len(found.rows) == 100
    assert (found.rows[0].id, found.rows[-1].id) == ("129", "030")


def test_a_pair_is_listed_from_exactly_fifty_on() -> None:
    lead: Json = {"id": "l", "owner": "me", "status": "ACTIVE", "created_at": "2026-01-01"}
    lead |= {"body": {"requirements": a_wish()}}
    # credits 3200 and 2000: (30·3200 + 12·2000 + 180 000) / 60; 3160 a kopeck higher
    prices = {Decimal("21.70"): 5000, Decimal("21.71"): 4980}
    others = [
        {**a_candidate(str(price)), "body": an_offer(price=price, area=32)} for price in prices
    ]
    assert [oracle.score(lead["body"]["requirements"], other["body"]) for other in others] == [
        *prices.values()
    ]
    assert oracle.recommended(lead, others, side="lead").rows == [("21.70", Decimal("50.00"))]


@pytest.mark.parametrize("seed", [1, 2])
def test_a_made_up_city_cuts_many_lists_in_both_directions_and_ties_at_the_cut(seed: int) -> None:
    leads, listings = market.a_city(seed)
    table = [
        [oracle.score(lead["requirements"], listing) or 0 for listing in listings] for lead in leads
    ]
    for lists, at_least in ((table, 75), (zip(*table, strict=True), 100)):
        listed = [
            sorted((points for points in each if points >= 5000), reverse=True) for each in lists
        ]
        cut = [each for each in listed if len(each) > 100]
        assert len(cut) >= at_least
        assert sum(each[99] == each[100] for each in cut) >= len(cut) // 2


def test_boundary_pairs_fall_on_both_sides_of_every_edge() -> None:
    rng = Random(5)
    pairs = [market.boundary_pair(rng) for _ in range(2000)]
    out = sum(oracle.score(*pair) is None for pair in pairs)
    assert 500 < out < 1200
    states = Counter(row["state"] for pair in pairs for row in oracle.breakdown(*pair))
    assert (
        min(states[state] for state in ("MATCH", "MISS", "PARTIAL", "UNKNOWN", "NOT_STATED")) > 100
    )
