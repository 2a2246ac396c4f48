"""What blocks cost whoever looks, blocks and unblocks."""

import time
from collections.abc import Callable, Sequence
from random import Random
from statistics import median

from tests import account  # noqa: F401 - the environment, before any function is imported

# isort: split

from benchmarks.report import Section, publish
from cobroke.domain.deals.pair import PairIds
from cobroke.domain.ids import REALTOR_BYTES
from cobroke.flows.deals import blocks, parting
from cobroke.storage import entities
from cobroke.storage.parting import block_changes, block_keys
from cobroke.storage.parting.blocks import IN_A_PART
from tests.builders import a_lead, a_property
from tests.support.spent import Spent, spent
from tests.support.town import Town

BLOCKERS, LISTINGS, LEADS, LOOKS = 20_000, 150, 300, 60


def measure() -> Section:
    nobody, many = _city(0), _city(BLOCKERS)
    calm, crowded = _look(nobody), _look(many)
    seconds = _seconds(many) / _seconds(nobody)
    return Section(
        "What blocks cost",
        f"Units are those DynamoDB bills, weighed on the table in memory. Of {BLOCKERS:,} blockers "
        f"all are strangers to the market of {LISTINGS} listings; the median of {LOOKS} looks.",
        ("what", "units read", "written", "round trips"),
        [
            ("a look of one whom nobody blocked", *_said(calm)),
            (f"a look of one whom {BLOCKERS:,} blocked: {seconds:.2f} × CPU", *_said(crowded)),
            ("one more blocks them", *_said(_spends(many, blocks.block))),
            ("who did takes it back", *_said(_spends(many, blocks.unblock))),
            (f"the closing behind a block by one with {LEADS} leads", *_said(_closing())),
        ],
    )


class _City(Town):
    def __init__(self) -> None:
        super().__init__()
        self.anna, self.boris, *_ = self.realtors
        self.lead = self.posts("LEAD", self.anna, a_lead())
        for _ in range(LISTINGS):
            self.posts("PROPERTY", self.boris, a_property())


def _city(blockers: int) -> _City:
    city, rng = _City(), Random(1)
    parts = range(0, blockers, IN_A_PART)
    for number, _ in enumerate(parts):
        key = block_keys.blocks_part(city.anna, number)
        facts = {"against": rng.randbytes(IN_A_PART * REALTOR_BYTES), "version": 1}
        city.table.transact([city.table.put(entities.BLOCKS.at(key, facts))])
    if parts:
        facts = {"own": b"", "against": b"", "parts": len(parts), "returned": 0, "version": 1}
        head = entities.BLOCKS.at(block_keys.blocks(city.anna), facts)
        city.table.transact([city.table.put(head)])
    return city


def _look(city: _City) -> Spent:
    city.looks_at("LEAD", city.lead)
    with spent(city.table) as found:
        city.looks_at("LEAD", city.lead)
    return found


def _seconds(city: _City) -> float:
    def timed() -> float:
        started = time.process_time()
        city.looks_at("LEAD", city.lead)
        return time.process_time() - started

    return median(timed() for _ in range(LOOKS))


def _spends(city: _City, change: Callable[..., None]) -> Spent:
    with spent(city.table) as found:
        change(city.table, city.boris, city.anna, city.clock)
    return found


def _closing() -> Spent:
    city = _City()
    listing = city.posts("PROPERTY", city.boris, a_property())
    leads = [city.posts("LEAD", city.anna, a_lead()) for _ in range(LEADS)]
    for lead in leads[::10]:
        city.acts("LEAD", PairIds(lead, listing))
    blocks.block(city.table, city.anna, city.boris, city.clock)
    (change,) = block_changes.unfinished(city.table, city.now)
    with spent(city.table) as found:
        parting.part(city.table, change, city.clock)
    return found


def _said(of: Spent) -> Sequence[str]:
    return f"{of.reads:,}", f"{of.writes:,}", f"{of.calls:,}"


if __name__ == "__main__":
    publish(measure)
