"""Leads around one listing that it misses by little, and the slow way to how many fit it."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

from cobroke.domain.ids import posting_id
from cobroke.domain.matching.top_list import PackedRow
from cobroke.domain.postings.features import pack
from tests import market, oracle
from tests.market import wire
from tests.support.near_market import FITS, OUT, lead_features
from tests.support.seekers import HER

type Json = dict[str, Any]


@dataclass(frozen=True)
class NearLeads:
    """Requirements by ids, and up to which score each is hidden."""

    listing: Json
    leads: Mapping[str, Json]
    hidden_to: Mapping[str, int]

    def hides(self, an_id: str, score: int | None) -> bool:
        return (OUT if score is None else score) <= self.hidden_to.get(an_id, OUT - 1)

    @cached_property
    def rows(self) -> list[PackedRow]:
        return [(an_id, pack(lead_features(wish))) for an_id, wish in self.leads.items()]

    @property
    def price(self) -> int:
        return int(self.listing["details"]["price"] * 100)

    @cached_property
    def shown(self) -> Mapping[str, int]:
        """Today's scores of those that are not hidden today; OUT where they are knocked out."""
        scores = {an_id: oracle.score(wish, self.listing) for an_id, wish in self.leads.items()}
        return {
            an_id: OUT if points is None else points
            for an_id, points in scores.items()
            if not self.hides(an_id, points)
        }

    def buyers_at(self, price: int) -> int:
        """How many would fit, by the oracle."""
        listing = deepcopy(self.listing)
        listing["details"]["price"] = wire(price)
        return sum((oracle.score(self.leads[an_id], listing) or 0) >= FITS for an_id in self.shown)

    def missed(self) -> dict[str, int]:
        """By criterion: how many near ones would fit with full credit for it."""
        near = [self.leads[an_id] for an_id, points in self.shown.items() if 5000 <= points < FITS]
        found = {name: sum(self._would_fit(wish, name) for wish in near) for name in oracle.WEIGHTS}
        return {name: count for name, count in found.items() if count}

    def _would_fit(self, wish: Json, criterion: str) -> bool:
        credits_now = oracle.all_credits(wish, self.listing)
        if credits_now[criterion] is None:
            return False
        stated = {name: value for name, value in credits_now.items() if value is not None}
        stated[criterion] = 10_000
        total = sum(oracle.WEIGHTS[name] * value for name, value in stated.items())
        points = total // sum(oracle.WEIGHTS[name] for name in stated)
        capped = stated.get("location", 10_000) < 5000
        return min(points, oracle.CAP_WITHOUT_LOCATION if capped else points) >= FITS


def near_leads(rng: Random, size: int = 30) -> NearLeads:
    listing = market.a_listing(rng)
    listing["details"]["price"] = wire(rng.choice([rng.randint(1, 300), 10**9 + 1, 10**14]))
    listing["details"]["area"] = wire(rng.choice([1, 7, 4567, 10**7]))
    wishes = [_near_lead(rng, listing) for _ in range(size)]
    times = rng.sample(range(10**6), size)
    leads = {
        posting_id(time, bytes(2), HER): wish for time, wish in zip(times, wishes, strict=True)
    }
    return NearLeads(listing, leads, _hidden(rng, listing, leads))


def _hidden(rng: Random, listing: Json, leads: Mapping[str, Json]) -> Mapping[str, int]:
    hidden = {}
    for an_id in rng.sample([*leads], rng.choice([0, 0, len(leads) // 4])):
        now = oracle.score(leads[an_id], listing) or 0
        hidden[an_id] = rng.choice([10_000, now, now - 1, now + 1, OUT])
    return hidden


def _near_lead(rng: Random, listing: Json) -> Json:
    address, details = listing["address"], listing["details"]
    price, area = int(details["price"] * 100), int(details["area"] * 100)
    wish: Json = market.a_lead(rng)["requirements"]
    wish["budget"] = _around(rng, price, market.MOST_KOPECKS, _some(rng, 0.85, 1.1))
    wish["area"] = _around(rng, area, market.MOST_AREA, rng.choice([1, 1, _some(rng, 0.7, 1.4)]))
    where = {"city": address["city"], "districts": [], "metro_stations": []}
    for name, here, others in (
        ("districts", address["district"], market.DISTRICTS),
        ("metro_stations", address["metro_station"], market.METRO),
    ):
        wished = rng.choice([[here], [here, rng.choice(others)], [], [rng.choice(others)]])
        where[name] = [each for each in wished if each is not None]
    rooms, off = details["rooms"], rng.choice([0, 0, 0, -1, 1, 2])
    kind = details["property_type"].replace("APARTMENTS", "APARTMENT")
    wish |= {"location": where, "property_type": kind}
    wish["rooms"] = rng.choice([[], [min(max(rooms + off, 0), 50)]])
    for name in ("property_class", "condition"):
        wish[name] = rng.choice([details[name], details[name], wish[name]])
    return wish


def _some(rng: Random, low: float, high: float) -> float:
    return rng.uniform(low, high)


def _around(rng: Random, number: int, most: int, factor: float) -> Json:
    """Bounds of which one is about here, or a knock-out of it is."""
    at = int(number * factor * rng.choice([1, 1, 1, 10 / 11, 0.95])) + rng.choice([-1, 0, 0, 1])
    high = min(max(at, 1), most)
    low = rng.choice([0, high, high // 2, high * 9 // 10])
    if rng.random() < 0.3:
        low, high = high, min(high * 2, most)
    return {"min": wire(low), "max": wire(high)}


def ends_of(curve: Iterable[tuple[int, int, int]]) -> set[int]:
    """Both ends of each stretch, and 0.01 beside them."""
    ends = {end for lowest, highest, _ in curve for end in (lowest, highest)}
    return {end + beside for end in ends for beside in (-1, 0, 1)}
