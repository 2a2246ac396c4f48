"""Telegram's Bot API, as far as we speak it: one message to one chat.

https://core.telegram.org/bots/api#sendmessage
"""

import html
import json
import logging
from typing import Any, NamedTuple

import urllib3

from cobroke.domain.notices.wording import Words

TIMEOUT = urllib3.Timeout(connect=3, read=7)
NOT_OF_THE_MESSAGE = {401, 404, 408}
"""A token that is not known, or (through what stands between) no answer in time: another try may be
taken.
"""


class Sent(NamedTuple):
    """The message is there."""


class Slower(NamedTuple):
    """Not to this chat before `seconds` are over."""

    seconds: int


class Blocked(NamedTuple):
    """The person does not want to hear from the bot."""


class Refused(NamedTuple):
    """It will never be taken."""

    status: int


type Answer = Sent | Slower | Blocked | Refused


class Unreachable(Exception):
    """No answer, or none that makes sense: the message may be there or not. Try again."""


_SENSELESS = (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError)
"""What reading an answer raises that is none."""


class BotApi:
    """`url`: where the Bot API answers, without a slash at its end; `button_url`: the Mini App that
    a button opens.
    """

    def __init__(self, url: str, button_url: str = "") -> None:
        self._url, self._button_url = url, button_url
        self._http = urllib3.PoolManager(timeout=TIMEOUT, retries=False)
        logging.getLogger("urllib3").setLevel(
            logging.CRITICAL
        )  # its lines hold the URL, and the URL the token

    def send(self, token: str, chat_id: str, words: Words) -> Answer:
        body: dict[str, Any] = {
            "chat_id": int(chat_id),
            "text": as_html(words),
            "parse_mode": "HTML",
            "link_preview_options": {"is_disabled": True},
        }
        if self._button_url:
            button = {"text": "Открыть", "web_app": {"url": self._button_url}}
            body["reply_markup"] = {"inline_keyboard": [[button]]}
        try:
            answer = self._http.request("POST", f"{self._url}/bot{token}/sendMessage", json=body)
            return _read(answer.status, json.loads(answer.data))
        except (urllib3.exceptions.HTTPError, *_SENSELESS):
            raise Unreachable from None  # never its text, for the same reason


def as_html(words: Words) -> str:
    """Write the message as HTML, what was typed as code: of all that Telegram makes of a text by
    itself it makes nothing there.
    """
    title = f"<b>{html.escape(words.title)}</b>"
    if not words.message:
        return title
    before, typed, after = map(html.escape, words.message.partition(words.typed or words.message))
    return f"{title}\n{before}<code>{typed}</code>{after}"


def _read(status: int, document: Any) -> Answer:  # noqa: ANN401 - whatever came
    if status == 200 and document["ok"] is True:
        return Sent()
    if status == 429:
        return Slower(max(1, int(document["parameters"]["retry_after"])))
    if status == 403:
        return Blocked()
    if 400 <= status < 500 and status not in NOT_OF_THE_MESSAGE:
        return Refused(status)
    raise Unreachable
