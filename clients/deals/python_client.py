"""A deal by openapi-python-client."""

import sys
import time
from uuid import uuid4

from build.openapi_python_client import AuthenticatedClient, Client
from build.openapi_python_client.api.actions import act_on_lead, act_on_property
from build.openapi_python_client.api.auth import register
from build.openapi_python_client.api.leads import create_lead
from build.openapi_python_client.api.matches import complete_match, get_match
from build.openapi_python_client.api.notifications import list_notifications
from build.openapi_python_client.api.properties import create_property
from build.openapi_python_client.api.recommendations import recommend_properties
from build.openapi_python_client.models import (
    Action,
    LeadBody,
    LeadCreated,
    LeadMatch,
    MatchState,
    MatchStatus,
    NotificationList,
    NoticeType,
    Problem,
    PropertyBody,
    PropertyCreated,
    PropertyRecommendations,
    Reacted,
    Reaction,
    Registration,
    Token,
)
from deals.bodies import LEAD, PROPERTY, realtor

BASE = sys.argv[1]


def misspelt() -> Reaction:
    """Does not compile: mypy says so, or it says that nothing is to be ignored here."""
    return Reaction(akcion=Action.LIKE)  # type: ignore[call-arg]


def client(name: str) -> AuthenticatedClient:
    token = register.sync(client=Client(BASE), body=Registration.from_dict(realtor(name)))
    assert isinstance(token, Token), token
    return AuthenticatedClient(BASE, token.access_token)


def like(answer: object) -> MatchState:
    assert isinstance(answer, Reacted) and isinstance(answer.match, MatchState), answer
    return answer.match


def main() -> None:
    anna, boris = client("anna"), client("boris")
    key = str(uuid4())
    lead = create_lead.sync(client=anna, body=LeadBody.from_dict(LEAD), idempotency_key=key)
    listing = create_property.sync(client=boris, body=PropertyBody.from_dict(PROPERTY))
    assert isinstance(lead, LeadCreated) and isinstance(listing, PropertyCreated)
    ids = lead.lead_id, listing.property_id
    best = recommend_properties.sync(lead.lead_id, client=anna, limit=10)
    assert isinstance(best, PropertyRecommendations)
    assert ids[1] in {row.property_id for row in best.recommendations}

    asks, offers = (Reaction(Action.LIKE, proposed_commission=share) for share in (60, 55))
    assert like(act_on_property.sync(*ids, client=anna, body=asks)).status == MatchStatus.PENDING
    like(act_on_lead.sync(*reversed(ids), client=boris, body=offers))
    refused = act_on_property.sync(
        *ids, client=anna, body=Reaction(Action.LIKE, proposed_commission=70)
    )
    assert isinstance(refused, Problem) and refused.code == "not_a_concession", refused
    agreed = like(act_on_property.sync(*ids, client=anna, body=offers))
    assert agreed.status == MatchStatus.ACCEPTED and agreed.agreed_share == 55

    match = get_match.sync(agreed.match_id, client=anna)
    assert isinstance(match, LeadMatch) and match.realtor_info.phone
    until = time.monotonic() + 30
    while not told(boris):
        assert time.monotonic() < until, "contacts were not told"
        time.sleep(0.2)
    done = complete_match.sync(agreed.match_id, client=anna)
    assert isinstance(done, LeadMatch) and done.status == MatchStatus.COMPLETED
    print("openapi-python-client: the deal is done")


def told(boris: AuthenticatedClient) -> bool:
    answer = list_notifications.sync(client=boris)
    assert isinstance(answer, NotificationList)
    return NoticeType.CONTACT_SHARED in {one.type_ for one in answer.notifications}


if __name__ == "__main__":
    main()
