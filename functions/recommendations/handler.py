"""Recommendations: GET /leads/{lead_id}/property-recommendations
· GET /properties/{property_id}/lead-recommendations
"""

from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel

from cobroke.clock import now_ms
from cobroke.domain.fields import Number
from cobroke.domain.lead import Requirements
from cobroke.domain.paging import Page, asked
from cobroke.domain.property import Address, Details
from cobroke.domain.score import State
from cobroke.flows.recommendations import Recommendation, Recommendations, recommend
from cobroke.http import Api
from cobroke.query import PageLimit, PageNumber
from cobroke.storage import objects
from cobroke.storage.keys import Kind

api = handler = Api("recommendations")


class RealtorInfo(BaseModel):
    realtor_id: str
    name: str | None
    agency: str | None
    verified: bool


class CommissionDetails(BaseModel):
    proposed_share: Number


class Criterion(BaseModel):
    criterion: str
    weight: int
    credit: Number | None
    state: State


class PropertyData(BaseModel):
    address: Address
    details: Details
    commission_share: Number
    photos: list[str]


class LeadData(BaseModel):
    """A lead as a stranger sees it: nothing of the client."""

    client_name: None = None
    requirements: Requirements
    client_contacts: None = None
    notes: None = None


class Recommended(BaseModel):
    realtor_info: RealtorInfo
    match_score: Number
    commission_details: CommissionDetails
    score_breakdown: list[Criterion]
    resurfaced: Literal["PRICE_DROP", "REQUIREMENTS"] | None


class RecommendedProperty(Recommended):
    property_id: str
    property_data: PropertyData


class RecommendedLead(Recommended):
    lead_id: str
    lead_data: LeadData


class PropertyRecommendations(BaseModel):
    recommendations: list[RecommendedProperty]
    total: int
    page: int
    limit: int


class LeadRecommendations(BaseModel):
    recommendations: list[RecommendedLead]
    total: int
    page: int
    limit: int


@api.serves("GET /leads/{lead_id}/property-recommendations")
def recommend_properties(lead_id: str, page: PageNumber = None, limit: PageLimit = None) -> PropertyRecommendations:
    _, found, which = _best("LEAD", lead_id, page, limit)
    return PropertyRecommendations.model_construct(
        recommendations=list(map(_property, found.rows)),
        total=found.total,
        page=which.number,
        limit=which.limit,
    )


@api.serves("GET /properties/{property_id}/lead-recommendations")
def recommend_leads(property_id: str, page: PageNumber = None, limit: PageLimit = None) -> LeadRecommendations:
    own, found, which = _best("PROPERTY", property_id, page, limit)
    share = own.content.body["commission_share"]
    return LeadRecommendations.model_construct(
        recommendations=[_lead(row, share) for row in found.rows],
        total=found.total,
        page=which.number,
        limit=which.limit,
    )


def _best(
    kind: Kind, own_id: str, page: int | None, limit: int | None
) -> tuple[objects.StoredObject, Recommendations, Page]:
    own, which = objects.load_own(api.table, kind, api.caller, own_id), asked(page, limit)
    return own, recommend(api.table, own, which, now_ms), which


def _property(row: Recommendation) -> RecommendedProperty:
    body = row.counterpart.content.body
    shown = ("address", "details", "commission_share", "photos")
    return RecommendedProperty.model_construct(
        property_id=row.counterpart.id,
        property_data=PropertyData.model_construct(**{name: body[name] for name in shown}),
        **_common(row, body["commission_share"]),
    )


def _lead(row: Recommendation, share: Number) -> RecommendedLead:
    """`share`: what the lead's side asks for; the property's own share until it has asked for another."""
    return RecommendedLead.model_construct(
        lead_id=row.counterpart.id,
        lead_data=LeadData.model_construct(requirements=row.counterpart.content.body["requirements"]),
        **_common(row, share),
    )


def _common(row: Recommendation, share: Number) -> dict[str, Any]:
    realtor = row.realtor
    return {
        "realtor_info": RealtorInfo(
            realtor_id=realtor.id, name=realtor.name, agency=realtor.agency_name, verified=realtor.verified
        ),
        "match_score": _fraction(row.evaluation.score, 2),
        "commission_details": CommissionDetails.model_construct(proposed_share=share),
        "score_breakdown": [
            Criterion(
                criterion=at.criterion,
                weight=at.weight,
                credit=None if at.credit is None else _fraction(at.credit, 4),
                state=at.state,
            )
            for at in row.evaluation.breakdown
        ],
        "resurfaced": None,
    }


def _fraction(basis_points: int, places: int) -> Number:
    return Decimal(basis_points).scaleb(-places)
