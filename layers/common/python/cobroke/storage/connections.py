"""HTTP/1.1 to one host over kept-alive connections: a request goes out in one packet, and its reply
may be waited for later.
"""

import http.client
import select
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from typing import NamedTuple

CONNECT_SECONDS = 1.0


class Reply(NamedTuple):
    """What came over the wire."""

    status: int
    checksum: str | None
    body: bytes


class Connections:
    """Kept-alive connections to one host, one to a request that is under way."""

    def __init__(self, scheme: str, netloc: str, read_timeout: float) -> None:
        self.scheme, self.netloc, self.read_timeout = scheme, netloc, read_timeout
        self._idle: list[http.client.HTTPConnection] = []
        self._lock = threading.Lock()

    def post(self, headers: Mapping[str, str], body: bytes) -> Callable[[], Reply]:
        """Send it; return what waits for the whole reply. Both raise OSError, HTTPException."""
        connection = self._taken() or self._opened()
        lines = "".join(f"{name}:{value}\r\n" for name, value in headers.items())
        head = f"POST / HTTP/1.1\r\n{lines}content-length:{len(body)}\r\n\r\n"
        try:
            connection.sock.sendall(head.encode() + body)  # at once: http.client sends twice
        except BaseException:
            connection.close()
            raise
        return partial(self._reply, connection)

    def _reply(self, connection: http.client.HTTPConnection) -> Reply:
        try:
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
