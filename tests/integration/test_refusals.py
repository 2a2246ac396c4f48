"""Bad input gets a clear problem document and changes nothing; refusals come in the law's order."""

from io import StringIO

import boto3
import pytest

from cobroke.domain.errors import Busy
from cobroke.edge.api import Api
from cobroke.edge.routes import ROUTES, Route
from cobroke.exact_json import dumps, loads
from cobroke.storage.table import Table
from tests.account import TABLE
from tests.builders import Json, a_lead, a_property, init_data
from tests.client import Client

LONG = "ы" * 121
NO_NOTICE = "1764000000000-0123456789abcdef"


@pytest.mark.parametrize(
    ("path", "body", "pointer", "code"),
    [
        ("/leads", a_lead(city=1), "/requirements/location/city", "string_type"),
        ("/leads", a_lead(city="«—»"), "/requirements/location/city", "empty_name"),
        ("/leads", a_lead(city="\u200b"), "/requirements/location/city", "string_too_short"),
        (
            "/leads",
            a_lead(metro_stations=["T.me/x"]),
            "/requirements/location/metro_stations/0",
            "link",
        ),
        (
            "/leads",
            a_lead(area={"min": -1, "max": 2}),
            "/requirements/area/min",
            "greater_than_equal",
        ),
        ("/leads", a_lead(area={"min": 0, "max": 0}), "/requirements/area/max", "greater_than"),
        (
            "/leads",
            a_lead(districts=["Арбат", LONG]),
            "/requirements/location/districts/1",
            "string_too_long",
        ),
        ("/leads", a_lead(budget={"min": 2, "max": 1}), "/requirements/budget", "range_order"),
        ("/leads", a_lead(budget={"min": 0, "max": 0}), "/requirements/budget", "empty_range"),
        (
            "/leads",
            a_lead(budget={"min": "1", "max": 2}),
            "/requirements/budget/min",
            "number_type",
        ),
        ("/leads", a_lead(rooms=[True]), "/requirements/rooms/0", "int_type"),
        ("/leads", a_lead(rooms=[51]), "/requirements/rooms/0", "less_than_equal"),
        ("/leads", a_lead(rooms=None), "/requirements/rooms", "list_type"),
        (
            "/leads",
            a_lead(property_type="APARTMENTS"),
            "/requirements/property_type",
            "literal_error",
        ),
        ("/leads", a_lead(client_name="  "), "/client_name", "text_length"),
        (
            "/leads",
            a_lead(additional_requirements="x" * 4001),
            "/requirements/additional_requirements",
            "string_too_long",
        ),
        ("/properties", a_property(price=0), "/details/price", "greater_than"),
        ("/properties", a_property(price=10**12 + 1), "/details/price", "less_than_equal"),
        ("/properties", a_property(area=0), "/details/area", "greater_than"),
        ("/properties", a_property(street="ул. Мира\u00ad, @a"), "/address/street", "link"),
        (
            "/properties",
            a_property(house_number="1 ww\u200bW.a.ru"),
            "/address/house_number",
            "link",
        ),
        (
            "/properties",
            a_property(house_number=" \u200b"),
            "/address/house_number",
            "string_too_short",
        ),
        ("/properties", a_property(area=1.234), "/details/area", "decimals"),
        ("/properties", a_property(floor=10), "/details", "floor_order"),
        ("/properties", a_property(floor=1.5), "/details/floor", "int_type"),
        ("/properties", a_property(year_built=2999), "/details/year_built", "less_than_equal"),
        (
            "/properties",
            a_property(commission_share=100.01),
            "/commission_share",
            "less_than_equal",
        ),
        ("/properties", a_property(photos=["http://a.ru/1.jpg"]), "/photos/0", "photo_url"),
        ("/properties", a_property(photos=["https://API.telegram.org/1"]), "/photos/0", "secret"),
        ("/properties", a_property(photos=["https://a.ru/file/bot1%3Aa/1"]), "/photos/0", "secret"),
        (
            "/auth/register",
            {"telegram_id": "a b", "phone": "+7 916 123-45-67"},
            "/telegram_id",
            "string_pattern_mismatch",
        ),
        ("/auth/register", {"telegram_id": "a", "phone": "12345"}, "/phone", "phone"),
        (
            "/auth/register",
            {"telegram_id": "a", "phone": "79161234567", "email": "x@"},
            "/email",
            "email",
        ),
        (
            "/auth/register",
            {"telegram_id": "a", "phone": "79161234567", "email": " a@b.ru"},
            "/email",
            "email",
        ),
        (
            "/auth/register",
            {"telegram_id": "a", "phone": "79161234567", "email": "a@b.ru\u2028"},
            "/email",
            "email",
        ),
    ],
)
def test_what_is_not_valid_is_said_field_by_field(
    anna: Client, path: str, body: Json, pointer: str, code: str
) -> None:
    before = boto3.client("dynamodb").scan(TableName=TABLE)["Count"]
    problem = anna.post(path, body).needs(422)
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [(pointer, code)]
    assert problem["code"] == "invalid"
    assert boto3.client("dynamodb").scan(TableName=TABLE)["Count"] == before


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b'{"a": NaN}', 400),
        (b'{"a": 1e999}', 400),
        (b'{"a": 1, "a": 1}', 400),
        (b'{"a": "\\ud800"}', 400),
        (b'{"a": "\\u0000"}', 400),
        (b"[" * 13 + b"]" * 13, 400),
        (b"[" * 100_000, 400),
        (b'{"a": "' + b"x" * 262_144 + b'"}', 413),
        (b"[]", 422),
        (b"[{}]", 422),
        (b"null", 422),
        (b'"text"', 422),
        (b"{}", 422),
    ],
)
def test_a_body_that_cannot_be_read_never_reaches_the_table(
    anna: Client, body: bytes, status: int
) -> None:
    answer = anna.send("POST", "/leads", body)
    problem = answer.needs(status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["status"] == status
    assert problem["instance"].startswith("urn:req:")


@pytest.mark.parametrize("sent", [None, "", "text/plain", "application/jsonp", "application/json5"])
def test_another_content_type_is_415(anna: Client, sent: str | None) -> None:
    headers = {} if sent is None else {"content-type": sent}
    client = Client(
        anna.transport,
        anna.token,
        {"content-type": sent or ""} if headers else {"content-type": ""},
    )
    client.send("POST", "/leads", b"{}").needs(415)


@pytest.mark.parametrize("sent", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_is_json_with_parameters_and_in_any_case(anna: Client, sent: str) -> None:
    Client(anna.transport, anna.token, {"content-type": sent}).post("/leads", a_lead()).needs(201)


@pytest.mark.parametrize(
    "query",
    "page=0 page=1000000001 limit=101 limit=0 limit=1.0 limit=%2B1 limit=%201 limit= page=01 "
    "limit=1&limit=2 limit=1&limit=1 status=active status=ACTIVE&status=ACTIVE status=".split(),
)
def test_paging_and_filters_are_as_strict_as_bodies(anna: Client, query: str) -> None:
    answer = anna.transport("GET", "/leads", query, {"authorization": f"Bearer {anna.token}"}, None)
    (error,) = answer.needs(422)["errors"]
    assert error["pointer"] == "/" + query.partition("=")[0]


def test_unknown_query_names_are_ignored(anna: Client) -> None:
    assert anna.get("/leads", colour="red", limit=1).needs(200)["limit"] == 1


def test_unknown_paths_are_404_and_wrong_verbs_405_without_a_token(stranger: Client) -> None:
    for path in ("/", "/lead", "/leads/", "/leads/x/y", "/auth", "/leads//archive"):
        assert stranger.get(path).needs(404)["code"] == "not_found"
    answer = stranger.send("DELETE", "/leads")
    assert answer.needs(405)["code"] == "method_not_allowed"
    assert sorted(answer.headers["allow"].split(", ")) == ["GET", "POST"]


def test_somebody_elses_object_answers_as_an_absent_one(anna: Client, boris: Client) -> None:
    lead, listing = boris.post_lead(a_lead()), boris.post_property(a_property())
    for route in ROUTES:
        if "{" not in route.path:
            continue
        of_a_lead = route.path.startswith("/leads")
        body = (
            {"action": "LIKE"}
            if route.path.endswith("/action")
            else a_lead()
            if of_a_lead
            else a_property()
        )
        answers = [
            anna.send(
                route.method, _path(route, ids), dumps(body).encode() if route.takes_body else None
            ).needs(404)
            for ids in ((lead, listing), ("0" * 26, "0" * 26), ("no-id", "no-id"))
        ]
        for answer in answers:
            del answer["instance"]
        assert answers[0] == answers[1] == answers[2], route.key


def _path(route: Route, ids: tuple[str, str]) -> str:
    """With these ids of a lead and a property; a match's is both of them."""
    lead, listing = ids
    path = route.path.replace("{match_id}", lead + listing).replace("{notification_id}", NO_NOTICE)
    return path.replace("{lead_id}", lead).replace("{property_id}", listing)


def test_no_refusal_repeats_what_was_sent(anna: Client) -> None:
    secret = "Секретное слово 12345"
    for body in (
        a_lead(city=[secret]),
        a_lead(property_class=secret),
        {"requirements": secret},
        {secret: 1},
    ):
        assert secret not in anna.post("/leads", body).text
    answer = anna.post("/auth/register", {"telegram_id": secret, "phone": secret, "email": secret})
    answer.needs(422)
    assert secret not in answer.text


def test_a_function_that_starts_while_the_store_is_busy_answers_503_and_later_as_ever(
    anna: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise Busy

    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(Table, "get", busy)
        started = Api("matches")
        meanwhile.setattr("functions.matches.handler.handler", started)
        anna.get(f"/matches/{'0' * 52}").needs(503)


def test_a_busy_store_is_503_with_a_time_to_come_again(
    anna: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise Busy

    monkeypatch.setattr(Table, "transact", busy)
    answer = anna.post("/leads", a_lead())
    assert answer.needs(503)["code"] == "busy"
    assert answer.headers["retry-after"] == "1"


def test_a_bug_says_nothing_and_logs_no_text(
    anna: Client, monkeypatch: pytest.MonkeyPatch, logged: StringIO
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("Анна, +7 916")

    monkeypatch.setattr(Table, "transact", broken)
    answer = anna.send("POST", "/leads", dumps(a_lead()).encode())
    assert answer.needs(500)["code"] == "internal_error"
    assert "RuntimeError" in logged.getvalue()
    assert "916" not in logged.getvalue() + answer.text


def test_every_request_is_one_structured_line_without_anything_personal(
    anna: Client, logged: StringIO
) -> None:
    anna.post("/leads", a_lead(client_name="Секрет")).needs(201)
    lines = logged.getvalue().splitlines()
    assert len(lines) == 1
    assert '"route":"POST /leads"' in lines[0]
    assert '"status":201' in lines[0]
    assert "Секрет" not in lines[0]


def test_the_line_of_a_request_names_what_it_was_about(
    anna: Client, boris: Client, logged: StringIO
) -> None:
    lead, listing = anna.post_lead(a_lead()), boris.post_property(a_property())
    action = f"/leads/{lead}/property-recommendations/{listing}/action"
    match = anna.post(action, {"action": "LIKE"}).needs(200)["match"]["match_id"]
    anna.post(f"/matches/{match}/complete").needs(409)
    names = ("lead_id", "property_id", "match_id")
    told = [loads(line) for line in logged.getvalue().splitlines()]
    assert [{name: line[name] for name in names if name in line} for line in told] == [
        {"lead_id": lead},
        {"property_id": listing},
        {"lead_id": lead, "property_id": listing, "match_id": match},
        {"match_id": match},
    ]


def test_what_is_no_id_is_not_in_the_log(anna: Client, logged: StringIO) -> None:
    """Somebody may have typed a phone number there: what has not the form of an id is none."""
    anna.get("/leads/79161234567").needs(404)
    anna.put("/leads/79161234567", a_lead()).needs(404)
    assert "79161234567" not in logged.getvalue()


def test_the_line_of_a_request_says_what_was_decided(
    anna: Client, boris: Client, logged: StringIO
) -> None:
    lead, listing = anna.post_lead(a_lead()), boris.post_property(a_property())
    logged.seek(logged.truncate(0))
    anna.post(f"/leads/{lead}/property-recommendations/{listing}/action", {"action": "LIKE"}).needs(
        200
    )
    anna.post(
        f"/leads/{lead}/property-recommendations/{listing}/action", {"action": "DISLIKE"}
    ).needs(200)
    anna.put(f"/leads/{lead}", a_lead(budget={"min": 2, "max": 1}, rooms=[-1])).needs(422)
    anna.put(f"/leads/{lead}", None).needs(415)
    anna.send("PUT", f"/leads/{lead}", b"{").needs(400)
    anna.get("/matches/nowhere").needs(404)
    forged = {"init_data": init_data(42) + "0"}
    anna.post("/auth/telegram", {"telegram_auth_data": forged}).needs(401)
    decided = [loads(line)["decided"] for line in logged.getvalue().splitlines()]
    assert decided == [
        "LIKE PENDING",
        "DISLIKE REJECTED",
        "invalid /requirements/budget /requirements/rooms/0",
        "unsupported_media_type",
        "malformed not_json",
        "not_found",
        "proof refused: hash has no form",
    ]
