"""A client written from the user's own page: it knows nothing but the page's routes and fields, and
loses nothing.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import pytest

from cobroke.exact_json import dumps, loads
from tests.builders import a_lead, a_property
from tests.client import Answer, Client, Transport
from tests.events import in_process
from tests.seed_page import SAME_AS_CREATION, Operation, the_page

type Json = dict[str, Any]

LEAD = a_lead(client_name="Анна", client_contacts="+7 903 555-01-23", notes="Продаёт свою двушку")
LISTING = a_property(photos=["https://photos.example.ru/1.jpg"], description="Тихий двор")


@pytest.fixture(scope="module")
def said() -> dict[str, Operation]:
    return the_page()


@pytest.fixture
def stranger(said: dict[str, Operation]) -> Client:
    return Client(by_the_page(said))


def by_the_page(said: Mapping[str, Operation]) -> Transport:
    """Sends only what the page names, and of an answer hands over only what the page names."""

    def send(
        verb: str, path: str, query: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        key = next(key for key in said if _is_of(key, verb, path))
        sent = said[SAME_AS_CREATION.get(key, key)].request
        assert dict(parse_qsl(query)).keys() <= said[key].query.keys(), key
        assert body is None or _only(sent, loads(body.decode())) == loads(body.decode()), key
        answer = in_process(verb, path, query, headers, body)
        return answer._replace(headers={}, text=dumps(_only(said[key].answer, answer.json)))

    return send


def _is_of(key: str, verb: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", key), f"{verb} {path}") is not None


def _only(known: Any, value: Any) -> Any:
    """Of a value what the page says of it; what it calls an object, or leaves out, is whole."""
    if isinstance(known, dict) and isinstance(value, dict):
        return {name: _only(known[name], one) for name, one in value.items() if name in known}
    if isinstance(known, list) and isinstance(value, list):
        return [_only(known[0], one) for one in value]
    return value


def test_this_client_sees_no_field_that_the_page_does_not_name(said: dict[str, Operation]) -> None:
    lists = said["GET /leads/{lead_id}/property-recommendations"].answer
    row = {"property_id": "x", "match_id": "y", "realtor_info": {"name": "z", "verified": True}}
    shown = _only(lists, {"recommendations": [row], "limit": 20, "page": 1})
    assert shown == {
        "recommendations": [{"property_id": "x", "realtor_info": {"name": "z"}}],
        "page": 1,
    }


def test_what_its_lists_gave_back_is_edited_and_nothing_is_lost(
    anna: Client, boris: Client
) -> None:
    """The page's lists hold no notes, contacts, photos or description: its client cannot send them
    back.
    """
    lead, listing = anna.post_lead(LEAD), boris.post_property(LISTING)
    (own,) = anna.get("/leads", status="ACTIVE").needs(200)["leads"]
    cheaper = own["requirements"] | {"budget": {"min": 10_000_000, "max": 19_000_000}}
    anna.put(f"/leads/{lead}", {"client_name": own["client_name"], "requirements": cheaper}).needs(
        200
    )
    (theirs,) = boris.get("/properties").needs(200)["properties"]
    reduced = theirs["details"] | {"price": 17_500_000}
    sent = {
        "address": theirs["address"],
        "details": reduced,
        "commission_share": theirs["commission_share"],
    }
    boris.put(f"/properties/{listing}", sent).needs(200)

    whole = Client(in_process, anna.token).get(f"/leads/{lead}").needs(200)
    assert {name: whole[name] for name in LEAD} == LEAD | {
        "requirements": cheaper | {"additional_requirements": None}
    }
    whole = Client(in_process, boris.token).get(f"/properties/{listing}").needs(200)
    assert {name: whole[name] for name in LISTING} == LISTING | {"details": reduced}


@pytest.mark.parametrize("number", [{}, {"proposed_commission": 45}])
def test_the_other_sides_like_is_found_in_the_list_with_its_number_and_answered_there(
    anna: Client, boris: Client, number: Json
) -> None:
    lead, listing = anna.post_lead(LEAD), boris.post_property(LISTING)
    (row,) = anna.properties_for(lead)["recommendations"]
    said = {"action": "LIKE", "notes": "Можно в субботу?"} | number
    anna.post(f"/leads/{lead}/property-recommendations/{row['property_id']}/action", said).needs(
        200
    )
    assert anna.properties_for(lead)["recommendations"] == []

    (asked,) = boris.leads_for(listing, page=1, limit=10)["recommendations"]
    assert asked["commission_details"] == {"proposed_share": number.get("proposed_commission", 50)}
    accepts = {
        "action": "LIKE",
        "proposed_commission": asked["commission_details"]["proposed_share"],
    }
    boris.post(
        f"/properties/{listing}/lead-recommendations/{asked['lead_id']}/action", accepts
    ).needs(200)
    assert boris.leads_for(listing)["recommendations"] == []

    (ours,) = anna.get(f"/leads/{lead}/matches", status="ACCEPTED").needs(200)["matches"]
    (theirs,) = boris.get(f"/properties/{listing}/matches", status="ACCEPTED").needs(200)["matches"]
    assert (
        ours["commission"]["negotiation_status"]
        == theirs["commission"]["negotiation_status"]
        == "AGREED"
    )
    assert ours["timeline"]["contact_shared_at"]
    assert theirs["lead"]["client_name"] == "Анна"
    assert [own["match_count"] for own in anna.get("/leads").needs(200)["leads"]] == [1]
