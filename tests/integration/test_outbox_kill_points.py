"""Killed before and behind every call of the table, the queue, the schedules and Telegram, or with
others in between: nothing is lost, and only a lost answer makes a double.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any
from unittest.mock import patch

import pytest

from cobroke.domain.errors import Busy
from cobroke.domain.notices.push_settings import Quiet
from cobroke.telegram.bot_api import Blocked, Slower, Unreachable
from tests.memory_table import MemoryTable
from tests.support.chat import Chat, told_by
from tests.support.scheduler import Killed
from tests.support.table_calls import When, watched
from tests.support.table_faults import faulty, sometimes

TELLS = "sendMessage"
WRITES = "transact_write_items"
NOW = Quiet("15:00", "08:00")


@dataclass
class Points:
    """Dies at the point of this number: each call has one before and one behind it."""

    dies_at: int = -2
    passed: int = 0
    done: list[str] = field(default_factory=list)
    """The calls that have taken effect until it died."""

    def wrapped(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*asked: Any) -> Any:
            self.point()
            answer = call(*asked)
            self.note(name)
            self.point()
            return answer

        return wrapper

    def note(self, name: str) -> None:
        if self.passed <= self.dies_at:
            self.done.append(name)

    def point(self) -> None:
        self.passed += 1
        if self.passed - 1 == self.dies_at:
            raise Killed

    @property
    def lost_an_answer(self) -> bool:
        """It died between a message and what would have said so."""
        return TELLS in self.done and WRITES not in self.done[_last(self.done, TELLS) :]


def _last(names: list[str], name: str) -> int:
    return len(names) - 1 - names[::-1].index(name)


@contextmanager
def dying(chat: Chat, points: Points) -> Iterator[None]:
    calls = list[str]()

    def at_call(number: int, when: When) -> None:
        if when == "after":
            points.note(calls[number])
        points.point()

    post = chat.post
    with ExitStack() as stack:
        stack.enter_context(
            patch.multiple(
                post,
                put=points.wrapped("put", post.put),
                schedule=points.wrapped("schedule", post.schedule),
                delete=points.wrapped("delete", post.delete),
            )
        )
        sends = points.wrapped(TELLS, chat.send)
        stack.enter_context(patch("functions.telegram_push.handler._send", sends))
        calls = stack.enter_context(watched(chat.table, at_call))
        yield


def told_one_after_another(chat: Chat) -> list[str]:
    for _ in range(3):
        chat.told()
    chat.post.deliver_all()
    return ["№ 1", "№ 2", "№ 3"]


def told_as_one(chat: Chat) -> list[str]:
    for _ in range(5):
        chat.told()
    chat.post.deliver_all()
    chat.told()
    chat.post.deliver_all()
    return ["У вас 5\u00a0новых уведомлений", "№ 6"]


def told_after_a_night(chat: Chat) -> list[str]:
    chat.sets(enabled=True, time_zone="UTC", quiet=NOW)
    chat.told()
    chat.post.deliver_due()
    chat.told()
    chat.post.deliver_all()
    return ["№ 1", "№ 2"]


def woken_by_other_settings(chat: Chat) -> list[str]:
    chat.sets(enabled=True, time_zone="UTC", quiet=NOW)
    chat.told()
    chat.post.deliver_due()
    chat.sets(enabled=True)
    chat.post.deliver_all()
    return ["№ 1"]


def slowed_down(chat: Chat) -> list[str]:
    chat.answers = [Slower(1000), Slower(10)]
    chat.told()
    chat.post.deliver_due()
    chat.told()
    chat.post.deliver_all()
    return ["№ 1", "№ 2"]


def refused_and_unreachable(chat: Chat) -> list[str]:
    chat.answers, chat.refuses = [Unreachable(), Unreachable()], {"№ 1"}
    for _ in range(2):
        chat.told()
    chat.post.deliver_all()
    return ["№ 2"]


def read_while_it_waits(chat: Chat) -> list[str]:
    ids = [chat.told() for _ in range(3)]
    chat.reads(ids[0])
    chat.post.deliver_all()
    return ["№ 2", "№ 3"]


STORIES = [
    told_one_after_another,
    told_as_one,
    told_after_a_night,
    woken_by_other_settings,
    slowed_down,
    refused_and_unreachable,
    read_while_it_waits,
]


@pytest.fixture(autouse=True)
def aws() -> None:
    """No account: all is in memory."""


@pytest.mark.parametrize("story", STORIES)
def test_wherever_it_dies_each_is_told_once_but_for_a_lost_answer(
    story: Callable[[Chat], list[str]],
) -> None:
    number, points = 0, Points()
    while points.passed > points.dies_at:
        chat, points = Chat(), Points(number)
        with chat.open(), dying(chat, points):
            wanted = _told(story, chat)
        _check(chat, wanted, points, number)
        number += 1
    assert number > 20


def _told(story: Callable[[Chat], list[str]], chat: Chat) -> list[str]:
    """What is asked by the realtor themselves is asked again where it died."""

    def until_done(act: Callable[..., None]) -> Callable[..., None]:
        def wrapper(*asked: Any, **more: Any) -> None:
            while True:
                try:
                    return act(*asked, **more)
                except (Killed, Busy):
                    continue

        return wrapper

    put, sets, reads = until_done(chat.put), until_done(chat.sets), until_done(chat.reads)
    with patch.multiple(chat, put=put, sets=sets, reads=reads):
        return story(chat)


def _check(chat: Chat, wanted: list[str], points: Points, number: int) -> None:
    titles = chat.titles
    if points.lost_an_answer:
        doubled = [title for title in {*titles} if titles.count(title) > 1]
        assert len(titles) - len({*titles}) <= 1, number
        titles = list(dict.fromkeys(titles)) if doubled else titles
    assert titles == wanted, (number, points.done[-8:])
    assert (chat.outbox.ticket, chat.outbox.waiting, chat.post.failed) == (0, (), []), number


def test_a_chat_that_blocks_is_written_to_once_more_at_most() -> None:
    number, points = 0, Points()
    while points.passed > points.dies_at:
        chat, points = Chat(answers=[Blocked(), Blocked()]), Points(number)
        with chat.open(), dying(chat, points):
            _told(told_one_after_another, chat)
        assert chat.asked <= 1 + points.lost_an_answer
        assert (chat.profile.push_off, chat.outbox.waiting, chat.received) == (True, (), [])
        number += 1


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("seed", range(3))
def test_whatever_a_transaction_meets_each_is_told_once(
    story: Callable[[Chat], list[str]], seed: int
) -> None:
    """No answer is lost but the table's, and that is looked at."""
    chat = Chat(MemoryTable(torn=Random(seed)))
    with chat.open(), faulty(chat.table, sometimes(Random(seed))):
        wanted = _told(story, chat)
    assert sorted(chat.titles) == sorted(wanted)
    assert (chat.outbox.ticket, chat.outbox.waiting, chat.post.failed) == (0, (), [])


@pytest.mark.parametrize("story", [told_one_after_another, told_as_one])
def test_a_notice_that_comes_at_any_moment_is_told_too(
    story: Callable[[Chat], list[str]],
) -> None:
    number, points = 0, 1
    while number < points:
        chat, points = Chat(), 0

        def others(chat: Chat = chat, number: int = number) -> None:
            nonlocal points
            points += 1
            if points - 1 == number:
                chat.told()

        with chat.open(), watched(chat.table, lambda *_, act=others: act()):
            story(chat)
            chat.post.deliver_all()
        notices = [one for one in chat.table.items() if one["entity"] == "NOTICE"]
        assert sum(map(told_by, chat.titles)) == len(notices), number
        assert (chat.outbox.ticket, chat.outbox.waiting) == (0, ())
        number += 1
