"""The table in memory answers as the real one does over moto, whatever is asked of both in any
order.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import count
from random import Random
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cobroke.domain.errors import Busy
from cobroke.storage.conditions import (
    ABSENT,
    PRESENT,
    WriteCondition,
    at_version,
    below,
    holding,
)
from cobroke.storage.notation import Item, attributes_of
from cobroke.storage.table import ConditionFailed, Key, Table, Write
from tests.account import TABLE, opened_account
from tests.memory_table import MemoryTable

PARTITIONS = ("A", "B")
SORT_KEYS = [f"{number:02}#x" for number in range(12)]
ATTRIBUTES = ("SK", "version", "f")


@pytest.fixture
def both() -> Iterator[tuple[Table, MemoryTable]]:
    with opened_account():
        yield Table(TABLE), MemoryTable(page_items=3)


def a_key(rng: Random) -> Key:
    return rng.choice(PARTITIONS), rng.choice(SORT_KEYS)


def an_item(rng: Random) -> Item:
    pk, sk = a_key(rng)
    facts = {
        "version": rng.randint(1, 3),
        "f": rng.randbytes(3),
        "d": rng.choice(["", "text"]),
        "cut": None,
    }
    return {"PK": pk, "SK": sk} | {
        name: value for name, value in facts.items() if rng.random() < 0.9
    }


def a_condition(rng: Random) -> WriteCondition:
    conditions = [
        ABSENT,
        PRESENT,
        at_version(rng.randint(1, 3)),
        below("version", rng.randint(1, 3)) & WriteCondition("attribute_exists(f)"),
    ]
    return rng.choice(conditions)


def a_write(rng: Random) -> Callable[[Table], Write]:
    item, key, condition, change = an_item(rng), a_key(rng), a_condition(rng), rng.randint(-2, 2)
    kind = rng.randrange(6)
    return lambda table: [
        table.put(item),
        table.put(item, when=condition),
        table.delete(key),
        table.delete(key, when=condition),
        table.update(key, {"entity": "COUNTS"}, {"matches": change}),
        table.check(key, when=condition),
    ][kind]


def an_operation(rng: Random) -> Callable[[Table], Any]:
    key, item, condition = a_key(rng), an_item(rng), a_condition(rng)
    keys = [a_key(rng) for _ in range(rng.randint(0, 9))]
    low, high = sorted(rng.choices([" ", *SORT_KEYS, "03", "07~", "~"], k=2))
    newest_first, limit = rng.random() < 0.5, rng.choice([None, 1, 2, 5])
    attributes = ATTRIBUTES if rng.random() < 0.5 else ()
    writes = [a_write(rng) for _ in range(rng.choice([1, 2, 2, 3]))]
    operations: list[Callable[[Table], Any]] = [
        lambda table: table.get(key),
        lambda table: table.get_many(keys),
        lambda table: list(table.query(key[0], low, high, newest_first=newest_first)),
        lambda table: list(
            table.query_raw(
                key[0],
                low,
                high,
                newest_first=newest_first,
                attributes=attributes,
                page_limit=limit,
            )
        ),
        lambda table: table.try_put(item, when=condition),
        *[lambda table: table.transact([write(table) for write in writes])] * 3,
    ]
    return rng.choice(operations)


def outcome(operation: Callable[[Table], Any], table: Table) -> Any:
    try:
        return operation(table)
    except ConditionFailed:
        return "ConditionFailed"
    except Exception as error:  # noqa: BLE001 - of the same operation on both, whatever it is
        return getattr(error, "response", {}).get("Error", {}).get("Code") or error


@pytest.mark.parametrize("seed", range(3))
def test_both_answer_alike(both: tuple[Table, MemoryTable], seed: int) -> None:
    real, in_memory = both
    rng, reached = Random(seed), set[str]()
    for _ in range(250):
        operation = an_operation(rng)
        theirs = outcome(operation, real)
        assert outcome(operation, in_memory) == theirs
        reached.add(theirs if isinstance(theirs, str) else type(theirs).__name__)
    assert list(in_memory.items()) == [item for pk in PARTITIONS for item in real.query(pk)]
    assert reached >= {"ConditionFailed", "ValidationException", "NoneType", "bool", "list", "dict"}


def test_each_page_is_read_at_its_own_moment_and_what_others_do_is_not_interrupted() -> None:
    table, calls = MemoryTable(page_items=2), list[int]()
    for sk in "abcd":
        table.transact([table.put({"PK": "P", "SK": sk})])

    def others() -> None:
        calls.append(len(calls))
        if len(calls) == 2:
            table.transact(
                [
                    table.delete(("P", "a")),
                    table.delete(("P", "d")),
                    table.put({"PK": "P", "SK": "e"}),
                ]
            )

    table.between = others
    assert [item["SK"] for item in table.query("P")] == ["a", "b", "c", "e"]
    assert len(calls) == 2


def test_what_it_does_not_know_it_does_not_answer() -> None:
    table, key = MemoryTable(), ("P", "a")
    with pytest.raises(NotImplementedError):
        table.transact(
            [table.put({"PK": "P", "SK": "a"}, when=WriteCondition("size(f) > {}", (1,)))]
        )
    removal = table.update(key, {"n": 1})
    removal["Update"]["UpdateExpression"] = "REMOVE f"
    with pytest.raises(NotImplementedError):
        table.transact([removal])
    with pytest.raises(NotImplementedError):
        table.store.get_item(Key=attributes_of({"PK": "P", "SK": "a"}), ConsistentRead=False)


A, B, C = ("P", "a"), ("P", "b"), ("Q", "c")


def all_of(table: Table, version: int) -> list[Write]:
    return [table.put({"PK": pk, "SK": sk, "version": version}) for pk, sk in (A, B, C)]


def versions(items: Iterable[Item]) -> list[int]:
    return [item["version"] for item in items]


def torn_by(seed: int) -> MemoryTable:
    """With all three items in their first version."""
    table = MemoryTable(torn=Random(seed))
    table.transact(all_of(table, 1))
    return table


def while_under_way(table: MemoryTable, act: Callable[[], None]) -> None:
    """Once, in the midst of a transaction that puts the second version of all three."""
    calls = count()
    table.between = lambda: act() if next(calls) else None
    table.transact(all_of(table, 2))
    table.between = lambda: None
    assert versions(table.get_many([A, B, C]).values()) == [2, 2, 2]


@pytest.mark.parametrize("seed", range(6))
def test_a_transaction_under_way_is_seen_in_part_and_what_was_seen_new_is_never_seen_old(
    seed: int,
) -> None:
    table, seen = torn_by(seed), list[list[int]]()

    def look() -> None:
        seen.extend(versions([*table.query("P"), *table.query("Q")]) for _ in range(2))
        seen.append(versions(table.get_many([A, B, C]).values()))
        seen.append(versions(item for item in (table.get(A), table.get(B), table.get(C)) if item))
        seen.append(versions(table.get_many([A, B, C]).values()))

    while_under_way(table, look)
    assert sorted(seen[0]) in ([1, 1, 2], [1, 2, 2])
    assert seen[0] == seen[1] == seen[2]
    assert seen[3] == seen[4] == [2, 2, 2]


def test_every_part_of_a_transaction_may_be_what_is_seen_of_it() -> None:
    seen = set[tuple[int, ...]]()

    def look(table: MemoryTable) -> None:
        seen.add(tuple(versions([*table.query("P"), *table.query("Q")])))

    for seed in range(40):
        table = torn_by(seed)
        while_under_way(table, partial(look, table))
    assert len(seen) == 6


def test_what_writes_an_item_of_a_transaction_under_way_is_cancelled_and_goes_again() -> None:
    table, ends = torn_by(0), list[object]()

    def write() -> None:
        ends.append(table.try_put({"PK": "P", "SK": "a"}))
        with pytest.raises(ClientError) as cancelled:
            table.store.transact_write_items(
                TransactItems=[table.delete(C)], ClientRequestToken="other"
            )
        ends.append(cancelled.value.response["CancellationReasons"])
        ends.append(table.try_put({"PK": "P", "SK": "z", "version": 1}))

    while_under_way(table, write)
    assert ends == [False, [{"Code": "TransactionConflict"}], True]


@pytest.mark.parametrize("seed", range(4))
def test_the_stream_shows_each_item_as_soon_as_it_is_written_and_no_write_without_effect(
    seed: int,
) -> None:
    table, shown = torn_by(seed), list[int]()
    while_under_way(table, lambda: shown.append(len(table.stream)))
    assert len(table.stream) == 6
    assert 3 < shown[0] < 6
    table.transact(all_of(table, 2))
    table.forget(A)
    assert [record["eventName"] for record in table.stream] == ["INSERT"] * 3 + ["MODIFY"] * 3 + [
        "REMOVE"
    ]


def test_a_token_makes_a_transaction_repeatable_and_stands_for_no_other() -> None:
    table = MemoryTable()
    again = {"TransactItems": [table.put({"PK": "P", "SK": "a"}, when=ABSENT)]}
    for _ in range(3):
        table.store.transact_write_items(**again, ClientRequestToken="one")
    assert len(table.stream) == 1
    with pytest.raises(ClientError, match="IdempotentParameterMismatch"):
        table.store.transact_write_items(TransactItems=[table.delete(A)], ClientRequestToken="one")
    with pytest.raises(ClientError, match="TransactionCanceled"):
        table.store.transact_write_items(**again, ClientRequestToken="two")


def test_it_has_the_time_of_a_request_as_well() -> None:
    table = MemoryTable()
    with table.time_limit(0), pytest.raises(Busy):
        table.get(("P", "S"))


@pytest.mark.parametrize("name", ["at", "until", "text", "status"])
def test_a_word_that_dynamodb_keeps_for_itself_is_refused_in_an_expression(name: str) -> None:
    table, key = MemoryTable(), ("PK", "SK")
    table.transact([table.put({"PK": "PK", "SK": "SK", "entity": "RUN", name: 1})])
    for write in (table.update(key, {name: 2}), table.delete(key, when=holding(**{name: 1}))):
        with pytest.raises(ClientError):
            table.transact([write])
