"""The table's stream → what follows from a pair, an archive or a block: notices, the closing of
what is still open, pushes, and the jobs of erasures.

Triggered by every write of a pair, by a lead or property that is archived, by each further slice of
what is closed of it or behind a block, by every new notice and every job (infra/triggers.py).
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
    PairChanged,
    Parts,
    PostingWritten,
    closing_goes_on,
    job_put,
    notice_born,
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
        case NoticeBorn() | JobPut():
            return _queued(change)
        case PostingWritten(status="ARCHIVED", kind=kind, id=an_id):
            return _closed(ClosingGoesOn(kind, an_id, after=""))
        case ClosingGoesOn() as closing:
            return _closed(closing)
        case Parts() as parts:
            return Followed("parted", {"matches": parting_goes_on(table, parts, now_ms)})
    return None


def _queued(change: NoticeBorn | JobPut) -> Followed:
    if isinstance(change, JobPut):
        job_put(erasures, change)
        return Followed("queued", {"job": change.kind, "realtor_id": change.realtor_id})
    notice_born(queue, change)
    whose = {"realtor_id": change.realtor_id, "notification_id": change.notice_id}
    return Followed("queued", whose)


def _closed(closing: ClosingGoesOn) -> Followed:
    ended = closing_goes_on(table, closing, now_ms)
    facts = {id_name(closing.kind): closing.id, "matches": ended.closed, "pairs": ended.dropped}
    return Followed("closed", facts)
