"""Reading a market: the entries that can match, and what has changed since a moment."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from cobroke.domain.matching.market import SHELVES, shelves_for
from cobroke.domain.matching.ranking import Candidate
from cobroke.domain.postings.features import Features, Market, pack, price_of
from cobroke.domain.postings.kinds import KINDS, Kind, other
from cobroke.domain.postings.posting import Posting
from cobroke.storage import key_parts, keys
from cobroke.storage.changes import OVERLAP_MS
from cobroke.storage.table import Table

NEEDED = ("SK", "f", "version", "revision")

type Entries = dict[str, Candidate]
"""By id, the highest version of each."""


def read(table: Table, seeker: Features) -> Entries:
    """Read every counterpart that the knock-outs of price and rooms may let `seeker` see. A paged
    query is no snapshot: an entry that moves meanwhile is missed or seen twice, which only the
    changes since before the call can mend.
    """
    return merge({}, _entries(table, seeker))


def changes(
    table: Table, seeker: Features, watermark: int, most: int | None = None
) -> Entries | None:
    """Read what has changed in the seeker's market, acknowledged before this call, since it was
    read at `watermark` (ms) or later; return None where that is more than `most` changes.
    """
    return changes_of(table, other(seeker.kind), seeker.market, watermark, most)


def changes_of(
    table: Table, kind: Kind, market: Market, watermark: int, most: int | None = None
) -> Entries | None:
    """Read the same as `changes`, of the leads or the listings of a market."""
    since = keys.moment(watermark - OVERLAP_MS)
    page_limit = None if most is None else most + 1
    raws = table.query_raw(
        keys.changes(kind, market), since, attributes=NEEDED, page_limit=page_limit
    )
    found = list(islice(raws, page_limit))
    return None if most is not None and len(found) > most else merge({}, map(_candidate, found))


def time_of_change(table: Table, kind: Kind, market: Market, number: int) -> int:
    """Return when (ms) the `number`-th newest of the changes was made; 0 where there are fewer."""
    newest = table.query_raw(
        keys.changes(kind, market), newest_first=True, attributes=("SK",), page_limit=number
    )
    raw = next(islice(newest, number - 1, None), None)
    return key_parts.moment_in(raw["SK"]["S"]) if raw else 0


def read_whole(table: Table, kind: Kind, market: Market) -> Entries:
    """Read every lead or listing of a market; as with `read`, this is no snapshot."""
    partitions = [keys.market_shelf(kind, market, shelf) for shelf in SHELVES[kind]]
    raws = (raw for pk in partitions for raw in table.query_raw(pk, attributes=NEEDED))
    return merge({}, map(_candidate, raws))


def is_empty(table: Table, market: Market) -> bool:
    """Return whether nothing stands there. What moves within it meanwhile may be missed."""
    shelves = [(kind, shelf) for kind in KINDS for shelf in SHELVES[kind]]
    partitions = (keys.market_shelf(kind, market, shelf) for kind, shelf in shelves)
    return not any(any(table.query_raw(pk, attributes=("SK",), page_limit=1)) for pk in partitions)


def merge(entries: Entries, newer: Iterable[Candidate]) -> Entries:
    """Put into these entries what is newer, and return them."""
    for entry in newer:
        known = entries.get(entry.id)
        if known is None or known.version < entry.version:
            entries[entry.id] = entry
    return entries


def _entries(table: Table, seeker: Features) -> Iterator[Candidate]:
    for shelf, lowest, highest in shelves_for(seeker):
        pk = keys.market_shelf(other(seeker.kind), seeker.market, shelf)
        high = keys.LAST if highest is None else keys.price(highest) + keys.LAST
        for raw in table.query_raw(pk, keys.price(lowest), high, attributes=NEEDED):
            yield _candidate(raw)


def candidate(stored: Posting, market: Market) -> Candidate:
    """Return the object as this market tells it."""
    features = stored.content.features
    there = stored.in_market and features.market == market
    return Candidate(stored.id, stored.version, pack(features) if there else None, stored.detail)


def _candidate(raw: dict[str, Any]) -> Candidate:
    """Read a market entry or a change. Only a lead's has a revision: a listing's detail is its
    price.
    """
    packed = raw["f"]["B"] if "f" in raw else None
    detail = int(raw["revision"]["N"]) if "revision" in raw else price_of(packed) if packed else 0
    return Candidate(key_parts.id_in(raw["SK"]["S"]), int(raw["version"]["N"]), packed, detail)
