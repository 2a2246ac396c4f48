"""The queue of jobs → who was erased leaves, slice by slice; whoever has blocked a Telegram id is
parted of who registers with it anew. A job goes on by a message of its own: done again, it
does nothing twice; lost, it is woken (`storage/erasing/jobs.py`).
"""

from typing import Any

from aws_lambda_powertools import Logger

from cobroke.clock import now_ms
from cobroke.config import Config
from cobroke.edge.queued import Event, Message, process_batch
from cobroke.flows.erasing.work import Pending, Place, work_on
from cobroke.storage.erasing import jobs
from cobroke.storage.queue import Queue
from cobroke.storage.table import Table

PAUSE_S = 60
WORKS_S = 120
"""So long one message is worked on, then another goes on behind it."""
LAST_S = 30
"""Before the function's own end: no call of the table begins later."""

config = Config.from_environment()
logger = Logger(service="erasure", utc=True)
table = Table(config.table_name)
queue = Queue(config.erasure_queue_url)


def handler(event: Event, context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own
    with table.time_limit(context.get_remaining_time_in_millis() / 1000 - LAST_S):
        return process_batch(event, _work, lambda _: PAUSE_S, queue, logger)


def _work(message: Message, _: int) -> None:
    """Work on from a place for a while, and put where the next message goes on."""
    place = Place.of(message)
    job = jobs.find(table, message["job"], message["realtor_id"])
    if job is None or job.done_at:
        return
    until, pending = now_ms() + 1000 * WORKS_S, Pending(place)
    while not pending.after_s and now_ms() < until:
        after = work_on(table, job, pending.place, now_ms)
        if after is None:
            logger.info("job done", job=job.kind, realtor_id=job.realtor_id)
            return
        pending = after
    queue.put({**message, **pending.place.said}, pending.after_s)
    at = pending.place
    logger.info("job goes on", job=job.kind, realtor_id=job.realtor_id, walk=at.walk)
