"""Leads and properties: what their owner writes, reads again and takes out of the market."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import boto3
import pytest

from cobroke.domain.ids import created_at, owner_of, posting_id
from cobroke.edge.models.lead import REQUIREMENTS_BYTES
from cobroke.exact_json import dumps
from tests.account import TABLE
from tests.builders import Json, a_lead, a_property
from tests.client import Client

ABSENT = "0" * 26


def _keys(prefix: str) -> list[tuple[str, str]]:
    items = boto3.client("dynamodb").scan(TableName=TABLE)["Items"]
    return sorted(
        (item["PK"]["S"], item["SK"]["S"]) for item in items if item["PK"]["S"].startswith(prefix)
    )


def test_a_lead_reads_as_it_was_written(anna: Client) -> None:
    body = a_lead(client_contacts="@client", notes="спешит", additional_requirements="вид на реку")
    created = anna.post("/leads", body).needs(201)
    assert set(created) == {"lead_id", "created_at"}
    lead = anna.get(f"/leads/{created['lead_id']}").needs(200)
    assert lead == body | created | {
        "status": "ACTIVE",
        "match_count": 0,
        "stale": False,
        "stale_at": lead["stale_at"],
        "updated_at": created["created_at"],
    }
    written, stale = (datetime.fromisoformat(lead[name]) for name in ("updated_at", "stale_at"))
    assert stale - written == timedelta(days=60)


def test_a_property_reads_as_it_was_written_with_what_was_not_given(anna: Client) -> None:
    body = a_property()
    del body["details"]["year_built"], body["address"]["metro_station"]
    created = anna.post("/properties", body).needs(201)
    read = anna.get(f"/properties/{created['property_id']}").needs(200)
    assert read["photos"] == []
    assert read["description"] is None
    assert read["details"]["year_built"] is None
    assert read["address"]["metro_station"] is None
    assert read["commission_share"] == 50


def test_numbers_come_back_with_the_value_they_came_with(anna: Client) -> None:
    body = (
        dumps(a_property())
        .replace("18000000", "12345678901.23")
        .replace(":60,", ":6.05e1,")
        .encode()
    )
    listing = anna.send("POST", "/properties", body).needs(201)["property_id"]
    text = anna.get(f"/properties/{listing}").text
    assert '"price":12345678901.23' in text
    assert '"area":60.5' in text


def test_text_leaves_as_utf8_and_unknown_members_are_not_stored(anna: Client) -> None:
    listing = anna.post_property(a_property(surprise="!"))
    text = anna.get(f"/properties/{listing}").text
    assert "Хамовники" in text
    assert "surprise" not in text


def test_lists_are_newest_first_with_totals(anna: Client) -> None:
    leads = [anna.post_lead(a_lead()) for _ in range(3)]
    anna.post(f"/leads/{leads[1]}/archive").needs(200)
    whole = anna.get("/leads").needs(200)
    assert [row["lead_id"] for row in whole["leads"]] == sorted(leads, reverse=True)
    assert (whole["total"], whole["page"], whole["limit"]) == (3, 1, 1000)
    assert set(whole["leads"][0]) == {
        "lead_id",
        "client_name",
        "requirements",
        "status",
        "match_count",
        "created_at",
        "stale",
        "stale_at",
    }
    archived = anna.get("/leads", status="ARCHIVED", limit=1).needs(200)
    assert [row["lead_id"] for row in archived["leads"]] == [leads[1]]
    assert (archived["total"], archived["page"], archived["limit"]) == (1, 1, 1)
    assert anna.get("/leads", page=9).needs(200) == {
        "leads": [],
        "total": 3,
        "page": 9,
        "limit": 20,
    }


def test_a_whole_list_is_cut_to_what_one_answer_may_hold(anna: Client) -> None:
    lead = anna.post_lead(_as_long_as_it_may_be())
    table = boto3.client("dynamodb")
    key = {"PK": {"S": f"REALTOR#{owner_of(lead)}"}, "SK": {"S": f"LEAD#{lead}"}}
    item = table.get_item(TableName=TABLE, Key=key)["Item"]
    for number in range(299):  # as many creates would have left them
        another = posting_id(created_at(lead) + 1 + number, b"\0\0", owner_of(lead))
        table.put_item(TableName=TABLE, Item=item | {"SK": {"S": f"LEAD#{another}"}})
    answer = anna.get("/leads")
    assert len(answer.text.encode()) > 4_500_000
    assert answer.json["total"] == 300
    assert 130 < len(answer.json["leads"]) < 300


def _as_long_as_it_may_be() -> Json:
    """Of signs that are two wherever JSON stands in JSON."""
    places = [f"{number} " + '"' * 117 for number in range(50)]
    return a_lead(districts=places, metro_stations=places, additional_requirements='"' * 4000)


def test_a_full_page_of_the_longest_leads_fits_into_one_answer(anna: Client, boris: Client) -> None:
    for _ in range(100):
        anna.post_lead(_as_long_as_it_may_be())
    listing = boris.post_property(a_property())
    found = boris.get(f"/properties/{listing}/lead-recommendations", limit=100).needs(200)[
        "recommendations"
    ]
    assert len(found) == 100
    assert found[0]["lead_data"]["requirements"] == _as_long_as_it_may_be()["requirements"]


@pytest.mark.parametrize("fraction", [0, Decimal("0.5")])
@pytest.mark.parametrize(("over", "status"), [(0, 201), (1, 422)])
def test_requirements_hold_32_kilobytes_as_they_are_sent(
    anna: Client, fraction: Decimal | int, over: int, status: int
) -> None:
    budget, area = (
        {"min": 15_000_000 + fraction, "max": 20_000_000 + fraction},
        {"min": 50, "max": 70 + fraction},
    )
    body = a_lead(
        districts=[f"{number} " + "д" * 117 for number in range(50)],
        metro_stations=[f"{number} " + "м" * 117 for number in range(50)],
        additional_requirements="",
        budget=budget,
        area=area,
    )
    left = REQUIREMENTS_BYTES - len(dumps(body["requirements"]).encode()) + over
    body["requirements"]["additional_requirements"] = "😀" * (left // 4) + "x" * (left % 4)
    anna.post("/leads", body).needs(status)


def test_an_edit_keeps_what_no_list_gives_back_and_null_clears_it(anna: Client) -> None:
    whole = {"client_contacts": "@client", "notes": "спешит"}
    lead = anna.post_lead(a_lead(**whole))
    (row,) = anna.get("/leads").needs(200)["leads"]
    edited = anna.put(f"/leads/{lead}", {"requirements": row["requirements"]}).needs(200)
    assert edited == anna.get(f"/leads/{lead}").needs(200)
    assert {name: edited[name] for name in ("client_name", *whole)} == whole | {"client_name": None}
    cleared = anna.put(f"/leads/{lead}", a_lead(client_contacts=None)).needs(200)
    assert (cleared["client_contacts"], cleared["notes"]) == (None, "спешит")


def test_an_edit_keeps_photos_and_description_and_null_clears_them(anna: Client) -> None:
    whole = {"photos": ["https://photos.example/1.jpg"], "description": "Окна во двор"}
    listing = anna.post_property(a_property(**whole))
    edited = anna.put(f"/properties/{listing}", a_property(price=17_000_000)).needs(200)
    assert edited["details"]["price"] == 17_000_000
    assert {name: edited[name] for name in whole} == whole
    cleared = anna.put(f"/properties/{listing}", a_property(photos=None, description=None)).needs(
        200
    )
    assert (cleared["photos"], cleared["description"]) == ([], None)
    assert anna.get(f"/properties/{listing}").needs(200) == cleared


def test_archiving_is_repeatable_and_final(anna: Client) -> None:
    listing = anna.post_property(a_property())
    first = anna.put(f"/properties/{listing}/archive").needs(200)
    assert (first["status"], first["stale"], first["stale_at"]) == ("ARCHIVED", False, None)
    assert anna.put(f"/properties/{listing}/archive").needs(200) == first
    assert anna.put(f"/properties/{listing}", a_property()).needs(409)["code"] == "archived"


@pytest.mark.parametrize(
    "move",
    [
        {"city": "Тверь"},
        {"rooms": 3},
        {"price": 17_000_000},
        {"property_type": "HOUSE"},
        {"area": 61},
    ],
    ids=str,
)
def test_an_edit_leaves_nothing_in_the_old_place(anna: Client, move: dict[str, Any]) -> None:
    listing = anna.post_property(a_property())
    before = _keys("MARKET#")
    anna.put(f"/properties/{listing}", a_property(**move)).needs(200)
    after = _keys("MARKET#")
    assert len(after) == 1
    assert (after == before) == (move == {"area": 61})
    anna.put(f"/properties/{listing}/archive").needs(200)
    assert _keys("MARKET#") == []


def test_a_move_between_markets_is_a_change_in_both(anna: Client) -> None:
    lead = anna.post_lead(a_lead())
    anna.put(f"/leads/{lead}", a_lead(city="Тверь")).needs(200)
    assert [key[0] for key in _keys("CHANGES#")] == [
        "CHANGES#LEAD#москва#FLAT",
        "CHANGES#LEAD#москва#FLAT",
        "CHANGES#LEAD#тверь#FLAT",
    ]


def test_absent_and_foreign_objects_are_the_same_404(anna: Client, boris: Client) -> None:
    lead, listing = boris.post_lead(a_lead()), boris.post_property(a_property())
    for verb, path, own, body in (
        ("GET", "/leads/{}", lead, None),
        ("PUT", "/leads/{}", lead, a_lead()),
        ("POST", "/leads/{}/archive", lead, None),
        ("GET", "/leads/{}/property-recommendations", lead, None),
        ("GET", "/properties/{}", listing, None),
        ("PUT", "/properties/{}", listing, a_property()),
        ("PUT", "/properties/{}/archive", listing, None),
        ("GET", "/properties/{}/lead-recommendations", listing, None),
    ):
        sent = None if body is None else dumps(body).encode()
        answers = [
            anna.send(verb, path.format(posting_id), sent).needs(404) | {"instance": ""}
            for posting_id in (own, ABSENT, "nonsense", "A" * 26)
        ]
        assert all(answer == answers[0] for answer in answers), path
    assert boris.get(f"/leads/{lead}").needs(200)["status"] == "ACTIVE"
