"""Reading a market: the entries that can match, then what changed while they were read."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from cobroke.domain.features import Features, LeadFeatures, unpack_lead, unpack_property
from cobroke.domain.market import prices, rooms_keys
from cobroke.storage import keys
from cobroke.storage.table import Table

OVERLAP_MS = 60_000
"""A change commits at most 20 s after its time, by a clock at most 5 s off: so far back none is missed."""


class Entry(NamedTuple):
    """A counterpart as the market holds it; without features it has left."""

    id: str
    version: int
    features: Features | None


type Entries = dict[str, Entry]
"""By id, the highest version of each."""


def read(table: Table, seeker: Features, watermark: int) -> Entries:
    """Every counterpart that the knock-outs of price and rooms may let `seeker` see, as of some moment after
    `watermark` (ms, taken before the call). A paged query is no snapshot: an entry that moves meanwhile is missed
    or seen twice, which the changes mend.
    """
    entries: Entries = {}
    merge(entries, _entries(table, seeker))
    catch_up(table, seeker, watermark, entries)
    return entries


def catch_up(table: Table, seeker: Features, watermark: int, entries: Entries) -> None:
    """Bring `entries` to what has been acknowledged before this call, given that they were read after `watermark`."""
    kind: keys.Kind = "PROPERTY" if isinstance(seeker, LeadFeatures) else "LEAD"
    since = keys.moment(watermark - OVERLAP_MS)
    raws = table.query_raw(keys.changes(kind, seeker.market), since)
    merge(entries, (_entry(seeker, raw) for raw in raws))


def merge(entries: Entries, newer: Iterable[Entry]) -> None:
    for entry in newer:
        known = entries.get(entry.id)
        if known is None or known.version < entry.version:
            entries[entry.id] = entry


def _entries(table: Table, seeker: Features) -> Iterator[Entry]:
    for pk, low, high in _ranges(seeker):
        for raw in table.query_raw(pk, low, high):
            yield _entry(seeker, raw)


def _ranges(seeker: Features) -> Iterator[tuple[str, str, str]]:
    if isinstance(seeker, LeadFeatures):
        lowest, highest = prices(seeker)
        for rooms in rooms_keys(seeker):
            pk = keys.properties_market(seeker.market, rooms)
            yield pk, keys.price(lowest), keys.price(highest) + keys.LAST
    else:
        yield keys.leads_market(seeker.market), keys.price(seeker.price), keys.LAST


def _entry(seeker: Features, raw: dict[str, Any]) -> Entry:
    unpack = unpack_property if isinstance(seeker, LeadFeatures) else unpack_lead
    features = unpack(seeker.city, raw["f"]["B"]) if "f" in raw else None
    return Entry(keys.id_in(raw["SK"]["S"]), int(raw["version"]["N"]), features)
