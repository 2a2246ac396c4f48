"""What-if and demand through the API: what is answered, to whom, and of which moment."""

import json
from itertools import pairwise
from typing import Any

import pytest

from cobroke.exact_json import loads
from tests.builders import Json, a_lead, a_property, requirements
from tests.client import Client
from tests.market import wire
from tests.support.promises import kopecks

pytestmark = pytest.mark.usefixtures("in_memory")

NOTHING_FITS: Json = {"fitting": 0, "listed": 0, "steps": []}
NOBODY_COMES: Json = {
    "buyers": 0,
    "listed": 0,
    "price_curve": [],
    "next_step": None,
    "missed": [],
    "comparables": None,
}


def what_if(who: Client, lead: str) -> Json:
    return _without_time(who.get(f"/leads/{lead}/what-if").needs(200))


def demand(who: Client, listing: str) -> Json:
    return _without_time(who.get(f"/properties/{listing}/demand").needs(200))


def _without_time(answer: Json) -> Json:
    assert answer["as_of"].endswith("Z")
    return {name: value for name, value in answer.items() if name != "as_of"}


def step(change: str, to: Any, best: str, score: Any, adds: int = 1, fitting: int = 1) -> Json:
    best_of_them = {"property_id": best, "match_score": score}
    return {"change": change, "to": to, "adds": adds, "fitting": fitting, "best": best_of_them}


def of(answer: Json, change: str) -> list[Json]:
    return [each for each in answer["steps"] if each["change"] == change]


def test_what_fits_is_counted_and_each_step_says_what_it_adds(anna: Client, boris: Client) -> None:
    lead = anna.post_lead(a_lead(districts=["Арбат"], metro_stations=[]))
    fits = boris.post_property(a_property(district="Арбат"))
    elsewhere = boris.post_property(a_property(district="Хамовники"))
    dear = boris.post_property(a_property(district="Арбат", price=21_500_000.5, condition="ROUGH"))
    answer = what_if(anna, lead)
    assert (answer["fitting"], answer["listed"]) == (1, 3)
    (raised,) = of(answer, "BUDGET_MAX")
    assert raised["best"]["property_id"] == dear
    assert of(answer, "DISTRICT") == [step("DISTRICT", "Хамовники", elsewhere, 100, fitting=2)]
    assert fits


def test_numbers_leave_exact_with_as_many_decimals_as_they_need(
    anna: Client, boris: Client
) -> None:
    lead = anna.post_lead(a_lead())
    boris.post_property(a_property(price=21_500_000.01, condition="ROUGH"))
    text = anna.get(f"/leads/{lead}/what-if").text
    (raised,) = of(loads(text), "BUDGET_MAX")
    assert f'"to":{raised["to"]},' in text.replace(" ", "")
    for beside, fitting in ((-1, 0), (0, 1)):
        most = wire(kopecks(raised["to"]) + beside)
        wish = a_lead(budget={"min": 15_000_000, "max": most})
        anna.put(f"/leads/{lead}", wish).needs(200)
        assert what_if(anna, lead)["fitting"] == fitting, most
    (ours,) = demand(boris, boris.post_property(a_property(price=1_234_567.89)))["price_curve"]
    assert [str(ours[end]) for end in ("from", "to")] == ["1049382.70", "1358024.68"]


def test_a_place_is_spelt_as_in_the_newest_of_the_listings_that_it_adds(
    anna: Client, boris: Client
) -> None:
    lead = anna.post_lead(a_lead(districts=["Арбат"], metro_stations=["Арбатская"]))
    old = boris.post_property(a_property(district="р-н Сокол", metro_station="м. Сокол"))
    new = boris.post_property(a_property(district="район Сокол", metro_station="ст.м. Сокол"))
    boris.post_property(a_property(district="Сокол", metro_station="Сокол", price=1))

    def told(change: str) -> list[tuple[str, int, str]]:
        steps = of(what_if(anna, lead), change)
        return [(each["to"], each["adds"], each["best"]["property_id"]) for each in steps]

    assert told("DISTRICT") == [("район Сокол", 2, new)]
    assert told("METRO_STATION") == [("ст.м. Сокол", 2, new)]
    moved = a_property(district="Сокольники", metro_station="Станция Сокол")
    boris.put(f"/properties/{new}", moved).needs(200)
    assert told("DISTRICT") == [("р-н Сокол", 1, old), ("Сокольники", 1, new)]
    assert told("METRO_STATION") == [("Станция Сокол", 2, new)]


