"""Recommendations: GET /leads/{lead_id}/property-recommendations
· GET /properties/{property_id}/lead-recommendations
· GET /leads/{lead_id}/property-recommendations/{property_id}
· GET /properties/{property_id}/lead-recommendations/{lead_id}
"""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from cobroke.clock import now_ms
from cobroke.domain.fields import Count, Id
from cobroke.domain.paging import Page, asked
from cobroke.domain.pair import Action
from cobroke.flows.recommendations import Recommendation, Recommendations, look_at, recommend
from cobroke.http import Api
from cobroke.match_views import MatchState, match_state
from cobroke.query import PageLimit, PageNumber
from cobroke.storage.keys import Kind
from cobroke.views import (
    Counterparty,
    Criterion,
    LeadData,
    PropertyData,
    Recommended,
    Score,
    lead_data,
    property_data,
    recommended,
)

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


class OnePair(Counterparty):
    """A counterpart looked at by itself, texts whole."""

    match_score: Score | None
    """Null where a knock-out holds or one side left the market."""
    score_breakdown: Annotated[list[Criterion], Field(max_length=7)]
    """The seven criteria, none where there is no score."""
    own_action: Action | None
    """What the caller's side last did, also where it no longer counts."""
    match: MatchState | None


class OneProperty(OnePair):
    property_id: Id
    property_data: PropertyData


class OneLead(OnePair):
    lead_id: Id
    lead_data: LeadData


@api.serves("GET /leads/{lead_id}/property-recommendations")
def recommend_properties(
    lead_id: str, page: PageNumber = None, limit: PageLimit = None
) -> PropertyRecommendations:
    """The best properties for own lead.

    The best 100 of the market as it is now, also those whose realtor waits for an answer. An
    archived or stale lead has none.
    """
    found, which = _best("LEAD", lead_id, page, limit)
    rows = [
        RecommendedProperty.model_construct(**_property(row), **recommended(row))
        for row in found.rows
    ]
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
    rows = [RecommendedLead.model_construct(**_lead(row), **recommended(row)) for row in found.rows]
    return LeadRecommendations.model_construct(
        recommendations=rows, total=found.total, page=which.number, limit=which.limit
    )


@api.serves("GET /leads/{lead_id}/property-recommendations/{property_id}")
def look_at_property(lead_id: str, property_id: str) -> OneProperty:
    """Look at one property for own lead.

    (added) Whatever place it has; what was done about it, and the match, if there is one.
    """
    found = look_at(api.table, "LEAD", api.caller, lead_id, property_id)
    return OneProperty.model_construct(**_property(found, None), **_alone(found, "LEAD"))


@api.serves("GET /properties/{property_id}/lead-recommendations/{lead_id}")
def look_at_lead(property_id: str, lead_id: str) -> OneLead:
    """Look at one lead for own property.

    (added) Whatever place it has; what was done about it, and the match, if there is one.
    """
    found = look_at(api.table, "PROPERTY", api.caller, property_id, lead_id)
    return OneLead.model_construct(**_lead(found), **_alone(found, "PROPERTY"))


def _best(
    kind: Kind, own_id: str, page: int | None, limit: int | None
) -> tuple[Recommendations, Page]:
    which = asked(page, limit)
    return recommend(api.table, kind, api.caller, own_id, which, now_ms), which


def _property(row: Recommendation, *text_length: None) -> dict[str, Any]:
    data = property_data(row.counterpart.content.body, *text_length)
    return {"property_id": row.counterpart.id, "property_data": data}


def _lead(row: Recommendation) -> dict[str, Any]:
    return {"lead_id": row.counterpart.id, "lead_data": lead_data(row.counterpart.content.body)}


def _alone(found: Recommendation, side: Kind) -> dict[str, Any]:
    action = found.pair.action(side)
    done = {
        "own_action": None if action == "NONE" else action,
        "match": match_state(found.pair, side),
    }
    return recommended(found, None) | done
