"""A scheduled run in one worker, over a real city's market, when the stream has lost an hour."""

import multiprocessing
import resource
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from random import Random
from typing import Any, NamedTuple

from benchmarks import market
from benchmarks.anchors.decimals import DecimalLoop, DecimalLoopOverLeads
from benchmarks.anchors.wanted import Codes
from benchmarks.catching_up import DEEDS, HOUR_MS, _change
from benchmarks.dynamodb_local import TABLE, dynamodb_local
from benchmarks.market import Market
from benchmarks.matching import MAXRSS_IN_MB
from benchmarks.report import Section, publish
from benchmarks.selection import best_of
from benchmarks.units import counted
from cobroke.clock import now_ms
from cobroke.domain.matching.ranking import SIZES, Ranking, Row
from cobroke.domain.matching.top_list import Selection
from cobroke.domain.postings.features import Group, LeadFeatures
from cobroke.domain.postings.kinds import KINDS, Kind, other
from cobroke.domain.postings.posting import Posting
from cobroke.flows.schedule.rematch import parts_of_a_run, work_on
from cobroke.storage.matching import looks, rankings, registry
from cobroke.storage.notation import item_of
from cobroke.storage.postings import posting
from cobroke.storage.schedule import runs
from cobroke.storage.table import Table

CHANGED, LOOKED_AT = 320, 1_000
"""How many of each kind."""
SAMPLE, THREADS = 100, 4
COLUMNS = (
    *("run", "followed", "alerts", "lists", "wall", "CPU", "peak"),
    *("units read", "units written", "round trips"),
)
AGE_MS = 2 * HOUR_MS


class Run(NamedTuple):
    """What a run did, and took: seconds of the clock and of the processor, megabytes at most, units
    and round trips.
    """

    did: Counter[str]
    wall: float
    cpu: float
    peak: float
    read: float
    written: float
    round_trips: int


def measure() -> Section:
    made, rng = market.make_market(now_ms() - AGE_MS), Random(1)
    with dynamodb_local() as client:
        table = Table(TABLE)
        market.load(table, made)
        looked_at = _looked_at(table, made, rng)
        _change_much(table, made, rng)
        ran = [_in_a_worker() for _ in range(2)]
        loops = Loops(client)
        for kind in KINDS:
            for own in rng.sample([own for own in looked_at if own.kind == kind], SAMPLE):
                _compare(table, own, loops)
    return Section(
        "A scheduled run",
        f"One city: {len(made.properties):,} listings and {len(made.leads):,} buyers. Of each kind "
        f"{LOOKED_AT:,} were looked at within a day, and {CHANGED} have changed in an hour of "
        "which no stream record came. All parts of a run, one after the other in one worker, and "
        "of another one right behind it. Seconds are this machine's, the counting of units "
        f"included; the peak is that of the whole process. {len(KINDS) * SAMPLE} of the refreshed "
        "lists, drawn by chance, are those of a loop in Decimal over all. "
        "Goal: 512 MB at most.",
        COLUMNS,
        [(name, *_said(run)) for name, run in zip(("first", "second"), ran, strict=True)],
    )


def _said(run: Run) -> Sequence[str]:
    counts = (f"{run.did[name]:,}" for name in ("objects", "alerts", "refreshed"))
    used = (f"{value:,.0f}" for value in (run.read, run.written, run.round_trips))
    return *counts, f"{run.wall:.0f} s", f"{run.cpu:.0f} s", f"{run.peak:.0f} MB", *used


