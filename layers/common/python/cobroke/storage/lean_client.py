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
import select
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Mapping
from functools import cached_property, partialmethod
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from cobroke.storage.signer import Signer

type Json = dict[str, Any]

CONNECT_SECONDS = 1.0
SERVER_FAULT = 500
"""The least status of an answer that passes."""


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
        body, tried = _encode(asked).encode(), 0
        while True:
            tried += 1
            came = self._sent(operation, body)
            if isinstance(came, Reply) and came.status == http.client.OK:
                return _decode(came.body.decode()) if came.body else {}
            if tried == self._attempts or not self._passes(came):
                raise _error(operation, came)
            time.sleep(random.uniform(0, 2.0 ** (tried - 1)))  # noqa: S311 - jitter, no secret

    def close(self) -> None:
        """Close what is kept, as boto3's does; another call opens anew."""
        self._connections.close()

    get_item = partialmethod(_call, "GetItem")
    batch_get_item = partialmethod(_call, "BatchGetItem")
    transact_get_items = partialmethod(_call, "TransactGetItems")
    query = partialmethod(_call, "Query")
    scan = partialmethod(_call, "Scan")
    put_item = partialmethod(_call, "PutItem")
    transact_write_items = partialmethod(_call, "TransactWriteItems")
    send_message = partialmethod(_call, "SendMessage")
    send_message_batch = partialmethod(_call, "SendMessageBatch")
    change_message_visibility = partialmethod(_call, "ChangeMessageVisibility")
    get_parameter = partialmethod(_call, "GetParameter")

    def _sent(self, operation: str, body: bytes) -> Reply | Exception:
        """Send it once, and return what came back, or what befell it."""
        try:
            reply = self._connections.post(self._signer.headers(operation, body), body)
        except (OSError, http.client.HTTPException) as fault:
            return fault
        if reply.checksum and int(reply.checksum) != zlib.crc32(reply.body):
            return ValueError("the checksum of an answer is another")
        return reply

    def _passes(self, came: Reply | Exception) -> bool:
        if isinstance(came, Exception):
            return True
        return came.status >= SERVER_FAULT or _code(came, _said(came)) in self._busy


class Connections:
    """Kept-alive connections to one host. A thread takes one for a request and gives it back."""

    def __init__(self, scheme: str, netloc: str, read_timeout: float) -> None:
        self.scheme, self.netloc, self.read_timeout = scheme, netloc, read_timeout
        self._idle: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()

    def post(self, headers: Mapping[str, str], body: bytes) -> Reply:
        """Send it and return the reply, whole. Raises OSError, HTTPException."""
        connection = self._taken() or self._opened()
        lines = "".join(f"{name}:{value}\r\n" for name, value in headers.items())
        head = f"POST / HTTP/1.1\r\n{lines}content-length:{len(body)}\r\n\r\n"
        try:
            connection.sock.sendall(head.encode() + body)  # at once: http.client sends twice
            response = http.client.HTTPResponse(connection.sock, method="POST")
            response.begin()
            reply = Reply(response.status, response.getheader("x-amz-crc32"), response.read())
        except BaseException:
            connection.close()
            raise
        if response.will_close:
            connection.close()
        else:
            with self._lock:
                self._idle.append(connection)
        return reply

    def close(self) -> None:
        """Close the connections that nobody uses now."""
        with self._lock:
            for connection in self._idle:
                connection.close()
            self._idle.clear()

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

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()

    def _new(self) -> http.client.HTTPConnection:
        if self.scheme == "https":
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
