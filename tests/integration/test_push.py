"""What is pushed to Telegram, how often and when: the function between a queue with its own clock
and a fake bot.
"""

import json
import logging
import traceback
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from io import StringIO
from itertools import batched, count
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
from cobroke.domain.realtors import Realtor
from cobroke.flows.notices.push import LONGEST_SEND_S, PushResult, push
from cobroke.storage import keys, realtors
from cobroke.storage.notices import inboxes, notices, pushes
from cobroke.storage.notices.notices import Notice
from cobroke.storage.notices.pushes import CLAIMED_FOR_S
from cobroke.storage.queue import Queue
from cobroke.storage.table import Table, Write
from cobroke.telegram import bot_api
from cobroke.telegram.bot_api import BotApi, Unreachable
from functions.telegram_push import handler as function
from tests.account import PUSH_QUEUE_URL, TABLE
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

START_S = 1_764_000_000
MOST_TRIES, HIDDEN_FOR_S, BATCH_SIZE = 6, 360, 5
NO_JSON = [b"", b"<html>", b"\xff\xfe", b'{"ok": true', b"[" * 200_000]
NONSENSE = [*NO_JSON, b"[]", b"null", b'"ok"', b"{}", b'{"ok": "true"}', b'{"ok": false}']


@dataclass
class Message:
    body: Mapping[str, str]
    due: int
    received: int = 0


@dataclass
class Post:
    """The queue as SQS keeps it, with a clock that goes where the next message is due."""

    now: int = START_S
    waiting: list[Message] = field(default_factory=list)
    failed: list[Message] = field(default_factory=list)
    tries: list[int] = field(default_factory=list)
    """When (s from the start) messages were received."""
    _hidden: dict[str, Message] = field(default_factory=dict)

    def put(self, message: Mapping[str, str], delay_s: int = 0) -> None:
        assert delay_s >= 0
        self.waiting.append(
            Message(json.loads(json.dumps(dict(message))), self.now + min(delay_s, 900))
        )

    def hold_back(self, receipt: str, seconds: int) -> None:
        self._hidden[receipt].due = self.now + seconds

    def deliver_due(self, size: int = BATCH_SIZE) -> None:
        """What is due now, each once."""
        due = [one for one in self.waiting if one.due <= self.now]
        for one in due:
            if one.received == MOST_TRIES:
                self.waiting.remove(one)
                self.failed.append(one)
        for batch in batched([one for one in due if one in self.waiting], size, strict=False):
            self._call(batch)

    def deliver_all(self, until_s: int = 24 * 3600) -> None:
        """Until nothing is left, or for so long."""
        while self.waiting and (soon := min(one.due for one in self.waiting)) <= START_S + until_s:
            self.now = max(self.now, soon)
            self.deliver_due()

    def _call(self, batch: Sequence[Message]) -> None:
        self._hidden = {str(number): one for number, one in enumerate(batch)}
        for one in batch:
            one.received += 1
            one.due = self.now + HIDDEN_FOR_S
            self.tries.append(self.now - START_S)
        records = [
            {
                "messageId": f"message-{receipt}",
                "receiptHandle": receipt,
                "body": json.dumps(one.body),
                "attributes": {"ApproximateReceiveCount": str(one.received)},
            }
            for receipt, one in self._hidden.items()
        ]
        failures = function.handler({"Records": records}, a_context())["batchItemFailures"]
        left = {failure["itemIdentifier"].removeprefix("message-") for failure in failures}
        done = [id(one) for receipt, one in self._hidden.items() if receipt not in left]
        self.waiting = [one for one in self.waiting if id(one) not in done]


