"""The contract as a machine reads it: what the code writes, what its file holds, and examples that
hold.
"""

import json
import typing
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import jsonschema_rs
import pytest
from pydantic import TypeAdapter
from schemathesis.specs.openapi.definitions import OPENAPI_31

from cobroke.domain import errors
from cobroke.edge.problems import PROBLEM_JSON, problem
from cobroke.edge.routes import ROUTES, Route
from cobroke.edge.served import SERVED
from cobroke.exact_json import loads
from tests import account  # noqa: F401 - the functions' environment, before any is imported
from tools.contract.glossary import CONFLICTS, VALUES
from tools.openapi import DOCUMENT, exact, text

type Json = dict[str, Any]

WRITTEN: Json = json.loads(DOCUMENT.read_text())
EXACT = exact()
SCHEMAS: dict[str, Json] = WRITTEN["components"]["schemas"]
OPERATIONS: dict[str, Json] = {
    f"{verb.upper()} {path}": operation
    for path, verbs in WRITTEN["paths"].items()
    for verb, operation in verbs.items()
}
EVERY_ROUTE = pytest.mark.parametrize("route", ROUTES, ids=[route.key for route in ROUTES])


def resolved(part: Json) -> Json:
    found = part
    for name in part.get("$ref", "#").split("/")[1:]:
        found = (WRITTEN if found is part else found)[name]
    return found


def media(operation: Json) -> Iterator[tuple[str, str, Json]]:
    """Status, media type, and the schema and the examples that go with it; of the request first."""
    if "requestBody" in operation:
        yield "request", *next(iter(operation["requestBody"]["content"].items()))
    for status, answer in operation["responses"].items():
        for of_type in list(resolved(answer).get("content", {}).items())[:1]:
            yield status, *of_type


def faults(schema: Json, value: object, document: Json = WRITTEN) -> list[str]:
    with_the_rest = {"components": document["components"], "allOf": [schema]}
    validator = jsonschema_rs.Draft202012Validator(with_the_rest, validate_formats=True)
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(value)]


def codes(operation: Json, status: str) -> list[str]:
    schema = {status: one["schema"] for status, _, one in media(operation)}[status]
    return list(schema["properties"]["code"]["enum"])


def test_the_file_is_what_the_code_writes() -> None:
    assert DOCUMENT.read_text() == text(), "docs/openapi.json is stale: run `make openapi`"


def test_it_is_an_openapi_document() -> None:
    assert [
        error.message
        for error in jsonschema_rs.Draft202012Validator(OPENAPI_31).iter_errors(WRITTEN)
    ] == []
    for schema in WRITTEN["components"]["schemas"].values():
        jsonschema_rs.meta.validate(schema)


def test_every_route_has_its_operation_with_a_name_of_its_own() -> None:
    assert sorted(OPERATIONS) == sorted(route.key for route in ROUTES)
    assert len({operation["operationId"] for operation in OPERATIONS.values()}) == len(ROUTES)


@EVERY_ROUTE
def test_an_operation_says_what_its_route_asks_and_refuses(route: Route) -> None:
    operation = OPERATIONS[route.key]
    assert not operation["summary"].endswith(".")
    assert operation["tags"] == [route.function]
    asked = {one["name"] for one in operation["parameters"] if one["in"] == "header"}
    honours = {
        "Idempotency-Key": route.keyed,
        "If-Match": route.conditional,
        "If-None-Match": route.revalidated,
    }
    assert asked == {name for name, does in honours.items() if does}
    assert ("requestBody" in operation) == route.takes_body
    assert (operation.get("security", WRITTEN["security"]) == []) == route.public
    statuses = {status for status, _, _ in media(operation)}
    assert {"401", "503"} <= statuses
    said = route.takes_body or route.keyed or route.conditional or route.revalidated
    assert ("400" in statuses) == said
    assert ("412" in statuses) == route.conditional
    assert ("429" in statuses) == route.charged
    assert ({"413", "415"} <= statuses) == route.takes_body
    (done,) = {"200", "201", "202"} & statuses
    tagged = "ETag" in operation["responses"][done].get("headers", {})
    assert tagged == route.tagged
    known = operation["responses"].get("304", {})
    assert bool(known) == route.revalidated
    assert "content" not in known
    assert ("ETag" in known.get("headers", {})) == route.revalidated


