"""The account that in-process tests run in: a table, a signing key, a bot."""

import base64
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal
from unittest.mock import patch

import boto3
import moto  # before any client is made
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from moto.core.models import botocore_stubber

from cobroke.storage.connections import Connections, Reply
from tests.builders import BOT_TOKEN

type KeyType = Literal["HASH", "RANGE"]


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


PRIVATE_KEY = Ed25519PrivateKey.generate()
KEY_ID = "test-key"
TABLE = "cobroke-test"
PUSH_QUEUE = "cobroke-pushes"
PUSH_QUEUE_URL = f"https://sqs.eu-central-1.amazonaws.com/123456789012/{PUSH_QUEUE}"
ERASURE_QUEUE = "cobroke-erasures"
ERASURE_QUEUE_URL = f"https://sqs.eu-central-1.amazonaws.com/123456789012/{ERASURE_QUEUE}"
PARAMETERS = {
    "/cobroke/local/signing-key": text(PRIVATE_KEY.private_bytes_raw()),
    "/cobroke/local/telegram-bot-token": BOT_TOKEN,
    "/cobroke/local/hash-key": text(Ed25519PrivateKey.generate().private_bytes_raw()),
}
os.environ |= {
    "STAGE": "local",
    "TABLE_NAME": TABLE,
    "PUBLIC_KEYS": json.dumps({KEY_ID: text(PRIVATE_KEY.public_key().public_bytes_raw())}),
    "SIGNING_KEY_ID": KEY_ID,
    "SIGNING_KEY_PARAMETER": "/cobroke/local/signing-key",
    "BOT_TOKEN_PARAMETER": "/cobroke/local/telegram-bot-token",
    "HASH_KEY_PARAMETER": "/cobroke/local/hash-key",
    "REGISTRATION": "open",
    "PUSH_QUEUE_URL": PUSH_QUEUE_URL,
    "ERASURE_QUEUE_URL": ERASURE_QUEUE_URL,
    "PUSH_QUEUE_ARN": f"arn:aws:sqs:eu-central-1:123456789012:{PUSH_QUEUE}",
    "PUSH_SCHEDULES": "cobroke-local-push-",
    "PUSH_SCHEDULES_ROLE": "arn:aws:iam::123456789012:role/cobroke-local-pushes",
    "STORE_CLIENT": "lean",
}
for _name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
    os.environ.setdefault(_name, "test")
os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")


_SETTINGS: Any = {
    "core": {
        "mock_credentials": True,
        "passthrough": {"urls": [], "services": []},
        "reset_boto3_session": False,
    }
}


@contextmanager
def opened_account() -> Iterator[None]:
    """An account of moto's with what the functions expect in it. boto3's default session outlives
    it: a new one reads the descriptions of all services again, ten times as long as all the rest.
    """
    with moto.mock_aws(config=_SETTINGS), patch.object(Connections, "post", _post_to_moto):
        _make_what_is_expected()
        yield


def _post_to_moto(
    connections: Connections, headers: Mapping[str, str], body: bytes
) -> Callable[[], Reply]:
    """What the lean client would send, as moto takes it of boto3."""
    url = f"{connections.scheme}://{connections.netloc}/"
    named = HTTPHeaders.from_dict(dict(headers))
    answer = botocore_stubber("", AWSPreparedRequest("POST", url, named, body, stream_output=False))
    assert answer, "moto is off"
    reply = Reply(answer.status_code, answer.headers.get("x-amz-crc32"), answer.content)
    return lambda: reply


def _make_what_is_expected() -> None:
    for name, value in PARAMETERS.items():
        boto3.client("ssm").put_parameter(Name=name, Value=value, Type="SecureString")
    for queue in (PUSH_QUEUE, ERASURE_QUEUE):
        boto3.client("sqs").create_queue(QueueName=queue)
    keys: tuple[tuple[str, KeyType], ...] = ("PK", "HASH"), ("SK", "RANGE")
    boto3.client("dynamodb").create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        BillingMode="PAY_PER_REQUEST",
    )
