"""The lean client over real sockets: connections are kept, shared by nobody, and made anew where
their other end has gone.
"""

import datetime
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from cobroke.storage.connections import Connections

TIMEOUT_S = 0.3
HELLO = b'{"hello": 1}'
type Serving = Callable[[socket.socket], None]


class Server:
    """Serves each connection in a thread of its own. `opened` counts them."""

    def __init__(self, serve: Serving) -> None:
        self.opened = 0
        self._serve = serve
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.opened += 1
            serving = threading.Thread(target=self._served, args=(connection,), daemon=True)
            self._threads.append(serving)
            serving.start()

    def _served(self, connection: socket.socket) -> None:
        with connection:
            self._serve(connection)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for thread in self._threads:
            thread.join(5)


@contextmanager
def serving(serve: Serving) -> Iterator[Server]:
    server = Server(serve)
    try:
        yield server
    finally:
        server.close()


def requests_on(connection: socket.socket) -> Iterator[None]:
    """One after the other, until the client is gone."""
    while came := connection.recv(65_536):
        while b"\r\n\r\nbody" not in came:
            came += connection.recv(65_536)
        yield


def an_answer(body: bytes = HELLO, length: int | None = None, more: str = "") -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {length or len(body)}\r\n{more}\r\n"
    return head.encode() + body


def answers(connection: socket.socket) -> None:
    for _ in requests_on(connection):
        connection.sendall(an_answer(more="x-amz-crc32: 7\r\n"))


def post(connections: Connections) -> bytes:
    return connections.post({"host": connections.netloc}, b"body")().body


@contextmanager
def to(
    server: Server, scheme: str = "http", read_timeout: float = TIMEOUT_S
) -> Iterator[Connections]:
    connections = Connections(scheme, server.address, read_timeout)
    yield connections
    connections.close()


def test_one_connection_serves_request_after_request() -> None:
    with serving(answers) as server, to(server) as connections:
        reply = connections.post({"host": server.address}, b"body")()
        assert reply == (200, "7", HELLO)
        assert [post(connections) for _ in range(5)] == [HELLO] * 5
        assert server.opened == 1


def test_each_of_many_at_once_has_its_own() -> None:
    together = threading.Barrier(4)

    def waits(connection: socket.socket) -> None:
        for _ in requests_on(connection):
            together.wait(5)
            connection.sendall(an_answer())

    with (
        serving(waits) as server,
        to(server, read_timeout=10) as connections,
        ThreadPoolExecutor(4) as pool,
    ):
        for _ in range(2):
            assert [*pool.map(lambda _: post(connections), range(4))] == [HELLO] * 4
        assert server.opened == 4


def test_what_is_sent_is_on_its_way_before_it_is_waited_for() -> None:
    together = threading.Barrier(2)

    def waits(connection: socket.socket) -> None:
        for _ in requests_on(connection):
            together.wait(5)
            connection.sendall(an_answer())

    with serving(waits) as server, to(server, read_timeout=10) as connections:
        for _ in range(2):
            first, second = (connections.post({"host": server.address}, b"body") for _ in "ab")
            assert (second().body, first().body) == (HELLO, HELLO)
        assert server.opened == 2


def test_what_the_other_end_has_closed_meanwhile_is_not_used_again() -> None:
    closed = threading.Event()

    def answers_once(connection: socket.socket) -> None:
        next(requests_on(connection))
        connection.sendall(an_answer())
        connection.shutdown(socket.SHUT_RDWR)
        closed.set()

    with serving(answers_once) as server, to(server) as connections:
        for opened in (1, 2, 3):
            assert post(connections) == HELLO
            assert closed.wait(5)
            closed.clear()
            assert server.opened == opened


def test_after_a_close_another_one_is_opened() -> None:
    with serving(answers) as server, to(server) as connections:
        for opened in (1, 2):
            assert post(connections) == HELLO
            connections.close()
            assert server.opened == opened


def test_what_the_other_end_says_it_will_close_is_not_kept() -> None:
    def says_so(connection: socket.socket) -> None:
        for _ in requests_on(connection):
            connection.sendall(an_answer(more="Connection: close\r\n"))

    with serving(says_so) as server, to(server) as connections:
        assert [post(connections), post(connections)] == [HELLO] * 2
        assert server.opened == 2


def test_a_server_that_is_silent_is_waited_for_no_longer_than_its_time() -> None:
    def is_silent(connection: socket.socket) -> None:
        for _ in requests_on(connection):
            pass

    with serving(is_silent) as server, to(server) as connections:
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            post(connections)
        assert TIMEOUT_S <= time.monotonic() - began < 5


def cut(connection: socket.socket) -> None:
    next(requests_on(connection))
    connection.sendall(an_answer(length=1000))
    connection.close()


def hangs_up(connection: socket.socket) -> None:
    next(requests_on(connection))
    connection.close()


def speaks_otherwise(connection: socket.socket) -> None:
    next(requests_on(connection))
    connection.sendall(b"SSH-2.0\r\n\r\n")
    connection.close()


@pytest.mark.parametrize("serve", [cut, hangs_up, speaks_otherwise])
def test_a_broken_answer_is_none_and_its_connection_is_not_kept(serve: Serving) -> None:
    with serving(serve) as server, to(server) as connections:
        for opened in (1, 2):
            with pytest.raises((OSError, HTTPException)):
                post(connections)
            assert server.opened == opened


def test_where_nobody_listens_it_says_so() -> None:
    with serving(answers) as server:
        pass
    with to(server) as connections, pytest.raises(ConnectionRefusedError):
        post(connections)


def test_a_server_with_a_certificate_of_its_own_making_is_told_nothing(tmp_path: Path) -> None:
    told = list[bytes]()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path / "certificate.pem"))

    def listens(connection: socket.socket) -> None:
        try:
            told.append(context.wrap_socket(connection, server_side=True).recv(65_536))
        except OSError:
            connection.close()

    with (
        serving(listens) as server,
        to(server, "https") as connections,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        post(connections)
    assert not told


def self_signed(path: Path) -> Path:
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")]),
    )
    now = datetime.datetime.now(datetime.UTC)
    certificate = x509.CertificateBuilder(
        name, name, key.public_key(), 1, now, now + datetime.timedelta(1)
    ).sign(key, hashes.SHA256())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    return path
