"""A city's name may be as long as the contract lets it: no key that it is part of is too long for
the table.
"""

from random import Random

import pytest

from cobroke.clock import now_ms
from cobroke.domain.postings.features import Group, Market
from cobroke.domain.postings.places import normalised
from cobroke.flows.schedule.rematch import parts_of_a_run, work_on
from cobroke.storage.matching import registry
from cobroke.storage.schedule import runs
from cobroke.storage.table import Table
from functions.stream_matching import handler as matching
from infra.triggers import STREAM_READERS
from tests.account import TABLE
from tests.builders import a_lead, a_property
from tests.client import Client
from tests.pump import Pump, drain, recorded

WIDEST = "\u0390" * 120
"""Compared, each is three signs, of six bytes."""

MARKET = Market(normalised(WIDEST, "city"), Group.FLAT)
PART = f"MARKET#FLAT#{MARKET.city}"
(PATTERNS,) = (reader.patterns for reader in STREAM_READERS if reader.function == "stream_matching")


@pytest.fixture
def table(aws: None) -> Table:  # noqa: ARG001 - an account comes first
    return Table(TABLE)


def test_no_letter_has_more_bytes_when_it_is_compared() -> None:
    everything = (chr(code) for code in range(0x11_0000) if not 0xD800 <= code < 0xE000)
    assert (
        max(len(sign.casefold().encode()) for sign in everything) * 120
        == len(MARKET.city.encode())
        == 720
    )


def test_its_market_is_registered_followed_and_reported(
    table: Table, anna: Client, boris: Client
) -> None:
    with recorded(TABLE) as stream:
        pump = Pump(matching.handler, Random(0), PATTERNS)
        lead, _ = anna.post_lead(a_lead(city=WIDEST)), boris.post_property(a_property(city=WIDEST))
        drain(stream, pump)
    assert pump.failed == []
    assert list(registry.markets(table)) == [MARKET]
    told = [len(one.get("/notifications").needs(200)["notifications"]) for one in (anna, boris)]
    assert sum(told) > 0
    assert anna.properties_for(lead)["recommendations"]
    assert PART in parts_of_a_run(table)
    did = work_on(table, PART, now_ms)
    assert did["objects"] == 2
    for part in (PART, "AGENDA#0"):
        runs.report(table, "a run", part, did, 0)
    assert runs.reports(table, "a run") == {part: dict(did) for part in (PART, "AGENDA#0")}