def _looked_at(table: Table, made: Market, rng: Random) -> list[Posting]:
    """Give buyers of flats and some listings a ranking each: two hours old, of the usual size, and
    wrong.
    """
    flats = [lead for lead in made.leads if lead.content.features.market.group == Group.FLAT]
    buyers, listings = (rng.sample(others, LOOKED_AT) for others in (flats, made.properties))
    rows = {
        kind: _any_rows(others, rng)
        for kind, others in (("LEAD", made.properties), ("PROPERTY", made.leads))
    }
    now = now_ms()

    def look(own: Posting) -> None:
        ranking = Ranking(
            rows[own.kind], rows[own.kind][-1].place, now - AGE_MS, 9_000, own.version
        )
        rankings.save(table, own, ranking, None, looked_at=now)
        looks.mark(table, own.kind, own.content.features.market, own.id, now)

    _each(look, [*buyers, *listings])
    for place in {own.content.features.market for own in (*made.leads, *made.properties)}:
        registry.remember(table, place, set(), now)
        runs.follow(table, place, now - AGE_MS)
    return [*buyers, *listings]


def _any_rows(others: Sequence[Posting], rng: Random) -> tuple[Row, ...]:
    drawn = rng.sample(others, SIZES.kept)
    return tuple(sorted((Row(7_000, own.id, own.version, 1) for own in drawn), reverse=True))


def _change_much(table: Table, made: Market, rng: Random) -> None:
    start = now_ms() - HOUR_MS
    for others in (made.properties, made.leads):
        drawn = rng.sample(others, CHANGED)
        for number, stored in enumerate(drawn):
            _change(
                table,
                stored,
                DEEDS[number % len(DEEDS)],
                rng,
                start + number * HOUR_MS // (2 * len(drawn)),
            )


def _in_a_worker() -> Run:
    """Run in a process of its own, as the function does: it holds nothing of ours."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_work).result()


def _work() -> Run:
    table, did = Table(TABLE), Counter[str]()
    with counted(table._client) as used:
        wall, cpu = time.monotonic(), time.process_time()
        for part in parts_of_a_run(table):
            did.update(work_on(table, part, now_ms))
        wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MAXRSS_IN_MB
    return Run(did, wall, cpu, peak, used.read_units, used.write_units, used.round_trips)


class Loops:
    """A plain loop each way, over all that is in the market now."""

    def __init__(self, client: Any) -> None:  # noqa: ANN401 - boto3's own
        found: dict[Kind, list[Posting]] = {kind: [] for kind in KINDS}
        pages = client.get_paginator("scan").paginate(TableName=TABLE, ConsistentRead=True)
        for item in (item_of(raw) for page in pages for raw in page["Items"]):
            if item.get("entity") in found:
                stored = posting.of_item(item)
                if stored.in_market:
                    found[stored.kind].append(stored)
        self._ids = {kind: [stored.id for stored in all_of] for kind, all_of in found.items()}
        self._codes = Codes()
        self._over_listings = DecimalLoop(self._codes.offers([*map(_known, found["PROPERTY"])]))
        self._over_leads = DecimalLoopOverLeads(
            [self._codes.wish(*_known(lead)) for lead in found["LEAD"]]
        )

    def best(self, own: Posting) -> Selection:
        an_id, known = _known(own)
        if isinstance(known, LeadFeatures):
            listed = self._over_listings.listed(self._codes.wish(an_id, known))
        else:
            listed = self._over_leads.listed(self._codes.offers([(an_id, known)])[0])
        ids = self._ids[other(own.kind)]
        return best_of(own.owner, ((score, ids[number]) for score, number in listed))


def _known(stored: Posting) -> tuple[str, Any]:
    """Return its id and features."""
    return stored.id, stored.content.features


def _compare(table: Table, own: Posting, loops: Loops) -> None:
    """Check that the kept ranking of an object, if it is still there, is that of a plain loop."""
    there, known, _ = rankings.load_own(table, own.kind, own.owner, own.id)
    if not there.in_market:
        return
    best, was_cut = loops.best(there)
    ranking = known.ranking if known else None
    assert ranking is not None  # noqa: S101 - else there is nothing to compare
    assert [row[:2] for row in ranking.rows] == best  # noqa: S101
    assert (ranking.cut is not None) == was_cut  # noqa: S101


def _each(do: Callable[[Posting], None], things: Iterable[Posting]) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(do, things))


if __name__ == "__main__":
    publish(measure)
