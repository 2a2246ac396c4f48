"""A push is never a double because the table was busy, and nothing is sent that could not be
written down.
"""

from collections.abc import Iterator, Sequence
from unittest.mock import patch

import pytest

from cobroke.domain.errors import Busy
from cobroke.flows.notices.push import LONGEST_SEND_S
from cobroke.storage.pauses import TRIES
from cobroke.storage.table import Table, Write
from functions.telegram_push import handler as function
from tests.contention import contended
from tests.support.chat import Chat


@pytest.fixture(autouse=True)
def aws() -> None:
    """No account: all is in memory."""


class Clock:
    """The function's time; only pauses spend it."""

    left_s: float = 60

    def spend(self, seconds: float) -> None:
        self.left_s -= seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def chat(clock: Clock) -> Iterator[Chat]:
    with (
        Chat().open() as chat,
        patch.object(Table, "seconds_left", property(lambda _: clock.left_s)),
        patch("cobroke.storage.pauses.time.sleep", clock.spend),
    ):
        yield chat


class Deaf:
    """A table that takes no transaction behind a message for `calls` calls."""

    def __init__(self, chat: Chat, calls: int) -> None:
        self.chat, self.transact, self.left = chat, chat.table.transact, calls

    def __call__(self, writes: Sequence[Write]) -> None:
        if self.chat.asked and self.left > 0:
            self.left -= 1
            raise Busy
        self.transact(writes)


@pytest.mark.parametrize("calls", [1, TRIES, 3 * TRIES])
def test_that_a_message_was_sent_is_written_as_soon_as_the_table_takes_it(
    chat: Chat, calls: int
) -> None:
    chat.told()
    with patch.object(chat.table, "transact", Deaf(chat, calls)):
        chat.post.deliver_due()
    assert (chat.titles, chat.outbox.ids, chat.post.waiting) == (["№ 1"], [], [])


def test_it_is_tried_until_the_time_is_spent(chat: Chat, clock: Clock) -> None:
    chat.told()
    with patch.object(chat.table, "transact", Deaf(chat, 10**6)):
        chat.post.deliver_due()
    assert 0 <= clock.left_s < 1
    assert (chat.titles, len(chat.post.waiting)) == (["№ 1"], 1)


def test_without_the_time_to_write_it_down_nothing_is_sent_and_the_message_comes_again(
    chat: Chat, clock: Clock
) -> None:
    chat.told()
    clock.left_s = LONGEST_SEND_S
    chat.post.deliver_due()
    assert (chat.titles, len(chat.post.waiting), chat.outbox.claimed_until) == ([], 1, 0)
    clock.left_s = 60
    chat.post.deliver_all()
    assert chat.titles == ["№ 1"]


def test_a_write_that_meets_another_is_no_reason_to_send_twice(chat: Chat, clock: Clock) -> None:
    numbers = iter(range(10**6))
    chat.told()
    with contended(chat.table, lambda: next(numbers) % 2 == 1):
        chat.post.deliver_all()
    assert (chat.titles, chat.post.tries) == (["№ 1"], [0])
    assert clock.left_s < 60


def test_of_two_deliveries_at_once_one_sends_and_the_other_waits_until_nobody_does(
    chat: Chat,
) -> None:
    for _ in range(2):
        chat.told()
    body, send = chat.post.waiting[0].body, chat.send
    again = iter([True])

    def while_another_comes(chat_id: str, words: object) -> object:
        if next(again, False):
            function._push({**body}, 1)
        return send(chat_id, words)  # type: ignore[arg-type]

    with patch.object(function, "_send", while_another_comes):
        chat.post.deliver_all()
    assert chat.received == [(0, "№ 1"), (1, "№ 2")]
    assert chat.post.tries == [0, 1, 60]


def test_who_dies_while_sending_leaves_a_claim_that_ends_by_itself(chat: Chat) -> None:
    chat.told()
    with (
        patch.object(function, "_send", side_effect=ConnectionError),
        patch.object(chat.table, "transact", Deaf(chat, 0)),
        patch("cobroke.flows.notices.push._give_up", side_effect=Busy),
    ):
        chat.post.deliver_due()
    assert chat.outbox.claimed_until > chat.post.now
    chat.post.deliver_all()
    assert (chat.received, chat.post.tries) == ([(60, "№ 1")], [0, 10, 60])
