"""Matches: GET /matches · GET /leads/{lead_id}/matches · GET /properties/{property_id}/matches
· GET /matches/{match_id} · POST /matches/{match_id}/complete
"""

from cobroke.clock import now_ms
from cobroke.domain import errors
from cobroke.domain.deals import pair
from cobroke.domain.deals.pair import PairIds, Side
from cobroke.domain.ids import pair_of
from cobroke.domain.paging import Page, asked
from cobroke.edge.api import Api
from cobroke.edge.models.matches import (
    LeadMatch,
    LeadMatches,
    PropertyMatch,
    PropertyMatches,
    lead_match,
    property_match,
)
from cobroke.edge.models.own_matches import OwnMatches, own_match
from cobroke.edge.models.parts import TEXT_IN_LISTS
from cobroke.edge.query import PageLimit, PageNumber
from cobroke.flows.deals import agreement
from cobroke.storage.deals import matches, own_matches
from cobroke.storage.deals.matches import MatchView
from cobroke.storage.deals.own_matches import Turn
from cobroke.storage.deals.sides import Sides
from cobroke.storage.postings import postings

api = handler = Api("matches")

MatchStatusFilter = pair.MatchStatus | None


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


@api.serves("GET /matches")
def list_matches(
    status: MatchStatusFilter = None,
    awaiting: Turn | None = None,
    page: PageNumber = None,
    limit: PageLimit = None,
) -> OwnMatches:
    """List the matches of all own objects, the newest change first.

    (added) Those that wait for the caller: `awaiting=ME`.
    """
    which, standings = asked(page, limit), own_matches.among(status, awaiting)
    found, total = matches.list_of_all(api.table, api.caller, standings, which)
    rows = [own_match(match, TEXT_IN_LISTS) for match in found]
    return OwnMatches.model_construct(
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
