"""A whole market matched anew, every buyer's list: ours, with the build of its index, beside what
others would do.
"""

import gc
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from random import Random
from typing import NamedTuple

from benchmarks.anchors import server
from benchmarks.anchors.decimals import DecimalLoop
from benchmarks.anchors.first_build import FirstBuild, first_build
from benchmarks.anchors.postgres import Postgres
from benchmarks.anchors.turns import Contestant, as_numbers, spent
from benchmarks.anchors.wanted import MOST, Best, Codes, Offer, Wish
from benchmarks.cities import Lead, Listing, city, packed_leads, packed_listings
from benchmarks.report import Section, publish, verdict
from benchmarks.selection import OURS as TWO_PASSES
from benchmarks.selection import Read, reads_of_listings
from cobroke.domain.ids import owner_of
from cobroke.domain.matching.lead_index import LeadIndex
from cobroke.domain.matching.listing_index import ListingIndex
from cobroke.domain.matching.selection import best_properties
from cobroke.domain.matching.top_list import PackedRow
from cobroke.domain.postings.features import LeadFeatures, unpack_lead, unpack_property

SAMPLE, BUILDS = 250, 3
OURS = "Cobroke"
GOALS = {  # times our own
    DecimalLoop.name: 70,
    Postgres.name: 6,
    TWO_PASSES: None,
    FirstBuild.name: None,
}
MAXRSS_IN_MB = 2**20 if sys.platform == "darwin" else 2**10


class Scene(NamedTuple):
    """A city, packed and as the anchors know it; listings in the order of their ids."""

    rows: Sequence[PackedRow]
    offers: Sequence[Offer]
    leads: Sequence[Lead]
    wishes: Mapping[str, Wish]
    """By the lead's id, in the order of the leads."""


class Ours(NamedTuple):
    """All lists of all leads, as one number each, and CPU seconds."""

    market: ListingIndex
    build: float
    lists: Sequence[int]
    seconds: float


def measure() -> Section:
    peak, rng = _peak_megabytes(), Random(1)
    scene = _scene(packed_listings(rng), packed_leads(rng), rng)
    gc.freeze()
    ours = _ours(scene)
    beside = _sample_beside(scene, ours, rng.sample(scene.leads, SAMPLE))
    beside |= _postgres_beside(scene, ours)
    return Section(
        "A whole market matched in memory",
        f"The best {MOST} of {len(scene.rows):,} listings for each of {len(scene.leads):,} buyers. "
        "CPU time as a multiple of ours, in which the build of the index counts, as much as "
        f"{ours.build / ours.seconds * len(scene.leads):.0f} lists. In one statement PostgreSQL "
        f"makes all lists, and so do we beside it; for {SAMPLE} buyers, drawn by chance, the "
        "others make theirs in turns with us, and of each build such a part counts as theirs is of "
        "all: the rest is taken to be like them. The two passes get the rows of a market read for "
        f"nothing. The lists are the same. With the city and both indexes a process takes "
        f"{peak:,.0f} MB at most.",
        ("contestant", f"{len(scene.leads):,} buyers"),
        [
            (name, verdict(beside[name], goal) if name in beside else "–")
            for name, goal in GOALS.items()
        ],
    )


def _scene(listings: Sequence[Listing], leads: Sequence[Lead], rng: Random) -> Scene:
    rows, codes = city(listings, len(listings), rng), Codes()
    offers = codes.offers([(an_id, unpack_property("", packed)) for an_id, packed in rows])
    wishes = {lead.id: codes.wish(lead.id, lead.features) for lead in leads}
    return Scene(rows, offers, leads, wishes)


def _ours(scene: Scene) -> Ours:
    build = min(_timed(lambda: ListingIndex(scene.rows))[0] for _ in range(BUILDS))
    index, lists, spent_on_all = ListingIndex(scene.rows), [], 0.0
    told = as_numbers(scene.rows)
    for lead in scene.leads:
        seconds, found = _timed(partial(index.best, lead.features, owner_of(lead.id), MOST))
        spent_on_all += seconds
        lists.append(_digest(told(found)))
    return Ours(index, build, lists, spent_on_all)


def _sample_beside(scene: Scene, ours: Ours, sample: Sequence[Lead]) -> dict[str, float]:
    loop, told = DecimalLoop(scene.offers), as_numbers(scene.rows)
    part = len(sample) / len(scene.leads)
    contestants: list[Contestant[Read[LeadFeatures]]] = [
        Contestant(OURS, lambda by: ours.market.best(by.of.features, by.owner, MOST), told=told),
        Contestant(loop.name, lambda by: loop.best(scene.wishes[by.of.id])),
        Contestant(
            TWO_PASSES,
            lambda by: best_properties(by.of.features, by.owner, by.rows, MOST),
            told=told,
        ),
    ]
    builds = {OURS: ours.build}
    with first_build() as first:
        if first:
            builds[first.name] = first.load("PROPERTY", scene.rows)
            contestants.append(
                Contestant(first.name, lambda by: first.best(by.of.row), first.cpu_seconds, told)
            )
        times = spent(contestants, reads_of_listings(sample, scene.rows))
    total = {name: seconds + part * builds.get(name, 0) for name, seconds in times.items()}
    return {name: seconds / total[OURS] for name, seconds in total.items()}


def _postgres_beside(scene: Scene, ours: Ours) -> dict[str, float]:
    with server.connected() as connection:
        if connection is None:
            return {}
        base = Postgres(connection, scene.offers)
        base.load([*scene.wishes.values()])
        start = base.cpu_seconds()
        found = base.all_best()
        seconds = base.cpu_seconds() - start
    assert [_digest(best) for best in found] == ours.lists  # noqa: S101 - as in turns
    return {Postgres.name: seconds / (ours.build + ours.seconds)}


def _digest(best: Best) -> int:
    """Make one number of a list: all of them would be a gigabyte."""
    return hash(tuple(best))


def _timed[T](deed: Callable[[], T]) -> tuple[float, T]:
    """Return its CPU time in seconds, and what it returned."""
    start = time.process_time()
    done = deed()
    return time.process_time() - start, done


def _peak_megabytes() -> float:
    """Measure a process of its own, which is given the rows alone."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, max_tasks_per_child=1) as pool:
        rows = pool.submit(_rows).result()
        return pool.submit(_hold, *rows).result()


def _rows() -> tuple[list[PackedRow], list[PackedRow]]:
    rng = Random(1)
    return [each.row for each in packed_listings(rng)], [each.row for each in packed_leads(rng)]


def _hold(listings: list[PackedRow], leads: list[PackedRow]) -> float:
    """Build both indexes, make all lists of one kind, and return the peak in MB."""
    by_listing, by_lead = ListingIndex(listings), LeadIndex(leads)
    for an_id, packed in leads:
        by_listing.best(unpack_lead("", packed), owner_of(an_id), MOST)
    an_id, packed = listings[0]
    by_lead.best(unpack_property("", packed), owner_of(an_id), MOST)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MAXRSS_IN_MB


if __name__ == "__main__":
    publish(measure)
