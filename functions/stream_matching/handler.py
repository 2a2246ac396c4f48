"""The table's stream → rankings: a lead or property that was written gets its ranking before somebody looks at it.

Triggered by every write of a lead or property (infra/triggers.py); what it writes itself never wakes it.
"""

from typing import Any

from aws_lambda_powertools import Logger

from cobroke.clock import now_ms
from cobroke.config import Config
from cobroke.flows.ranking import warm
from cobroke.storage.keys import object_of
from cobroke.storage.table import Table
from cobroke.streams import Event, Record, each

logger = Logger(service="stream_matching", utc=True)
table = Table(Config.from_environment().table_name)


def handler(event: Event, context: Any) -> dict[str, Any]:  # noqa: ANN401, ARG001 - Lambda's own
    return each(event, _warm, logger)


def _warm(record: Record) -> None:
    written = object_of(record.sk)
    if written and record.new:
        warm(table, *written, now_ms)
