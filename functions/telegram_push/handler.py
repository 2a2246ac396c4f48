"""The queue of notices → Telegram. What fails is tried again, later and later; then a queue of its
own keeps it.
"""

import time
from typing import Any

from aws_lambda_powertools import Logger

from cobroke.config import Config
from cobroke.domain.notices.wording import Words
from cobroke.edge.queued import Event, Message, process_batch
from cobroke.edge.secrets import secret
from cobroke.flows.notices.push import push
from cobroke.storage.queue import Queue
from cobroke.storage.table import Table
from cobroke.telegram.bot_api import Answer, BotApi, Sent

FIRST_PAUSE_S, LONGEST_PAUSE_S = 10, 900
LAST_S = 20
"""Before the function's own end: no call of the table begins later."""

logger = Logger(service="telegram_push", utc=True)
config = Config.from_environment()
table = Table(config.table_name)
queue = Queue(config.push_queue_url)
bot = BotApi(config.telegram_api_url, config.mini_app_url)


def handler(event: Event, context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own
    with table.time_limit(context.get_remaining_time_in_millis() / 1000 - LAST_S):
        return process_batch(event, _push, _pause_s, queue, logger)


def _push(message: Message) -> None:
    outcome = push(table, _send, message["realtor_id"], message["notice_id"], int(time.time()))
    if outcome.again_after_s is not None:
        queue.put(message, outcome.again_after_s)
    logger.info(
        "push",
        realtor_id=message["realtor_id"],
        notification_id=message["notice_id"],
        request_id=message.get("request_id") or None,
        outcome=outcome.said,
    )


def _pause_s(tries: int) -> int:
    return min(FIRST_PAUSE_S << (tries - 1), LONGEST_PAUSE_S)


def _send(chat_id: str, words: Words) -> Answer:
    if config.telegram_api_url:
        return bot.send(secret(config.bot_token_parameter), chat_id, words)
    logger.info("push recorded", title=words.title, text=words.message)
    return Sent()
