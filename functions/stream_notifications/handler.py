"""The table's stream → what follows from a pair or an archive: notices, and the closing of what is still open.

Triggered by every write of a pair and by a lead or property that is archived (infra/triggers.py).
"""

from typing import Any

from aws_lambda_powertools import Logger

from cobroke.clock import now_ms
from cobroke.config import Config
from cobroke.flows.agreement import close_matches
from cobroke.flows.notices import tell_of_pair
from cobroke.storage import pairs
from cobroke.storage.keys import object_of
from cobroke.storage.notation import item_of
from cobroke.storage.table import Table
from cobroke.streams import Event, Record, each

logger = Logger(service="stream_notifications", utc=True)
table = Table(Config.from_environment().table_name)


def handler(event: Event, context: Any) -> dict[str, Any]:  # noqa: ANN401, ARG001 - Lambda's own
    return each(event, _follow, logger)


def _follow(record: Record) -> None:
    if record.new is None:
        return
    written = object_of(record.sk)
    if written:
        close_matches(table, *written, now_ms)
    elif record.new["entity"]["S"] == "PAIR":
        before = pairs.of_item(item_of(record.old)) if record.old else None
        tell_of_pair(table, pairs.of_item(item_of(record.new)), before)
