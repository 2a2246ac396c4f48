"""The queue of a run's parts → a market followed again, or a shard of the agenda worked off.

What fails comes again soon, and is counted.
"""

import time
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from cobroke.clock import now_ms
from cobroke.config import Config
from cobroke.edge.queued import Event, Message, process_batch
from cobroke.flows.schedule.rematch import work_on
from cobroke.storage.queue import Queue
from cobroke.storage.schedule import runs
from cobroke.storage.table import Table

PAUSE_S = 90
"""A part that fails comes again after so long, not when the queue gives up waiting for its worker.
"""

config = Config.from_environment()
logger = Logger(service="rematch_worker", utc=True)
table = Table(config.table_name)
queue = Queue(config.run_queue_url)


def handler(event: Event, context: Any) -> dict[str, Any]:  # noqa: ANN401, ARG001 - Lambda's own
    answer = process_batch(event, _work, lambda _: PAUSE_S, queue, logger)
    failed = len(answer["batchItemFailures"])
    with single_metric("PartFailed", MetricUnit.Count, failed, namespace="Cobroke") as metric:
        metric.add_dimension("service", "rematch_worker")
        metric.add_dimension("stage", config.stage)
    return answer


def _work(message: Message, _: int) -> None:
    """Done again, its part does nothing twice."""
    did = work_on(table, message["part"], now_ms)
    runs.report(table, message["run"], message["part"], did, int(time.time()))
    logger.info("part done", run=message["run"], part=message["part"], did=dict(did))
