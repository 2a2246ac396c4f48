"""A part of everything that is kept about a realtor."""

from typing import Any, Literal

from pydantic import BaseModel

from cobroke.clock import timestamp
from cobroke.domain.deals.pair import Action
from cobroke.domain.ids import match_id
from cobroke.domain.postings.kinds import Kind
from cobroke.edge.models.blocks import BlockedRealtor
from cobroke.edge.models.fields import Cursor, Id, Share, Timestamp
from cobroke.edge.models.lead import LeadView
from cobroke.edge.models.matches import LeadMatch, PropertyMatch, lead_match, property_match
from cobroke.edge.models.notifications import Notification
from cobroke.edge.models.profile import Me
from cobroke.edge.models.property import PropertyView
from cobroke.storage.deals.matches import OwnPair


class OwnLeadMatch(LeadMatch):
    """A match of one of the caller's leads."""

    lead_id: Id
    property_id: Id
    side: Literal["LEAD"]


class OwnPropertyMatch(PropertyMatch):
    """A match of one of the caller's properties."""

    lead_id: Id
    property_id: Id
    side: Literal["PROPERTY"]


class OwnMessage(BaseModel):
    """What the caller said with a LIKE."""

    match_id: Id | None
    """Null while there is no match."""
    lead_id: Id
    property_id: Id
    text: str
    at: Timestamp


class OwnDecision(BaseModel):
    """An act of the caller's that stands: a LIKE while it is kept or its match is not REJECTED, a
    DISLIKE while it counts.
    """

    lead_id: Id
    property_id: Id
    side: Kind
    action: Action
    reason: None
    """Not kept yet."""
    notes: None
    """Not kept yet."""
    proposed_commission: Share | None
    """The number that a LIKE stands for."""
    at: Timestamp
    match_id: Id | None
    """Null where there is no match."""


class Export(BaseModel):
    """A part of everything that is kept about the caller."""

    exported_at: Timestamp
    profile: Me
    leads: list[LeadView]
    properties: list[PropertyView]
    matches: list[OwnLeadMatch | OwnPropertyMatch]
    messages: list[OwnMessage]
    """The caller's own."""
    decisions: list[OwnDecision]
    notifications: list[Notification]
    blocks: list[BlockedRealtor]
    next: Cursor | None
    """Where the next part begins; null in the last."""


def own_match(of: OwnPair) -> OwnLeadMatch | OwnPropertyMatch | None:
    """Return the match, its texts whole; None where there is none."""
    pair = of.view.sides.pair
    if pair.status is None:
        return None
    ids = pair.ids._asdict()
    if of.side == "LEAD":
        return OwnLeadMatch.model_construct(**dict(lead_match(of.view)), **ids, side="LEAD")
    return OwnPropertyMatch.model_construct(**dict(property_match(of.view)), **ids, side="PROPERTY")


def own_message(of: OwnPair) -> OwnMessage | None:
    if of.said is None:
        return None
    text, at = of.said
    return OwnMessage.model_construct(**_ids(of), text=text, at=timestamp(at))


def own_decision(of: OwnPair) -> OwnDecision | None:
    """Return what stands of what the caller did. What is sent with a DISLIKE is not kept yet: its
    `reason` and `notes` are null.
    """
    if of.act is None:
        return None
    return OwnDecision.model_construct(
        **_ids(of),
        side=of.side,
        action=of.act.action,
        reason=None,
        notes=None,
        proposed_commission=of.act.share,
        at=timestamp(of.act.at),
    )


def _ids(of: OwnPair) -> dict[str, Any]:
    pair = of.view.sides.pair
    return {"match_id": match_id(*pair.ids) if pair.status else None, **pair.ids._asdict()}
