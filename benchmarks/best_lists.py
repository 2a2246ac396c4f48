"""The best listings for a lead and the best leads for a listing, in memory: ours beside what others
would do, in one process, in turns, the lists compared; and how the time of each grows with the
city.
"""

import gc
from collections.abc import Callable, Sequence
from functools import partial
from random import Random
from typing import NamedTuple

import psycopg

from benchmarks.anchors import server
from benchmarks.anchors.columns import NumpyColumns
from benchmarks.anchors.decimals import DecimalLoop, DecimalLoopOverLeads
from benchmarks.anchors.first_build import FirstBuild, first_build
from benchmarks.anchors.loops import PackedLoop
from benchmarks.anchors.postgres import Postgres, PostgresOverLeads
from benchmarks.anchors.turns import Contestant, Times, as_numbers, spent
from benchmarks.anchors.wanted import MOST, Anchor, Best, Codes, Offer, Wish
from benchmarks.cities import Entry, Lead, Listing, city, packed_leads, packed_listings
from benchmarks.curves import draw
from benchmarks.report import Section, publish, verdict
from cobroke.domain.ids import owner_of
from cobroke.domain.matching.lead_index import LeadIndex
from cobroke.domain.matching.listing_index import ListingIndex
from cobroke.domain.matching.top_list import PackedRow, Selection
from cobroke.domain.postings.features import (
    LeadFeatures,
    PropertyFeatures,
    unpack_lead,
    unpack_property,
)

SAMPLE = 60
LARGE, LEADS = 100_000, 20_000
SIZES = (12_500, 25_000, 50_000, 100_000, 200_000)
OURS = "Cobroke"
GOALS = {  # times our own: in the real city, in the large one, of leads
    DecimalLoop.name: (75, 250, 45),
    Postgres.name: (4, 10, 5.5),
    NumpyColumns.name: (1, 1.2, None),
    PackedLoop.name: (None, None, None),
    FirstBuild.name: (None, None, None),
}
PICTURE = "best-lists.svg"


class Asked[F, P](NamedTuple):
    """Who looks, as we know it and as the anchors do."""

    of: Entry[F]
    owner: str
    plain: P


class Others(NamedTuple):
    """What is not of this process; None: there is no such thing here."""

    connection: psycopg.Connection | None
    first: FirstBuild | None


def measure() -> Section:
    rng = Random(1)
    listings, leads = packed_listings(rng), packed_leads(rng)
    sample, offered = rng.sample(leads, SAMPLE), rng.sample(listings, SAMPLE)
    gc.freeze()
    with server.connected() as connection, first_build() as first:
        others = Others(connection, first)
        times = {
            size: _of_listings(city(listings, size, rng), sample, others)
            for size in sorted({len(listings), LARGE, *SIZES})
        }
        of_leads = _of_leads(city(leads, LEADS, rng), offered, others)
    draw(
        PICTURE,
        {size: times[size] for size in SIZES},
        f"The best {MOST} listings for a lead",
        OURS,
    )
    columns = (times[len(listings)], times[LARGE], of_leads)
    return Section(
        "The best lists beside others",
        f"The best {MOST} listings for {SAMPLE} buyers, and the best {MOST} of {LEADS:,} buyers "
        f"for {SAMPLE} listings, all in memory and indexed beforehand: the CPU time of others (of "
        "PostgreSQL and of our first build, that of their own processes) as a multiple of ours, in "
        "turns of ten lists. Every list is the same. What they are: `benchmarks/anchors`. "
        f"![Times against the size of the city]({PICTURE})",
        ("contestant", *(f"{n:,} listings" for n in (len(listings), LARGE)), f"{LEADS:,} buyers"),
        [(name, *map(partial(_beside, name), columns, goals)) for name, goals in GOALS.items()],
    )


def _beside(name: str, times: Times, goal: float | None) -> str:
    return verdict(times[name] / times[OURS], goal) if name in times else "–"


def _of_listings(rows: Sequence[PackedRow], sample: Sequence[Lead], others: Others) -> Times:
    codes, told = Codes(), as_numbers(rows)
    offers = codes.offers([(an_id, unpack_property("", packed)) for an_id, packed in rows])
    asked = [Asked(lead, owner_of(lead.id), codes.wish(lead.id, lead.features)) for lead in sample]
    index = ListingIndex(rows)
    contestants: list[Contestant[Asked[LeadFeatures, Wish]]] = [
        Contestant(OURS, lambda by: index.best(by.of.features, by.owner, MOST), told=told)
    ]
    anchors: list[Anchor[Wish]] = [make(offers) for make in (DecimalLoop, PackedLoop, NumpyColumns)]
    if others.connection:
        anchors.append(Postgres(others.connection, offers))
    contestants += map(_anchor, anchors)
    if first := others.first:
        first.load("PROPERTY", rows)
        contestants.append(_first(first, told))
    return spent(contestants, asked)


def _of_leads(rows: Sequence[PackedRow], sample: Sequence[Listing], others: Others) -> Times:
    codes, told = Codes(), as_numbers(rows)
    wishes = [codes.wish(an_id, unpack_lead("", packed)) for an_id, packed in rows]
    offers = codes.offers([(listing.id, listing.features) for listing in sample])
    asked = [
        Asked(listing, owner_of(listing.id), offer)
        for listing, offer in zip(sample, offers, strict=True)
    ]
    index = LeadIndex(rows)
    contestants: list[Contestant[Asked[PropertyFeatures, Offer]]] = [
        Contestant(OURS, lambda by: index.best(by.of.features, by.owner, MOST), told=told),
        _anchor(DecimalLoopOverLeads(wishes)),
    ]
    if others.connection:
        contestants.append(_anchor(PostgresOverLeads(others.connection, wishes)))
    if first := others.first:
        first.load("LEAD", rows)
        contestants.append(_first(first, told))
    return spent(contestants, asked)


def _anchor[F, P](anchor: Anchor[P]) -> Contestant[Asked[F, P]]:
    return Contestant(anchor.name, lambda by: anchor.best(by.plain), anchor.cpu_seconds)


def _first[F, P](first: FirstBuild, told: Callable[[Selection], Best]) -> Contestant[Asked[F, P]]:
    return Contestant(first.name, lambda by: first.best(by.of.row), first.cpu_seconds, told)


if __name__ == "__main__":
    publish(measure)