@pytest.mark.parametrize(
    "key",
    [
        route.key
        for route in ROUTES
        if route.method == "GET" and route.path.endswith("s") and route.path != "/me/blocks"
    ],
)
def test_a_list_says_its_pages(key: str) -> None:
    asked = {
        one["name"]: one["schema"] for one in OPERATIONS[key]["parameters"] if one["in"] == "query"
    }
    defaults = (
        ({}, {}) if key in {"GET /leads", "GET /properties"} else ({"default": 1}, {"default": 20})
    )
    assert asked["page"] == {"type": "integer", "minimum": 1, "maximum": 10**9} | defaults[0]
    assert asked["limit"] == {"type": "integer", "minimum": 1, "maximum": 100} | defaults[1]


def test_every_refusal_has_its_place() -> None:
    """But WrongVerb: no operation can give it."""
    said = {
        code
        for one in OPERATIONS.values()
        for status in set(one["responses"]) - {"200", "201", "202", "304"}
        for code in codes(one, status)
    }
    kinds = list(errors.Refusal.__subclasses__())
    for kind in kinds:
        kinds += kind.__subclasses__()
    assert said == {kind.code for kind in kinds} - {errors.WrongVerb.code, errors.Conflict.code}


def test_a_status_that_can_mean_several_things_lists_them() -> None:
    act = OPERATIONS["POST /leads/{lead_id}/property-recommendations/{property_id}/action"]
    of_the_contract = (
        "own_object archived pair_declined not_a_concession too_many_rounds terms_agreed "
        "match_closed"
    )
    assert codes(act, "409") == of_the_contract.split()
    assert codes(OPERATIONS["POST /leads"], "422") == ["invalid", "idempotency_key_reused"]
    assert codes(OPERATIONS["POST /auth/telegram"], "404") == ["not_registered"]


@EVERY_ROUTE
def test_every_example_holds(route: Route) -> None:
    for status, media_type, said in media(OPERATIONS[route.key]):
        assert media_type == (PROBLEM_JSON if status.startswith(("4", "5")) else "application/json")
        assert said["examples"]
        for example in said["examples"].values():
            assert faults(said["schema"], example["value"]) == [], status


@EVERY_ROUTE
def test_the_code_reads_and_writes_every_example_as_it_stands(route: Route) -> None:
    import_module(f"functions.{route.function}.handler")
    served = SERVED[route.key]
    types = typing.get_type_hints(served.function, include_extras=True)
    types["return"] = served.written or types["return"]
    status = str(served.status)
    for part, _, said in media(OPERATIONS[route.key]):
        if part in {"request", status}:
            model = TypeAdapter(types["body" if part == "request" else "return"])
            for example in said["examples"].values():
                sent = loads(json.dumps(example["value"]))
                read = model.validate_python(sent)
                assert part == "request" or model.dump_python(read, warnings=False) == sent


def test_an_answer_always_holds_all_its_keys() -> None:
    def check(schema: Json) -> None:
        schema = resolved(schema)
        assert sorted(schema.get("required", [])) == sorted(schema.get("properties", {}))
        for inner in (*schema.get("properties", {}).values(), *schema.get("anyOf", [])):
            check(inner)
        check(schema["items"]) if "items" in schema else None

    for operation in OPERATIONS.values():
        for status, _, said in media(operation):
            if status in {"200", "201", "202"}:
                check(said["schema"])


