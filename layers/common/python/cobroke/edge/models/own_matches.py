"""Matches of all objects of a realtor, each with which object it is about."""

from typing import Literal

from pydantic import BaseModel

from cobroke.edge.models.fields import Count, Id
from cobroke.edge.models.matches import LeadMatch, PropertyMatch, lead_match, property_match
from cobroke.storage.deals.matches import MatchView


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


class OwnMatches(BaseModel):
    matches: list[OwnLeadMatch | OwnPropertyMatch]
    total: Count
    page: int
    limit: int


def own_match(of: MatchView, text_length: int | None = None) -> OwnLeadMatch | OwnPropertyMatch:
    """So many characters of each long text, or all of it."""
    ids = of.sides.pair.ids._asdict()
    if of.side == "LEAD":
        row = dict(lead_match(of, text_length))
        return OwnLeadMatch.model_construct(**row, **ids, side="LEAD")
    row = dict(property_match(of, text_length))
    return OwnPropertyMatch.model_construct(**row, **ids, side="PROPERTY")
