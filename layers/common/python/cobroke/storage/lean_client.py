"""The lean road to DynamoDB, SQS and SSM: what boto3's client is asked and answers, in its own
shapes, for a quarter of its time. See docs/decisions/0021-the-road-to-the-table.md.

All three speak JSON over POST. What botocore does besides is left out: models of all operations,
checks of what we write ourselves, rules for endpoints, events. What keeps a call safe is here:
Signature Version 4, time-outs, a few tries with pauses, the checksum.
"""

import base64
import http.client
import json
import os
import random
import time
import zlib
from collections.abc import Callable
from functools import partial, partialmethod
from typing import Any
from urllib.parse import SplitResult, urlsplit

from cobroke.storage.connections import Connections, Reply
from cobroke.storage.signer import Signer

type Json = dict[str, Any]

SERVER_FAULT = 500
"""The least status of an answer that passes."""
_BROKEN = OSError, http.client.HTTPException


class LeanClient:
    """A client of one service, for threads too. `busy` are the codes of errors that pass: a call
    that meets one is tried again, up to `attempts` times in all.

    Raises ClientError and HTTPClientError, as boto3's does.
    """

    def __init__(
        self, service: str, *, read_timeout: float, attempts: int, busy: frozenset[str]
    ) -> None:
        region = os.environ.get("AWS_REGION") or os.environ["AWS_DEFAULT_REGION"]
        url = _endpoint(service, region)
        self._signer = Signer(service, region, url.netloc)
        self._connections = Connections(url.scheme, url.netloc, read_timeout)
        self._attempts, self._busy = attempts, busy

    def _call(self, operation: str, **asked: Any) -> Json:  # noqa: ANN401 - boto3's own shapes
        return self._begin(operation, **asked)()

    def _begin(self, operation: str, **asked: Any) -> Callable[[], Json]:  # noqa: ANN401
        """Send it, and return what waits for its answer: the caller may do something else first."""
        body = _encode(asked).encode()
        return partial(self._answer, operation, body, self._sent(operation, body))

    def _answer(self, operation: str, body: bytes, sent: Callable[[], Reply | Exception]) -> Json:
        tried = 1
        while True:
            came = sent()
            if isinstance(came, Reply) and came.status == http.client.OK:
                return _decode(came.body.decode()) if came.body else {}
            if tried == self._attempts or not self._passes(came):
                raise _error(operation, came)
            time.sleep(random.uniform(0, 2.0 ** (tried - 1)))  # noqa: S311 - jitter, no secret
            sent, tried = self._sent(operation, body), tried + 1

    def close(self) -> None:
        """Close what is kept, as boto3's does; another call opens anew."""
        self._connections.close()

    get_item = partialmethod(_call, "GetItem")
    batch_get_item = partialmethod(_call, "BatchGetItem")
    begin_batch_get_item = partialmethod(_begin, "BatchGetItem")
    transact_get_items = partialmethod(_call, "TransactGetItems")
    query = partialmethod(_call, "Query")
    scan = partialmethod(_call, "Scan")
    put_item = partialmethod(_call, "PutItem")
    transact_write_items = partialmethod(_call, "TransactWriteItems")
    send_message = partialmethod(_call, "SendMessage")
    send_message_batch = partialmethod(_call, "SendMessageBatch")
    change_message_visibility = partialmethod(_call, "ChangeMessageVisibility")
    get_parameter = partialmethod(_call, "GetParameter")

    def _sent(self, operation: str, body: bytes) -> Callable[[], Reply | Exception]:
        """Send it once, and return what waits for what comes back, or befalls it."""
        try:
            reply = self._connections.post(self._signer.headers(operation, body), body)
        except _BROKEN as fault:
            broken = fault
            return lambda: broken
        return partial(_came, reply)

    def _passes(self, came: Reply | Exception) -> bool:
        if isinstance(came, Exception):
            return True
        return came.status >= SERVER_FAULT or _code(came, _said(came)) in self._busy


def _came(reply: Callable[[], Reply]) -> Reply | Exception:
    try:
        came = reply()
    except _BROKEN as fault:
        return fault
    if came.checksum and int(came.checksum) != zlib.crc32(came.body):
        return ValueError("the checksum of an answer is another")
    return came


def _endpoint(service: str, region: str) -> SplitResult:
    """Return where the service is: at AWS, or where the environment says."""
    chosen = os.environ.get(f"AWS_ENDPOINT_URL_{service.upper()}") or os.environ.get(
        "AWS_ENDPOINT_URL"
    )
    return urlsplit(chosen or f"https://{service}.{region}.amazonaws.com")


def _error(operation: str, came: Reply | Exception) -> Exception:
    """Say in botocore's words what came instead of an answer."""
    # Where all goes well a function starts without these.
    from botocore.exceptions import ClientError, HTTPClientError  # noqa: PLC0415

    if isinstance(came, Exception):
        return HTTPClientError(error=came)
    said = _said(came)
    answer: Any = {
        **said,
        "Error": {"Code": _code(came, said), "Message": said.get("message") or said.get("Message")},
        "ResponseMetadata": {"HTTPStatusCode": came.status},
    }
    return ClientError(answer, operation)


def _said(refusal: Reply) -> Json:
    """Read a refusal; of one that no service wrote, its status is all there is."""
    try:
        said: Json = _decode(refusal.body.decode())
    except ValueError:
        return {}
    return said


def _code(refusal: Reply, said: Json) -> str:
    return str(said.get("__type", refusal.status)).rpartition("#")[2]


def _in_base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _with_bytes(part: Json) -> Json:
    """Decode a value of bytes; no attribute of ours is called B."""
    if "B" in part:
        part["B"] = base64.b64decode(part["B"])
    return part


_encode = json.JSONEncoder(separators=(",", ":"), default=_in_base64, check_circular=False).encode
_decode = json.JSONDecoder(object_hook=_with_bytes).decode
