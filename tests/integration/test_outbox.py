"""One outbox a realtor: each notice is told once or in one digest, at its time, and at most one
message of a realtor is under way.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from random import Random
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest

from cobroke.domain.notices.push_settings import Quiet
from cobroke.domain.realtors import Proof
from cobroke.flows.audit import audit
from cobroke.storage import realtors
from cobroke.storage.notices import inboxes
from cobroke.storage.notices.outboxes import LOST_AFTER_MS
from cobroke.telegram.bot_api import Blocked, Refused, Slower, Unreachable
from tests.support.chat import Chat
from tests.support.post import START_MS

HOUR_S = 3600
NIGHT = Quiet("22:00", "08:00")


@pytest.fixture(autouse=True)
def aws() -> None:
    """No account: all is in memory."""


@pytest.fixture
def chat() -> Iterator[Chat]:
    with Chat().open() as chat:
        yield chat


def at(chat: Chat, clock: str, day: str = "2026-03-27", zone: str = "Europe/Moscow") -> None:
    """Set the clock to what the wall shows."""
    moment = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=ZoneInfo(zone))
    chat.post.now = round(moment.timestamp()) * 1000


def shown(chat: Chat, zone: str = "Europe/Moscow") -> list[tuple[str, str]]:
    """When each message came, by the clock on the wall, and its title."""
    return [
        (datetime.fromtimestamp(START_MS / 1000 + s, ZoneInfo(zone)).strftime("%d %H:%M"), title)
        for s, title in chat.received
    ]


def test_a_notice_costs_one_delivery(chat: Chat) -> None:
    chat.told()
    chat.post.deliver_all()
    assert (chat.received, chat.post.tries) == ([(0, "№ 1")], [0])
    assert chat.outbox.ticket == 0
    assert chat.outbox.waiting == ()


def test_three_are_told_one_after_another_a_second_apart_the_oldest_first(chat: Chat) -> None:
    for _ in range(3):
        chat.told()
    chat.post.deliver_all()
    assert chat.received == [(0, "№ 1"), (1, "№ 2"), (2, "№ 3")]
    assert (chat.post.tries, chat.post.most_at_once) == ([0, 1, 2], 1)


@pytest.mark.parametrize("number", [4, 21, 600])
def test_more_than_three_are_told_as_one(chat: Chat, number: int) -> None:
    for _ in range(number):
        chat.told()
    chat.post.deliver_all()
    listed = min(number, inboxes.MOST)
    words = {4: "новых уведомления", 21: "новое уведомление", 500: "новых уведомлений"}[listed]
    assert chat.titles == [f"У вас {listed}\u00a0{words}"]
    assert (len(chat.post.tries), chat.outbox.waiting, chat.outbox.ticket) == (1, (), 0)


def test_a_notice_right_behind_another_waits_for_its_second(chat: Chat) -> None:
    chat.told()
    chat.post.deliver_all()
    chat.told()
    chat.post.deliver_all()
    assert chat.received == [(0, "№ 1"), (1, "№ 2")]


def test_what_comes_while_a_message_waits_costs_nothing(chat: Chat) -> None:
    chat.answers = [Slower(600)]
    chat.told()
    chat.post.deliver_due()
    for _ in range(400):
        chat.told()
    assert len(chat.post.waiting) == 1
    chat.post.deliver_all()
    assert chat.titles == ["У вас 401\u00a0новое уведомление"]
    assert (len(chat.post.tries), chat.post.most_at_once) == (2, 1)


def test_what_was_read_meanwhile_is_not_pushed(chat: Chat) -> None:
    ids = [chat.told() for _ in range(5)]
    for an_id in ids[:2]:
        chat.reads(an_id)
    chat.post.deliver_all()
    assert chat.titles == ["№ 3", "№ 4", "№ 5"]
    chat.reads(chat.told())
    chat.post.deliver_all()
    assert (len(chat.titles), chat.outbox.ticket) == (3, 0)


def test_what_has_fallen_out_of_the_list_or_is_gone_is_not_pushed(chat: Chat) -> None:
    with patch.object(inboxes, "MOST", 2):
        ids = []
        for _ in range(3):
            ids.append(chat.told())
            chat.post.now += 1
        chat.table.forget((f"NOTICES#{chat.owner}", ids[1]))
        chat.post.deliver_all()
    assert chat.titles == ["№ 3"]


def test_a_night_of_notices_is_one_message_in_the_morning(chat: Chat) -> None:
    chat.sets(enabled=True, quiet=NIGHT)
    at(chat, "23:00")
    for _ in range(100):
        chat.told()
        chat.post.deliver_due()
        chat.post.now += 60_000
    assert (len(chat.post.tries), len(chat.post.scheduled)) == (1, 1)
    chat.post.deliver_all(10**9)
    assert shown(chat) == [("28 08:00", "У вас 100\u00a0новых уведомлений")]
    assert (len(chat.post.tries), chat.post.most_at_once) == (2, 1)


@pytest.mark.parametrize(
    ("day", "morning"), [("2026-03-28", "29 08:00"), ("2026-10-24", "25 08:00")]
)
def test_quiet_hours_end_by_the_clock_on_the_wall_also_where_it_is_set(
    chat: Chat, day: str, morning: str
) -> None:
    """To summer time, and back."""
    chat.sets(enabled=True, time_zone="Europe/Berlin", quiet=NIGHT)
    at(chat, "23:30", day, "Europe/Berlin")
    chat.told()
    chat.post.deliver_all(10**9)
    assert shown(chat, "Europe/Berlin") == [(morning, "№ 1")]


def test_alerts_wait_for_their_daily_time_and_the_rest_comes_at_once(chat: Chat) -> None:
    chat.sets(enabled=True, daily_at="09:00")
    at(chat, "20:00")
    for _ in range(3):
        chat.told(recommended=True)
        chat.post.deliver_due()
    chat.post.now += 60_000
    chat.told()
    chat.post.deliver_all(10**9)
    assert shown(chat) == [("27 20:01", "№ 4"), ("28 09:00", "У вас 3\u00a0новых уведомления")]
    assert len(chat.post.tries) <= 4 + 1


def test_an_alert_of_which_everything_was_read_by_then_is_not_told(chat: Chat) -> None:
    chat.sets(enabled=True, daily_at="09:00")
    an_id = chat.told(recommended=True)
    chat.post.deliver_due()
    chat.reads(an_id)
    chat.post.deliver_all()
    assert (chat.received, chat.outbox.ticket, chat.post.scheduled) == ([], 0, {})


def test_other_settings_count_at_once_for_what_waits(chat: Chat) -> None:
    at(chat, "23:00")
    chat.sets(enabled=True, quiet=NIGHT)
    chat.told()
    chat.post.deliver_due()
    (old,) = chat.post.scheduled
    chat.post.now += 60_000
    chat.sets(enabled=True)
    chat.post.deliver_due()
    assert shown(chat) == [("27 23:01", "№ 1")]
    assert old not in chat.post.scheduled
    chat.post.deliver_all(10**9)
    assert len(chat.received) == 1


def test_settings_that_let_nothing_out_sooner_cost_one_delivery_each(chat: Chat) -> None:
    at(chat, "23:00")
    chat.sets(enabled=True, quiet=NIGHT)
    chat.told()
    chat.post.deliver_due()
    for minute in range(10):
        chat.sets(enabled=True, quiet=Quiet("22:00", f"08:{minute:02}"))
        chat.post.deliver_due()
    chat.post.deliver_all(10**9)
    assert shown(chat) == [("28 08:09", "№ 1")]
    assert (len(chat.post.tries), chat.post.most_at_once) == (1 + 10 + 1, 2)


def test_what_comes_while_pushes_are_off_is_never_pushed(chat: Chat) -> None:
    chat.sets(enabled=False)
    chat.told()
    birth = chat.position - 1
    chat.sets(enabled=True)
    chat.position = birth
    chat.settle()
    chat.told()
    chat.post.deliver_all()
    assert chat.titles == ["№ 2"]


def test_what_waits_when_pushes_are_switched_off_is_never_pushed(chat: Chat) -> None:
    for _ in range(2):
        chat.told()
    chat.sets(enabled=False)
    chat.post.deliver_due()
    chat.sets(enabled=True)
    chat.post.deliver_all()
    assert (chat.received, chat.outbox.waiting) == ([], ())


def test_a_chat_that_answers_slower_for_an_hour_is_written_to_when_it_wants(chat: Chat) -> None:
    chat.answers = [Slower(1800), Slower(1800)]
    chat.told()
    chat.post.deliver_all(HOUR_S - 1)
    assert (chat.received, chat.asked) == ([], 2)
    chat.told()
    chat.post.deliver_all()
    assert chat.received == [(HOUR_S, "№ 1"), (HOUR_S + 1, "№ 2")]
    assert (chat.post.failed, len(chat.post.tries)) == ([], 2 + 2)


def test_settings_do_not_write_sooner_to_a_chat_that_must_wait(chat: Chat) -> None:
    chat.answers = [Slower(3000)]
    chat.told()
    chat.post.deliver_due()
    chat.sets(enabled=True)
    chat.post.deliver_all(2999)
    assert chat.asked == 1
    chat.post.deliver_all()
    assert chat.received == [(3000, "№ 1")]


def test_a_push_into_the_night_by_a_chat_that_must_wait_waits_for_the_morning(chat: Chat) -> None:
    chat.sets(enabled=True, quiet=NIGHT)
    at(chat, "21:59")
    chat.answers = [Slower(120)]
    chat.told()
    chat.post.deliver_all(10**9)
    assert shown(chat) == [("28 08:00", "№ 1")]


def test_who_has_blocked_the_bot_is_told_nothing_that_came_before_the_next_login(
    chat: Chat,
) -> None:
    chat.answers = [Blocked()]
    for _ in range(3):
        chat.told()
    chat.post.deliver_all()
    chat.told()
    chat.post.deliver_all()
    assert (chat.asked, chat.profile.push_off, chat.outbox.waiting) == (1, True, ())
    realtors.login(chat.table, Proof("42", "Анна", None, 1))
    chat.told()
    chat.post.deliver_all()
    assert chat.titles == ["№ 5"]


def test_what_telegram_refuses_is_dropped_and_the_next_is_told(chat: Chat) -> None:
    chat.answers = [Refused(400)]
    for _ in range(2):
        chat.told()
    chat.post.deliver_all()
    assert (chat.titles, chat.asked) == (["№ 2"], 2)


def test_failed_tries_come_later_and_later_and_then_lie_apart_until_they_are_sent_back(
    chat: Chat,
) -> None:
    chat.answers = [Unreachable()] * 6
    for _ in range(2):
        chat.told()
    chat.post.deliver_all()
    assert (chat.post.tries, len(chat.post.failed)) == ([0, 10, 30, 70, 150, 310], 1)
    chat.post.put(chat.post.failed.pop().body)
    chat.post.deliver_all()
    assert chat.titles == ["№ 1", "№ 2"]


def test_a_message_that_was_lost_for_good_is_replaced_by_the_next_notice(chat: Chat) -> None:
    chat.answers = [Unreachable()] * 6
    chat.told()
    chat.post.deliver_all()
    (lost,) = chat.post.failed
    chat.post.now += LOST_AFTER_MS
    chat.told()
    chat.post.put(lost.body)
    chat.post.deliver_all()
    assert chat.titles == ["№ 1", "№ 2"]


def test_what_failed_because_no_schedule_could_be_made_is_sent_back_for_good(chat: Chat) -> None:
    at(chat, "23:00")
    chat.sets(enabled=True, quiet=NIGHT)
    chat.told()
    with patch.object(chat.post, "schedule", side_effect=ConnectionError):
        chat.post.deliver_all(10**9)
    (failed,) = chat.post.failed
    chat.post.put(failed.body)
    chat.post.deliver_all(10**9)
    assert shown(chat) == [("28 08:00", "№ 1")]


def test_the_audit_wakes_an_outbox_whose_message_was_lost_for_good(chat: Chat) -> None:
    chat.answers = [Unreachable()] * 6
    chat.told()
    chat.post.deliver_all()
    chat.post.failed.clear()
    chat.post.now += LOST_AFTER_MS
    drift = Counter[str]()
    for _ in range(2):
        audit(chat.table, chat.post.clock, lambda: None, Random(0), drift)
    assert +drift == {"outboxes": 1}
    chat.settle()
    chat.post.deliver_all()
    assert chat.titles == ["№ 1"]


def test_a_message_that_has_come_twice_tells_once(chat: Chat) -> None:
    for _ in range(3):
        chat.told()
    for _ in range(3):
        chat.post.put(chat.post.waiting[0].body)
    chat.post.deliver_all()
    assert chat.titles == ["№ 1", "№ 2", "№ 3"]
    assert len(chat.post.tries) == 3 + 3


@pytest.mark.parametrize("back_s", [1, 60, 3 * HOUR_S])
def test_a_clock_set_back_neither_loses_nor_doubles(chat: Chat, back_s: int) -> None:
    chat.sets(enabled=True, daily_at="09:00")
    chat.told(recommended=True)
    chat.post.deliver_due()
    chat.told()
    chat.post.now -= 1000 * back_s
    chat.told()
    chat.post.deliver_all(10**9)
    assert sorted(chat.titles) == ["№ 1", "№ 2", "№ 3"]


def test_a_login_while_a_message_is_under_way_wins_over_its_refusal(chat: Chat) -> None:
    def refused(*_: object) -> Blocked:
        realtors.login(chat.table, Proof("42", "Анна", None, 1))
        return Blocked()

    for _ in range(2):
        chat.told()
    with patch("functions.telegram_push.handler._send", refused):
        chat.post.deliver_due()
    chat.post.deliver_all()
    assert (chat.profile.push_off, chat.titles) == (False, ["№ 2"])
