"""The nightly audit: what must agree is compared; what has drifted is counted, and mended in the
same run.

One pass over the table finds what may be wrong. It counts where two fresh looks, a little apart,
see the very same wrong; and it is mended on condition that it still is so: two runs at once do
nothing twice.
"""

from collections import Counter
from functools import partial
from random import Random

from cobroke.clock import Clock
from cobroke.flows.audit import (
    active,
    agreements,
    asleep,
    deserted,
    entries,
    erasures,
    flats,
    listings,
    rankings,
    scan,
)
from cobroke.flows.audit.looks import Looks, Pause
from cobroke.storage.matching import registry
from cobroke.storage.table import Table

DRIFTS = (
    *("mirrors", "counts", "matches", "limits", "notices", "marks"),
    *("outboxes", "markets", "entries", "flats", "rankings"),
)
"""In this order: a listing's matches are counted by its mirrors, rankings compared with mended
entries.
"""


def audit(table: Table, clock: Clock, pause: Pause, rng: Random, drift: Counter[str]) -> None:
    """Add to `drift` how much of each kind was found and mended. Killed, the next run finds the
    rest. Raises Unmended where something raised.
    """
    swept = erasures.to_sweep(table)
    seen = scan.over(table, clock(), rng, frozenset(job.realtor_id for job in swept))
    erasures.sweep(table, seen.remains, swept)
    looks = Looks(pause, drift)
    _settle_deals(looks, seen, table, clock)
    _settle_markets(looks, seen, table, clock)
    suspects = rankings.suspects(table, clock, seen.samples)
    wrong, drop = partial(rankings.wrong, table, clock), partial(rankings.drop, table)
    looks.settle("rankings", suspects, wrong, drop)
    looks.end()


def _settle_deals(looks: Looks, seen: scan.Pass, table: Table, clock: Clock) -> None:
    wrong, mirror = partial(agreements.wrong_mirror, table), partial(agreements.mirror, table)
    looks.settle("mirrors", seen.mirrors, wrong, mirror)
    wrong_count, count = partial(agreements.wrong_count, table), partial(agreements.count, table)
    looks.settle("counts", seen.counts, wrong_count, count)
    unlisted, list_it = partial(listings.wrong, table), partial(listings.put_right, table)
    looks.settle("matches", seen.matches.pairs.items(), unlisted, list_it)
    miscounted, recount = partial(listings.miscounted, table), partial(listings.count, table)
    looks.settle("matches", seen.matches.realtors, miscounted, recount)
    forgotten, recall = partial(listings.misremembered, table), partial(listings.remember, table)
    looks.settle("matches", seen.matches.acquaintances, forgotten, recall)
    looks.settle(
        "limits", seen.miscounted, partial(active.wrong, table), partial(active.recount, table)
    )
    debt, pay = partial(agreements.debt, table, clock), partial(agreements.pay, table, clock)
    looks.settle("notices", seen.owing, debt, pay)
    lost, unmark = partial(agreements.lost_mark, table, clock), partial(agreements.unmark, table)
    looks.settle("marks", seen.marks, lost, unmark)
    asleep_now, wake = partial(asleep.look, table, clock), partial(asleep.wake, table, clock)
    looks.settle("outboxes", seen.asleep, asleep_now, wake)


def _settle_markets(looks: Looks, seen: scan.Pass, table: Table, clock: Clock) -> None:
    unknown = seen.settled_markets - set(registry.markets(table))
    look, register = partial(entries.unregistered, table), partial(entries.register, table, clock)
    looks.settle("markets", unknown, look, register)
    wrong, put_right = partial(entries.wrong, table), partial(entries.put_right, table, clock)
    looks.settle("entries", seen.entries, wrong, put_right)
    misplaced, replace = partial(flats.wrong, table), partial(flats.put_right, table)
    looks.settle("flats", seen.offers.misplaced, misplaced, replace)
    deserted.forget(table, clock, seen.standing)
