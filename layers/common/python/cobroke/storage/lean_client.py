"""The lean road to DynamoDB, SQS and SSM: what boto3's client is asked and answers, in its own
shapes, for a quarter of its time. See docs/decisions/0021-the-road-to-the-table.md.

All three speak JSON over POST. What botocore does besides is left out: models of all operations,
checks of what we write ourselves, rules for endpoints, events. What keeps a call safe is here:
Signature Version 4, time-outs, a few tries with pauses, the checksum.
"""

import base64
import hashlib
import hmac
import http.client
import json
import os
import random
import select
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Mapping
from functools import partialmethod
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from botocore.exceptions import ClientError, HTTPClientError

type Json = dict[str, Any]

PROTOCOLS = {
    "dynamodb": ("DynamoDB_20120810", "application/x-amz-json-1.0"),
    "sqs": ("AmazonSQS", "application/x-amz-json-1.0"),
    "ssm": ("AmazonSSM", "application/x-amz-json-1.1"),
}
"""By the service: what an operation's name follows in `X-Amz-Target`, and the content type."""
CONNECT_SECONDS = 1.0
LONGEST_PAUSE_S = 20.0
_SERVER_FAULT = 500


class Reply(NamedTuple):
    """What came over the wire."""

    status: int
    checksum: str | None
    body: bytes


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
        body = _encode(asked).encode()
        tried = 0
        while True:
            tried += 1
            try:
                return self._answer(operation, body)
            except (ClientError, HTTPClientError) as error:
                if tried == self._attempts or not self._passes(error):
                    raise
            longest = min(2.0 ** (tried - 1), LONGEST_PAUSE_S)
            time.sleep(random.uniform(0, longest))  # noqa: S311 - jitter, no secret

    get_item = partialmethod(_call, "GetItem")
    batch_get_item = partialmethod(_call, "BatchGetItem")
    transact_get_items = partialmethod(_call, "TransactGetItems")
    query = partialmethod(_call, "Query")
    scan = partialmethod(_call, "Scan")
    put_item = partialmethod(_call, "PutItem")
    transact_write_items = partialmethod(_call, "TransactWriteItems")
    send_message = partialmethod(_call, "SendMessage")
    send_message_batch = partialmethod(_call, "SendMessageBatch")
    get_parameter = partialmethod(_call, "GetParameter")
    change_message_visibility = partialmethod(_call, "ChangeMessageVisibility")

    def _answer(self, operation: str, body: bytes) -> Json:
        """Send it once. Raises ClientError for a refusal, HTTPClientError for a broken wire."""
        try:
            reply = self._connections.post(self._signer.headers(operation, body), body)
        except (OSError, http.client.HTTPException) as fault:
            raise HTTPClientError(error=fault) from None
        if reply.checksum and int(reply.checksum) != zlib.crc32(reply.body):
            raise HTTPClientError(error="the checksum of an answer is another")
        if reply.status == http.client.OK:
            return _decode(reply.body.decode()) if reply.body else {}
        raise _refusal(operation, reply)

    def _passes(self, error: ClientError | HTTPClientError) -> bool:
        if isinstance(error, HTTPClientError):
            return True
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        return status >= _SERVER_FAULT or error.response["Error"]["Code"] in self._busy


