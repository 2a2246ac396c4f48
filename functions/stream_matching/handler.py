"""The table's stream → rankings and alerts: a lead or property that was written gets its ranking
before somebody looks at it, and those near the top of whose lists it stands now are told.

Triggered by every write of a lead or property (infra/triggers.py), of which the newest in a batch
stands for all of its object; what it writes itself never wakes it.
"""

from functools import partial
from typing import Any

from aws_lambda_powertools import Logger

from cobroke.clock import now_ms
from cobroke.config import Config
from cobroke.domain.postings.kinds import id_name
from cobroke.edge.streams import BATCH_S, Event, Followed, follow, once_an_item, process_batch
from cobroke.flows.following import Change, PostingWritten, posting_written
from cobroke.storage.matching import registry
from cobroke.storage.matching.held_markets import HeldMarkets
from cobroke.storage.table import Table

logger = Logger(service="stream_matching", utc=True)
table = Table(Config.from_environment().table_name)
held = HeldMarkets(table, now_ms)
known_markets: registry.Known = set()


def handler(event: Event, context: Any) -> dict[str, Any]:  # noqa: ANN401, ARG001 - Lambda's own
    with table.time_limit(BATCH_S), held.batch():
        act = once_an_item(event, partial(follow, table, _follow))
        return process_batch(event, act, logger)


def _follow(change: Change) -> Followed | None:
    match change:
        case PostingWritten() as written:
            alerted = posting_written(table, held, known_markets, written, now_ms)
            return Followed("ranked", {id_name(written.kind): written.id, "alerted": alerted})
    return None
