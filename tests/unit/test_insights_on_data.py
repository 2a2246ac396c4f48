"""What the market answers, over a real city: after a step as many fit as it promised, and no bound
0.01 nearer would do; the curve is what scoring every lead again finds.

INSIGHTS_SEARCH=250 asks for a thousand leads.
"""

import os
from collections.abc import Mapping, Sequence
from functools import cache
from random import Random

from cobroke.domain.insights.demand import demand
from cobroke.domain.insights.price_curve import range_around
from cobroke.domain.insights.steps import Step, widened
from cobroke.domain.insights.what_if import WhatIf, what_if
from cobroke.domain.matching.market import prices
from cobroke.domain.matching.score import score
from cobroke.domain.matching.top_list import PackedRow
from cobroke.domain.postings.features import (
    LeadFeatures,
    PropertyFeatures,
    pack_lead,
    pack_property,
)
from tests.place_names import PlaceType
from tests.support.moscow import beside, listings, wishes
from tests.support.near_leads import ends_of
from tests.support.near_market import Json, changed, lead_features, listing_features
from tests.support.seekers import an_id

pytestmark = beside

SEARCH = int(os.environ.get("INSIGHTS_SEARCH", "1"))
LEADS, LISTINGS = 4 * SEARCH, 2 * SEARCH


@cache
def offered() -> Mapping[str, PropertyFeatures]:
    return {an_id(row): listing_features(body) for row, body in enumerate(listings())}


@cache
def rows() -> Mapping[str, PackedRow]:
    return {each: (each, pack_property(listing)) for each, listing in offered().items()}


@cache
def numbers() -> Mapping[str, int]:
    return {an_id(row): row for row in range(len(listings()))}


@cache
def wanted() -> Sequence[tuple[str, LeadFeatures]]:
    return [(an_id(row), lead_features(wish)) for row, wish in enumerate(wishes())]


def spell(ids: Sequence[str], of: PlaceType) -> Mapping[str, str]:
    name = "district" if of == "district" else "metro_station"
    return {each: listings()[numbers()[each]]["address"][name] for each in ids}


def within_reach(requirements: Json) -> list[str]:
    """Two steps are less than that."""
    low, high = prices(widened(widened(lead_features(requirements))))
    return [each for each, listing in offered().items() if low <= listing.price <= high]


def asked(requirements: Json, near: list[str]) -> WhatIf:
    some = [rows()[each] for each in near]
    return what_if(lead_features(requirements), some, lambda *_: False, spell, lambda *_: True)


def fitting(requirements: Json, near: list[str]) -> int:
    """By the product's score, of everything again."""
    lead = lead_features(requirements)
    return sum((score(lead, offered()[each]) or 0) >= 8000 for each in near)


def test_after_each_step_of_a_real_lead_the_promised_number_fits() -> None:
    steps = 0
    for requirements in Random(SEARCH).sample(wishes(), min(LEADS, 1000)):
        near = within_reach(requirements)
        answer = asked(requirements, near)
        assert answer.fitting == fitting(requirements, near)
        for step in answer.steps:
            after = changed(requirements, step.change, step.to)
            promised = asked(after, near).fitting, fitting(after, near)
            assert promised == (step.fitting, step.fitting), step
            assert_no_nearer(requirements, near, step, answer)
        steps += len(answer.steps)
    assert steps > 10 * LEADS


def assert_no_nearer(requirements: Json, near: list[str], step: Step, answer: WhatIf) -> None:
    """A bound 0.01 nearer adds less than the step's share."""
    if not isinstance(step.to, int) or step.change == "ROOMS":
        return
    nearer = step.to - (1 if step.change.endswith("MAX") else -1)
    adds = fitting(changed(requirements, step.change, nearer), near) - answer.fitting
    assert adds < max(most for most in (1, 5, 10) if most <= step.adds)


def seen(lead: LeadFeatures, low: int, high: int) -> bool:
    """Whether it may see a price of the range."""
    return prices(lead).highest >= low and prices(lead).lowest <= high


def test_the_curve_of_a_real_listing_is_what_scoring_every_lead_again_finds() -> None:
    packed = [(an_id_, pack_lead(lead)) for an_id_, lead in wanted()]
    for own_id in Random(SEARCH).sample([*offered()], LISTINGS):
        listing = offered()[own_id]
        low, high = range_around(listing.price)
        answer = demand(own_id, listing, packed, lambda *_: False, rows().values())
        near = [
            lead
            for _, lead in wanted()
            if prices(lead).highest >= low and prices(lead).lowest <= high
        ]
        curve = answer.price_curve
        for price in ends_of(curve):
            at = [each.buyers for each in curve if each.lowest <= price <= each.highest]
            there = listing._replace(price=price)
            fit = sum((score(lead, there) or 0) >= 8000 for lead in near)
            assert at in ([fit], [])
        assert answer.buyers in [each.buyers for each in curve if each.lowest <= listing.price]
