"""What holds of the match score for every pair, and not only for the page's cases."""

import unicodedata
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cobroke.domain.matching.score import evaluate
from cobroke.domain.postings import features
from cobroke.edge.models.lead import LeadBody
from cobroke.edge.models.property import PropertyBody
from tests.market import CLASSES, CONDITIONS, LEAD_TYPES, LISTING_TYPES, wire

type Json = dict[str, Any]
type Pair = tuple[Json, Json]

OUT = -1
"""A pair that is knocked out stands below every score."""

CITIES = st.sampled_from(["Королёв", "Королёв", "Королёв", "Щёлково"])
DISTRICTS = ["Берёзовая Аллея", "Старый Мост", "Полёт"]
STATIONS = ["Пролётная", "Улица Жёлудева", "Мост"]
LOCATIONS = st.fixed_dictionaries(
    {
        "city": CITIES,
        "districts": st.lists(st.sampled_from(DISTRICTS), max_size=3),
        "metro_stations": st.lists(st.sampled_from(STATIONS), max_size=3),
    }
)
ADDRESSES = st.fixed_dictionaries(
    {
        "city": CITIES,
        "district": st.sampled_from(DISTRICTS),
        "metro_station": st.sampled_from([None, *STATIONS]),
        "street": st.just("Садовая"),
        "house_number": st.just("1"),
    }
)
ROOMS = st.integers(0, 5) | st.just(50)
PRICES = st.integers(1, 10**14)

always = settings(derandomize=True, database=None, deadline=None, max_examples=150)


def score_of(pair: Pair) -> int:
    wish, offer = pair
    lead = LeadBody.model_validate({"requirements": wish})
    listing = PropertyBody.model_validate(offer)
    evaluation = evaluate(lead.features(), listing.features())
    return OUT if evaluation is None else evaluation.score


@st.composite
def a_range(draw: st.DrawFn, most: int) -> tuple[int, int]:
    """Hundredths: often small, where rounding bites, and up to the contract's limit."""
    high = draw(st.integers(1, most) | st.integers(1, 3000))
    return draw(st.integers(1, high)), high


