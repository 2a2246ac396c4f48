"""What a realtor is shown of another's object: one model per audience, nothing of the client in any."""

from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from cobroke.domain.fields import Number
from cobroke.domain.lead import Requirements
from cobroke.domain.property import Address, Details
from cobroke.domain.resurfacing import Resurfaced
from cobroke.domain.score import State
from cobroke.flows.recommendations import Recommendation
from cobroke.storage.realtors import Realtor


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
    """What both sides see of a recommendation."""

    realtor_info: RealtorInfo
    match_score: Number
    commission_details: CommissionDetails
    score_breakdown: list[Criterion]
    resurfaced: Resurfaced | None


def property_data(body: dict[str, Any]) -> PropertyData:
    return PropertyData.model_construct(**{name: body[name] for name in PropertyData.model_fields})


def lead_data(body: dict[str, Any]) -> LeadData:
    return LeadData.model_construct(requirements=body["requirements"])


def realtor_info(realtor: Realtor) -> RealtorInfo:
    return RealtorInfo(realtor_id=realtor.id, name=realtor.name, agency=realtor.agency_name, verified=realtor.verified)


def recommended(of: Recommendation, share: Number) -> dict[str, Any]:
    """The members of Recommended; `share` is what stands on the other side's table."""
    return {
        "realtor_info": realtor_info(of.realtor),
        "match_score": _fraction(of.evaluation.score, 2),
        "commission_details": CommissionDetails.model_construct(proposed_share=share),
        "score_breakdown": [
            Criterion(
                criterion=row.criterion,
                weight=row.weight,
                credit=None if row.credit is None else _fraction(row.credit, 4),
                state=row.state,
            )
            for row in of.evaluation.breakdown
        ],
        "resurfaced": of.resurfaced,
    }


def _fraction(basis_points: int, places: int) -> Decimal:
    return Decimal(basis_points).scaleb(-places)
