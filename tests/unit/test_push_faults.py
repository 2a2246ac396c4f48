"""A push is never a double because the table was busy, and no chat is written to before it wants to
be.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from unittest.mock import patch

import pytest

from cobroke.domain.errors import Busy
from cobroke.domain.notices.wording import Words
from cobroke.domain.realtors import Realtor
from cobroke.flows.notices.push import LONGEST_SEND_S, PushResult, push
from cobroke.storage import realtors
from cobroke.storage.notices import notices, pushes
from cobroke.storage.notices.notices import Notice
from cobroke.storage.pauses import TRIES
from cobroke.storage.table import Table, Write
from cobroke.telegram.bot_api import Answer, Sent, Slower
from tests.memory_table import MemoryTable

NOW_S = 1_764_000_000


@dataclass
class Phone:
    """A proven realtor's, and the table that their notices lie in."""

    table: MemoryTable = field(default_factory=MemoryTable)
    answers: list[Answer] = field(default_factory=list)
    """To the next messages; then each is sent."""
    received: list[str] = field(default_factory=list)
    left_s: float = 60
    """Of the function's time; only pauses spend it."""

    def __post_init__(self) -> None:
        self.owner = realtors.register(
            self.table, Realtor("", "42", "+79161234567", verified=True)
        ).id
        self.notices = [self._put(number) for number in range(2)]

    def _put(self, number: int) -> str:
        notice = Notice(
            notices.notice_id(NOW_S * 1000, number), "NEW_MATCH", Words(f"№ {number}", "Текст"), {}
        )
        assert notices.put(self.table, self.owner, notice)
        return notice.id

    def send(self, _: str, words: Words) -> Answer:
        answer = self.answers.pop(0) if self.answers else Sent()
        self.received += [words.title] if isinstance(answer, Sent) else []
        return answer

    def push(self, number: int = 0) -> PushResult:
        return push(self.table, self.send, self.owner, self.notices[number], NOW_S)

    @property
    def waits_until(self) -> int:
        owner = realtors.find(self.table, self.owner)
        assert owner
        return owner.push_after

    def spend(self, seconds: float) -> None:
        self.left_s -= seconds


@pytest.fixture
def phone() -> Iterator[Phone]:
    phone = Phone()
    with (
        patch.object(Table, "seconds_left", property(lambda _: phone.left_s)),
        patch("cobroke.storage.pauses.time.sleep", phone.spend),
    ):
        yield phone


class Deaf:
    """A table that does not take a `pushed_at` for `calls` calls."""

    def __init__(self, table: Table, calls: int) -> None:
        self.transact, self.left = table.transact, calls

    def __call__(self, writes: Sequence[Write]) -> None:
        if "pushed_at" in writes[0].get("Update", {}).get("UpdateExpression", "") and self.left > 0:
            self.left -= 1
            raise Busy
        self.transact(writes)


@pytest.mark.parametrize("calls", [1, TRIES, 3 * TRIES])
def test_that_a_message_was_sent_is_written_as_soon_as_the_table_takes_it(
    phone: Phone, calls: int
) -> None:
    with patch.object(phone.table, "transact", Deaf(phone.table, calls)):
        assert phone.push() == PushResult("sent")
    assert pushes.load(phone.table, phone.owner, phone.notices[0]) == "pushed before"
    assert phone.push() == PushResult("pushed before")
    assert phone.received == ["№ 0"]


def test_it_is_tried_until_the_time_is_spent(phone: Phone) -> None:
    with patch.object(phone.table, "transact", Deaf(phone.table, 10**6)), pytest.raises(Busy):
        phone.push()
    assert 0 <= phone.left_s < 1
    assert phone.received == ["№ 0"]


def test_without_the_time_to_write_it_down_nothing_is_sent_and_the_message_comes_again(
    phone: Phone,
) -> None:
    phone.left_s = LONGEST_SEND_S
    said, again_after_s = phone.push()
    assert (said, phone.received) == ("no time left", [])
    assert again_after_s is not None
    phone.left_s = 60
    assert phone.push() == PushResult("sent"), "it was not claimed"


def test_a_shorter_wait_never_replaces_a_longer_one(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone.answers = [Slower(100)]
    send = phone.send

    def while_another_is_sent(*_: object) -> Answer:
        monkeypatch.setattr(phone, "send", send)
        assert phone.push(1) == PushResult("slower", 100)
        return Slower(5)

    monkeypatch.setattr(phone, "send", while_another_is_sent)
    assert phone.push(0) == PushResult("slower", 5)
    assert phone.waits_until == NOW_S + 100
    assert phone.push(0) == PushResult("waiting", 100)


def test_a_longer_wait_replaces_a_shorter_one(phone: Phone) -> None:
    owner = realtors.find(phone.table, phone.owner)
    assert owner
    for seconds, until in ((5, 5), (100, 100), (100, 100), (99, 100)):
        pushes.wait(phone.table, owner, NOW_S + seconds)
        assert phone.waits_until == NOW_S + until
