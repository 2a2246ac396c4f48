"""Leads and listings as features, and the slow way to a list of them."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from random import Random
from typing import Literal

import pytest

from cobroke.domain.ids import owner_of, posting_id, realtor_id
from cobroke.domain.matching.score import LISTED, score
from cobroke.domain.matching.selection import best_leads, best_properties
from cobroke.domain.matching.top_list import NONE_HIDDEN, Hidden, PackedRow, Ranked, Selection
from cobroke.domain.postings import features
from cobroke.domain.postings.features import (
    LeadFeatures,
    PropertyFeatures,
    pack_lead,
    pack_property,
)
from cobroke.domain.postings.places import NOWHERE
from cobroke.edge.models.lead import LeadBody
from cobroke.edge.models.property import PropertyBody
from tests import market

CITY = "орел"
ME, HER, HIM = map(realtor_id, (b"itwas me", b"itwasher", b"ytwas me"))
"""His id ends as mine does."""
PLACES = [bytes([number]) * 8 for number in range(1, 7)]
BOTH_SIDES = pytest.mark.parametrize("side", ["lead", "listing"])

type Side = Literal["lead", "listing"]
type Seeker = LeadFeatures | PropertyFeatures


def a_lead(**changes: object) -> LeadFeatures:
    """A flat of 1–2 rooms in the first place, for 100–200 and 40–60 m²; in hundredths."""
    wished = frozenset({1, 2}), frozenset(PLACES[:1]), frozenset[bytes]()
    lead = LeadFeatures(CITY, 0, 2, 2, 10_000, 20_000, 4_000, 6_000, *wished)
    return lead._replace(**changes)  # type: ignore[arg-type]


def a_listing(**changes: object) -> PropertyFeatures:
    """What that lead wishes."""
    wished = PropertyFeatures(CITY, 0, 2, 2, 15_000, 5_000, 2, PLACES[0], NOWHERE)
    return wished._replace(**changes)  # type: ignore[arg-type]


def an_id(number: int, owner: str = HER) -> str:
    """The greater the number, the newer."""
    return posting_id(number, bytes(2), owner)


def rows_of(others: Iterable[Seeker], rng: Random) -> list[PackedRow]:
    """With ids of three realtors that say nothing of the order."""
    packed = [
        pack_lead(other) if isinstance(other, LeadFeatures) else pack_property(other)
        for other in others
    ]
    times = rng.sample(range(10**6), len(packed))
    return [
        (an_id(time, rng.choice([ME, HER, HIM])), row)
        for time, row in zip(times, packed, strict=True)
    ]


def selected(
    seeker: Seeker, rows: Iterable[PackedRow], most: int, hidden: Mapping[str, Hidden] = NONE_HIDDEN
) -> Selection:
    if isinstance(seeker, LeadFeatures):
        return best_properties(seeker, ME, rows, most, hidden)
    return best_leads(seeker, ME, rows, most, hidden)


def all_scored(
    seeker: Seeker, rows: Iterable[PackedRow], hidden: Mapping[str, Hidden] = NONE_HIDDEN
) -> list[Ranked]:
    """The slow way: everything that may be shown, best first."""
    found = []
    for other, packed in rows:
        if isinstance(seeker, LeadFeatures):
            points = score(seeker, features.unpack_property(seeker.city, packed))
        else:
            points = score(features.unpack_lead(seeker.city, packed), seeker)
        if points is None or points < LISTED or owner_of(other) == ME:
            continue
        if other not in hidden or not hidden[other](points, packed):
            found.append(Ranked(points, other))
    return sorted(found, reverse=True)


def an_edgy_lead(rng: Random) -> LeadFeatures:
    high, largest = rng.choice([1, 7, 997, 10**6, 10**14]), rng.choice([1, 7, 997, 6000, 10**7])
    low = rng.choice([0, high, high // 2, high * 9 // 10])
    smallest = rng.choice([largest, largest // 2, largest * 9 // 10])
    rooms = frozenset(rng.sample([0, 1, 2, 3, 5, 7, 49, 50], rng.choice([0, 1, 2, 4])))
    places = [frozenset(rng.sample(PLACES, rng.choice([0, 1, 3]))) for _ in ("districts", "metros")]
    kind = rng.choice([0, 2, 3]), rng.randrange(4), rng.randrange(4)
    return LeadFeatures(CITY, *kind, low, high, smallest, largest, rooms, *places)


def an_edgy_listing(rng: Random, lead: LeadFeatures) -> PropertyFeatures:
    """At the edges of the lead's wishes, or a kopeck, 0.01 m² or a room beside them; seldom far off
    in all at once.
    """
    low, high, smallest, largest = lead[4:8]
    price = rng.choice([low, high, -(-6 * low // 10), 11 * high // 10, rng.randint(low, high)])
    area = rng.choice(
        [
            smallest,
            largest,
            -(-8 * smallest // 10),
            16 * largest // 10,
            rng.randint(smallest, largest),
        ]
    )
    rooms = rng.choice([*lead.rooms, *lead.rooms, rng.randint(0, 50)]) + rng.choice(
        [-2, -1, 0, 0, 0, 1, 2]
    )
    return PropertyFeatures(
        CITY,
        rng.choice([lead.type, lead.type, lead.type, rng.randrange(4)]),
        rng.choice([lead.klass, rng.randrange(4)]),
        rng.choice([lead.condition, rng.randrange(4)]),
        max(price + rng.choice([-1, 0, 0, 1]), 1),
        max(area + rng.choice([-1, 0, 0, 1]), 1),
        min(max(rooms, 0), 50),
        rng.choice([*lead.districts, rng.choice(PLACES)]),
        rng.choice([*lead.metros, rng.choice(PLACES), NOWHERE]),
    )


@cache
def a_city() -> tuple[Sequence[Seeker], Sequence[Seeker]]:
    leads, listings = market.a_city(7, leads=900, listings=900)
    return (
        [LeadBody.model_validate(body).features() for body in leads],
        [PropertyBody.model_validate(body).features() for body in listings],
    )


PERFECT: dict[Side, tuple[Seeker, bytes]] = {
    "lead": (a_lead(), pack_property(a_listing())),
    "listing": (a_listing(), pack_lead(a_lead())),
}
