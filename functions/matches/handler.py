"""Matches: POST /leads/{lead_id}/property-recommendations/{property_id}/action
· POST /properties/{property_id}/lead-recommendations/{lead_id}/action
· GET /leads/{lead_id}/matches · GET /properties/{property_id}/matches
· GET /matches/{match_id} · POST /matches/{match_id}/complete
"""

from typing import Annotated

from pydantic import BaseModel, Field

from cobroke.clock import now_ms
from cobroke.domain import errors
from cobroke.domain.deals import pair
from cobroke.domain.deals.pair import Action, DislikeReason, PairIds, Side
from cobroke.domain.ids import pair_of
from cobroke.domain.paging import Page, asked
from cobroke.edge.api import Api
from cobroke.edge.models.fields import TEXT, Body, Share
from cobroke.edge.models.matches import (
    LeadMatch,
    LeadMatches,
    MatchState,
    PropertyMatch,
    PropertyMatches,
    lead_match,
    match_state,
    property_match,
)
from cobroke.edge.models.parts import TEXT_IN_LISTS
from cobroke.edge.query import PageLimit, PageNumber
from cobroke.flows.deals import agreement
from cobroke.flows.deals.decision import Decision
from cobroke.storage.deals import matches
from cobroke.storage.deals.matches import MatchView, Sides
from cobroke.storage.postings import postings

api = handler = Api("matches")

WHY_NOT = (
    *(errors.OwnObject, errors.Archived, errors.PairDeclined, errors.NotAConcession),
    *(errors.TooManyRounds, errors.TermsAgreed, errors.MatchClosed),
)

WHY_NOT_BACK = (errors.OwnObject, errors.Archived, errors.AlreadyAnswered, errors.MatchClosed)
TAKE_BACK = Decision("TAKE_BACK")

MatchStatusFilter = pair.MatchStatus | None


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


@api.serves("GET /leads/{lead_id}/matches")
def list_matches_of_lead(
    lead_id: str, status: MatchStatusFilter = None, page: PageNumber = None, limit: PageLimit = None
) -> LeadMatches:
    """List the matches of own lead, the newest change first."""
    found, total, which = _list("LEAD", lead_id, status, asked(page, limit))
    rows = [lead_match(match, TEXT_IN_LISTS) for match in found]
    return LeadMatches.model_construct(
        matches=rows, total=total, page=which.number, limit=which.limit
    )


@api.serves("GET /properties/{property_id}/matches")
def list_matches_of_property(
    property_id: str,
    status: MatchStatusFilter = None,
    page: PageNumber = None,
    limit: PageLimit = None,
) -> PropertyMatches:
    """List the matches of own property, the newest change first."""
    found, total, which = _list("PROPERTY", property_id, status, asked(page, limit))
    rows = [property_match(match, TEXT_IN_LISTS) for match in found]
    return PropertyMatches.model_construct(
        matches=rows, total=total, page=which.number, limit=which.limit
    )


@api.serves("GET /matches/{match_id}")
def get_match(match_id: str) -> LeadMatch | PropertyMatch:
    """Read a match, as own side sees it.

    (added) The message and the description are whole here.
    """
    return _view(*agreement.load_match(api.table, api.caller, _pair_ids(match_id)))


@api.serves("POST /matches/{match_id}/complete", refuses=(errors.NotAccepted,))
def complete_match(match_id: str) -> LeadMatch | PropertyMatch:
    """Complete an accepted match.

    (added) Repeatable. It archives the caller's own object; the other side's stays its owner's to
    complete.
    """
    return _view(*_completed(match_id))


def _react(side: Side, ids: PairIds, body: Reaction) -> Reacted:
    said = body.proposed_commission, body.notes, body.reason
    return _decided(side, ids, Decision(body.action, *said), body.action)


def _decided(side: Side, ids: PairIds, decision: Decision, action: Action | None) -> Reacted:
    now = agreement.act(api.table, side, api.caller, ids, decision, now_ms, api.allowance)
    match = match_state(now, side)
    api.about(**({"match_id": match.match_id} if match else {}))
    api.note(f"{decision.deed} {match.status if match else 'without a match'}")
    return Reacted.model_construct(action=action, match=match)


def _completed(match_id: str) -> tuple[Sides, Side]:
    ids = _pair_ids(match_id)
    return agreement.complete(api.table, api.caller, ids, now_ms, api.allowance)


def _list(
    side: Side, own_id: str, status: pair.MatchStatus | None, page: Page
) -> tuple[list[MatchView], int, Page]:
    own = postings.load_own(api.table, side, api.caller, own_id)
    return *matches.list_of(api.table, own, status, page), page


def _view(sides: Sides, side: Side) -> LeadMatch | PropertyMatch:
    seen = matches.seen_by(api.table, sides, side)
    return lead_match(seen) if side == "LEAD" else property_match(seen)


def _pair_ids(match_id: str) -> PairIds:
    ids = pair_of(match_id)
    if ids is None:
        raise errors.NotFound
    return PairIds(*ids)
