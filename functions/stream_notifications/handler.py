"""The table's stream → what follows from a pair or an archive: notices, the closing of what is
still open, and pushes.

Triggered by every write of a pair, by a lead or property that is archived and by every new notice
(infra/triggers.py).
"""

from typing import Any

from aws_lambda_powertools import Logger

from cobroke.clock import now_ms
from cobroke.config import Config
from cobroke.edge.streams import BATCH_S, Event, Record, change_of, process_batch
from cobroke.flows.following import (
    NoticeBorn,
    PairChanged,
    PostingWritten,
    notice_born,
    pair_changed,
    posting_archived,
)
from cobroke.storage.postings import postings
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
    match change_of(record):
        case PairChanged() as change:
            pair_changed(table, change)
        case NoticeBorn() as born:
            notice_born(queue, born)
        case PostingWritten(status="ARCHIVED") as written:
            posting_archived(table, postings.load(table, written.kind, written.id), now_ms)
