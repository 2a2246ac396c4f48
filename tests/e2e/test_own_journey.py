"""Two realtors, and all that is their own: corrected, taken along, blocked, taken back, asked
again, logged out, and erased, over HTTP.
"""

from typing import Any, NamedTuple

import pytest

from tests.builders import a_lead, a_property, a_registration, a_telegram_id, init_data
from tests.client import Client
from tests.polling import eventually

SECRETS = ("Анна-тайная", "Дом-тайны", "Тайная улица", "тайная записка", "тайный покупатель")
NAME, AGENCY, STREET, NOTE, BUYER = SECRETS
PHONE, MENDED = "+79160000001", "+79160000002"


class Realtor(NamedTuple):
    client: Client
    telegram_id: str
    id: str


def a_realtor(stranger: Client, **said: Any) -> Realtor:
    telegram_id = a_telegram_id()
    proof = {"init_data": init_data(int(telegram_id))}
    body = a_registration(telegram_id=telegram_id, telegram_auth_data=proof, **said)
    token = stranger.post("/auth/register", body).needs(201)["access_token"]
    client = Client(stranger.transport, token)
    return Realtor(client, telegram_id, client.get("/me").needs(200)["realtor_id"])


class Two(NamedTuple):
    anna: Realtor
    boris: Realtor
    city: str

    def pair(self) -> tuple[str, str]:
        """A lead of Boris's and a listing of Anna's that fit."""
        lead = self.boris.client.post_lead(a_lead(city=self.city, client_name="Покупатель"))
        listing = self.anna.client.post_property(
            a_property(city=self.city, street=STREET, description=NOTE, commission_share=50)
        )
        return lead, listing

    def boris_acts(self, lead: str, listing: str, action: str = "LIKE", **said: Any) -> Any:
        path = f"/leads/{lead}/property-recommendations/{listing}/action"
        return self.boris.client.post(path, {"action": action, **said})

    def anna_acts(self, lead: str, listing: str, action: str = "LIKE", **said: Any) -> Any:
        path = f"/properties/{listing}/lead-recommendations/{lead}/action"
        return self.anna.client.post(path, {"action": action, **said})


@pytest.fixture
def two(stranger: Client, a_city: str) -> Two:
    anna = a_realtor(stranger, phone=PHONE, agency_name=AGENCY)
    return Two(anna, a_realtor(stranger), a_city)


def test_what_is_wrong_is_mended_and_what_is_kept_is_taken_along(two: Two) -> None:
    anna, (lead, listing) = two.anna.client, two.pair()
    before = anna.get("/me")
    mended = {"phone": MENDED, "email": None, "agency_name": AGENCY}
    stale = Client(anna.transport, anna.token, {"if-match": '"99"'})
    stale.put("/me", mended).needs(412)
    tagged = Client(anna.transport, anna.token, {"if-match": before.headers["etag"]})
    assert tagged.put("/me", mended).needs(200)["phone"] == MENDED
    pushes = {"enabled": True, "quiet": {"from": "22:00", "to": "08:00"}, "daily_at": "09:00"}
    anna.put("/me/pushes", {"pushes": pushes}).needs(200)

    two.boris_acts(lead, listing, notes="звоните").needs(200)
    two.anna_acts(lead, listing, notes=NOTE).needs(200)
    (match,) = two.boris.client.get("/matches", status="ACCEPTED").needs(200)["matches"]
    assert match["realtor_info"]["phone"] == MENDED
    part = anna.get("/me/export").needs(200)
    assert part["next"] is None
    assert part["profile"]["phone"] == MENDED
    assert [row["property_id"] for row in part["properties"]] == [listing]
    assert [row["match_id"] for row in part["matches"]] == [lead + listing]
    assert [row["text"] for row in part["messages"]] == [NOTE]
    assert [row["action"] for row in part["decisions"]] == ["LIKE"]


