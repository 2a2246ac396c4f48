"""A store that answers late, in part, or not at all."""

from contextlib import nullcontext
from typing import Any
from unittest.mock import patch

import pytest

from cobroke.domain.errors import Busy
from cobroke.storage.table import Key
from tests.memory_table import MemoryTable, cancelled

KEYS: list[Key] = [("P", str(number)) for number in range(5)]


class OneAtATime:
    """Answers one key a call and leaves the others, as a throttled table does; at first none at
    all.
    """

    def __init__(self, table: MemoryTable, nothing_for: int) -> None:
        self.ask, self.nothing_for, self.calls = table.store.batch_get_item, nothing_for, 0

    def __call__(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:
        self.calls += 1
        (name, asked), *_ = RequestItems.items()
        done = 0 if self.calls <= self.nothing_for else 1
        found = (
            self.ask(RequestItems={name: asked | {"Keys": asked["Keys"][:done]}})
            if done
            else {"Responses": {}}
        )
        return found | {
            "UnprocessedKeys": {name: {"Keys": asked["Keys"][done:]}}
            if asked["Keys"][done:]
            else {}
        }


@pytest.fixture
def table() -> MemoryTable:
    table = MemoryTable()
    table.transact([table.put({"PK": pk, "SK": sk}) for pk, sk in KEYS])
    return table


def test_what_a_read_of_many_leaves_out_is_asked_for_again_after_a_pause(
    table: MemoryTable,
) -> None:
    throttled = OneAtATime(table, nothing_for=2)
    with (
        patch.object(table.store, "batch_get_item", throttled),
        patch("cobroke.storage.pauses.time.sleep") as sleep,
    ):
        assert set(table.get_many(KEYS)) == set(KEYS)
    assert throttled.calls == 7
    assert sleep.call_count == 6
    assert all(0 <= call.args[0] <= 1 for call in sleep.call_args_list)


def test_a_read_of_many_that_gets_nowhere_is_given_up(table: MemoryTable) -> None:
    throttled = OneAtATime(table, nothing_for=10**6)
    with (
        patch.object(table.store, "batch_get_item", throttled),
        patch("cobroke.storage.pauses.time.sleep"),
        pytest.raises(Busy),
    ):
        table.get_many(KEYS)
    assert throttled.calls < 20


def test_a_read_of_many_does_not_pause_beyond_its_time(table: MemoryTable) -> None:
    throttled = OneAtATime(table, nothing_for=10**6)
    nothing = patch.object(table.store, "batch_get_item", throttled)
    with table.time_limit(0.03), nothing, pytest.raises(Busy):
        table.get_many(KEYS)


@pytest.mark.parametrize("times", [3, 10**6])
def test_what_is_read_together_waits_for_what_is_being_written_as_long_as_there_is_time(
    table: MemoryTable, times: int
) -> None:
    ends = [cancelled("None", "TransactionConflict")] * min(times, 20)
    read, expected = (
        table.store.transact_get_items,
        nullcontext() if times < 10 else pytest.raises(Busy),
    )

    def under_way(**asked: Any) -> Any:
        if ends:
            raise ends.pop()
        return read(**asked)

    with (
        patch.object(table.store, "transact_get_items", under_way),
        patch("cobroke.storage.pauses.time.sleep"),
        expected,
    ):
        assert set(table.get_together([*KEYS, ("P", "none")])) == set(KEYS)


def test_a_connection_that_cannot_be_made_ahead_is_left_to_the_first_request(
    table: MemoryTable,
) -> None:
    with patch.object(table, "get", side_effect=Busy) as get:
        table.open()
    assert get.call_count == 1
