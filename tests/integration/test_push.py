"""What is pushed to Telegram, how often and when: the function between a queue with its own clock
and a fake bot.
"""

import json
import logging
import traceback
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from io import StringIO
from itertools import count
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock, patch

import boto3
import pytest
import urllib3
from botocore.exceptions import ClientError

from cobroke.domain.errors import Busy
from cobroke.domain.notices.wording import Words
from cobroke.flows.following import NoticeBorn, notice_born
from cobroke.flows.notices.push import LONGEST_SEND_S, Pushed
from cobroke.storage.notices import notices
from cobroke.storage.notices.notices import Notice
from cobroke.storage.one_time_schedules import OneTimeSchedules
from cobroke.storage.queue import Queue
from cobroke.telegram import bot_api
from cobroke.telegram.bot_api import BotApi, Unreachable
from functions.telegram_push import handler as function
from tests.account import PUSH_QUEUE, PUSH_QUEUE_URL
from tests.builders import BOT_TOKEN, a_context, a_registration, a_telegram_id, widget
from tests.client import Client
from tests.contention import contended
from tests.fake_bot_api import (
    BLOCKED,
    BROKEN,
    OK,
    REFUSED,
    SILENT,
    FakeBotApi,
    Reply,
    fake_bot_api,
    refusal,
    slower,
)
from tests.memory_table import MemoryTable
from tests.support.chat import told_by
from tests.support.post import START_MS, Post

ROLE = "arn:aws:iam::123456789012:role/pushes"
QUEUE = f"arn:aws:sqs:eu-central-1:123456789012:{PUSH_QUEUE}"
NO_JSON = [b"", b"<html>", b"\xff\xfe", b'{"ok": true', b"[" * 200_000]
NONSENSE = [*NO_JSON, b"[]", b"null", b'"ok"', b"{}", b'{"ok": "true"}', b'{"ok": false}']


