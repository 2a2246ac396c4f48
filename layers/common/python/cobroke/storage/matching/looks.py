"""Which objects their realtors have looked at lately: the scheduled runs keep the rankings of these
fresh.
"""

from cobroke.clock import DAY_MS
from cobroke.domain.postings.features import Market
from cobroke.domain.postings.kinds import Kind
from cobroke.storage import entities, keys
from cobroke.storage.table import Table

KEPT_DAYS = 3


def mark(table: Table, kind: Kind, market: Market, posting_id: str, now: int) -> None:
    """Mark it under the day of the look; this is asked for once in 24 hours and object."""
    pk = keys.looks(kind, market, now // DAY_MS)
    expires = now // 1000 + KEPT_DAYS * DAY_MS // 1000
    table.try_put(entities.LOOK.at((pk, posting_id), {"expires": expires}))


def looked_at(table: Table, kind: Kind, market: Market, now: int) -> set[str]:
    """Read which were looked at in the last 24 hours, and perhaps some more of the two days before:
    the mark of the last look may have been set 24 hours before it.
    """
    days = range(now // DAY_MS - KEPT_DAYS + 1, now // DAY_MS + 1)
    return {item["SK"] for day in days for item in table.query(keys.looks(kind, market, day))}
