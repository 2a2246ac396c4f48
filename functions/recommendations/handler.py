"""Recommendations: GET /leads/{lead_id}/property-recommendations
· GET /properties/{property_id}/lead-recommendations
· GET /leads/{lead_id}/property-recommendations/{property_id}
· GET /properties/{property_id}/lead-recommendations/{lead_id}
"""

from cobroke.clock import now_ms
from cobroke.domain.paging import Page, asked
from cobroke.domain.postings.kinds import Kind
from cobroke.edge.api import Api
from cobroke.edge.models.recommendations import (
    LeadRecommendations,
    OneLead,
    OneProperty,
    PropertyRecommendations,
    one_lead,
    one_property,
    recommended_lead,
    recommended_property,
)
from cobroke.edge.query import PageLimit, PageNumber
from cobroke.flows.matching.one_pair import look_at
from cobroke.flows.matching.recommendations import Recommendation, Recommendations, recommend

api = handler = Api("recommendations")


@api.serves("GET /leads/{lead_id}/property-recommendations")
def recommend_properties(
    lead_id: str, page: PageNumber = None, limit: PageLimit = None
) -> PropertyRecommendations:
    """The best properties for own lead.

    The best 100 of the market as it is now, also those whose realtor waits for an answer. An
    archived or stale lead has none.
    """
    found, which = _best("LEAD", lead_id, page, limit)
    rows = [recommended_property(row) for row in found.rows]
    return PropertyRecommendations.model_construct(
        recommendations=rows, total=found.total, page=which.number, limit=which.limit
    )


@api.serves("GET /properties/{property_id}/lead-recommendations")
def recommend_leads(
    property_id: str, page: PageNumber = None, limit: PageLimit = None
) -> LeadRecommendations:
    """The best leads for own property.

    The best 100 of the market as it is now, also those whose realtor waits for an answer. An
    archived or stale property has none.
    """
    found, which = _best("PROPERTY", property_id, page, limit)
    rows = [recommended_lead(row) for row in found.rows]
    return LeadRecommendations.model_construct(
        recommendations=rows, total=found.total, page=which.number, limit=which.limit
    )


@api.serves("GET /leads/{lead_id}/property-recommendations/{property_id}")
def look_at_property(lead_id: str, property_id: str) -> OneProperty:
    """Look at one property for own lead.

    (added) Whatever place it has; what was done about it, and the match, if there is one.
    """
    return one_property(_one("LEAD", lead_id, property_id))


@api.serves("GET /properties/{property_id}/lead-recommendations/{lead_id}")
def look_at_lead(property_id: str, lead_id: str) -> OneLead:
    """Look at one lead for own property.

    (added) Whatever place it has; what was done about it, and the match, if there is one.
    """
    return one_lead(_one("PROPERTY", property_id, lead_id))


def _best(
    kind: Kind, own_id: str, page: int | None, limit: int | None
) -> tuple[Recommendations, Page]:
    which = asked(page, limit)
    found = recommend(
        api.table, kind, api.caller, own_id, which, now_ms, api.realtors, api.allowance
    )
    return found, which


def _one(kind: Kind, own_id: str, other_id: str) -> Recommendation:
    return look_at(api.table, kind, api.caller, own_id, other_id, now_ms, api.allowance)
