"""When a realtor wants to be told by Telegram: it lies with them, as JSON."""

from dataclasses import asdict, replace

from cobroke.clock import Clock
from cobroke.domain.errors import Unauthorized
from cobroke.domain.notices.push_settings import DEFAULT, PushSettings, Quiet
from cobroke.domain.realtors import Realtor
from cobroke.exact_json import dumps, loads
from cobroke.storage import realtors
from cobroke.storage.notices import outboxes
from cobroke.storage.postings.allowance import Allowance
from cobroke.storage.retry import retry_on_conflict
from cobroke.storage.table import Table


def of(realtor: Realtor) -> PushSettings:
    if realtor.pushes is None:
        return DEFAULT
    kept = loads(realtor.pushes)
    return PushSettings(**{**kept, "quiet": Quiet(**kept["quiet"]) if kept["quiet"] else None})


def put(
    table: Table,
    realtor_id: str,
    settings: PushSettings,
    clock: Clock,
    allowance: Allowance | None = None,
) -> None:
    """Put them in place of those of before, and wake the realtor's outbox. Raises Unauthorized
    where there is no such realtor, RateLimited where there is no allowance for it.
    """

    def attempt() -> None:
        old = realtors.find(table, realtor_id)
        if old is None:
            raise Unauthorized
        new = replace(old, pushes=dumps(asdict(settings)))
        wake = outboxes.waking(table, realtor_id, old.version + 1)
        writes = [realtors.write(table, old, new), wake]
        if allowance:
            writes.append(allowance.charge("write", clock()))
        table.transact(writes)

    retry_on_conflict(table, attempt)
