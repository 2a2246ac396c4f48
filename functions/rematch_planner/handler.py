"""The schedule → one message for each market, and for each shard of the agenda. Answers what it has planned."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger

from cobroke.config import Config
from cobroke.flows.rematch import parts_of_a_run
from cobroke.storage.queue import Queue
from cobroke.storage.table import Table

logger = Logger(service="rematch_planner", utc=True)
config = Config.from_environment()
table = Table(config.table_name)
queue = Queue(config.run_queue_url)


def handler(event: Any, context: Any) -> dict[str, Any]:  # noqa: ANN401, ARG001 - Lambda's own
    run = datetime.now(UTC).isoformat(timespec="milliseconds")
    parts = parts_of_a_run(table)
    for part in parts:
        queue.put({"run": run, "part": part})
    logger.info("run planned", run=run, parts=len(parts))
    return {"run": run, "parts": parts}
