"""The table's stream → rankings and alerts: a lead or property that was written gets its ranking
before somebody looks at it, and those near the top of whose lists it stands now are told.

Triggered by every write of a lead or property (infra/triggers.py); what it writes itself never
wakes it.
"""

from contextlib import suppress
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger

from cobroke.clock import now_ms
from cobroke.config import Config
from cobroke.domain.errors import NotFound
from cobroke.domain.postings.kinds import Kind
from cobroke.domain.postings.posting import Posting
from cobroke.edge.streams import BATCH_S, Event, Record, process_batch
from cobroke.flows.matching.ranking import prepare_ranking
from cobroke.flows.notices.alerts import alert
from cobroke.storage.keys import object_of
from cobroke.storage.matching import registry
from cobroke.storage.matching.held_markets import HeldMarkets
from cobroke.storage.retry import Torn, retry_on_conflict
from cobroke.storage.table import Table

logger = Logger(service="stream_matching", utc=True)
table = Table(Config.from_environment().table_name)
held = HeldMarkets(table, now_ms)
known_markets: registry.Known = set()


def handler(event: Event, context: Any) -> dict[str, Any]:  # noqa: ANN401, ARG001 - Lambda's own
    with table.time_limit(BATCH_S), held.batch():
        return process_batch(event, _follow, logger)


def _follow(record: Record) -> None:
    written = object_of(record.sk)
    if written is None or record.new is None:
        return
    own = retry_on_conflict(table, partial(_prepared, *written, int(record.new["version"]["N"])))
    registry.remember(table, own.content.features.market, known_markets, now_ms())
    if own.in_market and _by_its_owner(record, own.revision):
        alert(table, held, own, now_ms)


def _prepared(kind: Kind, object_id: str, version: int) -> Posting:
    """A record may be here before all of its transaction is seen: what is still as it was before is
    read again.
    """
    with suppress(NotFound):
        own = prepare_ranking(table, kind, object_id, now_ms)
        if own.version >= version:
            return own
    raise Torn


def _by_its_owner(record: Record, revision: int) -> bool:
    """Nobody is alerted of what was only repaired or has grown stale. A write that its owner has
    overtaken leaves it to the newer one's record: what this batch has read of the market may not
    hold that.
    """
    new = record.new or {}
    return int(new["revision"]["N"]) == revision and (
        not record.old or record.old["revision"] != new["revision"]
    )
