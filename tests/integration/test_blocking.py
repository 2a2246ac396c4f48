"""Blocks, through the API: who is shown what of whom, before, behind and after one."""

from collections.abc import Callable
from importlib import import_module
from typing import Any
from unittest.mock import patch

import pytest

from cobroke.domain.fair_use import QUOTAS
from cobroke.flows.deals import blocks
from cobroke.storage import keys
from tests.builders import Json, a_lead, a_property
from tests.client import Answer, Client
from tests.memory_table import MemoryTable
from tests.support.deal import Deal

pytestmark = pytest.mark.usefixtures("in_memory")


def id_of(client: Client) -> str:
    return str(client.get("/me").needs(200)["realtor_id"])


def blocks_(client: Client, other: Client) -> Json:
    answer: Json = client.put(f"/realtors/{id_of(other)}/block").needs(200)
    return answer


def unblocks(client: Client, other: Client) -> Json:
    answer: Json = client.send("DELETE", f"/realtors/{id_of(other)}/block").needs(200)
    return answer


@pytest.fixture
def deal(anna: Client, boris: Client) -> Deal:
    return Deal(anna, boris)


BOTH: list[Callable[[Client, Client], tuple[Client, Client]]] = [
    lambda anna, boris: (anna, boris),
    lambda anna, boris: (boris, anna),
]


@pytest.fixture(params=BOTH, ids=["she blocks", "he blocks"])
def two(request: Any, anna: Client, boris: Client) -> tuple[Client, Client]:
    """The blocker and the blocked."""
    found: tuple[Client, Client] = request.param(anna, boris)
    return found


def test_a_block_hides_both_from_each_other_and_an_unblock_shows_them(
    deal: Deal, two: tuple[Client, Client]
) -> None:
    blocker, blocked = two
    assert deal.recommended() == (1, 1)
    assert blocks_(blocker, blocked) == {"realtor_id": id_of(blocked), "blocked": True}
    assert deal.recommended() == (0, 0)
    for one in alone(deal):
        one.needs(404)
    assert unblocks(blocker, blocked) == {"realtor_id": id_of(blocked), "blocked": False}
    assert deal.recommended() == (1, 1)
    for one in alone(deal):
        one.needs(200)


def alone(deal: Deal) -> tuple[Answer, Answer]:
    return (
        deal.anna.get(f"/leads/{deal.lead}/property-recommendations/{deal.listing}"),
        deal.boris.get(f"/properties/{deal.listing}/lead-recommendations/{deal.lead}"),
    )


def test_a_page_and_its_total_leave_them_out(deal: Deal, anna: Client, boris: Client) -> None:
    clara = boris.registered()
    theirs = [clara.post_property(a_property()) for _ in range(3)]
    for _ in range(2):
        boris.post_property(a_property())
    assert anna.properties_for(deal.lead)["total"] == 6
    blocks_(boris, anna)
    for page in range(1, 4):
        found = anna.get(f"/leads/{deal.lead}/property-recommendations", page=page, limit=2).needs(
            200
        )
        assert found["total"] == 3
        shown = {row["property_id"] for row in found["recommendations"]}
        assert shown <= {*theirs}
        assert len(shown) == (2, 1, 0)[page - 1]


def test_nobody_acts_on_the_other_and_the_answer_is_that_of_what_is_not_there(
    deal: Deal, two: tuple[Client, Client]
) -> None:
    blocks_(*two)
    absent = f"/leads/{deal.lead}/property-recommendations/{deal.lead}/action"
    wanted = deal.anna.post(absent, {"action": "LIKE"}).needs(404)
    for answer in (deal.lead_side(), deal.property_side(), deal.lead_side("DISLIKE")):
        said = answer.needs(404)
        assert {**said, "instance": ""} == {**wanted, "instance": ""}