@st.composite
def pairs(draw: st.DrawFn, most_kopecks: int = 10**14) -> Pair:
    """A lead's requirements and a listing that seldom knock each other out."""
    (cheapest, dearest), (smallest, largest) = draw(a_range(most_kopecks)), draw(a_range(10**7))
    cheapest, smallest = (
        draw(st.sampled_from([0, least, least])) for least in (cheapest, smallest)
    )
    price = draw(st.integers(-(-6 * cheapest // 10), 11 * dearest // 10))
    area = draw(st.integers(-(-8 * smallest // 10), 2 * largest))
    wished_rooms = draw(st.lists(ROOMS, max_size=4))
    rooms = (
        draw(st.sampled_from(wished_rooms)) + draw(st.integers(-1, 1))
        if wished_rooms
        else draw(ROOMS)
    )
    wished_type = draw(st.sampled_from(LEAD_TYPES))
    ladders = st.fixed_dictionaries(
        {"property_class": st.sampled_from(CLASSES), "condition": st.sampled_from(CONDITIONS)}
    )
    wish = {
        "location": draw(LOCATIONS),
        "budget": {"min": wire(cheapest), "max": wire(dearest)},
        "area": {"min": wire(smallest), "max": wire(largest)},
        "rooms": wished_rooms,
        "property_type": wished_type,
        "payment_method": "CASH",
    }
    details = {
        "price": wire(min(max(price, 1), 10**14)),
        "area": wire(min(max(area, 1), 10**7)),
        "rooms": min(max(rooms, 0), 50),
        "property_type": draw(st.sampled_from([wished_type, *LISTING_TYPES])),
    }
    details |= {"floor": 1, "total_floors": 9}
    return wish | draw(ladders), {
        "address": draw(ADDRESSES),
        "details": details | draw(ladders),
        "commission_share": 50,
    }


def at_price(pair: Pair, kopecks: int) -> Pair:
    wish, offer = deepcopy(pair)
    offer["details"]["price"] = wire(kopecks)
    return wish, offer


def hundredths(bounds: Json) -> tuple[int, int]:
    return int(bounds["min"] * 100), int(bounds["max"] * 100)


def fulfilled(pair: Pair) -> Pair:
    """The listing made what the lead wishes, in everything stated."""
    wish, offer = deepcopy(pair)
    where, address, details = wish["location"], offer["address"], offer["details"]
    address["city"] = where["city"]
    address["district"] = next(iter(where["districts"]), address["district"])
    address["metro_station"] = next(iter(where["metro_stations"]), None)
    details["rooms"] = next(iter(wish["rooms"]), details["rooms"])
    details |= {"price": wish["budget"]["max"], "area": wish["area"]["max"]}
    details |= {name: wish[name] for name in ("property_type", "property_class", "condition")}
    return wish, offer


def met_exactly(wish: Json, offer: Json) -> bool:
    """Whether every wish that was stated is met, without a step too much or too little."""
    where, address, details = wish["location"], offer["address"], offer["details"]
    return (
        where["city"] == address["city"]
        and (not where["districts"] or address["district"] in where["districts"])
        and (not where["metro_stations"] or address["metro_station"] in where["metro_stations"])
        and (not wish["rooms"] or details["rooms"] in wish["rooms"])
        and wish["budget"]["min"] <= details["price"] <= wish["budget"]["max"]
        and wish["area"]["min"] <= details["area"] <= wish["area"]["max"]
        and all(
            wish[name] == details[name] for name in ("property_type", "property_class", "condition")
        )
    )


@always
@given(pairs())
def test_a_score_is_between_0_and_10000_or_the_pair_is_out(pair: Pair) -> None:
    assert score_of(pair) == OUT or 0 <= score_of(pair) <= 10000


@always
@given(pairs())
def test_a_pair_scores_the_same_seen_from_the_lead_and_from_the_listing(pair: Pair) -> None:
    lead = LeadBody.model_validate({"requirements": pair[0]}).features()
    listing = PropertyBody.model_validate(pair[1]).features()
    kept_listing = features.unpack_property(listing.city, features.pack_property(listing))
    kept_lead = features.unpack_lead(lead.city, features.pack_lead(lead))
    assert evaluate(lead, kept_listing) == evaluate(kept_lead, listing) == evaluate(lead, listing)


@always
@given(pairs(), PRICES, PRICES)
def test_a_dearer_listing_above_max_never_scores_higher(pair: Pair, one: int, other: int) -> None:
    _, highest = hundredths(pair[0]["budget"])
    lower, higher = sorted(
        min(highest + step % (highest // 9 + 2), 10**14) for step in (one, other)
    )
    assert score_of(at_price(pair, higher)) <= score_of(at_price(pair, lower))


@always
@given(pairs(), PRICES, PRICES)
def test_a_cheaper_listing_below_min_never_scores_higher(pair: Pair, one: int, other: int) -> None:
    lowest, _ = hundredths(pair[0]["budget"])
    lower, higher = sorted(max(lowest - step % (lowest // 2 + 1), 1) for step in (one, other))
    assert score_of(at_price(pair, lower)) <= score_of(at_price(pair, higher))


@always
@given(pairs(), st.sampled_from([("budget", 10**14), ("area", 10**7)]), PRICES, PRICES)
def test_a_wider_budget_or_area_never_lowers_the_score_or_drops_the_pair(
    pair: Pair, wish: tuple[str, int], down: int, up: int
) -> None:
    name, most = wish
    low, high = hundredths(pair[0][name])
    wider = {"min": wire(low - down % (low + 1)), "max": wire(min(high + up % (high + 1), most))}
    assert score_of(({**pair[0], name: wider}, pair[1])) >= score_of(pair)


@always
@given(pairs(), st.sampled_from(DISTRICTS), st.sampled_from(STATIONS), ROOMS)
def test_a_value_more_in_a_list_that_has_some_never_lowers_the_score(
    pair: Pair, district: str, station: str, rooms: int
) -> None:
    for name, value in (("districts", district), ("metro_stations", station), ("rooms", rooms)):
        wish, offer = deepcopy(pair)
        values = wish["rooms"] if name == "rooms" else wish["location"][name]
        if values:
            values.append(value)
        assert score_of((wish, offer)) >= score_of(pair)


@always
@given(pairs())
def test_only_a_pair_that_meets_every_stated_wish_exactly_scores_10000(pair: Pair) -> None:
    assert (score_of(pair) == 10000) == met_exactly(*pair)


@always
@given(
    pairs(),
    pairs(),
    st.sampled_from(["price", "area", "rooms", "property_class", "condition", "property_type"]),
)
def test_a_pair_that_meets_every_wish_scores_10000_until_one_is_missed(
    pair: Pair, other: Pair, changed: str
) -> None:
    wish, offer = fulfilled(pair)
    assert score_of((wish, offer)) == 10000
    offer["details"][changed] = other[1]["details"][changed]
    assert (score_of((wish, offer)) == 10000) == met_exactly(wish, offer)


@always
@given(pairs(most_kopecks=10**9), st.integers(2, 10**4))
def test_prices_and_budgets_times_one_factor_change_nothing(pair: Pair, factor: int) -> None:
    wish, offer = deepcopy(pair)
    wish["budget"] = {end: wire(int(value * 100) * factor) for end, value in wish["budget"].items()}
    dearer = at_price((wish, offer), int(offer["details"]["price"] * 100) * factor)
    assert score_of(dearer) == score_of(pair)


@always
@given(
    pairs(),
    st.text(),
    st.text("аЯ1 /-«\u00ad", max_size=19),
    st.integers(-5, 200),
    st.integers(1500, 2030),
)
def test_what_is_only_shown_is_never_scored(
    pair: Pair, text: str, street: str, floor: int, year: int
) -> None:
    wish, offer = deepcopy(pair)
    wish |= {"payment_method": "EXCHANGE", "additional_requirements": text}
    offer["details"] |= {"floor": floor, "total_floors": 200, "year_built": year}
    offer["address"] |= {"street": f"{street}1", "house_number": f"1{street}"}
    offer |= {
        "commission_share": 0,
        "description": text,
        "photos": ["https://photos.example/1.jpg"],
    }
    assert score_of((wish, offer)) == score_of(pair)


@always
@given(pairs())
def test_a_wish_stated_and_fully_met_never_lowers_the_score(pair: Pair) -> None:
    address, rooms = pair[1]["address"], pair[1]["details"]["rooms"]
    offered = {
        "districts": address["district"],
        "metro_stations": address["metro_station"],
        "rooms": rooms,
    }
    for name, value in offered.items():
        stated, offer = deepcopy(pair)
        lists = stated if name == "rooms" else stated["location"]
        lists[name] = []
        before = score_of((stated, offer))
        if value is not None:
            lists[name] = [value]
        assert score_of((stated, offer)) >= before


@always
@given(pairs(), st.sampled_from([str.upper, str.lower, str.swapcase]), st.data())
def test_spelling_order_and_repeats_change_nothing(
    pair: Pair, recased: Callable[[str], str], data: st.DataObject
) -> None:
    def respelled(name: str) -> str:
        spaced = recased(name).replace(" ", "  ")
        without = spaced.replace("ё", "е").replace("Ё", "Е")
        spellings = [spaced, without, unicodedata.normalize("NFD", spaced)]
        return f" {data.draw(st.sampled_from(spellings))}\t"

    wish, offer = deepcopy(pair)
    wish["location"]["city"] = respelled(wish["location"]["city"])
    wish["rooms"] = [*reversed(wish["rooms"]), *wish["rooms"]]
    for name in ("districts", "metro_stations"):
        names = data.draw(st.permutations(wish["location"][name]))
        wish["location"][name] = [respelled(each) for each in [*names, *names]]
    offer["address"]["district"] = respelled(offer["address"]["district"])
    if offer["address"]["metro_station"]:
        offer["address"]["metro_station"] = respelled(offer["address"]["metro_station"])
    assert score_of((wish, offer)) == score_of(pair)
