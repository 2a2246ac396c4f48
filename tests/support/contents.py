"""What a realtor posts, as the table keeps it."""

from random import Random
from typing import Any

from cobroke.domain.deals.pair import Side
from cobroke.domain.postings.features import Market
from cobroke.domain.postings.posting import Content
from cobroke.edge.models.lead import LeadBody
from cobroke.edge.models.property import PropertyBody
from tests.builders import a_lead, a_property
from tests.pump import Json

FLAT: Json = {
    "address": {"city": "Москва", "street": "улица Льва Толстого", "house_number": "16"},
    "details": {"floor": 3, "total_floors": 9, "rooms": 2},
}
"""What is read of a listing's body, where all else that matters are its features."""


def content(kind: Side, body: Json) -> Content:
    if kind == "LEAD":
        lead = LeadBody.model_validate(body)
        return Content(lead.model_dump(), lead.features())
    listing = PropertyBody.model_validate(body)
    return Content(listing.model_dump(), listing.features())


def a_wish(rng: Random) -> Json:
    highest = rng.randint(17, 22) * 1_000_000
    districts = rng.choice([["Хамовники", "Арбат"], ["Хамовники"], ["Сокол"], []])
    city = rng.choices(["Москва", "Тверь"], [9, 1])[0]
    budget, rooms = {"min": highest // 2, "max": highest}, rng.choice([[2], [2, 3], []])
    return a_lead(city=city, budget=budget, rooms=rooms, districts=districts)


def an_offer(rng: Random) -> Json:
    return a_property(
        city=rng.choices(["Москва", "Тверь"], [9, 1])[0],
        price=rng.randint(150, 240) * 100_000,
        district=rng.choice(["Хамовники", "Хамовники", "Арбат", "Сокол"]),
        rooms=rng.choice([2, 2, 3, 4]),
        property_class=rng.choice(["COMFORT", "BUSINESS"]),
    )


def body_of(rng: Random, kind: Side) -> Json:
    return a_wish(rng) if kind == "LEAD" else an_offer(rng)


def lead(**changes: Any) -> Content:
    return content("LEAD", a_lead(**changes))


def listing(**changes: Any) -> Content:
    return content("PROPERTY", a_property(**changes))


MOSCOW: Market = lead().features.market
"""Of both, where nothing else is said."""
