"""The pump keeps Lambda's rules, and has teeth: a wrong toy function is found, a right one passes
with every seed.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from random import Random
from typing import Any

import pytest

from tests.pump import Json, Pump, a_record, drain, key_of, passes

SEEDS = range(200)


def a_stream(rng: Random, writes: int = 24) -> list[Json]:
    """Each write raises the version of one of four items."""
    images, stream = dict[int, Json](), list[Json]()
    for number in range(writes):
        item = rng.randrange(4)
        old = images.get(item)
        version = int(old["n"]["N"]) + 1 if old else 1
        images[item] = {"PK": {"S": f"LEAD#{item}"}, "SK": {"S": "v"}, "n": {"N": str(version)}}
        stream.append(a_record(number, old, images[item]))
    return stream


def item_of(record: Json) -> str:
    return key_of(record["dynamodb"]["Keys"])[0]


def version_of(record: Json) -> int:
    return int(record["dynamodb"]["NewImage"]["n"]["N"])


def versions(records: Iterable[Json]) -> dict[str, list[int]]:
    items: dict[str, list[int]] = {}
    for record in records:
        items.setdefault(item_of(record), []).append(version_of(record))
    return items


def failing(*records: Json) -> Json:
    return {
        "batchItemFailures": [
            {"itemIdentifier": record["dynamodb"]["SequenceNumber"]} for record in records
        ]
    }


class Shelf:
    """A toy function that keeps the newest version of each item and one effect a record; every
    fifth fails at first.

    It does so in some `way`, right or wrong.
    """

    def __init__(self, way: str) -> None:
        self.way, self.kept, self.tried = way, list[Json](), set[str]()
        self.newest, self.effects = Counter[str](), Counter[str]()

    def __call__(self, event: Json, _: Any) -> Json:
        records, failed = event["Records"], list[Json]()
        for record in records:
            if not self.done(record):
                failed.append(record)
                if "stops" in self.way:
                    break
        if failed and "raises" in self.way:
            raise TimeoutError
        reported = {
            "swallows failures": [],
            "reports the last failure": failed[-1:],
            "reports the record after": [
                after for record, after in pairwise(records) if record in failed
            ],
        }
        return failing(*reported.get(self.way, failed))

    def done(self, record: Json) -> bool:
        if int(record["eventID"], 16) % 5 == 0 and record["eventID"] not in self.tried:
            self.tried.add(record["eventID"])
            return False
        item, version = item_of(record), version_of(record)
        self.kept.append(record)
        self.newest[item] = (
            version if self.way == "keeps what came last" else max(version, self.newest[item])
        )
        self.effects[record["eventID"]] = (
            1 + (self.way == "counts") * self.effects[record["eventID"]]
        )
        return True


def is_right(way: str, seed: int) -> bool:
    """Whether all that the stream says stands on the shelf, once, however it was delivered."""
    rng = Random(seed)
    stream, shelf = a_stream(rng), Shelf(way)
    pump = Pump(shelf, rng, batch_size=rng.randint(1, 8), shards=rng.randint(1, 4))
    drain(stream, pump)
    newest = {item: max(numbers) for item, numbers in versions(stream).items()}
    return (shelf.newest, shelf.effects, pump.failed) == (
        newest,
        {record["eventID"]: 1 for record in stream},
        [],
    )


@pytest.mark.parametrize(
    "way", ["reports all failures", "stops and reports", "goes on and raises", "stops and raises"]
)
def test_a_right_function_ends_right_whatever_happens_on_the_way(way: str) -> None:
    assert [seed for seed in SEEDS if not is_right(way, seed)] == []


@pytest.mark.parametrize(
    "way",
    [
        "counts",
        "keeps what came last",
        "swallows failures",
        "reports the last failure",
        "reports the record after",
    ],
)
def test_a_wrong_function_is_found_by_many_seeds(way: str) -> None:
    assert sum(not is_right(way, seed) for seed in SEEDS) > len(SEEDS) / 4


def test_the_order_of_an_item_holds_through_failures_and_that_of_two_does_not() -> None:
    stream, orders = a_stream(Random(0)), set[str]()
    for seed in SEEDS:
        shelf = Shelf(Random(seed).choice(["stops and reports", "stops and raises"]))
        Pump(shelf, Random(seed), batch_size=4, duplicates=0).run(stream)
        first_kept = {record["eventID"]: record for record in shelf.kept}.values()
        assert versions(first_kept) == versions(stream)
        orders.add(" ".join(map(item_of, first_kept)))
    assert len(orders) > 50


def test_a_call_that_dies_has_handled_a_part_and_the_whole_batch_comes_again_at_no_cost() -> None:
    parts = set[int]()
    for seed in SEEDS:
        calls, pump = calls_of([], seed, crashes=0.5, attempts=1)
        *died, whole = calls
        assert (whole, pump.failed) == ([0, 1, 2, 3], [])
        assert all(call == whole[: len(call)] for call in died)
        parts |= {len(call) for call in died}
    assert parts == {1, 2, 3, 4}


def calls_of(replies: list[Any], seed: int = 0, **options: Any) -> tuple[list[list[int]], Pump]:
    """The calls over a stream of four, whose function answers so, then None; an exception is
    raised.
    """
    stream, calls, ahead = a_stream(Random(0), 4), list[list[int]](), iter(replies)

    def function(event: Json, _: Any) -> Any:
        calls.append([int(record.pop("eventID"), 16) for record in event["Records"]])
        reply = next(ahead, None)
        if isinstance(reply, Exception):
            raise reply
        return failing(*[stream[number] for number in reply]) if isinstance(reply, tuple) else reply

    pump = Pump(
        function,
        Random(seed),
        **{"shards": 1, "duplicates": 0, "crashes": 0, "attempts": 3} | options,
    )
    pump.run(stream)
    return calls, pump


@pytest.mark.parametrize(
    "reply", [None, {}, {"batchItemFailures": None}, {"batchItemFailures": []}]
)
def test_an_empty_reply_means_all_is_done(reply: Any) -> None:
    assert calls_of([reply])[0] == [[0, 1, 2, 3]]


@pytest.mark.parametrize(
    "failures", ["7", [7], [{"itemIdentifier": ""}], [{"itemIdentifier": None}], [{"id": "7"}]]
)
def test_an_unknown_failure_is_that_of_the_whole_batch_which_is_split(failures: Any) -> None:
    assert calls_of([{"batchItemFailures": failures}])[0] == [[0, 1, 2, 3], [0, 1], [2, 3]]


@pytest.mark.parametrize("reply", ["", "done", [], {"batch_item_failures": []}, {1, 2}])
def test_so_is_a_reply_of_another_form(reply: Any) -> None:
    assert calls_of([reply])[0] == [[0, 1, 2, 3], [0, 1], [2, 3]]


def test_a_batch_comes_again_from_its_lowest_failure() -> None:
    assert calls_of([(3, 1)])[0] == [[0, 1, 2, 3], [1, 2, 3]]


def test_a_record_that_raises_is_split_off_and_given_up_alone() -> None:
    calls, pump = calls_of(
        [ValueError(), None, ValueError(), ValueError(), ValueError(), ValueError()]
    )
    assert calls == [[0, 1, 2, 3], [0, 1], [2, 3], [2], [2], [2], [3]]
    assert [record["eventID"][-1] for record in pump.failed] == ["2"]
    assert (pump.delivered, len(pump.raised)) == (12, 5)


def test_a_record_that_is_reported_until_it_is_given_up_takes_the_rest_along() -> None:
    calls, pump = calls_of([(1,), (1,), (1,)])
    assert calls == [[0, 1, 2, 3], [1, 2, 3], [1, 2, 3]]
    assert [record["eventID"][-1] for record in pump.failed] == ["1", "2", "3"]


@pytest.mark.parametrize(
    ("rules", "passed"),
    [
        ({"eventName": ["REMOVE", "INSERT"], "dynamodb": {"NewImage": {"n": {"N": ["1"]}}}}, True),
        ({"eventName": ["INSERT"], "dynamodb": {"NewImage": {"n": {"N": ["2"]}}}}, False),
        (
            {
                "dynamodb": {
                    "NewImage": {"n": {"N": [{"exists": True}]}, "gone": {"S": [{"exists": False}]}}
                }
            },
            True,
        ),
        ({"dynamodb": {"OldImage": {"n": {"N": [{"exists": True}]}}}}, False),
        ({"dynamodb": {"NewImage": {"n": [{"exists": True}]}}}, False),  # AWS looks for leaves only
        (
            {
                "dynamodb": {
                    "Keys": {
                        "PK": {"S": [{"prefix": "LEAD#"}]},
                        "SK": {"S": [{"anything-but": ["w"]}]},
                    }
                }
            },
            True,
        ),
        ({"dynamodb": {"Keys": {"SK": {"S": [{"prefix": "LEAD#"}]}}}}, False),
        ({"dynamodb": {"Keys": {"SK": {"S": [{"anything-but": ["v"]}]}}}}, False),
        (
            {"dynamodb": {"NewImage": {"gone": {"S": [{"anything-but": ["v"]}, {"prefix": ""}]}}}},
            False,
        ),
    ],
)
def test_a_filter_pattern_passes_what_meets_one_rule_of_each_name(
    rules: Json, passed: bool
) -> None:
    assert passes(a_stream(Random(0), 1)[0], rules) == passed


@pytest.mark.parametrize("pattern", [{"eventName": "INSERT"}, {"eventName": [{"suffix": "T"}]}])
def test_a_pattern_that_lambda_or_the_pump_does_not_know_is_an_error(pattern: Json) -> None:
    with pytest.raises(ValueError, match=r"pattern|rule"):
        passes(a_stream(Random(0), 1)[0], pattern)
