"""The schedule → one message for each market, and for each shard of the agenda. Answers what it has
planned.

In any order: where its time is up, no market is the last one every time.
"""

from datetime import UTC, datetime
from random import Random
from typing import Any

from aws_lambda_powertools import Logger

from cobroke.config import Config
from cobroke.flows.schedule.rematch import parts_of_a_run
from cobroke.storage.queue import Queue
from cobroke.storage.table import Table

logger = Logger(service="rematch_planner", utc=True)
config = Config.from_environment()
table = Table(config.table_name)
queue = Queue(config.run_queue_url)
rng = Random()  # noqa: S311 - an order, no secret


def handler(event: Any, context: Any) -> dict[str, Any]:  # noqa: ANN401, ARG001 - Lambda's own
    run = datetime.now(UTC).isoformat(timespec="milliseconds")
    parts = parts_of_a_run(table)
    rng.shuffle(parts)
    queue.put_all({"run": run, "part": part} for part in parts)
    logger.info("run planned", run=run, parts=len(parts))
    return {"run": run, "parts": parts}
