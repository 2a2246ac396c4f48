"""Leads: POST /leads · GET /leads"""

import os
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from fastapi import HTTPException, Request  # type: ignore[import-not-found]

from benchmarks.naive import table
from benchmarks.naive.access import Caller
from benchmarks.naive.fair_use import take
from benchmarks.naive.models import LeadBody, LeadCreated, LeadList, LeadRow
from benchmarks.naive.table import Item
from cobroke.clock import DAY_MS, now_ms
from cobroke.domain import ids
from cobroke.domain.matching.market import highest_price
from cobroke.domain.postings.features import CLASSES, CONDITIONS, TYPES, LeadFeatures, pack_lead
from cobroke.domain.postings.places import normalised, place

MOST_ACTIVE = 1_000
FRESH_FOR_MS = 60 * DAY_MS


def create_lead(body: LeadBody, owner: Caller, request: Request) -> LeadCreated:
    limits = table.get(f"REALTOR#{owner}", "LIMITS") or {}
    if limits.get("leads", 0) >= MOST_ACTIVE:
        raise HTTPException(429)
    now = now_ms()
    lead_id = ids.posting_id(now, os.urandom(2), owner)
    counted = take(owner, limits, "write", now, leads=1, most=MOST_ACTIVE)
    table.transact([*_writes(lead_id, owner, body, now, request_id(request)), counted])
    return LeadCreated(lead_id=lead_id, created_at=moment(now))


def list_leads(owner: Caller) -> LeadList:
    """Read own leads, newest first."""
    counts: dict[str, int] = {}
    rows = []
    for item in table.query(f"REALTOR#{owner}", "LEAD#", "LEAD#~", newest_first=True):
        sort_key = str(item["SK"])
        if item["entity"] == "COUNTS":
            counts[sort_key] = int(item["matches"])
        else:
            rows.append(_row(item, counts.get(f"{sort_key}#COUNTS", 0)))
    return LeadList(leads=rows, total=len(rows), page=1, limit=MOST_ACTIVE)


def moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def request_id(request: Request) -> str:
    context: str = request.scope["aws.event"]["requestContext"]["requestId"]
    return context


def reminder(at: int, what: str, an_id: str) -> Item:
    """Make the item that reminds of what falls due at a time (ms)."""
    shard = zlib.crc32(an_id.encode()) % 4
    return {
        "PK": f"DUE#{moment(at).date().isoformat()}#{shard}",
        "SK": f"{at:013}#{what}#{an_id}",
        "entity": "DUE",
        "expires": at // 1000 + 100 * 24 * 3600,
    }


def _row(item: Item, matches: int) -> LeadRow:
    body = LeadBody.model_validate_json(item["d"])
    lead_id = str(item["SK"]).removeprefix("LEAD#")
    return LeadRow(
        lead_id=lead_id,
        client_name=body.client_name,
        requirements=body.requirements,
        status=item["status"],
        match_count=matches,
        stale=item["stale"],
        stale_at=moment(int(item["updated_at"]) + FRESH_FOR_MS),
        created_at=moment(ids.created_at(lead_id)),
    )


def _writes(lead_id: str, owner: str, body: LeadBody, now: int, cause: str) -> Sequence[Item]:
    features = _features(body)
    market = f"{features.city}#{features.market.group.name}"
    seen: dict[str, Any] = {"f": pack_lead(features), "version": 1, "revision": 1}
    lead = seen | {
        "PK": f"REALTOR#{owner}",
        "SK": f"LEAD#{lead_id}",
        "entity": "LEAD",
        "d": body.model_dump_json(),
        "city": features.city,
        "status": "ACTIVE",
        "changed_at": now,
        "updated_at": now,
        "archived_for": None,
        "stale": False,
        "cause": cause,
    }
    entry = {"PK": f"MARKET#LEAD#{market}", "SK": f"{highest_price(features):015}#{lead_id}"}
    change = {"PK": f"CHANGES#LEAD#{market}", "SK": f"{now:013}#{lead_id}"}
    expires = now // 1000 + 30 * 24 * 3600
    return [
        table.put(lead, "attribute_not_exists(PK)"),
        table.put(entry | seen | {"entity": "ENTRY"}),
        table.put(reminder(now + FRESH_FOR_MS, "LEAD", lead_id)),
        table.put(change | seen | {"entity": "CHANGE", "expires": expires}),
    ]


def _features(body: LeadBody) -> LeadFeatures:
    wanted, where = body.requirements, body.requirements.location
    return LeadFeatures(
        city=normalised(where.city, "city"),
        type=TYPES.index(wanted.property_type),
        klass=CLASSES.index(wanted.property_class),
        condition=CONDITIONS.index(wanted.condition),
        budget_min=round(wanted.budget.min * 100),
        budget_max=round(wanted.budget.max * 100),
        area_min=round(wanted.area.min * 100),
        area_max=round(wanted.area.max * 100),
        rooms=frozenset(wanted.rooms),
        districts=frozenset(place(name, "district") for name in where.districts),
        metros=frozenset(place(name, "station") for name in where.metro_stations),
    )
