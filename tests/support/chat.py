"""A realtor whom Telegram has proven: what they are told, and what comes to their chat, by both
functions over one table in memory and the post between them.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from unittest.mock import patch

from cobroke.domain.notices.push_settings import PushSettings
from cobroke.domain.notices.wording import Words
from cobroke.domain.realtors import Realtor
from cobroke.storage import keys, realtors
from cobroke.storage.notices import notices, outboxes, push_settings
from cobroke.storage.notices.notices import Notice
from cobroke.storage.notices.outboxes import Outbox
from cobroke.telegram.bot_api import Answer, Refused, Sent
from functions.stream_notifications import handler as notifying
from functions.telegram_push import handler as pushing
from infra.triggers import STREAM_READERS
from tests.memory_table import MemoryTable
from tests.pump import Json, passes
from tests.support.post import START_MS, Post
from tests.support.scheduler import Killed

(PATTERNS,) = (one.patterns for one in STREAM_READERS if one.function == "stream_notifications")
MOST_DEATHS = 100


@dataclass
class Chat:
    """`answers`: to the next messages, an exception is raised; then each is sent, but those
    with the titles that it `refuses`. `received`: when
    (s from the start) what came, by its title.
    """

    table: MemoryTable = field(default_factory=MemoryTable)
    post: Post = field(default_factory=Post)
    answers: list[Answer | Exception] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)
    received: list[tuple[float, str]] = field(default_factory=list)
    asked: int = 0
    position: int = 0

    def __post_init__(self) -> None:
        self.owner = realtors.register(self.table, Realtor("", "42", "+7", verified=True)).id
        self._numbers = count(1)

    @contextmanager
    def open(self) -> Iterator["Chat"]:
        """Let the functions work for it."""
        with self.post.delivering(self.table), patch.object(pushing, "_send", self.send):
            yield self

    def send(self, chat_id: str, words: Words) -> Answer:
        assert chat_id == "42"
        self.asked += 1
        answer = self.answers.pop(0) if self.answers else Sent()
        if isinstance(answer, Sent) and words.title in self.refuses:
            answer = Refused(400)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Sent):
            self.received.append((self.seconds, words.title))
        return answer

    @property
    def seconds(self) -> float:
        return (self.post.now - START_MS) / 1000

    @property
    def titles(self) -> list[str]:
        return [title for _, title in self.received]

    def told(self, *, recommended: bool = False) -> str:
        """Tell them something, and let the stream follow; the notice's id."""
        an_id = self.tell(recommended=recommended)
        self.settle()
        return an_id

    def tell(self, *, recommended: bool = False) -> str:
        number = next(self._numbers)
        an_id = f"{keys.moment(self.post.now)}-{number:016x}"
        data = {"reason": "RECOMMENDED" if recommended else "OFFER"}
        notice = Notice(an_id, "NEW_MATCH", Words(f"№ {number}", "т"), data)
        self.put(notice)
        return an_id

    def put(self, notice: Notice) -> None:
        notices.put(self.table, self.owner, notice)

    def sets(self, **settings: Any) -> None:
        push_settings.put(self.table, self.owner, PushSettings(**settings), self.post.clock)
        self.settle()

    def reads(self, notice: str) -> None:
        notices.read(self.table, self.owner, notice, self.post.now // 1000)

    def settle(self) -> None:
        """Let the stream come; a record whose function dies comes again."""
        while self.position < len(self.table.stream):
            record = self.table.stream[self.position]
            self.position += 1
            if any(passes(record, pattern) for pattern in PATTERNS):
                self._deliver(record)

    def _deliver(self, record: Json) -> None:
        for _ in range(MOST_DEATHS):
            try:
                if not notifying.handler({"Records": [record]}, None)["batchItemFailures"]:
                    return
            except Killed:
                continue
        raise AssertionError("the record never gets through")

    @property
    def outbox(self) -> Outbox:
        return outboxes.load(self.table, self.owner).outbox

    @property
    def profile(self) -> Realtor:
        found = realtors.find(self.table, self.owner)
        assert found
        return found


def told_by(title: str) -> int:
    """How many notices a message tells of."""
    many = re.match(r"У вас (\d+)", title)
    return int(many[1]) if many else 1
