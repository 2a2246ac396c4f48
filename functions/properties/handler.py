"""Properties: POST /properties · GET /properties · GET /properties/{property_id}
· PUT /properties/{property_id} · PUT /properties/{property_id}/archive
"""

from datetime import UTC, datetime

from cobroke.clock import now_ms, timestamp
from cobroke.domain.errors import Archived, LimitReached
from cobroke.domain.paging import asked_of_own
from cobroke.domain.postings.posting import FIRST_REVISION, Content, Posting
from cobroke.edge.api import Api
from cobroke.edge.models.property import (
    PropertyBody,
    PropertyCreated,
    PropertyList,
    PropertyView,
    check_year,
)
from cobroke.edge.own_lists import list_text, own_row, property_view
from cobroke.edge.query import PageLimit, PageNumber, StatusFilter
from cobroke.flows.matching.same_flats import of_own
from cobroke.storage.postings import postings
from cobroke.storage.postings.counts import match_count
from cobroke.storage.postings.own_lists import list_own

api = handler = Api("properties")


@api.serves("POST /properties", status=201, refuses=(LimitReached,))
def create_property(body: PropertyBody) -> PropertyCreated:
    """Create a property."""
    created = postings.create(
        api.table,
        "PROPERTY",
        api.caller,
        _content(body),
        now_ms,
        api.call.idempotency,
        api.allowance,
    )
    api.tag(FIRST_REVISION)
    api.about(property_id=created.id)
    return PropertyCreated(property_id=created.id, created_at=timestamp(created.created_at))


@api.serves("GET /properties", written=PropertyList)
def list_properties(
    status: StatusFilter = None, page: PageNumber = None, limit: PageLimit = None
) -> str:
    """List own properties, newest first.

    Without `page` and `limit` one answer holds them all, up to 1,000 or 4,600,000 bytes.
    """
    which = asked_of_own(page, limit)
    found, total = list_own(api.table, "PROPERTY", api.caller, status, which)
    rows = [own_row("property_id", own) for own in found]
    return list_text("properties", rows, total, which)


@api.serves("GET /properties/{property_id}")
def get_property(property_id: str) -> PropertyView:
    """Read own property, whole.

    (added) What one reads before a PUT.
    """
    return _view(*postings.load_own_with_matches(api.table, "PROPERTY", api.caller, property_id))


@api.serves("PUT /properties/{property_id}", refuses=(Archived,))
def replace_property(property_id: str, body: PropertyBody) -> PropertyView:
    """Replace a property.

    `photos` and `description` stay as they are where they are absent; null clears them.
    Every PUT, even one that changes nothing, makes it fresh.
    """
    content = _content(body)._replace(body=body.edit())
    return _counted(
        postings.replace_content(
            api.table,
            "PROPERTY",
            api.caller,
            property_id,
            content,
            now_ms,
            api.call.if_match,
            api.allowance,
        )
    )


@api.serves("PUT /properties/{property_id}/archive")
def archive_property(property_id: str) -> PropertyView:
    """Archive a property.

    Repeatable and for good: it is never recommended again, and its PENDING matches close within
    seconds.
    """
    return _counted(
        postings.archive(
            api.table,
            "PROPERTY",
            api.caller,
            property_id,
            now_ms,
            api.call.if_match,
            api.allowance,
        )
    )


def _content(body: PropertyBody) -> Content:
    check_year(body, datetime.now(UTC).year)
    return Content(body.model_dump(), body.features())


def _counted(stored: Posting) -> PropertyView:
    return _view(stored, match_count(api.table, "PROPERTY", stored.id))


def _view(stored: Posting, matches: int) -> PropertyView:
    api.tag(stored.revision)
    return property_view(stored, matches, of_own(api.table, stored))