def test_a_message_that_cannot_be_held_back_does_not_keep_the_others(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes: Iterator[Busy | PushResult] = iter([Busy(), PushResult("sent"), Busy()])

    def push(*_: object) -> PushResult:
        match next(outcomes):
            case Busy() as failure:
                raise failure
            case outcome:
                return outcome

    monkeypatch.setattr(function, "push", push)
    monkeypatch.setattr(
        post, "hold_back", MagicMock(side_effect=ClientError({}, "ChangeMessageVisibility"))
    )
    for notice in "abc":
        post.put({"realtor_id": "0" * 13, "notice_id": notice})
    post.deliver_due()
    assert [one.body["notice_id"] for one in post.waiting] == ["a", "c"]


@pytest.fixture
def post(aws: None, monkeypatch: pytest.MonkeyPatch) -> Post:  # noqa: ARG001 - an account first
    post = Post()
    monkeypatch.setattr(function, "queue", post)
    monkeypatch.setattr(function, "time", SimpleNamespace(time=lambda: float(post.now)))
    return post


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
        self.chat, self.post, self.table = int(a_telegram_id()), post, Table(TABLE)
        self.stranger, self._numbers = stranger, count()
        proof = {"telegram_auth_data": widget(self.chat)} if proven else {}
        body = a_registration(telegram_id=str(self.chat), **proof)
        token = stranger.post("/auth/register", body).needs(201)["access_token"]
        self.id = str(Client(stranger.transport, token).get("/me").needs(200)["realtor_id"])

    def notice(self, title: str = "", message: str = "Текст", typed: str = "Текст") -> str:
        """Tell them, and have it pushed; the notice's id."""
        number = next(self._numbers)
        words = Words(title or f"№ {number}", message, typed)
        notice = Notice(notices.notice_id(START_S * 1000, number), "NEW_MATCH", words, {})
        assert notices.put(self.table, self.id, notice)
        self.push(notice.id)
        return notice.id

    def push(self, notice: str, delay_s: int = 0) -> None:
        self.post.put({"realtor_id": self.id, "notice_id": notice}, delay_s)

    def log_in(self, **changes: Any) -> None:
        self.stranger.post(
            "/auth/telegram", {"telegram_auth_data": widget(self.chat, **changes)}
        ).needs(200)

    @property
    def profile(self) -> Realtor:
        found = realtors.find(self.table, self.id)
        assert found
        return found


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


def test_whatever_is_queued_again_is_sent_once(
    telegram: FakeBotApi, anna_reads: Reader, post: Post
) -> None:
    notice = anna_reads.notice("Один раз")
    for delay in (0, 0, 1, 5000):
        anna_reads.push(notice, delay)
    post.deliver_all()
    anna_reads.push(notice)
    post.deliver_all()
    assert telegram.inbox(anna_reads.chat) == ["<b>Один раз</b>\n<code>Текст</code>"]
    assert post.failed == []


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
    assert anna_reads.profile.push_after == START_S + 100
    assert len(telegram.received) == 2, "the second of hers is not tried"
    post.deliver_all(until_s=99)
    assert telegram.inbox(anna_reads.chat) == []
    post.deliver_all()
    assert (len(telegram.inbox(anna_reads.chat)), post.now) == (2, START_S + 100)


def test_to_be_asked_to_wait_is_no_failed_try_however_often(
    telegram: FakeBotApi, anna_reads: Reader, post: Post
) -> None:
    telegram.plan(anna_reads.chat, *[slower(2000)] * 9)
    anna_reads.notice()
    post.deliver_all()
    assert (len(telegram.inbox(anna_reads.chat)), post.failed) == (1, [])
    assert post.now == START_S + 9 * 2000
    assert len(telegram.received) == 10


def test_a_login_meanwhile_does_not_forget_that_the_chat_must_wait(anna_reads: Reader) -> None:
    before = anna_reads.profile
    transact, once = Table.transact, iter([True])

    def late(table: Table, writes: Sequence[Write]) -> None:
        if next(once, False):
            pushes.wait(anna_reads.table, before, START_S + 100)
        transact(table, writes)

    with patch.object(Table, "transact", late):
        anna_reads.log_in(first_name="Анна")
    assert (anna_reads.profile.push_after, anna_reads.profile.name) == (START_S + 100, "Анна")


def test_who_has_blocked_the_bot_is_sent_nothing_until_the_next_login(
    telegram: FakeBotApi, anna_reads: Reader, post: Post
) -> None:
    telegram.plan(anna_reads.chat, BLOCKED)
    anna_reads.notice()
    post.deliver_all()
    anna_reads.notice()
    post.deliver_all()
    assert (len(telegram.received), post.failed, anna_reads.profile.push_off) == (1, [], True)
    anna_reads.log_in()
    anna_reads.notice("Снова здесь")
    post.deliver_all()
    assert telegram.inbox(anna_reads.chat) == ["<b>Снова здесь</b>\n<code>Текст</code>"]


def test_a_login_while_a_message_is_under_way_wins_over_its_refusal(
    telegram: FakeBotApi, anna_reads: Reader, post: Post
) -> None:
    telegram.plan(anna_reads.chat, BLOCKED)
    send = function.bot.send

    def slowly(*message: Any) -> Any:
        answer = send(*message)
        anna_reads.log_in(first_name="Анна")
        return answer

    anna_reads.notice()
    with patch.object(function.bot, "send", slowly):
        post.deliver_all()
    assert not anna_reads.profile.push_off


def test_what_telegram_refuses_is_dropped(
    telegram: FakeBotApi, anna_reads: Reader, post: Post
) -> None:
    telegram.plan(anna_reads.chat, REFUSED)
    anna_reads.notice()
    anna_reads.notice("И дальше")
    post.deliver_all()
    assert telegram.inbox(anna_reads.chat) == ["<b>И дальше</b>\n<code>Текст</code>"]
    assert (len(telegram.received), post.failed, anna_reads.profile.push_off) == (2, [], False)


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


def test_a_notice_that_is_gone_or_of_nobody_is_not_pushed(
    telegram: FakeBotApi, anna_reads: Reader, boris_reads: Reader, post: Post
) -> None:
    notice = anna_reads.notice()
    post.waiting.clear()
    boris_reads.push(notice)
    post.put({"realtor_id": "nobody", "notice_id": notice})
    anna_reads.table.transact([anna_reads.table.delete((keys.notices(anna_reads.id), notice))])
    anna_reads.push(notice)
    post.deliver_all()
    assert (telegram.received, post.failed) == ([], [])


def test_a_notice_that_has_fallen_out_of_the_list_is_sent_like_any_other(
    telegram: FakeBotApi, post: Post, anna_reads: Reader
) -> None:
    with patch.object(inboxes, "MOST", 1):
        fallen, newest = anna_reads.notice(), anna_reads.notice()
        shown = inboxes.load(anna_reads.table, anna_reads.id)
        post.deliver_all()
    assert shown.oldest == max(fallen, newest)
    assert len(telegram.received) == 2
    assert inboxes.load(anna_reads.table, anna_reads.id) == shown


def test_of_two_deliveries_at_once_one_sends(
    telegram: FakeBotApi, anna_reads: Reader, post: Post
) -> None:
    notice = anna_reads.notice("Один раз")
    send, outcomes = function.bot.send, list[str]()

    def while_another_comes(*message: Any) -> Any:
        outcomes.append(
            push(anna_reads.table, function._send, anna_reads.id, notice, post.now).said
        )
        return send(*message)

    with patch.object(function.bot, "send", while_another_comes):
        post.deliver_all()
    assert (outcomes, len(telegram.inbox(anna_reads.chat))) == (["claimed"], 1)


def test_a_delivery_that_meets_a_live_claim_waits_for_its_end(
    telegram: FakeBotApi, anna_reads: Reader, post: Post
) -> None:
    notice = anna_reads.notice()
    assert pushes.claim(anna_reads.table, anna_reads.id, notice, post.now)
    post.deliver_all(until_s=CLAIMED_FOR_S - 1)
    assert (telegram.received, len(post.waiting), post.failed) == ([], 1, [])
    post.deliver_all()
    assert (len(telegram.inbox(anna_reads.chat)), post.now) == (1, START_S + CLAIMED_FOR_S)


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


def test_a_write_that_meets_another_is_no_reason_to_send_twice(
    telegram: FakeBotApi, anna_reads: Reader, post: Post
) -> None:
    """As where the notice grows at the same moment."""
    numbers = count(1)
    anna_reads.notice()
    telegram.plan(anna_reads.chat, slower(5))
    with (
        contended(function.table, lambda: next(numbers) % 2 == 1),
        patch("cobroke.storage.pauses.time.sleep"),
    ):
        post.deliver_all()
    assert (len(telegram.inbox(anna_reads.chat)), post.tries) == (1, [0, 5])


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
                reader.push(notice, rng.randint(0, 100))
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
        inbox = Counter(telegram.inbox(reader.chat))
        assert {*inbox} == {f"<b>№ {number}</b>\n<code>Текст</code>" for number in range(6)}
        assert inbox.total() - 6 <= lost[reader.chat]


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
    notice = anna_reads.notice("Новый объект", "ул. Мира, 5", "ул. Мира, 5")
    anna_reads.push(notice)
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
    assert [line["outcome"] for line in lines if "outcome" in line] == ["sent", "pushed before"]
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
    queue.put({"realtor_id": "a", "notice_id": "b"})
    (received,) = client.receive_message(QueueUrl=PUSH_QUEUE_URL)["Messages"]
    assert json.loads(received["Body"]) == {"realtor_id": "a", "notice_id": "b"}
    queue.hold_back(received["ReceiptHandle"], 0)
    assert len(client.receive_message(QueueUrl=PUSH_QUEUE_URL)["Messages"]) == 1
    queue.put({"realtor_id": "a", "notice_id": "c"}, 5000)
    counts = client.get_queue_attributes(QueueUrl=PUSH_QUEUE_URL, AttributeNames=["All"])[
        "Attributes"
    ]
    assert counts["ApproximateNumberOfMessagesDelayed"] == "1"
