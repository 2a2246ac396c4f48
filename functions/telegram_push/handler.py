"""The queue of notices → Telegram. What fails is tried again, later and later; then a queue of its own keeps it."""

import json
import time
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger

from cobroke.bot_api import Answer, BotApi, Sent
from cobroke.config import Config
from cobroke.failures import kind_and_place
from cobroke.flows.push import push
from cobroke.secrets import secret
from cobroke.storage.queue import Queue
from cobroke.storage.table import Table

FIRST_PAUSE_S, LONGEST_PAUSE_S = 10, 900

logger = Logger(service="telegram_push", utc=True)
config = Config.from_environment()
table = Table(config.table_name)
queue = Queue(config.push_queue_url)
bot = BotApi(config.telegram_api_url, config.mini_app_url)


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401, ARG001 - Lambda's own
    return {"batchItemFailures": [{"itemIdentifier": one["messageId"]} for one in event["Records"] if not _done(one)]}


def _done(received: Mapping[str, Any]) -> bool:
    """Whether the message may be forgotten."""
    try:
        message = json.loads(received["body"])
        outcome = push(table, _send, message["realtor_id"], message["notice_id"], int(time.time()))
        if outcome.again_after_s is not None:
            queue.put(message, outcome.again_after_s)
    except Exception as failure:  # noqa: BLE001 - whatever it was, it is tried again
        logger.error("push failed", **kind_and_place(failure))  # noqa: TRY400 - never its text
        _hold_back(received)
        return False
    logger.info("push", realtor_id=message["realtor_id"], notice_id=message["notice_id"], outcome=outcome.said)
    return True


def _hold_back(received: Mapping[str, Any]) -> None:
    """Where that fails, the message comes again when its time in the queue says."""
    tries = int(received["attributes"]["ApproximateReceiveCount"])
    try:
        queue.hold_back(received["receiptHandle"], min(FIRST_PAUSE_S * 2 ** (tries - 1), LONGEST_PAUSE_S))
    except Exception as failure:  # noqa: BLE001 - the other messages of the batch have nothing to do with it
        logger.warning("message not held back", **kind_and_place(failure))


def _send(chat_id: str, title: str, message: str) -> Answer:
    if config.telegram_api_url:
        return bot.send(secret(config.bot_token_parameter), chat_id, title, message)
    logger.info("push recorded", title=title, text=message)
    return Sent()
