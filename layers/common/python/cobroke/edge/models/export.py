"""A part of everything that is kept about a realtor."""

from pydantic import BaseModel

from cobroke.clock import timestamp
from cobroke.edge.models.blocks import BlockedRealtor
from cobroke.edge.models.decisions import OwnDecision, match_id_of
from cobroke.edge.models.fields import Cursor, Id, Timestamp
from cobroke.edge.models.lead import LeadView
from cobroke.edge.models.notifications import Notification
from cobroke.edge.models.own_matches import OwnLeadMatch, OwnPropertyMatch
from cobroke.edge.models.profile import Me
from cobroke.edge.models.property import PropertyView
from cobroke.storage.deals.matches import OwnPair


class OwnMessage(BaseModel):
    """What the caller said with a LIKE."""

    match_id: Id | None
    """Null while there is no match."""
    lead_id: Id
    property_id: Id
    text: str
    at: Timestamp


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


def own_message(of: OwnPair) -> OwnMessage | None:
    if of.said is None:
        return None
    text, at = of.said
    ids = of.view.sides.pair.ids._asdict()
    return OwnMessage.model_construct(match_id=match_id_of(of), **ids, text=text, at=timestamp(at))
