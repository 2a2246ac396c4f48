"""The table's stream → what follows from a pair, an archive or a block: notices, the closing of
what is still open, pushes, and the jobs of erasures.

Triggered by every write of a pair, by a lead or property that is archived, by each further slice of
what is closed of it or behind a block, by every new notice, by what else wakes an outbox, and by
every job (infra/triggers.py).
"""

from functools import partial
from typing import Any

from aws_lambda_powertools import Logger

from cobroke.clock import now_ms
from cobroke.config import Config
from cobroke.domain.ids import match_id
from cobroke.domain.postings.kinds import id_name
from cobroke.edge.streams import BATCH_S, Event, Followed, follow, process_batch
from cobroke.flows.following import (
    Change,
    ClosingGoesOn,
    JobPut,
    NoticeBorn,
    OutboxWoken,
    PairChanged,
    Parts,
    PostingWritten,
    closing_goes_on,
    job_put,
    notice_born,
    outbox_woken,
    pair_changed,
    parting_goes_on,
)
from cobroke.storage.queue import Queue
from cobroke.storage.table import Table

logger = Logger(service="stream_notifications", utc=True)
config = Config.from_environment()
table = Table(config.table_name)
queue = Queue(config.push_queue_url)
erasures = Queue(config.erasure_queue_url)


def handler(event: Event, context: Any) -> dict[str, Any]:  # noqa: ANN401, ARG001 - Lambda's own
    with table.time_limit(BATCH_S):
        return process_batch(event, partial(follow, table, _follow), logger)


def _follow(change: Change) -> Followed | None:
    match change:
        case PairChanged():
            told = pair_changed(table, change)
            return Followed("told", {"match_id": match_id(*change.now.ids), "notifications": told})
        case NoticeBorn() as born:
            outcome = notice_born(table, queue, born, now_ms)
            whose = {"realtor_id": born.realtor_id, "notification_id": born.notice_id}
            return Followed("queued", whose | {"outcome": outcome})
        case OutboxWoken() as woken:
            outcome = outbox_woken(table, queue, woken, now_ms)
            return Followed("woken", {"realtor_id": woken.realtor_id, "outcome": outcome})
        case JobPut() as put:
            job_put(erasures, put)
            return Followed("queued", {"job": put.kind, "realtor_id": put.realtor_id})
    return _closed(change)


def _closed(change: Change) -> Followed | None:
    """Close what an archive or a block leaves open."""
    match change:
        case Parts() as parts:
            return Followed("parted", {"matches": parting_goes_on(table, parts, now_ms)})
        case PostingWritten(status="ARCHIVED", kind=kind, id=an_id):
            closing = ClosingGoesOn(kind, an_id, after="")
        case ClosingGoesOn():
            closing = change
        case _:
            return None
    ended = closing_goes_on(table, closing, now_ms)
    facts = {id_name(closing.kind): closing.id, "matches": ended.closed, "pairs": ended.dropped}
    return Followed("closed", facts)
