"""Pushes what waits in a realtor's outbox to their Telegram, one message at a time: each notice
once, unless the answer that it was sent is lost.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from cobroke.clock import Clock
from cobroke.domain.errors import Busy
from cobroke.domain.notices.outbox import Plan, plan
from cobroke.domain.notices.wording import Words, about_many
from cobroke.domain.realtors import Realtor
from cobroke.flows.notices.outbox import unwanted
from cobroke.storage import keys
from cobroke.storage.notices import notices, outboxes, push_settings
from cobroke.storage.notices.outboxes import CLAIMED_FOR_MS, Outbox, Ticket
from cobroke.storage.pauses import TRIES, pause
from cobroke.storage.queue import LONGEST_DELAY_S
from cobroke.storage.retry import retry_on_conflict
from cobroke.storage.table import Table, Write
from cobroke.telegram.bot_api import Answer, Blocked, Refused, Sent, Slower

LONGEST_SEND_S = 12
"""Nothing is sent where no more time than that is left: that it was sent must be written."""
APART_MS = 1_000
"""Between two messages to a chat."""
CLOCKS_DIFFER_MS = 500
"""Those of two functions, by so much at most: what comes earlier by that is on time."""

type Send = Callable[[str, Words], Answer]
"""(chat id, words) → what Telegram says, or Unreachable."""


class Pushed(NamedTuple):
    """What became of a message of the queue. `next` is the message that is to be sent to the queue
    now, `needless` the ticket of a schedule that nobody needs any more.
    """

    said: str
    next: Ticket | None = None
    needless: Ticket | None = None
    notices: Sequence[str] = ()
    """What the message to the chat told, or would have."""
    dropped: Sequence[str] = ()
    """What waited and will never be told."""
    request_id: str = ""
    """Of which request its one notice comes, if that is known."""


class _Claimed(NamedTuple):
    """A message that nobody else sends, and whom to."""

    realtor: Realtor
    words: Words
    notices: Sequence[str]
    dropped: Sequence[str]
    request_id: str


def push(table: Table, send: Send, ticket: Ticket, clock: Clock, *, again: bool = False) -> Pushed:
    """Push the next message of a realtor's outbox, if one is due, and return what is to be sent to
    the queue then: as long as something waits, a message of the realtor is under way. Do nothing
    where the outbox has another ticket; what has come `again` may have died before it sent that
    one. Raises what `send` does, and gives the claim up: a failed try.
    """
    if table.seconds_left <= LONGEST_SEND_S:
        return Pushed("no time left", ticket._replace(due=clock() + APART_MS))
    found = retry_on_conflict(table, partial(_claimed, table, ticket, clock, again=again))
    if isinstance(found, Pushed):
        return found
    try:
        answer = send(found.realtor.telegram_id, found.words)
    except Exception:
        retry_on_conflict(table, partial(_give_up, table, ticket))
        raise
    return _settled(table, partial(_settle, table, found, ticket, answer, clock))


def _claimed(table: Table, ticket: Ticket, clock: Clock, *, again: bool) -> Pushed | _Claimed:
    """Claim the next message. Where none is due, leave the outbox as it is to be, and say why."""
    outbox, realtor = outboxes.load(table, ticket.realtor_id)
    now = clock()
    if outbox.ticket != ticket.number:
        may_lack = again or outbox.scheduled == outbox.ticket  # a schedule is made once anyhow
        follows = may_lack and outbox.replaced == ticket.number
        return Pushed("superseded", outbox.under_way if follows else None)
    if outbox.earliest > now + CLOCKS_DIFFER_MS:
        return Pushed("early", ticket._replace(due=outbox.earliest))
    now = max(now, outbox.earliest)
    if outbox.is_claimed(now):
        return Pushed("claimed", ticket._replace(due=outbox.claimed_until))
    why = unwanted(realtor) if realtor else "gone"
    if why or realtor is None:
        done = Pushed(why or "gone", dropped=outbox.ids)
        return _written(table, outbox, replace(outbox, waiting=()).closed(), done)
    unread = outboxes.unread(table, outbox, now)
    return _begun(table, outbox, outbox.among(unread), realtor, now)


def _begun(
    table: Table, outbox: Outbox, left: Outbox, realtor: Realtor, now: int
) -> Pushed | _Claimed:
    """Claim what of the rest is to be told now, or wait for the time of what is not."""
    planned = plan(push_settings.of(realtor), left.waiting, now)
    left = left.without(planned.drop)
    if not planned.tell:
        said = "waiting" if left.waiting else "late" if planned.drop else "read"
        done = Pushed(said, dropped=outbox.lacking(left))
        return _written(table, outbox, _calling(left, planned, now), done)
    words, request_id = about_many(len(planned.tell)), ""
    if len(planned.tell) == 1:
        item = table.get((keys.notices(outbox.realtor_id), *planned.tell))
        if item is None:
            return _begun(table, outbox, left.without(planned.tell), realtor, now)
        words, request_id = notices.of_item(item, is_read=False).words, item.get("cause", "")
    outboxes.save(table, outbox, replace(left, claimed_until=now + CLAIMED_FOR_MS))
    return _Claimed(realtor, words, planned.tell, outbox.lacking(left), request_id)


def _settled(table: Table, settle: Callable[[], Pushed]) -> Pushed:
    """Write down what the answer means. That a message was sent would else make a double: it is
    tried as long as there is time.
    """
    tried = 0
    while True:
        try:
            return retry_on_conflict(table, settle)
        except Busy:
            pause(tried := min(tried + 1, TRIES - 1), table.seconds_left)


def _settle(
    table: Table, claimed: _Claimed, ticket: Ticket, answer: Answer, clock: Clock
) -> Pushed:
    """Make the outbox what it is to be after the answer, once. Where it has another ticket by now,
    the message with that will see to the rest.
    """
    outbox, realtor = outboxes.load(table, ticket.realtor_id)
    realtor, now = realtor or claimed.realtor, clock()
    said, left, more = _meant(table, answer, outbox, claimed, realtor, now)
    done = Pushed(said, None, None, claimed.notices, claimed.dropped, claimed.request_id)
    if outbox.replaced == ticket.number and not outbox.made_by:
        return done._replace(next=outbox.under_way)  # by a try whose answer was lost
    new = replace(left, claimed_until=0)
    if outbox.ticket == ticket.number:
        planned = plan(push_settings.of(realtor), left.waiting, now)
        new = _calling(new.without(planned.drop), planned, now)
    return _written(table, outbox, new, done, *more)


def _meant(
    table: Table, answer: Answer, outbox: Outbox, claimed: _Claimed, realtor: Realtor, now: int
) -> tuple[str, Outbox, list[Write]]:
    """Return what an answer is called, what it makes of the outbox, and of the realtor."""
    left = replace(outbox.without(claimed.notices), next_at=now + APART_MS)
    match answer:
        case Slower(seconds):
            wait = max(outbox.next_at, now + 1000 * seconds)
            return "slower", replace(outbox, next_at=wait), []
        case Blocked() if realtor.version == claimed.realtor.version:
            return "blocked", replace(outbox, waiting=()), [outboxes.switching_off(table, realtor)]
        case Blocked():
            return "blocked", left, []
        case Refused(status):
            return f"refused with {status}", left, []
        case Sent():
            return "sent" if len(claimed.notices) == 1 else "digest", left, []


def _give_up(table: Table, ticket: Ticket) -> None:
    """End the claim, so that the next try need not wait for its end."""
    outbox, _ = outboxes.load(table, ticket.realtor_id)
    outboxes.save(table, outbox, replace(outbox, claimed_until=0))


def _calling(left: Outbox, planned: Plan, now: int) -> Outbox:
    """Return it with a message under way for what is left, none where that is nothing."""
    at = now if planned.tell else planned.wake_at
    if at is None:
        return left.closed()
    new = left.called(max(at, left.next_at))
    is_far = new.due - now > LONGEST_DELAY_S * 1000
    return replace(new, scheduled=new.ticket if is_far else 0)


def _written(table: Table, old: Outbox, new: Outbox, done: Pushed, *more: Write) -> Pushed:
    """Save it, and return what is done with the message that is to be sent then."""
    outboxes.save(table, old, new, *more)
    if new.ticket == old.ticket:
        return done
    needless = Ticket(old.realtor_id, old.scheduled, 0)
    is_needless = old.scheduled not in {0, old.ticket}
    return done._replace(next=new.under_way, needless=needless if is_needless else None)
