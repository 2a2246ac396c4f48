"""The lean client over something that answers in boto3's shapes: what goes out and comes back is
text, as on the wire.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any
from zlib import crc32

from botocore.exceptions import ClientError

from cobroke.storage.client import BUSY_CODES
from cobroke.storage.connections import Reply
from cobroke.storage.lean_client import LeanClient, _decode, _encode

type Answer = dict[str, Any]
type Answering = Callable[[str, Answer], Answer]
"""An operation as boto3's client names it (`get_item`), and what it is asked. Raises ClientError
for a refusal, OSError for a broken wire.
"""

ATTEMPTS, TIMEOUT_S = 3, 2.5
_WORD = re.compile(r"(?<=[a-z])(?=[A-Z])")


class _Connections:
    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def post(self, headers: Mapping[str, str], body: bytes) -> Callable[[], Reply]:
        reply = self._reply(headers, body)
        return lambda: reply

    def _reply(self, headers: Mapping[str, str], body: bytes) -> Reply:
        target = headers["x-amz-target"].partition(".")[2]
        try:
            answer = self._answering(_WORD.sub("_", target).lower(), _decode(body.decode()))
        except ClientError as refusal:
            return _reply(*_refused(refusal))
        return _reply(200, answer)


def lean_over(answering: Answering) -> LeanClient:
    client = LeanClient("dynamodb", read_timeout=TIMEOUT_S, attempts=ATTEMPTS, busy=BUSY_CODES)
    client._connections = _Connections(answering)  # type: ignore[assignment]
    return client


def _reply(status: int, answer: Answer) -> Reply:
    body = _encode(answer).encode()
    return Reply(status, str(crc32(body)), body)


def _refused(refusal: ClientError) -> tuple[int, Answer]:
    said: Any = refusal.response
    code = said["Error"]["Code"]
    reasons = {name: said[name] for name in ("CancellationReasons",) if name in said}
    status = 500 if code == "InternalServerError" else 400
    return status, {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", **reasons}
