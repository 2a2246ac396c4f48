"""A small market around one lead: listings that miss it by little, at the edges of the formulas or
0.01 beside them, and what hides some of them. And the slow way to what it answers.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

from cobroke.domain.ids import posting_id
from cobroke.domain.insights.steps import Change
from cobroke.domain.matching.top_list import PackedRow
from cobroke.domain.postings.features import LeadFeatures, PropertyFeatures, pack
from cobroke.edge.models.lead import LeadBody
from cobroke.edge.models.property import PropertyBody
from tests import market, oracle
from tests.market import wire
from tests.place_names import PlaceType, normalised
from tests.support.seekers import HER

type Json = dict[str, Any]

FITS, ALWAYS = 8000, 10_000
OUT = -1
"""The score of a pair that is knocked out."""


@dataclass(frozen=True)
class Near:
    """Bodies by ids, and up to which score each is hidden."""

    lead: Json
    listings: Mapping[str, Json]
    hidden_to: Mapping[str, int]

    def hides(self, an_id: str, score: int | None) -> bool:
        return (OUT if score is None else score) <= self.hidden_to.get(an_id, OUT - 1)

    @cached_property
    def rows(self) -> list[PackedRow]:
        return [(an_id, pack(listing_features(body))) for an_id, body in self.listings.items()]

    def scores(self, requirements: Json) -> dict[str, int]:
        """Of those that are listed, by the oracle."""
        found = {}
        for an_id, body in self.listings.items():
            points = oracle.score(requirements, body)
            if points is not None and points >= oracle.LISTED_FROM:
                found[an_id] = points
        return {an_id: points for an_id, points in found.items() if not self.hides(an_id, points)}

    def fitting(self, requirements: Json) -> dict[str, int]:
        scores = self.scores(requirements)
        return {an_id: points for an_id, points in scores.items() if points >= FITS}

    def spell(self, ids: Sequence[str], of: PlaceType) -> Mapping[str, str]:
        name = "district" if of == "district" else "metro_station"
        return {an_id: self.listings[an_id]["address"][name] for an_id in ids}


def lead_features(requirements: Json) -> LeadFeatures:
    return LeadBody.model_validate({"requirements": requirements}).features()


def listing_features(body: Json) -> PropertyFeatures:
    return PropertyBody.model_validate(body).features()


def changed(requirements: Json, change: Change, to: Any) -> Json:
    """The requirements after a step."""
    after = deepcopy(requirements)
    match change.split("_"):
        case ["BUDGET" | "AREA" as wish, end]:
            after[wish.lower()][end.lower()] = wire(to)
        case ["ROOMS"]:
            after["rooms"].append(to)
        case ["DISTRICT"]:
            after["location"]["districts"].append(to)
        case _:
            after["location"]["metro_stations"].append(to)
    return after


def near_market(rng: Random, size: int = 24) -> Near:
    requirements = market.boundary_pair(rng)[0]
    offers = [_near_listing(rng, requirements) for _ in range(size)]
    times = rng.sample(range(10**6), size)
    listings = {
        posting_id(time, bytes(2), HER): body for time, body in zip(times, offers, strict=True)
    }
    return Near(requirements, listings, _hidden(rng, requirements, listings))


def _hidden(rng: Random, requirements: Json, listings: Mapping[str, Json]) -> Mapping[str, int]:
    """A few: always, or to the score that they have or had."""
    hidden = {}
    for an_id in rng.sample([*listings], rng.choice([0, 0, len(listings) // 4])):
        now = oracle.score(requirements, listings[an_id]) or 0
        hidden[an_id] = rng.choice([ALWAYS, now, now, now - 1, now + 1, 8000, 8200, OUT])
    return hidden


def _near_listing(rng: Random, requirements: Json) -> Json:
    """It meets all wishes but some; of a few tries one that nearly fits."""
    for _ in range(4):
        body = _one_near_listing(rng, requirements)
        if 7500 <= (oracle.score(requirements, body) or 7500) < FITS:
            break
    return body


def _one_near_listing(rng: Random, requirements: Json) -> Json:
    body = _perfect(rng, requirements)
    misses: list[Callable[[Random, Json, Json], None]] = [
        _miss_budget,
        _miss_budget,
        _miss_area,
        _miss_area,
        _miss_rooms,
        _miss_district,
        _miss_metro,
        _miss_kind,
    ]
    for miss in rng.sample(misses, rng.choice([1, 2, 2, 3, 4])):
        miss(rng, requirements, body)
    return body


def _perfect(rng: Random, requirements: Json) -> Json:
    body = market.a_listing(rng)
    address, details, where = body["address"], body["details"], requirements["location"]
    address["city"] = where["city"]
    if where["districts"]:
        address["district"] = rng.choice(where["districts"])
    if where["metro_stations"]:
        address["metro_station"] = rng.choice(where["metro_stations"])
    if requirements["rooms"]:
        details["rooms"] = rng.choice(requirements["rooms"])
    details |= {"price": requirements["budget"]["max"], "area": requirements["area"]["max"]}
    return body | {
        "details": details
        | {name: requirements[name] for name in ("property_type", "property_class", "condition")}
    }


def _miss_budget(rng: Random, requirements: Json, body: Json) -> None:
    low, high = _hundredths(requirements["budget"])
    credit = rng.choice([2000, 5000, 10_000, rng.randrange(10_001)])
    over, under = (90_000 - credit) * high // 80_000, -(-(10_000 + credit) * low // 20_000)
    price = rng.choice([over, over, over, under, under, high * 13 // 10]) + rng.choice([-1, 0, 1])
    body["details"]["price"] = wire(min(max(price, 1), market.MOST_KOPECKS))


def _miss_area(rng: Random, requirements: Json, body: Json) -> None:
    low, high = _hundredths(requirements["area"])
    credit = rng.choice([2000, 4000, 10_000, rng.randrange(10_001)])
    over, under = (20_000 - credit) * high // 10_000, -(-(30_000 + credit) * low // 40_000)
    area = rng.choice([over, over, under, under, 2 * high]) + rng.choice([-1, 0, 1])
    body["details"]["area"] = wire(min(max(area, 1), market.MOST_AREA))


def _miss_rooms(rng: Random, _: Json, body: Json) -> None:
    rooms = body["details"]["rooms"] + rng.choice([-2, -1, -1, 1, 1, 2, 3])
    body["details"]["rooms"] = min(max(rooms, 0), 50)


def _miss_district(rng: Random, _: Json, body: Json) -> None:
    body["address"]["district"] = market.spelled(rng, rng.choice(market.DISTRICTS), "district")


def _miss_metro(rng: Random, _: Json, body: Json) -> None:
    station = market.spelled(rng, rng.choice(market.METRO), "station")
    body["address"]["metro_station"] = rng.choice([None, station, station])


def _miss_kind(rng: Random, requirements: Json, body: Json) -> None:
    body["details"] |= {"property_class": rng.choice(market.CLASSES), "condition": "ROUGH"}
    if requirements["property_type"] == "APARTMENT":
        body["details"]["property_type"] = rng.choice(["APARTMENT", "APARTMENTS"])


def _hundredths(bounds: Json) -> tuple[int, int]:
    return int(bounds["min"] * 100), int(bounds["max"] * 100)


def names(near: Near, of: PlaceType) -> dict[str, list[str]]:
    """The ids of the listings there, by the normalised name of the place."""
    found: dict[str, list[str]] = {}
    for an_id, name in near.spell([*near.listings], of).items():
        if name is not None:
            found.setdefault(normalised(name, of), []).append(an_id)
    return found