class Signer:
    """Signs requests of one host by AWS's Signature Version 4, with the credentials of the
    environment: those of a Lambda function stay while it runs.
    """

    def __init__(self, service: str, region: str, host: str) -> None:
        self._scope = f"{region}/{service}/aws4_request"
        self._host = host
        self._target, self._content_type = PROTOCOLS[service]
        self._id = os.environ["AWS_ACCESS_KEY_ID"]
        self._secret = os.environ["AWS_SECRET_ACCESS_KEY"]
        self._token = os.environ.get("AWS_SESSION_TOKEN", "")
        self._key_of_day = "", b""

    def headers(self, operation: str, body: bytes) -> dict[str, str]:
        """Return all headers of a POST to the root of the host, signed."""
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time()))
        signed = {"content-type": self._content_type, "host": self._host, "x-amz-date": stamp}
        if self._token:
            signed["x-amz-security-token"] = self._token
        signed["x-amz-target"] = f"{self._target}.{operation}"  # in the order of names
        names = ";".join(signed)
        lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
        request = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
        scope = f"{stamp[:8]}/{self._scope}"
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        signature = _hmac(self._key_of(stamp[:8]), text).hex()
        signed["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self._id}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        )
        return signed

    def _key_of(self, day: str) -> bytes:
        made_for, key = self._key_of_day
        if made_for != day:
            key = f"AWS4{self._secret}".encode()
            for part in (day, *self._scope.split("/")):
                key = _hmac(key, part)
            self._key_of_day = day, key
        return key


class Connections:
    """Kept-alive connections to one host. A thread takes one for a request and gives it back."""

    def __init__(self, scheme: str, netloc: str, read_timeout: float) -> None:
        self.scheme, self.netloc, self.read_timeout = scheme, netloc, read_timeout
        self._tls = ssl.create_default_context() if scheme == "https" else None
        self._idle: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()

    def post(self, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send it and return the reply, whole. Raises OSError, HTTPException."""
        connection = self._taken() or self._opened()
        try:
            connection.request("POST", "/", body, dict(headers))
            response = connection.getresponse()
            reply = Reply(response.status, response.getheader("x-amz-crc32"), response.read())
        except BaseException:
            connection.close()
            raise
        if not response.will_close:
            with self._lock:
                self._idle.append(connection)
        return reply

    def _taken(self) -> http.client.HTTPConnection | None:
        """Take the one that was used last, if its other end has not closed it meanwhile."""
        while True:
            with self._lock:
                if not self._idle:
                    return None
                connection = self._idle.pop()
            if not _is_readable(connection.sock):
                return connection
            connection.close()

    def _opened(self) -> http.client.HTTPConnection:
        connection = self._new()
        connection.connect()
        connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection.sock.settimeout(self.read_timeout)
        return connection

    def _new(self) -> http.client.HTTPConnection:
        if self._tls:
            return http.client.HTTPSConnection(
                self.netloc, timeout=CONNECT_SECONDS, context=self._tls
            )
        return http.client.HTTPConnection(self.netloc, timeout=CONNECT_SECONDS)


def _is_readable(sock: socket.socket) -> bool:
    """Return whether something has come: where nothing was asked, that is its end."""
    waiting = select.poll()
    waiting.register(sock, select.POLLIN)
    return bool(waiting.poll(0))


def _endpoint(service: str, region: str) -> SplitResult:
    """Return where the service is: at AWS, or where the environment says."""
    chosen = os.environ.get(f"AWS_ENDPOINT_URL_{service.upper()}") or os.environ.get(
        "AWS_ENDPOINT_URL"
    )
    return urlsplit(chosen or f"https://{service}.{region}.amazonaws.com")


def _refusal(operation: str, reply: Reply) -> ClientError:
    """Read the error of a reply; of one that no service wrote, its status is all there is."""
    try:
        said = _decode(reply.body.decode())
    except ValueError:
        said = {}
    code = str(said.get("__type", reply.status)).rpartition("#")[2]
    answer: Any = {
        **said,
        "Error": {"Code": code, "Message": said.get("message") or said.get("Message", "")},
        "ResponseMetadata": {"HTTPStatusCode": reply.status},
    }
    return ClientError(answer, operation)


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")


def _in_base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _with_bytes(part: Json) -> Json:
    """Decode a value of bytes; no attribute of ours is called B."""
    if "B" in part:
        part["B"] = base64.b64decode(part["B"])
    return part


_encode = json.JSONEncoder(separators=(",", ":"), default=_in_base64, check_circular=False).encode
_decode = json.JSONDecoder(object_hook=_with_bytes).decode