@pytest.mark.parametrize(
    ("schema", "right", "wrong"),
    [
        ("Money", [0, 12345678901.23, 10**12], [-1, 0.001, 10**12 + 1, "1", True, None]),
        ("Price", [0.01], [0]),
        ("Area", [0.01, 100_000], [0, 100_000.01]),
        ("LeastArea", [0, 0.01, 100_000], [-0.01, 100_000.01]),
        ("Share", [0, 33.33, 100], [-0.01, 100.01, 33.333]),
        ("RoomCount", [0, 2.0, 50], [-1, 51, 1.5, "2"]),
        (
            "Title",
            ["Ё", " Анна\n", "x" * 200],
            ["", " ", "x" * 201, "a\x00b", "\x1f", "a\ufffd", "\u200b"],
        ),
        (
            "PlaceName",
            ["Москва", "x" * 120, "г.\u00adМосква", "www", "t.me:/"],
            ["", " \t", "x" * 121, "\u00ad", "а@б", "a\n://", "WwW.a", "в T.Me/a"],
        ),
        ("Street", ["ул. Мира"], ["", "https://a.ru"]),
        ("HouseNumber", ["16 к2"], ["", "@", "1" * 21]),
        (
            "Phone",
            [
                "+7 916 123-45-67",
                "8(916)1234567",
                "9161234567",
                "\u202a+7\u00a0916–123‑45−67\u202c",
                "+89161234567",
            ],
            ["1234567890123", "+123456789", "7 916", "abc", "916_123_45_67", "+7+9161234567"],
        ),
        (
            "Photo",
            [
                "https://photos.example.ru:443/a b.jpg".replace(" ", "%20"),
                "https://фото.рф/1.jpg",
                "https://a.b?c#d",
            ],
            [
                "http://a.ru/",
                "https://u@a.ru",
                "https://1.2.3.4/",
                "https://[::1]/",
                "https://a.0x1f/",
                "https://a.ru/ ",
            ],
        ),
        (
            "Timestamp",
            ["2026-04-14T12:00:00.000Z"],
            ["2026-04-14T12:00:00Z", "2026-04-14T15:00:00.000+03:00"],
        ),
        (
            "TelegramAuthData",
            [{"init_data": ""}, {"id": 1, "auth_date": 2, "hash": ""}],
            [
                {},
                {"init_data": 1},
                {"init_data": None},
                {"id": 1},
                {"id": 1, "auth_date": 2, "hash": None},
            ],
        ),
    ],
)
def test_a_schema_says_what_the_field_table_says(
    schema: str, right: list[object], wrong: list[object]
) -> None:
    said = EXACT["components"]["schemas"][schema]
    assert [value for value in right if faults(said, value, EXACT)] == []
    assert [value for value in wrong if not faults(said, value, EXACT)] == []


def test_a_refused_body_is_told_as_the_contract_says_and_a_refused_header_too() -> None:
    schema = WRITTEN["components"]["schemas"]["MalformedProblem"]
    for refused in (errors.Malformed(), errors.Malformed(errors.BodyFault("depth", 12))):
        assert faults(schema, json.loads(problem(refused, "1")[2])) == []
    assert faults(
        schema, json.loads(problem(errors.Malformed(errors.BodyFault("depth", -1)), "1")[2])
    )


def test_an_error_of_another_shape_would_be_found() -> None:
    _, _, body = problem(errors.NotFound(), "1")
    problem_schema = WRITTEN["components"]["schemas"]["Problem"]
    assert faults(problem_schema, json.loads(body)) == []
    for name in ("type", "title", "status", "code", "instance"):
        assert faults(
            problem_schema, {key: value for key, value in json.loads(body).items() if key != name}
        )