def test_a_slip_is_taken_back_and_a_worse_flat_is_asked_about_again(two: Two) -> None:
    lead, listing = two.pair()
    two.boris_acts(lead, listing, "DISLIKE", reason="PRICE", notes="дорого").needs(200)
    (row,) = two.boris.client.get(f"/leads/{lead}/decisions").needs(200)["decisions"]
    assert (row["action"], row["reason"], row["notes"]) == ("DISLIKE", "PRICE", "дорого")
    path = f"/leads/{lead}/property-recommendations/{listing}/action"
    assert two.boris.client.delete(path).needs(200) == {"action": None, "match": None}
    assert two.boris.client.properties_for(lead)["total"] == 1

    two.boris_acts(lead, listing).needs(200)
    waiting = two.anna.client.get("/matches", awaiting="ME").needs(200)
    assert [one["match_id"] for one in waiting["matches"]] == [lead + listing]
    dearer = a_property(city=two.city, street=STREET, commission_share=50, price=19_000_000)
    two.anna.client.put(f"/properties/{listing}", dearer).needs(200)
    asked = two.anna_acts(lead, listing).needs(200)["match"]
    assert (asked["status"], asked["awaiting"]) == ("PENDING", "THEM")
    match = two.boris.client.get(f"/matches/{lead}{listing}").needs(200)
    assert (match["changed"], match["awaiting"]) == (True, "ME")
    assert match["realtor_info"]["phone"] is None
    assert two.boris_acts(lead, listing).needs(200)["match"]["status"] == "ACCEPTED"


def test_a_block_parts_two_and_an_unblock_only_shows_again(two: Two) -> None:
    lead, listing = two.pair()
    two.boris_acts(lead, listing).needs(200)
    block = f"/realtors/{two.boris.id}/block"
    assert two.anna.client.put(block).needs(200)["blocked"] is True
    for client, path in (
        (two.boris.client, f"/leads/{lead}/property-recommendations"),
        (two.anna.client, f"/properties/{listing}/lead-recommendations"),
    ):
        assert client.get(path).needs(200)["total"] == 0
    two.boris_acts(lead, listing, "DISLIKE").needs(404)
    (blocked,) = two.anna.client.get("/me/blocks").needs(200)["blocks"]
    assert blocked["realtor_id"] == two.boris.id

    def closed() -> Any:
        match = two.boris.client.get(f"/matches/{lead}{listing}").needs(200)
        return match["status"], match["closed_reason"], match["property"]["address"]["street"]

    eventually(closed, ("REJECTED", "WITHDRAWN", None))
    assert two.anna.client.delete(block).needs(200)["blocked"] is False
    other = two.anna.client.post_property(a_property(city=two.city))
    shown = two.boris.client.properties_for(lead)["recommendations"]
    assert [row["property_id"] for row in shown] == [other]


def test_who_logs_out_ends_every_token_and_may_come_back(two: Two, stranger: Client) -> None:
    anna = two.anna.client
    anna.post("/auth/logout").needs(200)
    eventually(lambda: anna.get("/me").status, 401)
    proof = {"telegram_auth_data": {"init_data": init_data(int(two.anna.telegram_id))}}
    token = stranger.post("/auth/telegram", proof).needs(200)["access_token"]
    again = Client(stranger.transport, token)
    assert again.get("/me").needs(200)["realtor_id"] == two.anna.id


def test_who_is_erased_is_gone_and_a_deal_stays_with_nobodys_name(
    two: Two, stranger: Client
) -> None:
    lead, listing = two.pair()
    open_lead = two.boris.client.post_lead(a_lead(city=two.city))
    two.boris_acts(lead, listing).needs(200)
    two.anna_acts(lead, listing, notes=NOTE).needs(200)
    two.boris_acts(open_lead, listing).needs(200)
    assert two.anna.client.delete("/me").needs(202)["erased_at"]
    eventually(lambda: two.anna.client.get("/me").status, 401)

    def told() -> Any:
        match = two.boris.client.get(f"/matches/{lead}{listing}").needs(200)
        who = match["realtor_info"]
        return who["name"], who["phone"], match["property"]["address"]["street"], match["status"]

    eventually(told, (None, None, None, "ACCEPTED"))
    eventually(lambda: two.boris.client.get(f"/matches/{open_lead}{listing}").status, 404)
    eventually(lambda: two.boris.client.get("/matches").needs(200)["total"], 1)
    assert two.boris.client.properties_for(open_lead)["total"] == 0
    shown = "".join(
        two.boris.client.get(path).text
        for path in ("/matches", "/me/export", f"/leads/{lead}/matches", "/notifications")
    )
    assert not [secret for secret in (*SECRETS, PHONE) if secret in shown]
    assert two.boris.client.post(f"/matches/{lead}{listing}/complete").needs(200)["status"] == (
        "COMPLETED"
    )
    proof = {"init_data": init_data(int(two.anna.telegram_id))}
    body = a_registration(telegram_id=two.anna.telegram_id, telegram_auth_data=proof)
    token = stranger.post("/auth/register", body).needs(201)["access_token"]
    new = Client(stranger.transport, token)
    assert new.get("/me").needs(200)["realtor_id"] != two.anna.id
    assert new.get("/properties").needs(200)["total"] == 0
    assert new.get("/matches").needs(200)["total"] == 0
