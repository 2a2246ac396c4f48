"""What each side sees of a match: one model per audience. Contacts are there exactly while both
have agreed.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from cobroke.clock import timestamp, timestamp_or_none
from cobroke.domain.deals.pair import (
    ClosedReason,
    MatchStatus,
    NegotiationStatus,
    Pair,
    Side,
)
from cobroke.domain.ids import match_id
from cobroke.domain.postings.kinds import other
from cobroke.domain.postings.posting import Posting, nameless
from cobroke.edge.models.fields import Count, Id, Share, Timestamp
from cobroke.edge.models.lead import Requirements
from cobroke.edge.models.parts import (
    Score,
    beginning,
    percent_or_none,
    realtor_info,
)
from cobroke.edge.models.property import Details
from cobroke.storage.deals import matches

type Awaiting = Literal["ME", "THEM"] | None


class Commission(BaseModel):
    """Percent of the listing side's commission that goes to the buyer's realtor."""

    proposed_by_lead: Share | None
    """(added) What the lead's side asks; new in the property's view."""
    proposed_by_property: Share | None
    """(added) What the property's side offers; new in the lead's view."""
    negotiation_status: NegotiationStatus
    agreed_share: Share | None
    """(added)"""


class Counterpart(BaseModel):
    """The other realtor; how to reach him only once both have agreed. All but `realtor_id` is null
    where he is not to be known.
    """

    realtor_id: Id
    name: str | None
    agency: str | None
    verified: bool | None
    """(added) Whether Telegram has proven who this is."""
    telegram: str | None
    """`@username`, else a link by id; null before both agreed, and while the realtor is unverified.
    """
    phone: str | None
    """(added) Null before both agreed."""


class Timeline(BaseModel):
    created_at: Timestamp
    contact_shared_at: Timestamp | None
    """When both first agreed; never moves or clears."""


class MatchedAddress(BaseModel):
    """Street and house number are null where the realtor is not to be known."""

    city: str
    district: str
    street: str | None
    house_number: str | None
    metro_station: str | None


class MatchedProperty(BaseModel):
    property_id: Id
    address: MatchedAddress
    details: Details
    photos: list[str]
    commission_share: Share
    """(added)"""
    description: str | None
    """(added) In lists the first 500 characters."""


class MatchedLead(BaseModel):
    """The client's name only once both have agreed; his contacts and the notes about him never."""

    lead_id: Id
    client_name: str | None
    requirements: Requirements


class Match(BaseModel):
    """What both sides see."""

    match_id: Id
    status: MatchStatus
    match_score: Score | None
    """(added) As both objects are now; null where the pair is ruled out or one of them has left the
    market.
    """
    commission: Commission
    realtor_info: Counterpart
    timeline: Timeline
    awaiting: Awaiting
    """(added) Whose turn it is; null unless PENDING."""
    changed: bool
    """(added) PENDING, and what one's own LIKE was given to has changed for the worse since."""
    closed_reason: ClosedReason | None
    """(added) Why it is REJECTED."""
    message_from_counterpart: Annotated[str, Field(max_length=4000)] | None
    """(added) The `notes` of the other side's LIKE; in lists the first 500 characters."""


class LeadMatch(Match):
    """As the lead's side sees it."""

    property: MatchedProperty


class PropertyMatch(Match):
    """As the property's side sees it."""

    lead: MatchedLead


class LeadMatches(BaseModel):
    matches: list[LeadMatch]
    total: Count
    """(added)"""
    page: int
    """(added)"""
    limit: int
    """(added)"""


class PropertyMatches(BaseModel):
    matches: list[PropertyMatch]
    total: Count
    """(added)"""
    page: int
    """(added)"""
    limit: int
    """(added)"""


class MatchState(BaseModel):
    """What an action answers."""

    match_id: Id
    status: MatchStatus
    negotiation_status: NegotiationStatus
    agreed_share: Share | None
    awaiting: Awaiting


def match_state(pair: Pair, side: Side) -> MatchState | None:
    """None while there is no match."""
    return MatchState.model_construct(**_state(pair, side)) if pair.status else None


def lead_match(of: matches.MatchView, text_length: int | None = None) -> LeadMatch:
    """So many characters of each long text, or all of it."""
    listing = of.sides.listing
    body = _shown(of, listing)
    shown = MatchedProperty.model_construct(
        property_id=listing.id,
        **{name: body[name] for name in ("address", "details", "photos", "commission_share")},
        description=beginning(body["description"], text_length),
    )
    return LeadMatch.model_construct(**_match(of, "LEAD", text_length), property=shown)


def property_match(of: matches.MatchView, text_length: int | None = None) -> PropertyMatch:
    lead = of.sides.lead
    body = _shown(of, lead)
    shown = MatchedLead.model_construct(
        lead_id=lead.id,
        client_name=body["client_name"] if of.sides.pair.contacts_visible else None,
        requirements=body["requirements"],
    )
    return PropertyMatch.model_construct(**_match(of, "PROPERTY", text_length), lead=shown)


def _match(of: matches.MatchView, side: Side, text_length: int | None) -> dict[str, Any]:
    pair = of.sides.pair
    state = _state(pair, side)
    terms = {name: state.pop(name) for name in ("negotiation_status", "agreed_share")}
    offers: dict[str, Any] = {
        "proposed_by_lead": pair.offer_lead,
        "proposed_by_property": pair.offer_property,
    }
    return state | {
        "match_score": percent_or_none(of.sides.live_score),
        "commission": Commission.model_construct(**offers, **terms),
        "realtor_info": _counterpart(of, reachable=pair.contacts_visible),
        "timeline": Timeline(
            created_at=timestamp(pair.created_at or 0),
            contact_shared_at=timestamp_or_none(pair.contact_shared_at),
        ),
        "changed": of.sides.changed(side),
        "closed_reason": pair.closed_reason,
        "message_from_counterpart": beginning(of.message, text_length),
    }


def _state(pair: Pair, side: Side) -> dict[str, Any]:
    return {
        "match_id": match_id(*pair.ids),
        "status": pair.status,
        "negotiation_status": pair.negotiation_status,
        "agreed_share": pair.agreed_share,
        "awaiting": _awaiting(pair, side),
    }


def _shown(of: matches.MatchView, theirs: Posting) -> dict[str, Any]:
    """What this side sees of the other's object."""
    body = theirs.content.body
    return nameless(theirs.kind, body) if of.nameless else body


def _counterpart(of: matches.MatchView, *, reachable: bool) -> Counterpart:
    realtor = of.counterpart
    if of.nameless:
        unknown: dict[str, Any] = dict.fromkeys(Counterpart.model_fields)
        return Counterpart.model_construct(**unknown | {"realtor_id": realtor.id})
    return Counterpart.model_construct(
        **realtor_info(realtor).model_dump(),
        telegram=realtor.telegram if reachable else None,
        phone=realtor.phone if reachable else None,
    )


def _awaiting(pair: Pair, side: Side) -> Awaiting:
    if pair.awaiting is None:
        return None
    return "THEM" if pair.awaiting == other(side) else "ME"