def test_a_rejected_match_shows_no_more_than_after_an_erasure(
    anna: Client, boris: Client, two: tuple[Client, Client]
) -> None:
    lead = anna.post_lead(a_lead(client_name="Секрет", additional_requirements="у реки"))
    listing = boris.post_property(
        a_property(description="У реки", photos=["https://photos.example/1.jpg"])
    )
    deal = Deal.__new__(Deal)
    deal.anna, deal.boris, deal.lead, deal.listing = anna, boris, lead, listing
    deal.lead_side(notes="Здравствуйте").needs(200)
    deal.property_side("DISLIKE").needs(200)
    before = deal.seen()
    blocks_(*two)
    ours, theirs = deal.seen()
    for found, other in ((ours, boris), (theirs, anna)):
        assert found["status"] == "REJECTED"
        unknown = dict.fromkeys(("name", "agency", "verified", "telegram", "phone"))
        assert found["realtor_info"] == {"realtor_id": id_of(other), **unknown}
    shown, was = ours["property"], before[0]["property"]
    hidden = {"street": None, "house_number": None}
    assert shown == {
        **was,
        "address": {**was["address"], **hidden},
        "photos": [],
        "description": None,
    }
    shown, was = theirs["lead"], before[1]["lead"]
    assert was["requirements"]["additional_requirements"] == "у реки"
    wishes = {**was["requirements"], "additional_requirements": None}
    assert shown == {**was, "client_name": None, "requirements": wishes}
    assert anna.get(f"/matches/{ours['match_id']}").needs(200)["property"] == ours["property"]
    unblocks(*two)
    assert deal.seen() == before


def test_an_agreed_match_stays_whole_and_can_be_completed(
    deal: Deal, two: tuple[Client, Client]
) -> None:
    deal.lead_side().needs(200)
    deal.property_side().needs(200)
    before = deal.seen()
    blocks_(*two)
    assert deal.seen() == before
    for one in alone(deal):
        assert one.needs(200)["match"]["status"] == "ACCEPTED"
    match = before[0]["match_id"]
    for client in two:
        assert client.post(f"/matches/{match}/complete").needs(200)["status"] == "COMPLETED"


def test_whom_one_has_blocked_is_listed_to_oneself_alone(anna: Client, boris: Client) -> None:
    clara = anna.registered(agency_name="Новоселье")
    assert anna.get("/me/blocks").needs(200) == {"blocks": []}
    blocks_(anna, boris)
    blocks_(anna, clara)
    rows = anna.get("/me/blocks").needs(200)["blocks"]
    assert {row["realtor_id"] for row in rows} == {id_of(boris), id_of(clara)}
    assert [row["blocked_at"] for row in rows] == sorted(
        (row["blocked_at"] for row in rows), reverse=True
    )
    (new,) = [row for row in rows if row["realtor_id"] == id_of(clara)]
    assert (new["agency"], new["name"]) == ("Новоселье", None)
    assert boris.get("/me/blocks").needs(200) == {"blocks": []}


@pytest.mark.parametrize("verb", ["PUT", "DELETE"])
def test_of_a_block_oneself_is_refused_and_nobody_is_not_found(verb: str, anna: Client) -> None:
    said = anna.send(verb, f"/realtors/{id_of(anna)}/block").needs(422)
    assert said["errors"][0]["pointer"] == "/realtor_id"
    for other in ("0000000000000", "nobody", "ЯЯЯ", "000000000000000"):
        anna.send(verb, f"/realtors/{other}/block").needs(404)


def test_the_one_who_is_one_too_many_is_refused_before_anything_is_charged(
    anna: Client, boris: Client, in_memory: MemoryTable
) -> None:
    clara = anna.registered()
    with patch.object(blocks, "MOST_BLOCKED", 1):
        blocks_(anna, boris)
        limits = in_memory.get(keys.limits(id_of(anna)))
        refused = anna.put(f"/realtors/{id_of(clara)}/block").needs(429)
        assert refused["code"] == "limit_reached"
        assert in_memory.get(keys.limits(id_of(anna))) == limits
        blocks_(anna, boris)


def test_a_change_is_a_write_and_a_repeated_one_is_free(
    anna: Client, boris: Client, in_memory: MemoryTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter = import_module("functions.blocks.handler").api._limiter
    rules = limiter.rules
    few = {**QUOTAS, "write": QUOTAS["write"]._replace(at_once=2)}
    monkeypatch.setattr(limiter, "rules", rules._replace(quotas=few))
    for _ in range(3):
        blocks_(anna, boris)
    for _ in range(3):
        unblocks(anna, boris)
    refused = anna.put(f"/realtors/{id_of(boris)}/block")
    assert refused.needs(429)["code"] == "rate_limited"
    assert int(refused.headers["retry-after"]) in range(1, 7)
    item = in_memory.get(keys.limits(id_of(anna)))
    assert item
    assert item["acted"] == 2
