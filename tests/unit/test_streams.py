"""How records are handed to what acts on them, and how little the functions of the stream load to
start.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from aws_lambda_powertools import Logger
from botocore.exceptions import ClientError

from cobroke.edge.streams import Followed, Record, RecordFailed, once_an_item, process_batch
from tests.pump import a_record

SECRET = "client's phone +7 900 000-00-00"
HEAVY = (
    "pydantic",
    "cryptography",
    "cobroke.edge.api",
)


def an_image(number: int, **attributes: Any) -> dict[str, Any]:
    return {"PK": {"S": f"LEAD#{number}"}, "SK": {"S": "x"}, **attributes}


def a_batch(size: int, first: int = 0) -> dict[str, Any]:
    return {
        "Records": [
            a_record(number, None, an_image(number)) for number in range(first, first + size)
        ]
    }


@pytest.fixture
def lines() -> StringIO:
    return StringIO()


@pytest.fixture
def logger(lines: StringIO, request: pytest.FixtureRequest) -> Logger:
    """One a test: loggers of one name share a stream."""
    return Logger(service=request.node.name, stream=lines)


class Acts:
    """Notes each record; raises on those whose numbers are to fail."""

    def __init__(self, *failing: int, failure: Callable[[str], Exception] = ValueError) -> None:
        self.failing, self.failure, self.seen = failing, failure, list[int]()

    def __call__(self, record: Record) -> None:
        number = int(record.pk.removeprefix("LEAD#"))
        self.seen.append(number)
        if number in self.failing:
            raise self.failure(SECRET)


def test_each_record_is_acted_on_in_its_order(logger: Logger, lines: StringIO) -> None:
    acts = Acts()
    assert process_batch(a_batch(4), acts, logger) == {"batchItemFailures": []}
    assert acts.seen == [0, 1, 2, 3]
    assert lines.getvalue() == ""


def test_a_record_that_something_follows_from_has_a_line_with_its_request(
    logger: Logger, lines: StringIO
) -> None:
    caused = a_record(0, None, an_image(0, cause={"S": "request-7"}))
    records = [caused, *a_batch(2, first=1)["Records"]]

    def act(record: Record) -> Followed | None:
        return Followed("told", {"notifications": 2}) if record.pk != "LEAD#1" else None

    process_batch({"Records": records}, act, logger)
    first, second = map(json.loads, lines.getvalue().splitlines())
    assert (first["message"], first["notifications"], first["request_id"]) == (
        "told",
        2,
        "request-7",
    )
    assert second["message"] == "told"
    assert "request_id" not in second


def test_the_log_of_a_failure_names_the_request(logger: Logger, lines: StringIO) -> None:
    records = [a_record(0, None, an_image(0, cause={"S": "request-7"}))]
    process_batch({"Records": records}, Acts(0), logger)
    assert json.loads(lines.getvalue())["request_id"] == "request-7"


def test_an_empty_batch_is_done(logger: Logger) -> None:
    assert process_batch({"Records": []}, Acts(), logger) == {"batchItemFailures": []}


def test_a_record_says_its_key_and_what_the_item_was_and_is(logger: Logger) -> None:
    old, new = an_image(7, n={"N": "1"}), an_image(7, n={"N": "2"})
    records = [a_record(0, None, old), a_record(1, old, new), a_record(2, new, None)]
    seen = list[Record]()
    process_batch({"Records": records}, seen.append, logger)
    assert seen == [
        Record("LEAD#7", "x", None, old),
        Record("LEAD#7", "x", old, new),
        Record("LEAD#7", "x", new, None),
    ]


def test_all_writes_of_an_item_in_a_batch_are_acted_on_once_where_the_first_is(
    logger: Logger,
) -> None:
    first, second, third = (an_image(7, n={"N": number}) for number in "123")
    records = [
        a_record(0, None, an_image(5)),
        a_record(1, first, second),
        a_record(2, None, an_image(6)),
        a_record(3, second, third),
    ]
    event, seen = {"Records": records}, list[Record]()
    process_batch(event, once_an_item(event, seen.append), logger)
    assert seen == [
        Record("LEAD#5", "x", None, an_image(5)),
        Record("LEAD#7", "x", first, third),
        Record("LEAD#6", "x", None, an_image(6)),
    ]


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_the_first_failure_ends_the_batch_and_is_reported_by_its_number(
    logger: Logger, failing: int
) -> None:
    batch, acts = a_batch(4), Acts(failing, 3)
    number = batch["Records"][failing]["dynamodb"]["SequenceNumber"]
    assert process_batch(batch, acts, logger) == {"batchItemFailures": [{"itemIdentifier": number}]}
    assert acts.seen == list(range(failing + 1))


def test_a_batch_of_several_whose_first_record_fails_raises_so_that_lambda_halves_it(
    logger: Logger,
) -> None:
    acts = Acts(0)
    with pytest.raises(RecordFailed) as raised:
        process_batch(a_batch(4), acts, logger)
    assert acts.seen == [0]
    assert raised.value.__suppress_context__
    assert str(raised.value) == ""


def test_a_record_that_fails_alone_is_reported_by_its_number(logger: Logger) -> None:
    batch = a_batch(1, first=5)
    number = batch["Records"][0]["dynamodb"]["SequenceNumber"]
    assert process_batch(batch, Acts(5), logger) == {
        "batchItemFailures": [{"itemIdentifier": number}]
    }


@pytest.mark.parametrize("failing", [0, 2])
@pytest.mark.parametrize("failure", [ValueError, KeyError, TimeoutError])
def test_the_log_of_a_failure_says_its_kind_and_place_and_nothing_of_its_text(
    logger: Logger, lines: StringIO, failing: int, failure: Callable[[str], Exception]
) -> None:
    try:
        process_batch(a_batch(4), Acts(failing, failure=failure), logger)
    except RecordFailed:
        assert failing == 0
    (line,) = map(json.loads, lines.getvalue().splitlines())
    assert (line["level"], line["message"], line["kind"]) == (
        "ERROR",
        "record failed",
        failure.__name__,
    )
    assert any("test_streams.py:" in frame for frame in line["frames"])
    assert not any(word in lines.getvalue() for word in (SECRET, "phone", "LEAD#"))


def test_the_log_of_a_failure_at_aws_says_its_code(logger: Logger, lines: StringIO) -> None:
    def denied(_: Record) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": SECRET}}, "Query")

    process_batch(a_batch(1), denied, logger)
    (line,) = map(json.loads, lines.getvalue().splitlines())
    assert (line["kind"], line["code"]) == ("ClientError", "AccessDeniedException")
    assert SECRET not in lines.getvalue()


def test_what_ends_the_process_is_not_taken_for_a_failure_of_the_record(logger: Logger) -> None:
    def stop(_: Record) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        process_batch(a_batch(4), stop, logger)


def loaded_by(module: str) -> set[str]:
    """What of the heavy modules a fresh process knows after its import."""
    program = f"import json, sys, {module}; "
    program += f"print(json.dumps([name for name in {HEAVY} if name in sys.modules]))"
    environment = os.environ | {
        "STAGE": "local",
        "TABLE_NAME": "cobroke",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    answer = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, check=True
    )
    return set(json.loads(answer.stdout))


@pytest.mark.parametrize("function", ["stream_matching", "stream_notifications"])
def test_a_function_of_the_stream_starts_without_what_only_the_edge_needs(function: str) -> None:
    assert loaded_by(f"functions.{function}.handler") == set()


def test_a_function_of_the_edge_needs_all_of_it() -> None:
    assert loaded_by("functions.matches.handler") == set(HEAVY)
