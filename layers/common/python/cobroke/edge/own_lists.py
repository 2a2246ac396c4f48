"""What realtors are shown of their own: one object, or a list, joined of stored texts, which are
not read for it.
"""

import json
from collections.abc import Sequence
from typing import Any

from cobroke.clock import timestamp, timestamp_or_none
from cobroke.domain.ids import created_at
from cobroke.domain.paging import Page
from cobroke.domain.postings.flats import SameFlat
from cobroke.domain.postings.posting import Posting, stale_at
from cobroke.edge.models.lead import LeadView
from cobroke.edge.models.property import OfferedToo, PropertyView
from cobroke.storage.postings.own_lists import Own

MAX_ANSWER_BYTES = 4_600_000
"""In base64, as long answers leave, just below the 6 MB of a function's answer."""
_ENVELOPE_BYTES = 200


def what_became(id_name: str, own: Own | Posting, matches: int) -> dict[str, Any]:
    """Return what its owner is shown beside what they wrote themselves."""
    return {
        id_name: own.id,
        "status": own.status,
        "match_count": matches,
        "stale": own.stale,
        "stale_at": timestamp_or_none(stale_at(own.status, own.updated_at)),
        "created_at": timestamp(created_at(own.id)),
    }


def lead_view(lead: Posting, matches: int) -> LeadView:
    """Return a lead as its owner sees it, whole."""
    return LeadView.model_construct(
        **lead.content.body,
        **what_became("lead_id", lead, matches),
        updated_at=timestamp(lead.updated_at),
    )


def property_view(
    listing: Posting, matches: int, same_flat: SameFlat | None = None
) -> PropertyView:
    """Return a property as its owner sees it, whole; beside it how many others offer the flat."""
    too = OfferedToo.model_construct(others=same_flat.others) if same_flat else None
    return PropertyView.model_construct(
        **listing.content.body,
        **what_became("property_id", listing, matches),
        updated_at=timestamp(listing.updated_at),
        same_flat=too,
    )


def own_row(id_name: str, own: Own) -> str:
    """Write a row of the list, JSON: what its owner wrote, and what became of it."""
    return f"{json.dumps(what_became(id_name, own, own.matches))[:-1]},{own.body[1:]}"


def list_text(name: str, rows: Sequence[str], total: int, page: Page) -> str:
    """Write a page of a list, of rows of JSON: as many of the first as one answer may hold."""
    left, fitting = MAX_ANSWER_BYTES - _ENVELOPE_BYTES, 0
    for row in rows:
        left -= len(row.encode()) + 1
        if left < 0:
            break
        fitting += 1
    where = f'"total":{total},"page":{page.number},"limit":{page.limit}'
    return f'{{"{name}":[{",".join(rows[:fitting])}],{where}}}'
