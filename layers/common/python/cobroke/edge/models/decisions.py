"""Decisions: what of a realtor's own acts on counterparts stands."""

from typing import Any

from pydantic import BaseModel

from cobroke.clock import timestamp
from cobroke.domain.deals.pair import Action, DislikeReason
from cobroke.domain.ids import match_id
from cobroke.domain.postings.kinds import Kind
from cobroke.edge.models.fields import Count, Id, Share, Timestamp
from cobroke.storage.deals.matches import OwnPair


class StandingDecision(BaseModel):
    """A LIKE while it is kept or its match is not REJECTED, a DISLIKE while it counts."""

    action: Action
    reason: DislikeReason | None
    """Of a DISLIKE that came with one."""
    notes: str | None
    """What was said with it."""
    proposed_commission: Share | None
    """The number that was sent with a LIKE; null where none was."""
    at: Timestamp
    match_id: Id | None
    """Null where there is no match."""


class PropertyDecision(StandingDecision):
    """About a property, for own lead."""

    property_id: Id


class LeadDecision(StandingDecision):
    """About a lead, for own property."""

    lead_id: Id


class OwnDecision(StandingDecision):
    """About a counterpart of any own object."""

    lead_id: Id
    property_id: Id
    side: Kind


class LeadDecisions(BaseModel):
    """What was decided for a lead."""

    decisions: list[PropertyDecision]
    total: Count
    page: int
    limit: int


class PropertyDecisions(BaseModel):
    """What was decided for a property."""

    decisions: list[LeadDecision]
    total: Count
    page: int
    limit: int


def property_decision(of: OwnPair) -> PropertyDecision:
    property_id = of.view.sides.pair.property_id
    return PropertyDecision.model_construct(**_facts(of), property_id=property_id)


def lead_decision(of: OwnPair) -> LeadDecision:
    return LeadDecision.model_construct(**_facts(of), lead_id=of.view.sides.pair.lead_id)


def own_decision(of: OwnPair) -> OwnDecision:
    ids = of.view.sides.pair.ids._asdict()
    return OwnDecision.model_construct(**_facts(of), **ids, side=of.view.side)


def match_id_of(of: OwnPair) -> str | None:
    """Return None where there is no match."""
    pair = of.view.sides.pair
    return match_id(*pair.ids) if pair.status else None


def _facts(of: OwnPair) -> dict[str, Any]:
    """Of a pair in which something stands."""
    act = of.act
    assert act is not None  # noqa: S101 - for mypy
    likes, message = act.action == "LIKE", of.said[0] if of.said else None
    return {
        "action": act.action,
        "reason": None if likes else of.noted.reason,
        "notes": message if likes else of.noted.text,
        "proposed_commission": act.share,
        "at": timestamp(act.at),
        "match_id": match_id_of(of),
    }
