"""What a realtor is shown of another's object: one model per audience, nothing of the client in
any.
"""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, WithJsonSchema

from cobroke.domain.deals.pair import Action, Side
from cobroke.domain.deals.resurfacing import Resurfaced
from cobroke.domain.ids import match_id
from cobroke.domain.matching.score import WEIGHTS, State
from cobroke.domain.postings.kinds import other
from cobroke.edge.models.fields import Count, Id, Price, Share
from cobroke.edge.models.lead import Requirements
from cobroke.edge.models.matches import MatchState, match_state
from cobroke.edge.models.parts import (
    TEXT_IN_LISTS,
    RealtorInfo,
    Score,
    beginning,
    fraction,
    percent_or_none,
    realtor_info,
)
from cobroke.edge.models.property import Address, Details
from cobroke.flows.matching.recommendations import Recommendation

type Credit = Annotated[
    Decimal, WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1, "multipleOf": 0.0001})
]
type Withheld = Annotated[None, WithJsonSchema({"type": ["string", "null"]})]


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


class SameFlat(BaseModel):
    """The same flat, offered by others: by equal city, street, house, floor, floors in all and
    rooms, and an area that differs by half a metre or a hundredth at most.
    """

    others: Annotated[int, Field(ge=1)]
    """How many other realtors offer it now, without one's own and those parted by a block."""
    lowest_price: Price
    """Of theirs."""
    property_ids: Annotated[list[Id], Field(max_length=10)]
    """Of those among this lead's best 100, by price, then id."""


class RecommendedProperty(Recommended):
    property_id: Id
    property_data: PropertyData
    same_flat: SameFlat | None
    """(added) Null where no one else offers it, or where one realtor offers two such."""


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
    same_flat: SameFlat | None
    """Null where no one else offers it, or where one realtor offers two such."""


class OneLead(OnePair):
    lead_id: Id
    lead_data: LeadData


def recommended_property(of: Recommendation) -> RecommendedProperty:
    """A row of a lead's list."""
    return RecommendedProperty.model_construct(**_property(of, TEXT_IN_LISTS), **_recommended(of))


def recommended_lead(of: Recommendation) -> RecommendedLead:
    """A row of a property's list."""
    return RecommendedLead.model_construct(**_lead(of), **_recommended(of))


def one_property(of: Recommendation) -> OneProperty:
    """A property looked at by itself, texts whole."""
    return OneProperty.model_construct(**_property(of, None), **_alone(of, "LEAD"))


def one_lead(of: Recommendation) -> OneLead:
    """A lead looked at by itself, texts whole."""
    return OneLead.model_construct(**_lead(of), **_alone(of, "PROPERTY"))


def property_data(body: dict[str, Any], text_length: int | None) -> PropertyData:
    shown = {name: body[name] for name in PropertyData.model_fields}
    return PropertyData.model_construct(
        **shown | {"description": beginning(body["description"], text_length)}
    )


def lead_data(body: dict[str, Any]) -> LeadData:
    return LeadData.model_construct(requirements=body["requirements"])


def _property(of: Recommendation, text_length: int | None) -> dict[str, Any]:
    data = property_data(of.counterpart.content.body, text_length)
    told = of.same_flat
    return {
        "property_id": of.counterpart.id,
        "property_data": data,
        "same_flat": told and _same_flat(*told),
    }


def _same_flat(others: int, lowest_price: int, property_ids: list[str]) -> SameFlat:
    return SameFlat.model_construct(
        others=others, lowest_price=fraction(lowest_price, 2), property_ids=property_ids
    )


def _lead(of: Recommendation) -> dict[str, Any]:
    return {"lead_id": of.counterpart.id, "lead_data": lead_data(of.counterpart.content.body)}


def _alone(of: Recommendation, side: Side) -> dict[str, Any]:
    action = of.pair.action(side)
    done = {"own_action": None if action == "NONE" else action, "match": match_state(of.pair, side)}
    return _recommended(of, None) | done


def _recommended(of: Recommendation, text_length: int | None = TEXT_IN_LISTS) -> dict[str, Any]:
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
                credit=None if row.credit is None else fraction(row.credit, 4),
                state=row.state,
            )
            for row in (of.evaluation.breakdown if of.evaluation else ())
        ],
        "resurfaced": of.resurfaced,
        "match_id": match_id(of.pair.lead_id, of.pair.property_id) if asked else None,
        "awaiting": "ME" if asked else None,
        "message_from_counterpart": beginning(of.message, text_length),
    }
