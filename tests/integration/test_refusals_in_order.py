"""The order of refusals: of two faults in one request, the one that comes first in the contract is
told.
"""

from collections.abc import Callable, Mapping
from itertools import combinations

import boto3

from cobroke.exact_json import dumps
from tests.account import TABLE
from tests.builders import a_lead
from tests.client import Answer, Client

type Faults = frozenset[str]

OF_A_REPLACEMENT: Mapping[str, int] = {
    "unknown path": 404,
    "wrong verb": 405,
    "no token": 401,
    "no JSON type": 415,
    "too large": 413,
    "no JSON": 400,
    "no tags": 400,
    "malformed id": 404,
    "wrong field": 422,
    "foreign": 404,
    "archived": 409,
    "old version": 412,
}
OF_A_CREATE: Mapping[str, int] = {
    "no token": 401,
    "no JSON type": 415,
    "too large": 413,
    "no JSON": 400,
    "no key": 400,
    "wrong field": 422,
    "reused key": 422,
    "too many": 429,
}


def _body(faults: Faults) -> bytes:
    text = dumps(a_lead(city=1) if "wrong field" in faults else a_lead(rooms=[1])).encode()
    return text + b"}" * ("no JSON" in faults) + b" " * (262_144 if "too large" in faults else 0)


def _headers(faults: Faults) -> dict[str, str]:
    return {"content-type": "text/json" if "no JSON type" in faults else "application/json"}


def _first_is_told(
    order: Mapping[str, int], send: Callable[[Faults], Answer], without: int
) -> None:
    assert send(frozenset()).status == without
    for fault, status in order.items():
        assert send(frozenset({fault})).status == status, fault
    for first, second in combinations(order, 2):
        assert send(frozenset({first, second})).status == order[first], (first, second)


def test_of_two_faults_of_a_replacement_the_first_is_told(anna: Client, boris: Client) -> None:
    leads = {
        (foreign, archived): client.post_lead(a_lead())
        for foreign, client in ((False, anna), (True, boris))
        for archived in (False, True)
    }
    anna.post(f"/leads/{leads[False, True]}/archive").needs(200)
    boris.post(f"/leads/{leads[True, True]}/archive").needs(200)

    def send(faults: Faults) -> Answer:
        lead = leads["foreign" in faults, "archived" in faults]
        lead_id = "x" if "malformed id" in faults else lead
        path = f"/leads/{lead_id}{'/x' if 'unknown path' in faults else ''}"
        tags = "1" if "no tags" in faults else '"0"' if "old version" in faults else "*"
        headers = _headers(faults) | {"if-match": tags}
        client = Client(anna.transport, None if "no token" in faults else anna.token, headers)
        return client.send("PATCH" if "wrong verb" in faults else "PUT", path, _body(faults))

    _first_is_told(OF_A_REPLACEMENT, send, 200)


def test_of_two_faults_of_a_create_the_first_is_told(anna: Client) -> None:
    me = anna.get("/me").needs(200)["realtor_id"]
    used = Client(anna.transport, anna.token, {"idempotency-key": "used"})
    used.post("/leads", a_lead()).needs(201)

    def send(faults: Faults) -> Answer:
        count = "1000" if "too many" in faults else "1"
        item = {
            "PK": {"S": f"REALTOR#{me}"},
            "SK": {"S": "LIMITS"},
            "entity": {"S": "LIMITS"},
            "leads": {"N": count},
        }
        boto3.client("dynamodb").put_item(TableName=TABLE, Item=item)
        headers = _headers(faults)
        if faults & {"no key", "reused key"}:
            headers["idempotency-key"] = "used" if "no key" not in faults else "ё"
        return Client(anna.transport, None if "no token" in faults else anna.token, headers).send(
            "POST", "/leads", _body(faults)
        )

    _first_is_told(OF_A_CREATE, send, 201)


def test_of_two_faults_of_a_list_the_first_is_told(
    stranger: Client, anna: Client, boris: Client
) -> None:
    foreign = boris.post_lead(a_lead())
    stranger.get("/leads/x/matches/x").needs(404)
    stranger.get("/leads/x/matches", page=0).needs(401)
    anna.get("/leads/x/matches", page=0).needs(404)
    for lead in (foreign, "0" * 26):
        anna.get(f"/leads/{lead}/matches", page=0).needs(422)
        anna.get(f"/leads/{lead}/matches").needs(404)


def test_a_registration_is_refused_for_its_fields_first_then_its_proof_then_its_name(
    stranger: Client,
) -> None:
    known = {"telegram_id": "known", "phone": "+7 916 123-45-67"}
    stranger.post("/auth/register", known).needs(201)
    forged = known | {"telegram_auth_data": {"init_data": "hash=1"}}
    stranger.post("/auth/register", forged | {"phone": "1"}).needs(422)
    stranger.post("/auth/register", forged).needs(401)
    stranger.post("/auth/register", known).needs(409)
