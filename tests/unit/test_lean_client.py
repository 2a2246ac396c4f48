"""The lean client asks, answers and refuses as boto3's does, and is as patient."""

import json
from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast
from unittest.mock import patch
from zlib import crc32

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSPreparedRequest, AWSRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.configprovider import NEW_RETRIES_ENABLED
from botocore.credentials import Credentials
from botocore.exceptions import ClientError, HTTPClientError
from hypothesis import given
from hypothesis import strategies as st

from cobroke.domain.errors import Busy
from cobroke.storage import client
from cobroke.storage.connections import Reply
from cobroke.storage.lean_client import LeanClient
from cobroke.storage.notation import attributes_of
from cobroke.storage.signer import Signer
from cobroke.storage.table import Table

KEY = {"PK": {"S": "REALTOR#1"}, "SK": {"S": "REALTOR#1"}}
GET: Any = {"TableName": "t", "Key": KEY, "ConsistentRead": True}
TEXTS = st.text(st.characters(codec="utf-8"), max_size=40)
VALUES = st.one_of(TEXTS, st.integers(-(10**30), 10**30), st.binary(), st.booleans(), st.none())
ITEMS = st.dictionaries(st.sampled_from(["body", "version", "packed", "at"]), VALUES)


@pytest.fixture(autouse=True)
def lean_road(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STORE_CLIENT", "lean")


class Wire:
    """In place of connections: gives these replies in turn, and keeps what was sent."""

    def __init__(self, *replies: Reply | Exception) -> None:
        self.sent: list[tuple[Mapping[str, str], bytes]] = []
        self._replies = iter(replies)

    def post(self, headers: Mapping[str, str], body: bytes) -> Callable[[], Reply]:
        self.sent.append((headers, body))
        reply = next(self._replies)
        if isinstance(reply, Exception):
            raise reply
        return lambda: reply


def a_client(*replies: Reply | Exception) -> tuple[LeanClient, Wire]:
    made, wire = client.connect("dynamodb"), Wire(*replies)
    made._connections = wire
    return made, wire


def ok(answer: Mapping[str, Any]) -> Reply:
    body = json.dumps(answer).encode()
    return Reply(200, str(crc32(body)), body)


def refused(code: str, status: int = 400, **more: Any) -> Reply:
    body = json.dumps({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", **more}).encode()
    return Reply(status, str(crc32(body)), body)


@contextmanager
def pauses() -> Iterator[list[float]]:
    """The longest that each pause may be."""
    longest = list[float]()

    def drawn(_: float, most: float) -> float:
        longest.append(most)
        return most

    with (
        patch("cobroke.storage.lean_client.random.uniform", drawn),
        patch("cobroke.storage.lean_client.time.sleep"),
    ):
        yield longest


@given(
    operation=st.sampled_from(["GetItem", "TransactWriteItems"]),
    body=st.binary(max_size=200),
    secret=st.text("abcXYZ/+=0189", min_size=1, max_size=40),
    token=st.sampled_from(["", "IQoJb3JpZ2luX2VjE/+=="]),
    host=st.sampled_from(["dynamodb.eu-central-1.amazonaws.com", "127.0.0.1:8000"]),
    moment=st.integers(0, 2**31),
)
def test_it_signs_as_botocore_does(
    operation: str, body: bytes, secret: str, token: str, host: str, moment: int
) -> None:
    credentials = {
        "AWS_ACCESS_KEY_ID": "AKID",
        "AWS_SECRET_ACCESS_KEY": secret,
        "AWS_SESSION_TOKEN": token,
    }
    then = datetime.fromtimestamp(moment, UTC)
    with (
        patch.dict("os.environ", credentials),
        patch("cobroke.storage.signer.time.time", lambda: moment),
        patch("botocore.auth.get_current_datetime", lambda **_: then),
    ):
        ours = Signer("dynamodb", "eu-central-1", host).headers(operation, body)
        named = {name: ours[name] for name in ("content-type", "x-amz-target")}
        request = AWSRequest("POST", f"http://{host}/", named, body)
        oracle = SigV4Auth(Credentials("AKID", secret, token or None), "dynamodb", "eu-central-1")
        oracle.add_auth(request)
    assert ours["authorization"] == request.headers["Authorization"]
    assert ours["x-amz-date"] == request.headers["X-Amz-Date"]


def test_a_key_is_made_for_each_day_anew() -> None:
    signer, last = Signer("dynamodb", "eu-central-1", "host"), list[str]()
    for moment in (0, 86_399, 86_400):
        with patch("cobroke.storage.signer.time.time", lambda now=moment: now):
            last.append(signer.headers("GetItem", b"")["authorization"])
        fresh = Signer("dynamodb", "eu-central-1", "host")
        with patch("cobroke.storage.signer.time.time", lambda now=moment: now):
            assert fresh.headers("GetItem", b"")["authorization"] == last[-1]
    assert len({*last}) == 3


class Oracle:
    """boto3's client over a reply: what it sends, and what it answers."""

    def __init__(self) -> None:
        self.reply, self.body = ok({}), b""
        self.client: Any = boto3.client("dynamodb", config=Config(retries=NO_RETRIES))

        def answer(request: AWSPreparedRequest, **_: Any) -> Any:
            self.body = cast("bytes", request.body)
            raw: Any = Raw(self.reply.body)
            return AWSResponse(request.url, self.reply.status, HTTPHeaders(), raw)

        self.client.meta.events.register("before-send.dynamodb", answer)


NO_RETRIES: Any = {"mode": "standard", "total_max_attempts": 1}


class Raw:
    """A body as urllib3 has it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> Iterator[bytes]:
        yield self._body


@cache
def the_oracle() -> Oracle:
    """Made once: that takes longer than all that is asked of it."""
    return Oracle()


def oracle_of(reply: Reply) -> Oracle:
    oracle = the_oracle()
    oracle.reply = reply
    return oracle


ASKED: list[tuple[str, Any]] = [
    ("get_item", GET),
    ("batch_get_item", {"RequestItems": {"t": {"Keys": [KEY], "ConsistentRead": True}}}),
    ("transact_get_items", {"TransactItems": [{"Get": {"TableName": "t", "Key": KEY}}]}),
    (
        "query",
        {
            "TableName": "t",
            "KeyConditionExpression": "PK = :pk",
            "ExpressionAttributeValues": {":pk": {"S": "MARKET#москва"}},
            "ScanIndexForward": False,
            "Limit": 7,
            "ExclusiveStartKey": KEY,
        },
    ),
    (
        "scan",
        {"TableName": "t", "ProjectionExpression": "#a", "ExpressionAttributeNames": {"#a": "a"}},
    ),
]


@pytest.mark.parametrize(("operation", "asked"), ASKED, ids=[name for name, _ in ASKED])
@given(item=ITEMS)
def test_it_reads_what_boto3_reads(operation: str, asked: Any, item: dict[str, Any]) -> None:
    raw = attributes_of(item)
    written = json.loads(json.dumps(raw, default=lambda some: b64encode(some).decode()))
    answers = {
        "get_item": {"Item": written},
        "batch_get_item": {
            "Responses": {"t": [written]},
            "UnprocessedKeys": {"t": {"Keys": [KEY]}},
        },
        "transact_get_items": {"Responses": [{"Item": written}, {}]},
    }
    reply = ok(answers.get(operation, {"Items": [written, written], "LastEvaluatedKey": KEY}))
    oracle, (ours, wire) = oracle_of(reply), a_client(reply)
    expected = getattr(oracle.client, operation)(**asked)
    del expected["ResponseMetadata"]
    assert getattr(ours, operation)(**asked) == expected
    assert json.loads(wire.sent[0][1]) == json.loads(oracle.body)


@given(item=ITEMS)
def test_it_writes_what_boto3_writes(item: dict[str, Any]) -> None:
    put = {"TableName": "t", "Item": {**KEY, **attributes_of(item)}}
    for operation, asked in (
        ("put_item", put),
        (
            "transact_write_items",
            {"TransactItems": [{"Put": put}], "ClientRequestToken": "once"},
        ),
    ):
        oracle, (ours, wire) = oracle_of(ok({})), a_client(ok({}))
        getattr(oracle.client, operation)(**asked)
        getattr(ours, operation)(**asked)
        assert json.loads(wire.sent[0][1]) == json.loads(oracle.body)


@pytest.mark.parametrize(
    "reply",
    [
        refused("ConditionalCheckFailedException", message="The conditional request failed"),
        refused(
            "TransactionCanceledException",
            Message="cancelled",
            CancellationReasons=[{"Code": "None"}, {"Code": "TransactionConflict"}],
        ),
        refused("InternalServerError", 500),
        Reply(503, None, b"Service Unavailable"),
    ],
    ids=["condition", "reasons", "server", "no JSON"],
)
def test_it_refuses_as_boto3_does(reply: Reply) -> None:
    oracle, (ours, _) = oracle_of(reply), a_client(reply, reply, reply)
    with pytest.raises(ClientError) as expected:
        oracle.client.get_item(**GET)
    with pauses(), pytest.raises(ClientError) as found:
        ours.get_item(**GET)
    said, meant = cast("Any", found.value.response), cast("Any", expected.value.response)
    assert said["Error"]["Code"] == meant["Error"]["Code"]
    assert said.get("CancellationReasons") == meant.get("CancellationReasons")
    assert client.reasons(found.value) == client.reasons(expected.value)


CUT = Reply(200, "1", b'{"Item": {}}')


@pytest.mark.parametrize(
    "passing",
    [
        refused("ProvisionedThroughputExceededException"),
        refused("ThrottlingException"),
        refused("TransactionInProgressException"),
        refused("InternalServerError", 500),
        Reply(502, None, b"<html>"),
        CUT,
        TimeoutError(),
        ConnectionResetError(),
    ],
    ids=str,
)
def test_what_passes_is_tried_again_the_very_same_and_three_times_at_most(
    passing: Reply | Exception,
) -> None:
    ours, wire = a_client(passing, ok({"Item": {"a": {"B": "AAE="}}}))
    with pauses() as longest:
        assert ours.get_item(**GET) == {"Item": {"a": {"B": b"\0\1"}}}
    assert wire.sent[0][1] == wire.sent[1][1]
    assert longest == [1]

    ours, wire = a_client(passing, passing, passing, ok({}))
    with pauses() as longest, pytest.raises((ClientError, HTTPClientError)):
        ours.get_item(**GET)
    assert len(wire.sent) == 3
    assert longest == [1, 2]


@pytest.mark.parametrize(
    "answer",
    [
        Reply(503, None, b"Service Unavailable"),
        refused("InternalServerError", 500),
        refused("ThrottlingException"),
        ConnectionResetError(),
    ],
    ids=["no JSON", "server", "throttled", "reset"],
)
def test_what_does_not_pass_in_time_is_busy_and_no_bug(answer: Reply | Exception) -> None:
    table = Table("t")
    table._client, _ = a_client(answer, answer, answer)
    with pauses(), pytest.raises(Busy):
        table.get(("PK", "SK"))


def test_what_is_begun_is_sent_at_once_and_tried_again_when_it_is_waited_for() -> None:
    lean, wire = a_client(refused("ThrottlingException"), ok({"Item": {}}), ok({"Responses": {}}))
    begun = lean.begin_batch_get_item(RequestItems={})
    assert len(wire.sent) == 1
    assert lean.get_item(TableName="any", Key={}) == {"Item": {}}
    assert begun() == {"Responses": {}}
    assert [body for _, body in wire.sent] == [
        b'{"RequestItems":{}}',
        wire.sent[1][1],
        wire.sent[0][1],
    ]


@pytest.mark.parametrize(
    "code", ["ConditionalCheckFailedException", "ValidationException", "AccessDeniedException"]
)
def test_a_refusal_is_not_tried_again(code: str) -> None:
    ours, wire = a_client(refused(code), ok({}))
    with pytest.raises(ClientError):
        ours.get_item(**GET)
    assert len(wire.sent) == 1


@pytest.mark.parametrize(
    ("environment", "host"),
    [
        ({"AWS_REGION": "eu-north-1"}, "dynamodb.eu-north-1.amazonaws.com"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, "127.0.0.1:1"),
        ({"AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:2"}, "127.0.0.1:2"),
    ],
)
def test_it_goes_where_the_environment_says(
    environment: dict[str, str], host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert client.connect("dynamodb")._connections.netloc == host


def test_a_call_is_over_within_15_seconds_so_that_no_transaction_commits_20_after_its_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lean = client.connect("dynamodb")
    monkeypatch.setenv("STORE_CLIENT", "boto3")
    config = client.connect("dynamodb").meta.config
    assert config.retries == {"mode": "standard", "total_max_attempts": lean._attempts}
    assert config.read_timeout == lean._connections.read_timeout
    # The longest pauses of this mode, in s: 1, 2, 4, … up to 20; the lean client makes the same.
    # Its new ways would add up to 5 each, as a reply asks.
    assert not NEW_RETRIES_ENABLED
    pauses = sum(min(2**number, 20) for number in range(lean._attempts - 1))
    assert lean._attempts * (config.connect_timeout + config.read_timeout) + pauses < 15