def every(part: object) -> Iterator[Json]:
    """Every object in it."""
    if isinstance(part, dict):
        yield part
        for inner in part.values():
            yield from every(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from every(inner)


def test_no_schema_says_what_a_generator_takes_wrongly() -> None:
    """What we ignore would become a member of every type; a fraction as divisor refuses 64.57."""
    wrong = {"additionalProperties", "propertyNames", "patternProperties", "multipleOf"}
    assert [schema for schema in every(SCHEMAS) if wrong & schema.keys()] == []
    assert {"additionalProperties", "multipleOf"} <= {
        key for schema in every(EXACT["components"]["schemas"]) for key in schema
    }
    numbers = ("Money", "Price", "Area", "LeastArea", "Share", "Score")
    assert all("At most two decimals." in SCHEMAS[name]["description"] for name in numbers)


def test_a_name_is_one_in_every_language() -> None:
    assert [name for name in SCHEMAS if not name.isidentifier()] == []
    assert [
        name
        for name, schema in SCHEMAS.items()
        for field in schema.get("properties", ())
        if field.replace("_", "").lower() == name.lower()
    ] == []


def test_what_is_ours_is_marked_and_not_said() -> None:
    assert "(added)" not in DOCUMENT.read_text()
    ours = {key for key, operation in OPERATIONS.items() if operation.get("x-added")}
    assert {"GET /me", "GET /matches/{match_id}", "POST /notifications/read-all"} <= ours
    assert "POST /leads" not in ours
    assert SCHEMAS["LeadList"]["properties"]["total"]["x-added"] is True
    assert "x-added" not in SCHEMAS["PropertyRecommendations"]["properties"]["total"]


def test_every_tag_schema_value_and_field_says_what_it_means() -> None:
    tags = {tag["name"]: tag["description"] for tag in WRITTEN["tags"]}
    assert tags.keys() == {route.function for route in ROUTES}
    assert all(tags.values())
    for name, schema in SCHEMAS.items():
        assert schema["description"]
        assert all(field["description"] for field in schema.get("properties", {}).values()), name
        parts = (schema, *schema.get("anyOf", ()))
        values = [value for part in parts for value in part.get("enum", ())]
        assert VALUES.get(name, {}).keys() == set(values)
        assert all(f"- `{value}`: " in schema["description"] for value in values)


def test_a_conflict_says_what_to_do() -> None:
    for key, operation in OPERATIONS.items():
        if "409" in operation["responses"]:
            said = resolved(operation["responses"]["409"])["description"]
            for code in codes(operation, "409"):
                assert f"| `{code}` | {' | '.join(CONFLICTS[code])} |" in said, key


def test_each_notice_is_of_one_kind_and_so_is_each_proof() -> None:
    pair = {"lead_id": "a", "property_id": "b", "match_id": "c"}
    of_a_lead, of_a_listing = (
        {"reason": "RECOMMENDED", "count": 1, f"{own}_id": "a"}
        | {"top": [{f"{other}_id": "b", "match_score": 90.55}]}
        for own, other in (("lead", "property"), ("property", "lead"))
    )
    notices = [
        *(of_a_lead, of_a_listing),
        *({"reason": reason, **pair} for reason in ("INTEREST", "MUTUAL", "OFFER")),
        pair,
    ]
    data = SCHEMAS["Notification"]["properties"]["data"]
    for notice in notices:
        assert faults(data, notice) == []
        fitting = [one for one in data["oneOf"] if not faults(one, notice)]
        assert len(fitting) == 1
    assert faults(data, {"reason": "INTEREST"})
    login = SCHEMAS["TelegramAuthData"]
    assert faults(login, {"init_data": "auth_date=1"}) == []
    assert faults(login, {"id": 1, "auth_date": 2, "hash": "a", "first_name": "Anna"}) == []
    assert faults(login, {"id": 1})


def test_the_first_server_is_the_one_that_a_newcomer_has() -> None:
    assert [server["url"][:8] for server in WRITTEN["servers"]] == ["http://1", "https://"]


def test_every_answer_that_is_shared_is_somebodys() -> None:
    text = json.dumps(WRITTEN)
    for name in WRITTEN["components"]["responses"]:
        assert f'"#/components/responses/{name}"' in text, name
