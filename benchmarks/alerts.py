"""How the cost of a new listing, for the function that alerts, grows with the market."""

import statistics
import time
from collections.abc import Sequence
from itertools import batched
from random import Random

from benchmarks import market
from benchmarks.dynamodb_local import TABLE, dynamodb_local
from benchmarks.market import Market
from benchmarks.report import Section, publish
from benchmarks.units import counted
from cobroke.clock import now_ms
from cobroke.domain.ids import realtor_id
from cobroke.domain.postings.posting import Posting
from cobroke.flows.matching.ranking import prepare_ranking
from cobroke.flows.notices.alerts import alert
from cobroke.storage.matching.held_markets import HeldMarkets
from cobroke.storage.postings import postings
from cobroke.storage.table import Table

LONG_AGO_MS = 3_600_000
POSTED, BATCH = 500, 25
MARKETS = (1_000, 2_000)
SELLERS = [realtor_id(bytes([number]) * 8) for number in range(10)]


def measure() -> Section:
    made = market.make_market(now_ms() - LONG_AGO_MS)
    rows = [_measured(made, leads) for leads in MARKETS]
    per_listing = [row[0] for row in rows]
    return Section(
        "An alert",
        f"{POSTED} listings posted by {len(SELLERS)} realtors into a market of buyers, "
        f"followed {BATCH} at a time: ranking made ready, alerts told. "
        "Medians of a listing; CPU time as a ratio of the smaller market's.",
        ("buyers", "CPU time", "units read", "units written", "round trips", "told in all"),
        [
            (f"{leads:,}", f"{cpu / per_listing[0]:.2f}", *(f"{value:,.0f}" for value in rest))
            for leads, (cpu, *rest) in zip(MARKETS, rows, strict=True)
        ],
    )


def _measured(made: Market, leads: int) -> tuple[float, float, float, float, float]:
    """Return CPU seconds, units read and written and round trips of a listing, and the number of
    alerts.
    """
    with dynamodb_local():
        table = Table(TABLE)
        market.load(table, Market(made.realtors, made.leads[:leads], []))
        held = HeldMarkets(table, now_ms)
        samples: list[Sequence[float]] = []
        told = 0
        for batch in batched(_posted(table, made), BATCH, strict=True):
            held.expire()
            for posted in batch:
                with counted(table._client) as used:
                    began = time.process_time()
                    told += alert(
                        table, held, prepare_ranking(table, posted.kind, posted.id, now_ms), now_ms
                    )
                    spent = time.process_time() - began
                samples.append((spent, used.read_units, used.write_units, used.round_trips))
    cpu, read, written, trips = map(statistics.median, zip(*samples, strict=True))
    return cpu, read, written, trips, told


def _posted(table: Table, made: Market) -> list[Posting]:
    drawn = Random(2).sample(made.properties, POSTED)
    return [
        postings.create(table, like.kind, SELLERS[number % len(SELLERS)], like.content, now_ms)
        for number, like in enumerate(drawn)
    ]


if __name__ == "__main__":
    publish(measure)