def test_a_step_that_makes_the_requirements_longer_than_32_kb_is_not_given(
    anna: Client, boris: Client
) -> None:
    boris.post_property(a_property(district="Сокол", metro_station=None))
    wide = [f"{number:02}" + "好" * 118 for number in range(48)]
    wish = requirements(districts=["Арбат", *wide[:30]], metro_stations=wide)
    wish["additional_requirements"] = ""
    spare = 32 * 1024 - _size(wish) - len(',"Сокол"'.encode())
    for length, places in ((spare, ["Сокол"]), (spare + 1, [])):
        wish["additional_requirements"] = "ю" * (length // 2) + "x" * (length % 2)
        lead = anna.post_lead({"requirements": wish})
        assert [each["to"] for each in of(what_if(anna, lead), "DISTRICT")] == places
        more = wish["location"] | {"districts": [*wish["location"]["districts"], "Сокол"]}
        anna.put(f"/leads/{lead}", {"requirements": wish | {"location": more}}).needs(
            200 if places else 422
        )


def _size(wish: Json) -> int:
    return len(json.dumps(wish, ensure_ascii=False, separators=(",", ":")).encode())


def test_demand_counts_who_comes_at_which_price_and_what_keeps_others_away(
    anna: Client, boris: Client
) -> None:
    anna.post_lead(a_lead())
    anna.post_lead(a_lead(budget={"min": 10_000_000, "max": 14_000_000}))
    anna.post_lead(a_lead(districts=["Арбат"], metro_stations=["Арбатская"]))
    listing = boris.post_property(a_property())
    for area in (50, 55, 60, 65, 70):
        anna.post_property(a_property(area=area, price=area * 250_000))
    answer = demand(boris, listing)
    assert (answer["buyers"], answer["listed"]) == (1, 2)
    curve = answer["price_curve"]
    assert (curve[0]["from"], curve[-1]["to"]) == (15_300_000, 19_800_000)
    beside = [(low["to"], high["from"]) for low, high in pairwise(curve)]
    assert all(int(high * 100) - int(low * 100) == 1 for low, high in beside)
    assert answer["missed"] == [{"criterion": "location", "buyers": 1}]
    assert answer["comparables"] == {
        "count": 5,
        "median_price_per_m2": 250_000,
        "percent_above": 20,
    }
    assert '"percent_above":20.0' in boris.get(f"/properties/{listing}/demand").text.replace(
        " ", ""
    )


def test_what_is_archived_or_stale_gets_zeros(anna: Client, boris: Client) -> None:
    lead, listing = anna.post_lead(a_lead()), boris.post_property(a_property())
    assert what_if(anna, lead)["fitting"] == demand(boris, listing)["buyers"] == 1
    anna.post(f"/leads/{lead}/archive").needs(200)
    assert what_if(anna, lead) == NOTHING_FITS
    assert demand(boris, listing)["buyers"] == 0
    boris.put(f"/properties/{listing}/archive").needs(200)
    assert demand(boris, listing) == NOBODY_COMES


def test_what_is_not_ones_own_is_not_there(anna: Client, boris: Client) -> None:
    lead, listing = anna.post_lead(a_lead()), boris.post_property(a_property())
    boris.get(f"/leads/{lead}/what-if").needs(404)
    anna.get(f"/properties/{listing}/demand").needs(404)
    anna.get(f"/leads/{listing}/what-if").needs(404)


def test_what_was_acknowledged_a_moment_ago_is_counted(anna: Client, boris: Client) -> None:
    """Though the function remembers the market."""
    lead, listings = anna.post_lead(a_lead()), list[str]()
    for fitting in range(4):
        assert what_if(anna, lead)["fitting"] == fitting
        listings.append(boris.post_property(a_property()))
        assert demand(boris, listings[-1])["buyers"] == 1
    boris.put(f"/properties/{listings[0]}", a_property(price=1)).needs(200)
    assert what_if(anna, lead)["fitting"] == 3
    boris.put(f"/properties/{listings[1]}/archive").needs(200)
    assert what_if(anna, lead)["fitting"] == 2
    boris.put(f"/properties/{listings[2]}", a_property(city="Тверь")).needs(200)
    assert what_if(anna, lead)["fitting"] == 1
    anna.post(f"/leads/{lead}/archive").needs(200)
    assert demand(boris, listings[3])["buyers"] == 0


def test_a_block_and_its_end_count_from_the_next_question_on(anna: Client, boris: Client) -> None:
    lead, listing = anna.post_lead(a_lead()), boris.post_property(a_property())
    him = boris.get("/me").needs(200)["realtor_id"]
    for expected in (1, 0, 1):
        asked = what_if(anna, lead)["fitting"], demand(boris, listing)["buyers"]
        assert asked == (expected, expected)
        if asked == (1, 1):
            anna.put(f"/realtors/{him}/block").needs(200)
        else:
            anna.delete(f"/realtors/{him}/block").needs(200)
