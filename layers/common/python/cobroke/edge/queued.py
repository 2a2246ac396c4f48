"""A queue's messages as its function reads them: at least once, several in a batch, each for
itself.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger

from cobroke.failures import kind_and_place
from cobroke.storage.queue import Queue

type Event = Mapping[str, Any]
type Message = dict[str, str]


def process_batch(
    event: Event,
    act: Callable[[Message, int], None],
    pause_s: Callable[[int], int],
    queue: Queue,
    logger: Logger,
) -> dict[str, Any]:
    """Act on one message after the other, told how often it has come, and return the ids of those
    that failed. These are kept, to come again after the pause for the number of their tries.
    """
    failed = [record for record in event["Records"] if not _done(record, act, logger)]
    for record in failed:
        _hold_back(record, pause_s, queue, logger)
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in failed]}


def _done(received: Mapping[str, Any], act: Callable[[Message, int], None], logger: Logger) -> bool:
    """Act on the message, and return whether it may be forgotten."""
    try:
        act(json.loads(received["body"]), _tries(received))
    except Exception as failure:  # noqa: BLE001 - whatever it was, the message comes again
        said = {"queued": received["body"], **kind_and_place(failure)}
        logger.error("message failed", **said)  # noqa: TRY400 - never its text
        return False
    return True


def _hold_back(
    received: Mapping[str, Any], pause_s: Callable[[int], int], queue: Queue, logger: Logger
) -> None:
    """Hold the message back for its pause. Where that fails, it comes again when the queue gives up
    waiting for its function.
    """
    try:
        queue.hold_back(received["receiptHandle"], pause_s(_tries(received)))
    except Exception as failure:  # noqa: BLE001 - the other messages go on
        logger.warning("message not held back", **kind_and_place(failure))


def _tries(received: Mapping[str, Any]) -> int:
    return int(received["attributes"]["ApproximateReceiveCount"])
