"""The best listings for a lead, in memory: ours beside what others would do, in one process, in
turns, the lists compared; and how the time of each grows with the city.
"""

import gc
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from random import Random

import psycopg

from benchmarks import selection
from benchmarks.anchors import postgres
from benchmarks.anchors.columns import NumpyColumns
from benchmarks.anchors.loops import DecimalLoop, PackedLoop
from benchmarks.anchors.postgres import Postgres
from benchmarks.anchors.wanted import MOST, Anchor, Best, Codes
from benchmarks.curves import draw
from benchmarks.matching import tile
from benchmarks.report import Section, publish, verdict
from benchmarks.selection import Lead, Listing
from cobroke.domain.ids import owner_of
from cobroke.domain.matching.listing_index import ListingIndex
from cobroke.domain.matching.top_list import PackedRow, Selection
from cobroke.domain.postings.features import LeadFeatures, unpack_property

SAMPLE = 60
LARGE = 100_000
SIZES = (12_500, 25_000, 50_000, 100_000, 200_000)
OURS = "Cobroke"
GOALS = {  # times our own: in the real city, in the large one
    DecimalLoop.name: (75, 250),
    Postgres.name: (4, 10),
    NumpyColumns.name: (1, 1.2),
    PackedLoop.name: (None, None),
}
PICTURE = "best-lists.svg"

type Times = dict[str, float]
"""CPU seconds for all lists of the sample, by contestant."""


class Ours:
    name = OURS

    def __init__(self, rows: Sequence[PackedRow]) -> None:
        self._index = ListingIndex(rows)
        self._numbers = {an_id: number for number, (an_id, _) in enumerate(rows)}

    def best(self, lead: LeadFeatures, owner: str) -> Selection:
        return self._index.best(lead, owner, MOST)

    def numbered(self, found: Selection) -> Best:
        return [(score, self._numbers[an_id]) for score, an_id in found.ranked]


def measure() -> Section:
    rng = Random(1)
    listings, leads = selection.packed_listings(rng), selection.packed_leads(rng)
    sample = rng.sample(leads, SAMPLE)
    gc.freeze()
    with postgres.connected() as connection:
        spent = {
            size: _spent(_city(listings, size, rng), sample, connection)
            for size in sorted({len(listings), LARGE, *SIZES})
        }
    curves = {size: spent[size] for size in SIZES}
    draw(PICTURE, curves, f"The best {MOST} listings for a lead", OURS)
    cities = (len(listings), LARGE)
    return Section(
        "The best lists beside others",
        f"The best {MOST} listings for {SAMPLE} buyers, all in memory and indexed beforehand: the "
        "CPU time of others (of PostgreSQL, that of its own process) as a multiple of ours, in one "
        "process, in turns. Every list is the same. What they are: `benchmarks/anchors`. "
        f"![Times against the size of the city]({PICTURE})",
        ("contestant", *(f"{size:,} listings" for size in cities)),
        [
            (name, *map(partial(_beside, name), (spent[size] for size in cities), goals))
            for name, goals in GOALS.items()
        ],
    )


def _beside(name: str, times: Times, goal: float | None) -> str:
    if name not in times:
        return "not measured: there is no such thing here"
    return verdict(times[name] / times[OURS], goal)


def _city(listings: Sequence[Listing], size: int, rng: Random) -> list[PackedRow]:
    """Make a city of real listings and, beyond them, of others like them, in the order of ids."""
    rows = [each.row for each in listings]
    if size < len(rows):
        return sorted(rng.sample(rows, size))
    city = dict(rows)
    while len(city) < size:  # no id twice
        city.update([tile(rng.choice(listings), rng)])
    return sorted(city.items())


def _spent(
    rows: Sequence[PackedRow], sample: Sequence[Lead], connection: psycopg.Connection | None
) -> Times:
    codes = Codes()
    offers = codes.offers([(an_id, unpack_property("", packed)) for an_id, packed in rows])
    anchors: list[Anchor] = [make(offers) for make in (DecimalLoop, PackedLoop, NumpyColumns)]
    if connection:
        anchors.append(Postgres(connection, offers))
    ours = Ours(rows)
    wishes = [(lead, codes.wish(lead.id, lead.features)) for lead in sample]
    for lead, wish in wishes[:3]:  # plans, caches
        ours.best(lead.features, owner_of(lead.id))
        _ = [anchor.best(wish) for anchor in anchors]
    times: Times = {OURS: 0.0, **{anchor.name: 0.0 for anchor in anchors}}
    for lead, wish in wishes:
        owner = owner_of(lead.id)
        start = time.process_time()
        found = ours.best(lead.features, owner)
        times[OURS] += time.process_time() - start
        best = ours.numbered(found)
        for anchor in anchors:
            with _counted(times, anchor):
                others = anchor.best(wish)
            assert others == best, (anchor.name, lead.id)  # noqa: S101 - else it measures nothing
    return times


@contextmanager
def _counted(times: Times, anchor: Anchor) -> Iterator[None]:
    clock = anchor.cpu_seconds if isinstance(anchor, Postgres) else time.process_time
    start = clock()
    yield
    times[anchor.name] += clock() - start


if __name__ == "__main__":
    publish(measure)
