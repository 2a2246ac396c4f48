"""What a realtor is shown of another's object: one model per audience, nothing of the client in any."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, Field, WithJsonSchema

from cobroke.domain.fields import Id, Number, Share
from cobroke.domain.lead import Requirements
from cobroke.domain.property import Address, Details
from cobroke.domain.resurfacing import Resurfaced
from cobroke.domain.score import WEIGHTS, State
from cobroke.flows.recommendations import Recommendation
from cobroke.storage.realtors import Realtor

TEXT_IN_LISTS = 500
"""So many characters of a long text; where one thing is read it is whole."""

type Score = Annotated[Decimal, WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100, "multipleOf": 0.01})]
type Credit = Annotated[Decimal, WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1, "multipleOf": 0.0001})]
type Withheld = Annotated[None, WithJsonSchema({"type": ["string", "null"]})]


class RealtorInfo(BaseModel):
    realtor_id: Id
    name: str | None
    agency: str | None
    verified: bool
    """(added) Whether Telegram has proven who this is."""


class CommissionDetails(BaseModel):
    """Percent of the listing side's commission that goes to the buyer's realtor."""

    proposed_share: Share


class Criterion(BaseModel):
    """How far one of the seven criteria is met."""

    criterion: Annotated[str, Field(json_schema_extra={"enum": list(WEIGHTS)})]
    weight: int
    credit: Credit | None
    """Null where the lead states nothing."""
    state: State


class PropertyData(BaseModel):
    address: Address
    details: Details
    commission_share: Share
    photos: list[str]
    description: str | None
    """(added) The first 500 characters."""


class LeadData(BaseModel):
    """A lead as a stranger sees it: nothing of the client."""

    client_name: Withheld = None
    """Null for everyone but the owner."""
    requirements: Requirements
    client_contacts: Withheld = None
    """Null for everyone but the owner."""
    notes: Withheld = None
    """Null for everyone but the owner."""


class Recommended(BaseModel):
    """What both sides see of a recommendation."""

    realtor_info: RealtorInfo
    match_score: Score
    """The same for both sides."""
    commission_details: CommissionDetails
    score_breakdown: Annotated[list[Criterion], Field(min_length=7, max_length=7)]
    """(added) Always the seven criteria, in one order."""
    resurfaced: Resurfaced | None
    """(added) What brought a disliked or declined pair back."""


def property_data(body: dict[str, Any], text_length: int | None = TEXT_IN_LISTS) -> PropertyData:
    shown = {name: body[name] for name in PropertyData.model_fields}
    return PropertyData.model_construct(**shown | {"description": beginning(body["description"], text_length)})


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


def beginning(text: str | None, length: int | None) -> str | None:
    """So many characters; all where there is no length."""
    return text[:length] if text else text


def percent_or_none(basis_points: int | None) -> Decimal | None:
    return None if basis_points is None else _fraction(basis_points, 2)


def _fraction(basis_points: int, places: int) -> Decimal:
    return Decimal(basis_points).scaleb(-places)
