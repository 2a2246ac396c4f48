"""The queue of pushes → Telegram: a message wakes a realtor's outbox, which then is told on. What
fails is tried again, later and later; then a queue of its own keeps it.
"""

from typing import Any

from aws_lambda_powertools import Logger

from cobroke.clock import now_ms
from cobroke.config import Config
from cobroke.domain.notices.wording import Words
from cobroke.edge.queued import Event, Message, process_batch
from cobroke.edge.secrets import secret
from cobroke.flows.notices.push import Pushed, push
from cobroke.storage.notices.outboxes import Ticket
from cobroke.storage.one_time_schedules import OneTimeSchedules
from cobroke.storage.queue import LONGEST_DELAY_S, Queue
from cobroke.storage.table import Table
from cobroke.telegram.bot_api import Answer, BotApi, Sent

FIRST_PAUSE_S, LONGEST_PAUSE_S = 10, 900
LAST_S = 20
"""Before the function's own end: no call of the table begins later."""

logger = Logger(service="telegram_push", utc=True)
config = Config.from_environment()
table = Table(config.table_name)
queue = Queue(config.push_queue_url)
schedules = OneTimeSchedules(
    config.push_schedules, config.push_schedules_role, config.push_queue_arn
)
bot = BotApi(config.telegram_api_url, config.mini_app_url)


def handler(event: Event, context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own
    with table.time_limit(context.get_remaining_time_in_millis() / 1000 - LAST_S):
        return process_batch(event, _push, _pause_s, queue, logger)


def _push(message: Message, tries: int) -> None:
    ticket = Ticket(message["realtor_id"], int(message["ticket"]), due=0)
    pushed = push(table, _send, ticket, now_ms, again=tries > 1)
    if pushed.needless:
        schedules.delete(_name(pushed.needless))
    if pushed.next:
        _send_on(pushed.next)
    logger.info("push", realtor_id=ticket.realtor_id, **_facts(pushed))


def _send_on(ticket: Ticket) -> None:
    """Let the message come when it is due: by a schedule, where no queue waits so long."""
    if (seconds := ticket.seconds_from(now_ms())) <= LONGEST_DELAY_S:
        queue.put(ticket.message, seconds)
    else:
        schedules.put(_name(ticket), ticket.message, ticket.due_s)


def _name(ticket: Ticket) -> str:
    return f"{ticket.realtor_id}-{ticket.number}"


def _facts(pushed: Pushed) -> dict[str, Any]:
    """Say what became of it; of which notice and request where it is one alone."""
    facts: dict[str, Any] = {"outcome": pushed.said}
    counted = {"notifications": pushed.notices, "dropped": pushed.dropped}
    facts |= {name: len(ids) for name, ids in counted.items() if ids}
    if len(concerned := [*pushed.notices, *pushed.dropped]) == 1:
        facts["notification_id"] = concerned[0]
    return facts | ({"request_id": pushed.request_id} if pushed.request_id else {})


def _pause_s(tries: int) -> int:
    return min(FIRST_PAUSE_S << (tries - 1), LONGEST_PAUSE_S)


def _send(chat_id: str, words: Words) -> Answer:
    if config.telegram_api_url:
        return bot.send(secret(config.bot_token_parameter), chat_id, words)
    logger.info("push recorded", title=words.title, text=words.message)
    return Sent()
