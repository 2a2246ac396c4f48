"""What a realtor is shown of another's object: one model per audience, nothing of the client in
any.
"""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, WithJsonSchema

from cobroke.domain.fields import Id, Share
from cobroke.domain.ids import match_id
from cobroke.domain.lead import Requirements
from cobroke.domain.pair import other
from cobroke.domain.property import Address, Details
from cobroke.domain.resurfacing import Resurfaced
from cobroke.domain.score import WEIGHTS, State
from cobroke.flows.recommendations import Recommendation
from cobroke.storage.realtors import Realtor

TEXT_IN_LISTS = 500
"""So many characters of a long text; where one thing is read it is whole."""

type Score = Annotated[
    Decimal, WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100, "multipleOf": 0.01})
]
type Credit = Annotated[
    Decimal, WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1, "multipleOf": 0.0001})
]
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
    description: Annotated[str, Field(max_length=10_000)] | None
    """(added) In lists the first 500 characters."""


class LeadData(BaseModel):
    """A lead as a stranger sees it: nothing of the client."""

    client_name: Withheld = None
    """Null for everyone but the owner."""
    requirements: Requirements
    client_contacts: Withheld = None
    """Null for everyone but the owner."""
    notes: Withheld = None
    """Null for everyone but the owner."""


class Counterparty(BaseModel):
    """What both sides see of a counterpart, recommended or looked at by itself."""

    realtor_info: RealtorInfo
    commission_details: CommissionDetails
    """The other side's standing number, else the published share. To accept it, send it."""
    resurfaced: Resurfaced | None
    """(added) What brought a disliked or declined pair back."""
    match_id: Id | None
    """(added) Of the match in which the other side alone has acted and this one is asked; null in
    every other row.
    """
    awaiting: Literal["ME"] | None
    """(added) Null in every other row."""
    message_from_counterpart: Annotated[str, Field(max_length=4000)] | None
    """(added) The `notes` of the LIKE that waits for an answer; in lists the first 500 characters.
    """


class Recommended(Counterparty):
    """What both sides see of a recommendation."""

    match_score: Score
    """The same for both sides."""
    score_breakdown: Annotated[list[Criterion], Field(min_length=7, max_length=7)]
    """(added) Always the seven criteria, in one order."""


def property_data(body: dict[str, Any], text_length: int | None = TEXT_IN_LISTS) -> PropertyData:
    shown = {name: body[name] for name in PropertyData.model_fields}
    return PropertyData.model_construct(
        **shown | {"description": beginning(body["description"], text_length)}
    )


def lead_data(body: dict[str, Any]) -> LeadData:
    return LeadData.model_construct(requirements=body["requirements"])


def realtor_info(realtor: Realtor) -> RealtorInfo:
    return RealtorInfo(
        realtor_id=realtor.id,
        name=realtor.name,
        agency=realtor.agency_name,
        verified=realtor.verified,
    )


def recommended(of: Recommendation, text_length: int | None = TEXT_IN_LISTS) -> dict[str, Any]:
    """The members of Recommended, or (`text_length` None: texts whole) of what is looked at by
    itself.
    """
    asked = of.pair.asks(other(of.counterpart.kind))
    return {
        "realtor_info": realtor_info(of.realtor),
        "match_score": percent_or_none(of.evaluation.score if of.evaluation else None),
        "commission_details": CommissionDetails.model_construct(proposed_share=of.proposed_share),
        "score_breakdown": [
            Criterion(
                criterion=row.criterion,
                weight=row.weight,
                credit=None if row.credit is None else _fraction(row.credit, 4),
                state=row.state,
            )
            for row in (of.evaluation.breakdown if of.evaluation else ())
        ],
        "resurfaced": of.resurfaced,
        "match_id": match_id(of.pair.lead_id, of.pair.property_id) if asked else None,
        "awaiting": "ME" if asked else None,
        "message_from_counterpart": beginning(of.message, text_length),
    }


def beginning(text: str | None, length: int | None) -> str | None:
    """So many characters; all where there is no length."""
    return text[:length] if text else text


def percent_or_none(basis_points: int | None) -> Decimal | None:
    return None if basis_points is None else _fraction(basis_points, 2)


def _fraction(basis_points: int, places: int) -> Decimal:
    return Decimal(basis_points).scaleb(-places)
