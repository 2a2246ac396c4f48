"""How much an index spares a run over all leads or listings of a market, and how its time grows."""

import gc
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from random import Random
from typing import Any, NamedTuple

from benchmarks import selection
from benchmarks.report import Section, publish
from benchmarks.selection import MOST, Entry, Lists, Selecting
from cobroke.domain.ids import created_at, owner_of, posting_id
from cobroke.domain.matching.lead_index import LeadIndex
from cobroke.domain.matching.listing_index import ListingIndex
from cobroke.domain.matching.selection import best_leads, best_properties
from cobroke.domain.matching.top_list import PackedRow, Selection
from cobroke.domain.postings.features import (
    PropertyFeatures,
    pack_lead,
    pack_property,
    unpack_lead,
    unpack_property,
)

SAMPLE, BUILDS = 300, 3
TILES = (2, 4)
"""How many times the market a larger one is."""
OFF = 3
"""How far a tile's prices and areas are off at most, in percent."""
COLUMNS = ("list", "two passes", "in Decimal", "with the build", "a build")
MAXRSS_IN_MB = 2**20 if sys.platform == "darwin" else 2**10

type Finding = Callable[..., Selection]


class Run(NamedTuple):
    """The lists of one kind: who looks for whom, and how."""

    name: str
    seekers: Sequence[Entry[Any]]
    others: Sequence[Entry[Any]]
    index_of: Callable[[Sequence[PackedRow]], Any]
    best: Finding
    lists: Callable[[Any, Any], Lists]


def measure() -> Section:
    peak = _peak_megabytes()
    rng = Random(1)
    listings, leads = selection.packed_listings(rng), selection.packed_leads(rng)
    gc.freeze()  # what was made here is no worker's to go through again and again
    runs = (
        Run(
            "listings for a buyer",
            leads,
            listings,
            ListingIndex,
            best_properties,
            selection._for_a_buyer,
        ),
        Run(
            "buyers for a listing", listings, leads, LeadIndex, best_leads, selection._for_a_listing
        ),
    )
    return Section(
        "A whole market matched in memory",
        f"The best {MOST} of {len(listings):,} listings for {SAMPLE} buyers, "
        f"of {len(leads):,} buyers for {SAMPLE} listings. CPU time against that of an index over "
        "them: of the two passes over the rows a market read leaves, these found for nothing; "
        "of a plain loop in Decimal over all bodies; of that loop where a run over everybody "
        "builds the index first; and as how many lists a build takes. Then the index's own time in "
        f"a larger market, tiled from this one with prices and areas up to {OFF} % off. "
        "The lists are the same. Goal for the buyers: 60 ×. "
        f"With the city and both indexes a process takes {peak:,.0f} MB at most.",
        (*COLUMNS, *(f"{n} × the market" for n in TILES)),
        [_measured(run, rng) for run in runs],
    )


def _measured(run: Run, rng: Random) -> Sequence[str]:
    sample, rows = rng.sample(run.seekers, SAMPLE), [each.row for each in run.others]
    build = min(_timed(lambda: run.index_of(rows))[0] for _ in range(BUILDS))
    find = run.index_of(rows).best
    by_index, two_passes, decimal = _spent(run, find, sample)
    with_the_build = by_index + build * SAMPLE / len(run.seekers)
    return (
        run.name,
        f"{two_passes / by_index:.1f} ×",
        f"{decimal / by_index:.0f} ×",
        f"{decimal / with_the_build:.0f} ×",
        f"{build / by_index * SAMPLE:.0f} lists",
        *(f"{_growth(run, find, sample, tiles, rng):.2f} ×" for tiles in TILES),
    )


def _spent(run: Run, find: Finding, sample: Sequence[Entry[Any]]) -> Sequence[float]:
    """Select in three ways in turns: what slows the machine slows them all."""
    spent = [0.0, 0.0, 0.0]
    for seeker in sample:
        lists = run.lists(seeker, run.others)
        answers = []
        for number, select in enumerate((_by(find, seeker), lists.two_passes, lists.every_body)):
            seconds, found = _timed(select)
            spent[number] += seconds
            answers.append(found)
        assert answers[0] == answers[1] == answers[2]  # noqa: S101
    return spent


def _growth(
    run: Run, find: Finding, sample: Sequence[Entry[Any]], tiles: int, rng: Random
) -> float:
    rows = [each.row for each in run.others]
    rows += [tile(each, rng) for each in run.others for _ in range(tiles - 1)]
    larger, before, after = run.index_of(rows).best, 0.0, 0.0
    for seeker in sample:
        before += _timed(_by(find, seeker))[0]
        seconds, found = _timed(_by(larger, seeker))
        after += seconds
        best = run.best(seeker.features, owner_of(seeker.id), rows, MOST)
        assert found == best  # noqa: S101 - as above
    return after / before


def _by(find: Finding, seeker: Entry[Any]) -> Selecting:
    return lambda: find(seeker.features, owner_of(seeker.id), MOST)


def _timed[T](deed: Callable[[], T]) -> tuple[float, T]:
    """Return its CPU time in seconds, and what it returned."""
    start = time.process_time()
    done = deed()
    return time.process_time() - start, done


def tile(each: Entry[Any], rng: Random) -> PackedRow:
    """Make another object like it, as old and of the same owner."""
    own, percents = each.features, rng.sample(range(100 - OFF, 101 + OFF), 2)
    numbers = own._asdict()
    for name in numbers:
        if name.startswith(("budget", "price")):
            numbers[name] = numbers[name] * percents[0] // 100
        elif name.startswith("area"):
            numbers[name] = numbers[name] * percents[1] // 100
    new_id = posting_id(created_at(each.id), rng.randbytes(2), owner_of(each.id))
    pack = pack_property if isinstance(own, PropertyFeatures) else pack_lead
    return new_id, pack(type(own)(**numbers))


def _peak_megabytes() -> float:
    """Measure a process of its own, which is given the rows alone."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context, max_tasks_per_child=1) as pool:
        rows = pool.submit(_rows).result()
        return pool.submit(_hold, *rows).result()


def _rows() -> tuple[list[PackedRow], list[PackedRow]]:
    rng = Random(1)
    return [each.row for each in selection.packed_listings(rng)], [
        each.row for each in selection.packed_leads(rng)
    ]


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
