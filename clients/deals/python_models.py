"""A deal by the models of datamodel-code-generator, sent with httpx."""

import sys
import time
from typing import Any

import httpx
from pydantic import BaseModel

from build.datamodel import models
from deals.bodies import LEAD, PROPERTY, realtor

http = httpx.Client(base_url=sys.argv[1], timeout=60, trust_env=False)


def misspelt() -> models.Reaction:
    """Does not compile: mypy says so, or it says that nothing is to be ignored here."""
    return models.Reaction(akcion=models.Action.LIKE)  # type: ignore[call-arg]


def sent[Answer: BaseModel](
    answer: type[Answer], verb: str, path: str, token: str = "", body: BaseModel | None = None
) -> Answer:
    """Send a body of the one model, and read the answer into the other."""
    text: Any = body.model_dump(mode="json", exclude_unset=True) if body else None
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    said = http.request(verb, path, json=text, headers=headers)
    assert said.is_success, said.text
    return answer.model_validate_json(said.content)


def registered(name: str) -> str:
    body = models.Registration.model_validate(realtor(name))
    return sent(models.Token, "POST", "/auth/register", body=body).access_token


def like(share: float) -> models.Reaction:
    return models.Reaction.model_validate({"action": "LIKE", "proposed_commission": share})


def main() -> None:
    anna, boris = registered("anna"), registered("boris")
    lead = sent(
        models.LeadCreated, "POST", "/leads", anna, models.LeadBody.model_validate(LEAD)
    ).lead_id.root
    listing = sent(
        models.PropertyCreated,
        "POST",
        "/properties",
        boris,
        models.PropertyBody.model_validate(PROPERTY),
    ).property_id.root
    best = sent(
        models.PropertyRecommendations, "GET", f"/leads/{lead}/property-recommendations", anna
    )
    assert listing in {row.property_id.root for row in best.recommendations}

    as_lead = f"/leads/{lead}/property-recommendations/{listing}/action"
    as_property = f"/properties/{listing}/lead-recommendations/{lead}/action"
    asked = sent(models.Reacted, "POST", as_lead, anna, like(60)).match
    assert asked and asked.status is models.MatchStatus.PENDING
    sent(models.Reacted, "POST", as_property, boris, like(55))
    agreed = sent(models.Reacted, "POST", as_lead, anna, like(55)).match
    assert agreed and agreed.status is models.MatchStatus.ACCEPTED

    path = f"/matches/{agreed.match_id.root}"
    assert sent(models.LeadMatch, "GET", path, anna).realtor_info.phone
    until = time.monotonic() + 30
    while not told(boris):
        assert time.monotonic() < until, "contacts were not told"
        time.sleep(0.2)
    done = sent(models.LeadMatch, "POST", f"{path}/complete", anna)
    assert done.status is models.MatchStatus.COMPLETED
    print("datamodel-code-generator: the deal is done")


def told(boris: str) -> bool:
    answer = sent(models.NotificationList, "GET", "/notifications", boris)
    return models.NoticeType.CONTACT_SHARED in {one.type for one in answer.notifications}


if __name__ == "__main__":
    main()
