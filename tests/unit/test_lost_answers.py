"""A transaction whose answer is lost goes again, the very same, until its end is known: written
once, or not at all.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from cobroke.domain.deals.pair import PairIds
from cobroke.domain.errors import Busy
from cobroke.domain.postings.posting import Posting
from cobroke.domain.realtors import Realtor
from cobroke.flows.deals.agreement import act
from cobroke.flows.deals.decision import Decision
from cobroke.storage import realtors
from cobroke.storage.client import RESEND_SECONDS
from cobroke.storage.conditions import ABSENT
from cobroke.storage.deals import pairs
from cobroke.storage.postings import postings
from cobroke.storage.table import ConditionFailed
from tests.memory_table import MemoryTable, cancelled
from tests.support.contents import lead, listing


def _refused(code: str) -> ClientError:
    answer: Any = {"Error": {"Code": code}}
    return ClientError(answer, "TransactWriteItems")


NOW = 1_764_000_000_000
CONFLICT = cancelled("None", "TransactionConflict")
ENDS = [
    CONFLICT,
    cancelled("ThrottlingError", "None"),
    _refused("ThrottlingException"),
    _refused("TransactionInProgressException"),
    ReadTimeoutError(endpoint_url="https://dynamodb"),
]


class Clock:
    """In it only pauses pass, and what a call takes."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += seconds


@contextmanager
def answers(
    table: MemoryTable, *ends: Exception, written: bool = True, then_always: bool = False
) -> Iterator[list[Any]]:
    """The next tries of transactions end so, the first of them behind the write if it is `written`;
    what was asked.
    """
    store_write, coming, asked = table.store.transact_write_items, list(ends), list[Any]()

    def tried(**what: Any) -> Any:
        asked.append(what)
        if written and len(asked) == 1:
            store_write(**what)
        if coming:
            raise coming.pop(0)
        if then_always:
            raise CONFLICT
        return store_write(**what)

    clock = Clock()
    with (
        patch.object(table.store, "transact_write_items", tried),
        patch("cobroke.storage.pauses.time.sleep", clock.passes),
        patch("cobroke.storage.table.time.monotonic", clock),
    ):
        yield asked


class Scene:
    """A lead of Anna's; `boris` is the owner of what the tests post."""

    def __init__(self) -> None:
        self.table = MemoryTable()
        self.anna, self.boris = (
            realtors.register(self.table, Realtor("", name, "+7")).id for name in ("1", "2")
        )
        self.lead = postings.create(self.table, "LEAD", self.anna, lead(), lambda: NOW)

    def offers(self) -> Posting:
        return postings.create(self.table, "PROPERTY", self.boris, listing(), lambda: NOW)

    def listings(self) -> list[str]:
        return [item["SK"] for item in self.table.items() if item["entity"] == "PROPERTY"]


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.mark.parametrize("end", ENDS, ids=str)
def test_one_post_makes_one_listing_whatever_its_resend_meets(scene: Scene, end: Exception) -> None:
    with answers(scene.table, ReadTimeoutError(endpoint_url="https://dynamodb"), end) as asked:
        made = scene.offers()
    assert scene.listings() == [f"PROPERTY#{made.id}"]
    assert asked[0] == asked[1] == asked[2]


@pytest.mark.parametrize("action", ["LIKE", "DISLIKE"])
def test_an_act_that_was_carried_out_is_answered_as_such_though_its_resend_was_cancelled(
    scene: Scene, action: Any
) -> None:
    ids = PairIds(scene.lead.id, scene.offers().id)
    with answers(scene.table, CONFLICT):
        pair = act(scene.table, "LEAD", scene.anna, ids, Decision(action), lambda: NOW)
    assert pair.lead_action == action
    stored = pairs.of_posting(scene.table, "LEAD", scene.lead.id)
    assert stored == {ids.property_id: replace(pair, version=1)}


@pytest.mark.parametrize("written", [True, False])
def test_without_an_answer_in_time_it_is_busy_and_written_at_most_once(
    scene: Scene, *, written: bool
) -> None:
    before = scene.listings()
    with answers(scene.table, written=written, then_always=True) as asked, pytest.raises(Busy):
        scene.offers()
    assert len(scene.listings()) - len(before) == written
    assert len(asked) > 5
    assert all(one == asked[0] for one in asked)


def test_what_a_failed_condition_ends_goes_again_under_another_token(scene: Scene) -> None:
    with answers(scene.table, cancelled("ConditionalCheckFailed"), written=False) as asked:
        scene.offers()
    assert len({one["ClientRequestToken"] for one in asked}) == 2


@pytest.mark.parametrize("table_seconds", [3.0, 11.0, float("inf")])
def test_no_resend_begins_later_than_five_seconds_after_the_first_try_nor_than_the_request_has_time(
    table_seconds: float,
) -> None:
    table, clock, begun = MemoryTable(), Clock(), list[float]()

    def throttled(**_: Any) -> Any:
        begun.append(clock.now)
        clock.passes(0.7)
        raise CONFLICT

    with (
        patch.object(table.store, "transact_write_items", throttled),
        patch("cobroke.storage.pauses.time.sleep", clock.passes),
        patch("cobroke.storage.table.time.monotonic", clock),
        table.time_limit(table_seconds),
        pytest.raises(Busy),
    ):
        table.transact([table.delete(("P", "S"))])
    assert len(begun) > 1
    assert begun[-1] <= min(RESEND_SECONDS, table_seconds)


def test_the_same_writes_again_are_another_transaction(scene: Scene) -> None:
    table, new = (
        scene.table,
        scene.table.put({"PK": "P", "SK": "S"}, when=ABSENT),
    )
    table.transact([new])
    with pytest.raises(ConditionFailed):
        table.transact([new])
