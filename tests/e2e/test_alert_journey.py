"""From a listing that one realtor posts to another one's telephone: the deployed stack, its stream,
queue and bot.
"""

import html
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cobroke.exact_json import dumps
from tests.builders import a_lead, a_property, a_telegram_id, widget
from tests.client import Answer, Client
from tests.fake_bot_api import FakeBotApi, slower
from tests.polling import soon
from tools.emulator import RunningStack


def proven(stranger: Client) -> tuple[Client, int]:
    """A realtor who registers with a proof, and their chat."""
    chat = int(a_telegram_id())
    return stranger.registered(telegram_id=str(chat), telegram_auth_data=widget(chat)), chat


def recommended(client: Client) -> list[dict[str, Any]]:
    rows = client.get("/notifications").needs(200)["notifications"]
    return [row for row in rows if row["data"].get("reason") == "RECOMMENDED"]


def test_a_listing_alerts_another_realtor_in_the_app_and_by_telegram(
    stranger: Client, telegram: FakeBotApi, a_city: str
) -> None:
    anna, chat = proven(stranger)
    district, client = (
        "<Тихий> & зелёный",
        {"client_name": "Секретова", "client_contacts": "+79160000000"},
    )
    lead = anna.post_lead(a_lead(city=a_city, districts=[district], **client))
    listing = stranger.registered().post_property(a_property(city=a_city, district=district))
    (row,) = soon(lambda: recommended(anna))
    assert (row["data"]["lead_id"], row["data"]["top"]) == (
        lead,
        [{"property_id": listing, "match_score": 100}],
    )
    (text,) = soon(lambda: telegram.inbox(chat))
    place, words = row["message"].split("₽")
    typed = html.escape(f"{place}₽")
    assert typed.startswith("&lt;Тихий&gt; &amp; зелёный: ")
    assert text == f"<b>{row['title']}</b>\n<code>{typed}</code>{words}"
    assert not any(word in dumps(row) + text for word in ("Секретова", "+7916"))


def test_who_has_seen_an_alert_is_answered_304_until_it_grows_or_is_read(
    stranger: Client, a_city: str
) -> None:
    anna, boris = stranger.registered(), stranger.registered()
    anna.post_lead(a_lead(city=a_city))
    boris.post_property(a_property(city=a_city))
    soon(lambda: recommended(anna))

    def again(tag: str) -> Answer:
        return replace(anna, headers={"if-none-match": tag}).get("/notifications")

    tag = anna.get("/notifications").headers["etag"]
    known = again(tag)
    assert (known.status, known.text, known.headers["etag"]) == (304, "", tag)
    boris.post_property(a_property(city=a_city))
    grown = soon(lambda: [one for one in [again(tag)] if one.status == 200])[0]
    assert grown.json["notifications"][0]["data"]["count"] == 2
    anna.post("/notifications/read-all").needs(200)
    assert again(grown.headers["etag"]).needs(200)["unread_count"] == 0


def test_an_agreement_is_pushed_to_both_sides_whom_telegram_has_proven_and_to_nobody_else(
    stranger: Client, telegram: FakeBotApi, a_city: str
) -> None:
    (anna, her_chat), boris = proven(stranger), stranger.registered()
    lead, listing = (
        anna.post_lead(a_lead(city=a_city)),
        boris.post_property(a_property(city=a_city)),
    )
    like = {"action": "LIKE", "proposed_commission": 50}
    boris.post(f"/properties/{listing}/lead-recommendations/{lead}/action", like).needs(200)
    anna.post(f"/leads/{lead}/property-recommendations/{listing}/action", like).needs(200)
    titles = "<b>Вашему покупателю предлагают объект</b>", "<b>Договорились: контакты открыты</b>"
    soon(
        lambda: all(
            any(text.startswith(title) for text in telegram.inbox(her_chat)) for title in titles
        )
    )
    starts = [text.partition("\n")[0] for text in telegram.inbox(her_chat)]
    assert all(starts.count(title) == 1 for title in titles), starts
    his = boris.get("/me").needs(200)["telegram_id"]
    assert str(his) not in {str(one.document["chat_id"]) for one in telegram.received}


def test_a_chat_that_must_wait_gets_its_message_a_little_later(
    stranger: Client, telegram: FakeBotApi, a_city: str
) -> None:
    anna, chat = proven(stranger)
    telegram.plan(chat, slower(2))
    anna.post_lead(a_lead(city=a_city))
    asked = time.monotonic()
    stranger.registered().post_property(a_property(city=a_city))
    assert len(soon(lambda: telegram.inbox(chat))) == 1
    assert time.monotonic() - asked >= 1
    assert [one.taken for one in telegram.received if one.document["chat_id"] == chat] == [
        False,
        True,
    ]


def test_what_comes_in_quiet_hours_waits_in_a_schedule_until_the_settings_let_it_out(
    stranger: Client, telegram: FakeBotApi, stack: RunningStack, a_city: str
) -> None:
    anna, chat = proven(stranger)
    now = datetime.now(UTC)
    start, end = (f"{now + timedelta(hours=hours):%H:%M}" for hours in (-2, 2))
    night = {"enabled": True, "time_zone": "UTC", "quiet": {"from": start, "to": end}}
    anna.put("/me/pushes", {"pushes": night}).needs(200)
    who = anna.get("/me").needs(200)["realtor_id"]

    def waiting() -> list[str]:
        schedules = stack.client("scheduler").list_schedules()["Schedules"]
        return [one["Name"] for one in schedules if who in one["Name"]]

    anna.post_lead(a_lead(city=a_city))
    stranger.registered().post_property(a_property(city=a_city))
    assert len(soon(waiting)) == 1
    assert telegram.inbox(chat) == []
    anna.put("/me/pushes", {"pushes": {"enabled": True}}).needs(200)
    assert len(soon(lambda: telegram.inbox(chat))) == 1
    assert soon(lambda: not waiting())
