"""Actions: POST /leads/{lead_id}/property-recommendations/{property_id}/action
· POST /properties/{property_id}/lead-recommendations/{lead_id}/action
· DELETE /leads/{lead_id}/property-recommendations/{property_id}/action
· DELETE /properties/{property_id}/lead-recommendations/{lead_id}/action
· GET /leads/{lead_id}/decisions · GET /properties/{property_id}/decisions
"""

from typing import Annotated

from pydantic import BaseModel, Field

from cobroke.clock import now_ms
from cobroke.domain import errors
from cobroke.domain.deals.pair import Action, DislikeReason, PairIds, Side
from cobroke.domain.paging import Page, asked
from cobroke.edge.api import Api
from cobroke.edge.models.decisions import (
    LeadDecisions,
    PropertyDecisions,
    lead_decision,
    property_decision,
)
from cobroke.edge.models.fields import TEXT, Body, Share
from cobroke.edge.models.matches import MatchState, match_state
from cobroke.edge.query import PageLimit, PageNumber
from cobroke.flows.deals import agreement
from cobroke.flows.deals.decision import Decision
from cobroke.storage.deals import matches
from cobroke.storage.deals.matches import OwnPair
from cobroke.storage.postings import postings

api = handler = Api("actions")

WHY_NOT = (
    *(errors.OwnObject, errors.Archived, errors.PairDeclined, errors.NotAConcession),
    *(errors.TooManyRounds, errors.TermsAgreed, errors.MatchClosed),
)

WHY_NOT_BACK = (errors.OwnObject, errors.Archived, errors.AlreadyAnswered, errors.MatchClosed)
TAKE_BACK = Decision("TAKE_BACK")


class Reaction(Body):
    action: Action
    proposed_commission: Share | None = None
    """Percent of the listing side's commission that goes to the buyer's realtor."""
    notes: Annotated[str, Field(max_length=4000), TEXT] | None = None
    """With LIKE a message to the other side, with DISLIKE private."""
    reason: DislikeReason | None = None
    """(added) Why, with DISLIKE: private. Ignored with LIKE."""


class Reacted(BaseModel):
    action: Action | None
    """Null where an act was taken back."""
    match: MatchState | None


@api.serves("POST /leads/{lead_id}/property-recommendations/{property_id}/action", refuses=WHY_NOT)
def act_on_property(lead_id: str, property_id: str, body: Reaction) -> Reacted:
    """Like or dislike a property for own lead. Repeating it changes nothing."""
    return _react("LEAD", PairIds(lead_id, property_id), body)


@api.serves("POST /properties/{property_id}/lead-recommendations/{lead_id}/action", refuses=WHY_NOT)
def act_on_lead(property_id: str, lead_id: str, body: Reaction) -> Reacted:
    """Like or dislike a lead for own property. Repeating it changes nothing."""
    return _react("PROPERTY", PairIds(lead_id, property_id), body)


@api.serves(
    "DELETE /leads/{lead_id}/property-recommendations/{property_id}/action", refuses=WHY_NOT_BACK
)
def take_back_on_property(lead_id: str, property_id: str) -> Reacted:
    """Take back what was done about a property for own lead.

    (added) A dislike, a LIKE that is kept, or one that the other side has not answered.
    """
    return _decided("LEAD", PairIds(lead_id, property_id), TAKE_BACK, None)


@api.serves(
    "DELETE /properties/{property_id}/lead-recommendations/{lead_id}/action", refuses=WHY_NOT_BACK
)
def take_back_on_lead(property_id: str, lead_id: str) -> Reacted:
    """Take back what was done about a lead for own property.

    (added) A dislike, a LIKE that is kept, or one that the other side has not answered.
    """
    return _decided("PROPERTY", PairIds(lead_id, property_id), TAKE_BACK, None)


@api.serves("GET /leads/{lead_id}/decisions")
def list_decisions_of_lead(
    lead_id: str, page: PageNumber = None, limit: PageLimit = None
) -> LeadDecisions:
    """List what stands of what was done for own lead, newest first.

    (added)
    """
    found, total, which = _list("LEAD", lead_id, asked(page, limit))
    rows = list(map(property_decision, found))
    return LeadDecisions.model_construct(
        decisions=rows, total=total, page=which.number, limit=which.limit
    )


@api.serves("GET /properties/{property_id}/decisions")
def list_decisions_of_property(
    property_id: str, page: PageNumber = None, limit: PageLimit = None
) -> PropertyDecisions:
    """List what stands of what was done for own property, newest first.

    (added)
    """
    found, total, which = _list("PROPERTY", property_id, asked(page, limit))
    rows = list(map(lead_decision, found))
    return PropertyDecisions.model_construct(
        decisions=rows, total=total, page=which.number, limit=which.limit
    )


def _react(side: Side, ids: PairIds, body: Reaction) -> Reacted:
    said = body.proposed_commission, body.notes, body.reason
    return _decided(side, ids, Decision(body.action, *said), body.action)


def _decided(side: Side, ids: PairIds, decision: Decision, action: Action | None) -> Reacted:
    now = agreement.act(api.table, side, api.caller, ids, decision, now_ms, api.allowance)
    match = match_state(now, side)
    api.about(**({"match_id": match.match_id} if match else {}))
    api.note(f"{decision.deed} {match.status if match else 'without a match'}")
    return Reacted.model_construct(action=action, match=match)


def _list(side: Side, own_id: str, page: Page) -> tuple[list[OwnPair], int, Page]:
    own = postings.load_own(api.table, side, api.caller, own_id)
    return *matches.decided_by(api.table, own, page), page
