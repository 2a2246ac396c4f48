"""Recommendations: GET /leads/{lead_id}/property-recommendations
· GET /properties/{property_id}/lead-recommendations
"""

from pydantic import BaseModel

from cobroke.clock import now_ms
from cobroke.domain.fields import Count, Id, Number
from cobroke.domain.paging import Page, asked
from cobroke.flows.recommendations import Recommendation, Recommendations, recommend
from cobroke.http import Api
from cobroke.query import PageLimit, PageNumber
from cobroke.storage.keys import Kind
from cobroke.views import LeadData, PropertyData, Recommended, lead_data, property_data, recommended

api = handler = Api("recommendations")


class RecommendedProperty(Recommended):
    property_id: Id
    property_data: PropertyData


class RecommendedLead(Recommended):
    lead_id: Id
    lead_data: LeadData


class PropertyRecommendations(BaseModel):
    recommendations: list[RecommendedProperty]
    total: Count
    page: int
    limit: int
    """(added)"""


class LeadRecommendations(BaseModel):
    recommendations: list[RecommendedLead]
    total: Count
    """(added)"""
    page: int
    """(added)"""
    limit: int
    """(added)"""


@api.serves("GET /leads/{lead_id}/property-recommendations")
def recommend_properties(lead_id: str, page: PageNumber = None, limit: PageLimit = None) -> PropertyRecommendations:
    """The best properties for own lead.

    The best 100 of the market as it is now. An archived or stale lead has none.
    """
    found, which = _best("LEAD", lead_id, page, limit)
    return PropertyRecommendations.model_construct(
        recommendations=list(map(_property, found.rows)),
        total=found.total,
        page=which.number,
        limit=which.limit,
    )


@api.serves("GET /properties/{property_id}/lead-recommendations")
def recommend_leads(property_id: str, page: PageNumber = None, limit: PageLimit = None) -> LeadRecommendations:
    """The best leads for own property.

    The best 100 of the market as it is now. An archived or stale property has none.
    """
    found, which = _best("PROPERTY", property_id, page, limit)
    share = found.own.content.body["commission_share"]
    return LeadRecommendations.model_construct(
        recommendations=[_lead(row, share) for row in found.rows],
        total=found.total,
        page=which.number,
        limit=which.limit,
    )


def _best(kind: Kind, own_id: str, page: int | None, limit: int | None) -> tuple[Recommendations, Page]:
    which = asked(page, limit)
    return recommend(api.table, kind, api.caller, own_id, which, now_ms), which


def _property(row: Recommendation) -> RecommendedProperty:
    body = row.counterpart.content.body
    return RecommendedProperty.model_construct(
        property_id=row.counterpart.id,
        property_data=property_data(body),
        **recommended(row, body["commission_share"]),
    )


def _lead(row: Recommendation, share: Number) -> RecommendedLead:
    """`share`: what the lead's side asks for; the property's own share until it has asked for another."""
    return RecommendedLead.model_construct(
        lead_id=row.counterpart.id,
        lead_data=lead_data(row.counterpart.content.body),
        **recommended(row, share),
    )
