"""The queue of a run's parts → a market followed again, or a shard of the agenda worked off."""

import json
import time
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger

from cobroke.clock import now_ms
from cobroke.config import Config
from cobroke.failures import kind_and_place
from cobroke.flows.rematch import work_on
from cobroke.storage import runs
from cobroke.storage.table import Table

logger = Logger(service="rematch_worker", utc=True)
table = Table(Config.from_environment().table_name)


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401, ARG001 - Lambda's own
    return {"batchItemFailures": [{"itemIdentifier": one["messageId"]} for one in event["Records"] if not _done(one)]}


def _done(received: Mapping[str, Any]) -> bool:
    """Whether the message may be forgotten. Done again, its part does nothing twice."""
    try:
        message = json.loads(received["body"])
        did = work_on(table, message["part"], now_ms)
        runs.report(table, message["run"], message["part"], did, int(time.time()))
    except Exception as failure:  # noqa: BLE001 - whatever it was, the part comes again
        logger.error("part failed", **kind_and_place(failure))  # noqa: TRY400 - never its text
        return False
    logger.info("part done", **message, did=dict(did))
    return True