def test_a_message_that_cannot_be_held_back_does_not_keep_the_others(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes: Iterator[Busy | Pushed] = iter([Busy(), Pushed("sent"), Busy()])

    def push(*_: object, **__: object) -> Pushed:
        match next(outcomes):
            case Busy() as failure:
                raise failure
            case outcome:
                return outcome

    monkeypatch.setattr(function, "push", push)
    monkeypatch.setattr(
        post, "hold_back", MagicMock(side_effect=ClientError({}, "ChangeMessageVisibility"))
    )
    for ticket in "123":
        post.put({"realtor_id": "0" * 13, "ticket": ticket})
    post.deliver_due()
    assert [one.body["ticket"] for one in post.waiting] == ["1", "3"]


@pytest.fixture
def post(in_memory: MemoryTable) -> Iterator[Post]:  # noqa: ARG001 - before any function
    post = Post()
    with post.delivering():
        yield post


@pytest.fixture
def telegram(
    socket_enabled: None,  # noqa: ARG001
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[FakeBotApi]:
    """The fake, and the function speaking to it."""
    with (
        fake_bot_api() as api,
        patch.object(bot_api, "TIMEOUT", urllib3.Timeout(connect=2, read=0.3)),
    ):
        monkeypatch.setattr(function, "bot", BotApi(api.url))
        monkeypatch.setattr(function, "config", replace(function.config, telegram_api_url=api.url))
        yield api


class Reader:
    """A realtor whom Telegram has proven, and what is put into their notices."""

    def __init__(self, stranger: Client, post: Post, *, proven: bool = True) -> None:
        self.chat, self.post, self.table = int(a_telegram_id()), post, function.table
        self.stranger, self._numbers = stranger, count()
        proof = {"telegram_auth_data": widget(self.chat)} if proven else {}
        body = a_registration(telegram_id=str(self.chat), **proof)
        token = stranger.post("/auth/register", body).needs(201)["access_token"]
        self.id = str(Client(stranger.transport, token).get("/me").needs(200)["realtor_id"])

    def notice(self, title: str = "", message: str = "Текст", typed: str = "Текст") -> str:
        """Tell them, and have it pushed; the notice's id."""
        number = next(self._numbers)
        words = Words(title or f"№ {number}", message, typed)
        notice = Notice(notices.notice_id(START_MS, number), "NEW_MATCH", words, {})
        assert notices.put(self.table, self.id, notice)
        self.born(notice.id)
        return notice.id

    def born(self, notice: str) -> None:
        """The stream brings it."""
        queue: Any = self.post
        born = NoticeBorn(self.id, notice, recommended=False)
        notice_born(self.table, queue, born, self.post.clock)

    def log_in(self, **changes: Any) -> None:
        self.stranger.post(
            "/auth/telegram", {"telegram_auth_data": widget(self.chat, **changes)}
        ).needs(200)


@pytest.fixture
def anna_reads(stranger: Client, post: Post) -> Reader:
    return Reader(stranger, post)


@pytest.fixture
def boris_reads(stranger: Client, post: Post) -> Reader:
    return Reader(stranger, post)


def test_a_notice_is_sent_to_its_realtors_chat_in_html_that_nobody_can_break(
    telegram: FakeBotApi, anna_reads: Reader, post: Post
) -> None:
    typed = 'ул. "Мира" <script>, 5: 60\u00a0м²'
    anna_reads.notice("Дом <b>&</b> сад", f"Лучший: {typed}. Ваши 40\u00a0%.", typed)
    post.deliver_all()
    (sent,) = telegram.received
    assert sent.path == f"/bot{BOT_TOKEN}/sendMessage"
    assert sent.document == {
        "chat_id": anna_reads.chat,
        "text": "<b>Дом &lt;b&gt;&amp;&lt;/b&gt; сад</b>\n"
        "Лучший: <code>ул. &quot;Мира&quot; &lt;script&gt;, 5: 60\u00a0м²</code>. Ваши 40\u00a0%.",
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }


def test_a_button_opens_the_mini_app_where_there_is_one(telegram: FakeBotApi) -> None:
    BotApi(telegram.url, "https://app.example.com").send(BOT_TOKEN, "42", Words("т", "т"))
    (sent,) = telegram.received
    button = {"text": "Открыть", "web_app": {"url": "https://app.example.com"}}
    assert sent.document["reply_markup"] == {"inline_keyboard": [[button]]}


@pytest.mark.parametrize(
    "reply", [BROKEN, refusal(502), refusal(401), refusal(404), refusal(408)], ids=str
)
def test_what_says_nothing_of_the_message_is_tried_later_and_later_and_then_kept_apart(
    telegram: FakeBotApi, anna_reads: Reader, post: Post, reply: Reply
) -> None:
    telegram.plan(anna_reads.chat, *[reply] * 20)
    anna_reads.notice()
    post.deliver_all()
    assert post.tries == [0, 10, 30, 70, 150, 310]
    assert (len(post.failed), len(telegram.received)) == (1, 6)


def test_a_try_that_fails_does_not_keep_the_next_one_from_sending(
    telegram: FakeBotApi, anna_reads: Reader, post: Post
) -> None:
    telegram.plan(anna_reads.chat, BROKEN, BROKEN)
    anna_reads.notice()
    post.deliver_all()
    assert (post.tries, len(telegram.inbox(anna_reads.chat))) == ([0, 10, 30], 1)


def test_an_answer_that_makes_no_sense_is_none(telegram: FakeBotApi) -> None:
    bot = BotApi(telegram.url)
    odd = [
        (status, body)
        for status in (200, 403, 429, 500)
        for body in (NO_JSON if status == 403 else NONSENSE)
    ]
    for status, body in odd:
        telegram.plan(42, Reply(status, body))
        with pytest.raises(Unreachable):
            bot.send(BOT_TOKEN, "42", Words("т", "т"))
    assert len(telegram.received) == len(odd)


def test_a_wait_that_makes_no_sense_is_none(telegram: FakeBotApi) -> None:
    bot = BotApi(telegram.url)
    for wait in ("null", '"soon"', "[]", "{}", "1e999", "-1e999", "NaN", ""):
        telegram.plan(
            42, Reply(429, f'{{"ok": false, "parameters": {{"retry_after": {wait}}}}}'.encode())
        )
        with pytest.raises(Unreachable):
            bot.send(BOT_TOKEN, "42", Words("т", "т"))


def test_an_answer_that_comes_too_late_is_none(telegram: FakeBotApi) -> None:
    telegram.plan(42, OK._replace(after_s=5))
    with pytest.raises(Unreachable):
        BotApi(telegram.url).send(BOT_TOKEN, "42", Words("т", "т"))
    assert len(telegram.received) == 1, "it is not sent again by itself"


def test_a_chat_that_is_sent_too_much_waits_and_no_other_does(
    telegram: FakeBotApi, anna_reads: Reader, boris_reads: Reader, post: Post
) -> None:
    telegram.plan(anna_reads.chat, slower(100))
    for reader in (anna_reads, anna_reads, boris_reads):
        reader.notice()
    post.deliver_due()
    assert (len(telegram.inbox(boris_reads.chat)), telegram.inbox(anna_reads.chat)) == (1, [])
    assert len(telegram.received) == 2, "the second of hers is not tried"
    post.deliver_all(until_s=99)
    assert telegram.inbox(anna_reads.chat) == []
    post.deliver_all()
    assert (len(telegram.inbox(anna_reads.chat)), post.now) == (2, START_MS + 101_000)


def test_whom_telegram_has_not_proven_is_sent_nothing(
    telegram: FakeBotApi, stranger: Client, post: Post
) -> None:
    reader = Reader(stranger, post, proven=False)
    reader.notice()
    post.deliver_all()
    assert (telegram.received, post.waiting, post.failed) == ([], [], [])
    reader.log_in()
    reader.notice("Теперь можно")
    post.deliver_all()
    assert telegram.inbox(reader.chat) == ["<b>Теперь можно</b>\n<code>Текст</code>"]


def test_a_token_that_cannot_be_had_is_a_failed_try_and_in_the_end_kept_apart(
    anna_reads: Reader, post: Post
) -> None:
    anna_reads.notice()
    config = replace(function.config, telegram_api_url="http://127.0.0.1:9")
    with (
        patch.object(function, "config", config),
        patch.object(function, "secret", side_effect=Busy),
    ):
        post.deliver_all()
    assert (post.tries, len(post.failed)) == ([0, 10, 30, 70, 150, 310], 1)


@pytest.mark.parametrize("seed", range(4))
def test_only_a_lost_answer_makes_a_double_and_nothing_is_lost(
    telegram: FakeBotApi, stranger: Client, post: Post, seed: int
) -> None:
    rng = Random(seed)
    readers = [Reader(stranger, post) for _ in range(3)]
    lost = {reader.chat: 0 for reader in readers}
    for reader in readers:
        for number in range(6):
            notice = reader.notice(f"№ {number}")
            for _ in range(rng.randint(0, 2)):
                reader.born(notice)
            if number % 3 == 2:
                post.deliver_all(60 * number)
        plan = rng.choices(
            [OK, SILENT, BROKEN, slower(rng.randint(1, 90)), Reply(body=b"{")],
            [4, 1, 1, 2, 1],
            k=14,
        )
        lost[reader.chat] = sum(reply is SILENT for reply in plan)
        telegram.plan(reader.chat, *plan)

    with (
        contended(function.table, lambda: rng.random() < 0.2),
        patch("cobroke.storage.pauses.time.sleep"),
    ):
        post.deliver_all()
    assert post.failed == []
    for reader in readers:
        told = [told_by(text.removeprefix("<b>")) for text in telegram.inbox(reader.chat)]
        assert sum(told) >= 6
        assert sum(sorted(told)[: len(told) - lost[reader.chat]]) <= 6


@pytest.fixture
def everything_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Iterator[StringIO]:
    """By the function and by every library."""
    lines = StringIO()
    for handler in logging.getLogger("telegram_push").handlers:
        monkeypatch.setattr(handler, "stream", lines)
    with caplog.at_level(logging.INFO):
        yield lines
    lines.write(caplog.text)


@pytest.mark.parametrize(
    "reply",
    [
        OK,
        BROKEN,
        BLOCKED,
        REFUSED,
        SILENT,
        slower(1),
        Reply(body=b"<html>"),
        OK._replace(after_s=5),
        OK._replace(header=b"no header at all\r\n"),
        Reply(302, header=b"location: http://127.0.0.1:9/elsewhere\r\n"),
        Reply(999),
    ],
    ids=str,
)
def test_the_bots_token_stands_in_no_log_line_and_in_no_error(
    telegram: FakeBotApi,
    anna_reads: Reader,
    post: Post,
    reply: Reply,
    everything_logged: StringIO,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    telegram.plan(anna_reads.chat, *[reply] * 3)
    telegram.plan(42, reply)
    anna_reads.notice()
    post.deliver_all(until_s=10)
    failure = ""
    try:
        BotApi(telegram.url).send(BOT_TOKEN, "42", Words("т", "т"))
    except Unreachable as error:
        failure = "".join(traceback.format_exception(error))
    assert telegram.received
    said = "".join([everything_logged.getvalue(), caplog.text, failure, *capfd.readouterr()])
    assert "telegram_push" in said
    assert BOT_TOKEN not in said


def test_nor_where_telegram_cannot_be_reached_at_all(
    telegram: FakeBotApi, everything_logged: StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    for url in (
        "http://127.0.0.1:9",
        "http://no host",
        f"{telegram.url}0000",
        "http://nowhere.invalid",
    ):
        with pytest.raises(Unreachable) as failed:
            BotApi(url).send(BOT_TOKEN, "42", Words("т", "т"))
        said = (
            "".join(traceback.format_exception(failed.value))
            + everything_logged.getvalue()
            + caplog.text
        )
        assert BOT_TOKEN not in said


def test_where_there_is_no_bot_api_pushes_are_only_recorded(
    anna_reads: Reader, post: Post, everything_logged: StringIO
) -> None:
    assert function.config.telegram_api_url == ""
    anna_reads.notice("Новый объект", "ул. Мира, 5", "ул. Мира, 5")
    post.put(post.waiting[0].body)
    post.deliver_all()
    lines = [
        json.loads(line)
        for line in everything_logged.getvalue().splitlines()
        if line.startswith("{")
    ]
    recorded = [
        (line["title"], line["text"]) for line in lines if line["message"] == "push recorded"
    ]
    assert recorded == [("Новый объект", "ул. Мира, 5")]
    assert [line["outcome"] for line in lines if "outcome" in line] == ["sent", "superseded"]
    assert str(anna_reads.chat) not in everything_logged.getvalue()


def test_the_function_ends_its_calls_of_the_table_before_its_own_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = list[float]()

    def time_limit(seconds: float) -> AbstractContextManager[None]:
        begun.append(seconds)
        return nullcontext()

    monkeypatch.setattr(function, "table", SimpleNamespace(time_limit=time_limit))
    assert function.handler({"Records": []}, a_context(60_000)) == {"batchItemFailures": []}
    assert begun == [60 - function.LAST_S]
    assert begun[0] > LONGEST_SEND_S


def test_a_message_that_is_none_ends_among_the_failed_and_the_others_are_sent(
    telegram: FakeBotApi, anna_reads: Reader, post: Post
) -> None:
    post.put({"something": "else"})
    anna_reads.notice()
    post.deliver_all()
    assert (len(telegram.inbox(anna_reads.chat)), len(post.failed)) == (1, 1)


@pytest.mark.usefixtures("aws")
def test_the_queue_keeps_a_message_and_cuts_its_delay() -> None:
    client, queue = boto3.client("sqs"), Queue(PUSH_QUEUE_URL)
    queue.put({"realtor_id": "a", "ticket": "1"})
    (received,) = client.receive_message(QueueUrl=PUSH_QUEUE_URL)["Messages"]
    assert json.loads(received["Body"]) == {"realtor_id": "a", "ticket": "1"}
    queue.hold_back(received["ReceiptHandle"], 0)
    assert len(client.receive_message(QueueUrl=PUSH_QUEUE_URL)["Messages"]) == 1
    queue.put({"realtor_id": "a", "ticket": "2"}, 5000)
    counts = client.get_queue_attributes(QueueUrl=PUSH_QUEUE_URL, AttributeNames=["All"])[
        "Attributes"
    ]
    assert counts["ApproximateNumberOfMessagesDelayed"] == "1"


@pytest.mark.usefixtures("aws")
def test_a_schedule_is_for_once_and_sends_the_message_to_the_queue() -> None:
    client = boto3.client("scheduler")
    schedules = OneTimeSchedules("cobroke-local-push-", ROLE, QUEUE)
    for _ in range(2):
        schedules.put("a-1", {"realtor_id": "a", "ticket": "1"}, START_MS // 1000)
    made = client.get_schedule(Name="cobroke-local-push-a-1")
    assert made["ScheduleExpression"] == "at(2025-11-24T16:00:00)"
    assert made["ActionAfterCompletion"] == "DELETE"
    assert made["FlexibleTimeWindow"] == {"Mode": "OFF"}
    assert (made["Target"]["Arn"], made["Target"]["RoleArn"]) == (QUEUE, ROLE)
    assert json.loads(made["Target"]["Input"]) == {"realtor_id": "a", "ticket": "1"}
    for _ in range(2):
        schedules.delete("a-1")
    assert client.list_schedules()["Schedules"] == []
