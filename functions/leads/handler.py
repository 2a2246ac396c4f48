"""Leads: POST /leads · GET /leads · GET /leads/{lead_id} · PUT /leads/{lead_id} · POST
/leads/{lead_id}/archive

Also answers whatever no route matches.
"""

from cobroke.clock import now_ms, timestamp
from cobroke.domain.errors import Archived, LimitReached
from cobroke.domain.paging import asked_of_own
from cobroke.domain.postings.posting import FIRST_REVISION, Content, Posting
from cobroke.edge.api import Api
from cobroke.edge.models.lead import LeadBody, LeadCreated, LeadList, LeadView
from cobroke.edge.own_lists import lead_view, list_text, own_row
from cobroke.edge.query import PageLimit, PageNumber, StatusFilter
from cobroke.storage.postings import postings
from cobroke.storage.postings.counts import match_count
from cobroke.storage.postings.own_lists import list_own

api = handler = Api("leads")


@api.serves("POST /leads", status=201, refuses=(LimitReached,))
def create_lead(body: LeadBody) -> LeadCreated:
    """Create a lead."""
    lead = postings.create(
        api.table,
        "LEAD",
        api.caller,
        _content(body),
        now_ms,
        api.call.idempotency,
        api.allowance,
    )
    api.tag(FIRST_REVISION)
    api.about(lead_id=lead.id)
    return LeadCreated(lead_id=lead.id, created_at=timestamp(lead.created_at))


@api.serves("GET /leads", written=LeadList)
def list_leads(
    status: StatusFilter = None, page: PageNumber = None, limit: PageLimit = None
) -> str:
    """List own leads, newest first.

    Without `page` and `limit` one answer holds them all, up to 1,000 or 4,600,000 bytes.
    """
    which = asked_of_own(page, limit)
    leads, total = list_own(api.table, "LEAD", api.caller, status, which)
    return list_text("leads", [own_row("lead_id", lead) for lead in leads], total, which)


@api.serves("GET /leads/{lead_id}")
def get_lead(lead_id: str) -> LeadView:
    """Read own lead, whole.

    (added) What one reads before a PUT.
    """
    return _view(*postings.load_own_with_matches(api.table, "LEAD", api.caller, lead_id))


@api.serves("PUT /leads/{lead_id}", refuses=(Archived,))
def replace_lead(lead_id: str, body: LeadBody) -> LeadView:
    """Replace a lead.

    `client_contacts` and `notes` stay as they are where they are absent; null clears them.
    Every PUT, even one that changes nothing, makes it fresh.
    """
    content = _content(body)._replace(body=body.edit())
    return _counted(
        postings.replace_content(
            api.table,
            "LEAD",
            api.caller,
            lead_id,
            content,
            now_ms,
            api.call.if_match,
            api.allowance,
        )
    )


@api.serves("POST /leads/{lead_id}/archive")
def archive_lead(lead_id: str) -> LeadView:
    """Archive a lead.

    Repeatable and for good: it is never recommended again, and its PENDING matches close within
    seconds.
    """
    return _counted(
        postings.archive(
            api.table, "LEAD", api.caller, lead_id, now_ms, api.call.if_match, api.allowance
        )
    )


def _content(body: LeadBody) -> Content:
    return Content(body.model_dump(), body.features())


def _counted(lead: Posting) -> LeadView:
    return _view(lead, match_count(api.table, "LEAD", lead.id))


def _view(lead: Posting, matches: int) -> LeadView:
    api.tag(lead.revision)
    return lead_view(lead, matches)
