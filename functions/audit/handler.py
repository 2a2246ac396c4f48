"""The nightly schedule → the audit: counts, entries, mirrors, notices, marks, markets and rankings
compared with what they are made from. Says of each kind how much had drifted; all of it is mended.
"""

import time
from collections import Counter
from random import Random
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

from cobroke.clock import now_ms
from cobroke.config import Config
from cobroke.flows.audit import DRIFTS, audit
from cobroke.storage.table import Table

APART_S = 5
LAST_S = 20
"""Before the function's own end: no call of the table begins later, and what was counted is still
said.
"""

config = Config.from_environment()
logger = Logger(service="audit", utc=True)
metrics = Metrics(namespace="Cobroke", service="audit")
table = Table(config.table_name)


@metrics.log_metrics
def handler(event: Any, context: Any) -> dict[str, int]:  # noqa: ANN401, ARG001 - Lambda's own
    drift = Counter(dict.fromkeys(DRIFTS, 0))
    try:
        with table.time_limit(context.get_remaining_time_in_millis() / 1000 - LAST_S):
            audit(table, now_ms, _pause, Random(), drift)  # noqa: S311 - a sample, no secret
    finally:
        metrics.add_dimension("stage", config.stage)
        for kind, found in drift.items():
            metrics.add_metric(f"Drift{kind.capitalize()}", MetricUnit.Count, found)
        logger.info("audited", drift=dict(drift))
    return dict(drift)


def _pause() -> None:
    time.sleep(APART_S)
