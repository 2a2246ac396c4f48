"""A Bot API on this machine: it answers as a test plans, and keeps what it was sent."""

import contextlib
import json
import threading
from collections import defaultdict, deque
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple, override


class Reply(NamedTuple):
    """To one message. `taken`: whether Telegram shows the message; `spoken`: without it the
    connection just closes.
    """

    status: int = 200
    body: bytes = b'{"ok": true, "result": {"message_id": 1}}'
    taken: bool = False
    after_s: float = 0
    spoken: bool = True
    header: bytes = b""


class Received(NamedTuple):
    path: str
    document: Any
    taken: bool


def refusal(status: int, **parameters: int) -> Reply:
    """As the Bot API words it."""
    document = {"ok": False, "error_code": status, "description": "No", "parameters": parameters}
    return Reply(status, json.dumps(document).encode())


OK = Reply(taken=True)
SILENT = Reply(spoken=False, taken=True)
"""The message is there, and nobody says so."""
BLOCKED, REFUSED, BROKEN = refusal(403), refusal(400), refusal(500)


def slower(seconds: int) -> Reply:
    return refusal(429, retry_after=seconds)


class FakeBotApi:
    """Answers at `url`; a chat for which nothing is planned gets OK."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.url = f"http://127.0.0.1:{server.server_port}"
        self.received: list[Received] = []
        self.stopping = threading.Event()
        self._plans: dict[int, deque[Reply]] = defaultdict(deque)

    def plan(self, chat_id: int, *replies: Reply) -> None:
        """One for each of the next messages to the chat."""
        self._plans[chat_id].extend(replies)

    def inbox(self, chat_id: int) -> list[str]:
        """The texts that are there to read, in order."""
        there = [one.document for one in list(self.received) if one.taken]
        return [document["text"] for document in there if document["chat_id"] == chat_id]

    def take(self, path: str, document: Any) -> Reply:
        plan = self._plans[document["chat_id"]]
        reply = plan.popleft() if plan else OK
        self.received.append(Received(path, document, reply.taken))
        return reply


@contextlib.contextmanager
def fake_bot_api() -> Iterator[FakeBotApi]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.daemon_threads = False  # the end waits for what is being answered
        server.api = api = FakeBotApi(server)  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield api
        finally:
            api.stopping.set()
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        api: FakeBotApi = self.server.api  # type: ignore[attr-defined]
        reply = api.take(
            self.path, json.loads(self.rfile.read(int(self.headers["content-length"])))
        )
        if reply.after_s:
            api.stopping.wait(reply.after_s)
        if reply.spoken:
            head = f"HTTP/1.1 {reply.status} Whatever\r\n"
            head += "content-type: application/json\r\nconnection: close\r\n"
            with contextlib.suppress(OSError):  # it was not waited for
                self.wfile.write(head.encode() + reply.header + b"\r\n" + reply.body)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        """To nobody."""
