"""What has happened in a market since a moment: its leads, its listings and its pairs, in order of
time.
"""

from collections.abc import Iterable, Iterator
from heapq import merge
from operator import attrgetter
from typing import Any, NamedTuple

from cobroke.domain.deals.pair import Pair
from cobroke.domain.postings.features import Market
from cobroke.domain.postings.kinds import KINDS, Kind
from cobroke.storage import key_parts, keys
from cobroke.storage.changes import OVERLAP_MS
from cobroke.storage.deals import pairs
from cobroke.storage.table import Table


class Written(NamedTuple):
    """A lead or a listing that was written: when (ms), under which version, and whether it left the
    market.
    """

    changed_at: int
    kind: Kind
    id: str
    version: int
    left: bool


def backlog(table: Table, market: Market, watermark: int) -> Iterator[Written | Pair]:
    """Read everything since `watermark` (ms) that was acknowledged before this call, and perhaps
    some more: of each object the newest change, of each pair every one, as it then was.
    """
    written = sorted(change for kind in KINDS for change in _newest(table, kind, market, watermark))
    return merge(written, pairs.changes(table, market, watermark), key=attrgetter("changed_at"))


def _newest(table: Table, kind: Kind, market: Market, watermark: int) -> Iterable[Written]:
    """Read the newest change of each object: they come in order of time, which is for each the
    order of its versions.
    """
    since = keys.moment(watermark - OVERLAP_MS)
    raws = table.query_raw(keys.changes(kind, market), since, attributes=("SK", "version", "f"))
    return {change.id: change for change in (_written(kind, raw) for raw in raws)}.values()


def _written(kind: Kind, raw: dict[str, Any]) -> Written:
    sort_key, version = raw["SK"]["S"], int(raw["version"]["N"])
    at, an_id = key_parts.moment_in(sort_key), key_parts.id_in(sort_key)
    return Written(at, kind, an_id, version, left="f" not in raw)
