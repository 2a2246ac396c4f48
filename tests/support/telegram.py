"""Telegram in the fault run, the queue and the schedules that lead to it; and the judge of what
came to whose chat.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from random import Random
from typing import Any

from cobroke.domain.notices.wording import Words
from cobroke.exact_json import loads
from cobroke.storage.notation import Item, item_of
from cobroke.telegram.bot_api import Answer, Sent, Slower, Unreachable
from tests.support.far_side import FarSide
from tests.support.notices import told_in
from tests.support.scheduler import NS, Scheduler, Task
from tests.support.story import Story

FAILS, SLOWS = 0.05, 0.1
WAITS_S = 1, 3, 1000


@dataclass(eq=False)
class Message:
    """Of the queue. `due`: when it may be received."""

    body: str
    due: int
    received: int = 0

    @property
    def record(self) -> dict[str, Any]:
        return {
            "messageId": "message",
            "receiptHandle": "message",
            "body": self.body,
            "attributes": {"ApproximateReceiveCount": str(self.received)},
        }


class Queue:
    """Of pushes, and the schedules that send to it. It takes everything."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._new: list[Message] = []

    def taken(self) -> list[Message]:
        """What has come since."""
        new, self._new = self._new, []
        return new

    def send_message(self, *, MessageBody: str, DelaySeconds: int, **_: Any) -> None:
        self._scheduler.step()
        self._new.append(Message(MessageBody, self._scheduler.now + DelaySeconds * NS))
        self._scheduler.step()

    def change_message_visibility(self, **_: Any) -> None:
        """It comes again anyhow."""

    def create_schedule(self, *, ScheduleExpression: str, Target: Any, **_: Any) -> None:
        moment = datetime.fromisoformat(ScheduleExpression[3:-1]).replace(tzinfo=UTC)
        self._scheduler.step()
        self._new.append(Message(Target["Input"], round(moment.timestamp()) * NS))
        self._scheduler.step()

    def delete_schedule(self, **_: Any) -> None:
        """It fires all the same: as where it was too late for that."""


@dataclass(eq=False)
class Told:
    """One message that came to a chat. `doubtful`: whoever sent it has never said so."""

    realtor_id: str
    notices: list[str]
    by: Task | None
    doubtful: bool = True


@dataclass(eq=False)
class Telegram:
    """`rings`: the phone of a realtor, by their id."""

    far: FarSide
    scheduler: Scheduler
    rng: Random
    told: list[Told] = field(default_factory=list)
    rings: Callable[[str], None] = lambda _: None

    def send(self, chat_id: str, words: Words) -> Answer:
        self.scheduler.step()
        draw = self.rng.random() if self.far.fails else 1
        if draw < FAILS:
            raise Unreachable
        if draw < FAILS + SLOWS:
            return Slower(self.rng.choice(WAITS_S))
        realtor_id = self.far.store.items[f"TELEGRAM#{chat_id}", "TELEGRAM"]["realtor_id"]["S"]
        waiting = self._claimed(realtor_id)
        told = waiting if re.match("У вас ", words.title) else waiting[:1]
        self.told.append(Told(realtor_id, told, self.scheduler.current))
        self.rings(realtor_id)
        self.scheduler.step()
        return Sent()

    def sure(self) -> None:
        """Whoever runs now has come to the end of all that it has sent."""
        for one in self.told:
            if one.by is self.scheduler.current:
                one.doubtful = False

    def give_up(self) -> None:
        """Whoever runs now has died, or failed: it begins anew."""
        for one in self.told:
            if one.by is self.scheduler.current:
                one.by = None

    def _claimed(self, realtor_id: str) -> list[str]:
        """What waited when the claim was made that stands now."""
        key, until, waiting = (f"REALTOR#{realtor_id}", "OUTBOX"), 0, list[str]()
        for change in reversed(self.far.history):
            if change.key == key and change.new:
                image = item_of(change.new)
                until = until or image["claimed_until"]
                if image["claimed_until"] != until:
                    break
                waiting = ids_of(image)
        return waiting


def ids_of(outbox: Item) -> list[str]:
    return [notice for notice, *_ in loads(outbox["waiting"])]


def faults(story: Story, telegram: Telegram) -> Iterator[str]:
    """Each notice of a realtor with a proof came to their chat once, unless they had read it; twice
    only where an answer was lost; and nothing waits.
    """
    proven = {who_of(item) for item in story.of("REALTOR") if item["verified"]}
    sent, doubts = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for one in telegram.told:
        sent.update((one.realtor_id, notice) for notice in one.notices)
        doubts.update((one.realtor_id, notice) for notice in one.notices if one.doubtful)
    told, left = told_in(story), _left(story)
    for item in story.of("NOTICE"):
        key = who, notice = who_of(item), item["SK"]
        if bool(item.get("queued_at", -1)) != (who in proven) or "queued_at" not in item:
            yield f"queued at {item.get('queued_at')}: {notice} of {who}"
        if sent[key] > (who in proven) + doubts[key]:
            yield f"pushed {sent[key]} times: {notice} of {who}"
        if who in proven and not sent[key] and told[key].read > left.get(key, -inf):
            yield f"neither pushed nor read: {notice} of {who}"
    for item in story.of("OUTBOX"):
        if item["ticket"] or ids_of(item):
            yield f"still waiting: {item}"


def who_of(item: Item) -> str:
    return str(item["PK"].partition("#")[2])


def _left(story: Story) -> dict[tuple[str, str], int]:
    """When (step) each notice left the outbox."""
    found = dict[tuple[str, str], int]()
    for change in story.changes:
        if change.key[1] == "OUTBOX" and change.old and change.new:
            old, new = item_of(change.old), item_of(change.new)
            for notice in {*ids_of(old)}.difference(ids_of(new)):
                found[who_of(new), notice] = change.step
    return found
