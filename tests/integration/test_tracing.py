"""One LIKE, from its request through the stream to both pushes: each step logs the request's id."""

import json
import logging
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from random import Random
from typing import Any

import pytest

from cobroke.clock import now_ms
from cobroke.domain.ids import match_id
from tests.builders import a_lead, a_property, a_telegram_id, widget
from tests.client import Client
from tests.memory_table import MemoryTable
from tests.polling import eventually
from tests.pump import drain
from tests.support.post import Post
from tests.support.town import pumps
from tools import trace

LIKE = {"action": "LIKE", "proposed_commission": 50}


class Market:
    """All functions over one table, their lines, and the post between them."""

    def __init__(self, table: MemoryTable, lines: StringIO, stranger: Client) -> None:
        self.table, self.lines, self.stranger = table, lines, stranger
        self.post = Post(now=now_ms())
        self.pumps = pumps(Random(0), quiet=True)

    def proven(self) -> Client:
        chat = int(a_telegram_id())
        return self.stranger.registered(telegram_id=str(chat), telegram_auth_data=widget(chat))

    def settle(self) -> None:
        """Let the stream and the queue do what follows."""
        drain(self.table.stream, *self.pumps)
        self.post.deliver_all(10**9)

    def log(self, name: str, *_: object) -> list[str]:
        """What `tools.stack.Stack` reads of a function."""
        lines = self.lines.getvalue().splitlines()
        return [line for line in lines if json.loads(line)["service"] == name]

    def story(self, an_id: str) -> list[dict[str, Any]]:
        stack: Any = self
        found = trace.stories(stack, an_id, datetime.now(UTC) - timedelta(days=1))
        return [line for story in found for line in story]


@pytest.fixture
def market(
    in_memory: MemoryTable, logged: StringIO, stranger: Client, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Market]:
    market = Market(in_memory, logged, stranger)
    for name in ("stream_matching", "stream_notifications", "telegram_push"):
        for handler in logging.getLogger(name).handlers:
            monkeypatch.setattr(handler, "stream", logged)
    with market.post.delivering():
        yield market


def like(market: Market, client: Client, path: str) -> str:
    """The id of the request; what follows of it has been done."""
    answer = client.post(path, LIKE)
    answer.needs(200)
    market.settle()
    return answer.headers["x-request-id"]


def steps(story: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    return Counter((line["service"], line["message"]) for line in story)


def test_a_like_is_followed_from_its_request_to_both_pushes(market: Market) -> None:
    anna, boris = market.proven(), market.proven()
    lead, listing = anna.post_lead(a_lead()), boris.post_property(a_property())
    market.settle()
    first = like(market, boris, f"/properties/{listing}/lead-recommendations/{lead}/action")
    second = like(market, anna, f"/leads/{lead}/property-recommendations/{listing}/action")

    story = market.story(second)  # Boris is told of her LIKE, and both of the agreement
    assert steps(story) == {
        ("actions", "request"): 1,
        ("stream_notifications", "told"): 1,
        ("stream_notifications", "queued"): 3,
        ("telegram_push", "push"): 3,
    }
    pushed = [line for line in story if line["message"] == "push"]
    assert {line["outcome"] for line in pushed} == {"sent"}
    ids = {client.get("/me").needs(200)["realtor_id"] for client in (anna, boris)}
    assert {line["realtor_id"] for line in pushed} == ids
    (told,) = (line for line in story if line["message"] == "told")
    assert (told["match_id"], told["notifications"]) == (match_id(lead, listing), 3)

    requests = {line["request_id"] for line in market.story(match_id(lead, listing))}
    assert requests == {first, second}
    assert market.story(pushed[0]["notification_id"]) == story


def test_an_object_is_followed_to_the_alert_of_another_realtor(market: Market) -> None:
    anna, boris = market.proven(), market.stranger.registered()
    anna.post_lead(a_lead())
    market.settle()
    listing = boris.post_property(a_property())
    market.settle()
    assert steps(market.story(listing)) == {
        ("properties", "request"): 1,
        ("stream_matching", "ranked"): 1,
        ("stream_notifications", "queued"): 1,
        ("telegram_push", "push"): 1,
    }


def test_a_push_that_is_not_sent_says_why(market: Market) -> None:
    anna, boris = market.stranger.registered(), market.proven()
    anna.post_lead(a_lead())
    market.settle()
    listing = boris.post_property(a_property())
    market.settle()
    (queued,) = (line for line in market.story(listing) if line["message"] == "queued")
    assert queued["outcome"] == "unverified"


def test_what_is_told_together_says_of_how_much(market: Market) -> None:
    anna, boris = market.proven(), market.stranger.registered()
    cities = [f"город {number}" for number in range(4)]
    for city in cities:
        anna.post_lead(a_lead(city=city))
    posted = now_ms()
    eventually(lambda: now_ms() > posted, wanted=True)  # only what was there before is alerted
    for city in cities:
        boris.post_property(a_property(city=city))
    market.settle()
    pushes = [json.loads(line) for line in market.log("telegram_push")]
    assert [(line["outcome"], line["notifications"]) for line in pushes if "outcome" in line] == [
        ("digest", 4)
    ]


def test_what_was_archived_is_followed_to_what_it_closes(market: Market) -> None:
    anna, boris = market.proven(), market.proven()
    lead, listing = anna.post_lead(a_lead()), boris.post_property(a_property())
    market.settle()
    like(market, anna, f"/leads/{lead}/property-recommendations/{listing}/action")
    archived = anna.post(f"/leads/{lead}/archive")
    market.settle()
    story = market.story(archived.headers["x-request-id"])
    assert [line["matches"] for line in story if line["message"] == "closed"] == [1]
    (told, *_) = [line for line in story if line["message"] == "told"]
    assert told["match_id"] == match_id(lead, listing)


def test_a_change_names_its_request_only_while_that_is_served(market: Market) -> None:
    anna = market.proven()
    answer = anna.post("/leads", a_lead())
    (item,) = (one for one in market.table.items() if one["entity"] == "LEAD")
    assert item["cause"] == answer.headers["x-request-id"]
    others = [one for one in market.table.items() if one["entity"] not in {"LEAD"}]
    assert not [one for one in others if "cause" in one]
