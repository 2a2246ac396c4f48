"""Of an object's writes in one batch the newest alone is followed, and nothing is lost by it."""

from collections.abc import Iterator
from random import Random
from typing import Any
from unittest.mock import patch

import pytest

from cobroke.domain.postings.kinds import Kind
from cobroke.flows import following
from cobroke.flows.matching.ranking import prepare_ranking
from cobroke.storage.postings import posting, postings
from functions.stream_matching import handler as function
from tests.builders import a_lead, a_property
from tests.pump import Json, Pump, passes
from tests.support.spent import Spent, spent
from tests.support.town import PATTERNS, Town, counts


@pytest.fixture(autouse=True)
def aws() -> None:
    """No account: the table is in memory."""


def a_city() -> tuple[Town, str]:
    """Thirty listings, and a lead of Anna's without a wish; all is followed."""
    town = Town()
    anna, *others = town.realtors
    for number in range(30):
        town.posts("PROPERTY", others[number % 3], a_property(price=21_000_000 + number))
    lead = town.posts("LEAD", anna, a_lead())
    delivered(town, waking(town, 0))
    return town, lead


def waking(town: Town, position: int) -> list[Json]:
    patterns = PATTERNS["stream_matching"]
    return [
        one for one in town.table.stream[position:] if any(passes(one, each) for each in patterns)
    ]


def delivered(town: Town, records: list[Json]) -> Any:
    with town.followed():
        return function.handler({"Records": records}, None)


def cost(town: Town, records: list[Json]) -> Spent:
    with spent(town.table) as found:
        assert delivered(town, records) == {"batchItemFailures": []}
    return found


def edited(town: Town, lead: str, times: int) -> list[Json]:
    position = len(town.table.stream)
    for _ in range(times):
        town.edits("LEAD", lead, a_lead())
    return waking(town, position)


def repaired(town: Town, kind: Kind, posting_id: str) -> None:
    """A write that is not its owner's and changes nothing they see."""
    old = postings.load(town.table, kind, posting_id)
    town.table.transact(posting.writes(town.table, old, old.changed(town.clock())))


def test_ten_revisions_in_a_batch_cost_what_one_does() -> None:
    costs = []
    for times in (1, 10):
        town, lead = a_city()
        records = edited(town, lead, times)
        assert len(records) == times
        costs.append(cost(town, records))
    one, ten = costs
    assert (ten.calls, ten.writes) == (one.calls, one.writes)
    assert ten.reads == one.reads


def test_what_another_write_has_overtaken_in_its_batch_still_alerts() -> None:
    """Also of a batch of which a part alone is done at first."""
    for failing in (None, 1):
        town = Town()
        anna, boris, *_ = town.realtors
        town.posts("LEAD", anna, a_lead())
        listing = town.posts("PROPERTY", boris, a_property())
        town.posts("PROPERTY", boris, a_property())
        repaired(town, "PROPERTY", listing)
        records = waking(town, 0)
        assert len(records) == 4
        if failing is None:
            assert delivered(town, records) == {"batchItemFailures": []}
        else:
            with patch.object(following, "prepare_ranking", _failing_at(2)):
                answer = delivered(town, records)
            (number,) = (one["itemIdentifier"] for one in answer["batchItemFailures"])
            left = [one for one in records if one["dynamodb"]["SequenceNumber"] >= number]
            assert len(left) == 2
            assert delivered(town, left) == {"batchItemFailures": []}
        assert sum(counts(town.alerted()).values()) == 2, failing


def _failing_at(number: int) -> Any:
    calls = iter(range(100))

    def prepared(*of: Any) -> Any:
        if next(calls) == number:
            raise ZeroDivisionError
        return prepare_ranking(*of)

    return prepared


def kinds_of_batches() -> Iterator[Pump]:
    for seed in range(12):
        rng = Random(seed)
        yield Pump(function.handler, rng, PATTERNS["stream_matching"], rng.choice([3, 10, 25]), 10)


def test_however_it_is_delivered_the_same_are_alerted() -> None:
    """Of listings that are put and repaired again and again."""
    found = []
    for pump in kinds_of_batches():
        town, rng = Town(), Random(5)
        anna, boris, *_ = town.realtors
        for _ in range(3):
            town.posts("LEAD", anna, a_lead())
        for number in range(4):
            listing = town.posts("PROPERTY", boris, a_property(price=21_000_000 + number))
            for _ in range(6):
                if rng.random() < 0.5:
                    repaired(town, "PROPERTY", listing)
                else:
                    town.edits("PROPERTY", listing, a_property(price=20_900_000 + number))
        with patch("cobroke.storage.pauses.time.sleep"):
            town.settle(pump)
        found.append(sorted(counts(town.alerted()).values()))
    assert found == [[4, 4, 4]] * 12


def test_nobody_is_alerted_of_what_is_only_repaired_in_a_batch() -> None:
    town, lead = a_city()
    told = town.alerted()
    position = len(town.table.stream)
    for _ in range(3):
        repaired(town, "LEAD", lead)
    with patch.object(following, "posting_stands", side_effect=AssertionError):
        assert delivered(town, waking(town, position)) == {"batchItemFailures": []}
    assert town.alerted() == told
