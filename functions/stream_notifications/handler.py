"""The table's stream → what follows from a pair or an archive: notices, the closing of what is
still open, and pushes.

Triggered by every write of a pair, by a lead or property that is archived and by every new notice
(infra/triggers.py).
"""

from typing import Any

from aws_lambda_powertools import Logger

from cobroke.clock import now_ms
from cobroke.config import Config
from cobroke.edge.streams import BATCH_S, Event, Record, process_batch
from cobroke.flows.deals.agreement import close_matches
from cobroke.flows.notices.telling import tell_of_pair
from cobroke.storage.deals import pairs
from cobroke.storage.keys import object_of, realtor_in
from cobroke.storage.notation import item_of
from cobroke.storage.queue import Queue
from cobroke.storage.table import Table

logger = Logger(service="stream_notifications", utc=True)
config = Config.from_environment()
table = Table(config.table_name)
queue = Queue(config.push_queue_url)


def handler(event: Event, context: Any) -> dict[str, Any]:  # noqa: ANN401, ARG001 - Lambda's own
    with table.time_limit(BATCH_S):
        return process_batch(event, _follow, logger)


def _follow(record: Record) -> None:
    if record.new is None:
        return
    match record.new["entity"]["S"], object_of(record.sk):
        case "PAIR", _:
            before = pairs.of_item(item_of(record.old)) if record.old else None
            tell_of_pair(table, pairs.of_item(item_of(record.new)), before)
        case "NOTICE", _ if record.old is None:
            queue.put({"realtor_id": realtor_in(record.pk), "notice_id": record.sk})
        case _, (kind, object_id):
            close_matches(table, kind, object_id, now_ms)
