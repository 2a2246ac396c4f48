"""What realtors say of themselves, and how they end their tokens, through the API."""

from datetime import datetime
from importlib import import_module
from typing import Any

import pytest

from cobroke.clock import now_ms
from cobroke.domain.realtors import Proof
from cobroke.storage import keys, realtors
from tests.builders import a_lead, a_property, a_telegram_id, init_data
from tests.client import Answer, Client
from tests.contention import contended
from tests.memory_table import MemoryTable
from tests.support.deal import Deal

pytestmark = pytest.mark.usefixtures("in_memory")

Json = dict[str, Any]
OTHER: Json = {"phone": "8 (916) 765-43-21", "email": "new@a.ru", "agency_name": " Новый  дом "}
SAID = {"phone": "+79167654321", "email": "new@a.ru", "agency_name": "Новый дом"}
AT_FIRST = {"phone": "+79161234567", "email": None, "agency_name": None}
HALF_A_MINUTE = 30_000


@pytest.fixture
def table(in_memory: MemoryTable) -> MemoryTable:
    return in_memory


@pytest.fixture
def anna_id(anna: Client) -> str:
    return str(anna.get("/me").needs(200)["realtor_id"])


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The wall clock (ms) by which realtors are remembered; set its only member."""
    now = [now_ms()]
    monkeypatch.setattr("cobroke.edge.access.now_ms", lambda: now[0])
    return now


def shown(who: Client) -> Json:
    me = who.get("/me").needs(200)
    return {name: me[name] for name in SAID}


def over(who: Client, tag: str) -> Client:
    return Client(who.transport, who.token, {"if-match": tag})


def tag_of(answer: Answer) -> str:
    answer.needs(200)
    return answer.headers["etag"]


def proven(table: MemoryTable, realtor_id: str, name: str = "Анна") -> None:
    found = realtors.find(table, realtor_id)
    assert found
    realtors.login(table, Proof(found.telegram_id, name, "anna", found.proven_at + 1))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (OTHER, SAID),
        ({"phone": "+79167654321"}, SAID | {"email": None, "agency_name": None}),
        (OTHER | {"email": None}, SAID | {"email": None}),
        (
            OTHER | {"agency_name": None, "verified": True},
            SAID | {"agency_name": None},
        ),
    ],
)
def test_what_is_said_replaces_what_was_said_before(
    anna: Client, boris: Client, sent: Json, kept: Json
) -> None:
    anna.put("/me", OTHER | {"email": "old@a.ru", "agency_name": "Старый дом"}).needs(200)
    before = anna.get("/me").needs(200)
    assert anna.put("/me", sent).needs(200) == before | kept == anna.get("/me").needs(200)
    assert shown(boris) == AT_FIRST


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"phone": None}, "/phone"),
        ({"phone": "12"}, "/phone"),
        ({"phone": 79167654321}, "/phone"),
        ({"email": "a@"}, "/email"),
        ({"agency_name": " \u200b"}, "/agency_name"),
        ({"agency_name": "x" * 201}, "/agency_name"),
    ],
)
def test_what_is_wrong_is_named_and_changes_nothing(anna: Client, wrong: Json, where: str) -> None:
    tag = tag_of(anna.put("/me", OTHER))
    problem = anna.put("/me", OTHER | wrong).needs(422)
    assert [error["pointer"] for error in problem["errors"]] == [where]
    assert anna.put("/me", {}).needs(422)["errors"][0]["pointer"] == "/phone"
    assert (shown(anna), tag_of(anna.get("/me"))) == (SAID, tag)


def test_the_etag_is_the_version_of_these_three_alone(
    anna: Client, anna_id: str, table: MemoryTable
) -> None:
    tag = tag_of(anna.get("/me"))
    anna.put("/me/pushes", {"pushes": {"enabled": False}}).needs(200)
    found = realtors.find(table, anna_id)
    assert found
    blocked = table.update(keys.realtor(anna_id), {"push_off": True}, {"version": 1})
    table.transact([blocked])
    realtors.login(table, Proof(found.telegram_id, "Анна", "anna", 1))
    found = realtors.find(table, anna_id)
    assert found
    assert found.version > 3
    anna = again((anna, found.telegram_id))
    assert tag_of(anna.get("/me")) == tag
    new = tag_of(anna.put("/me", OTHER))
    assert new != tag
    assert tag_of(anna.get("/me")) == new
    assert tag_of(anna.put("/me", OTHER)) != new, "as every PUT of an object"


def _token(who: Client, telegram_id: str) -> str:
    proof = {"telegram_auth_data": {"init_data": init_data(int(telegram_id))}}
    return str(Client(who.transport).post("/auth/telegram", proof).needs(200)["access_token"])


def test_a_put_over_what_was_read_before_is_refused_and_changes_nothing(anna: Client) -> None:
    old = tag_of(anna.get("/me"))
    new = tag_of(over(anna, old).put("/me", OTHER))
    late = over(anna, old).put("/me", {"phone": "+79990000000"})
    assert late.needs(412)["code"] == "precondition_failed"
    assert (shown(anna), tag_of(anna.get("/me"))) == (SAID, new)
    over(anna, old).put("/me", {}).needs(422)
    over(anna, "1").put("/me", OTHER).needs(400)
    over(anna, f'"x", {new}').put("/me", OTHER).needs(200)
    over(anna, "*").put("/me", OTHER).needs(200)


def test_who_came_before_this_was_counted_has_the_first_version(
    anna: Client, anna_id: str, table: MemoryTable
) -> None:
    tag, item = tag_of(anna.get("/me")), table.get(keys.realtor(anna_id))
    assert item
    del item["revision"], item["logged_out_at"]
    table.transact([table.put(item)])
    assert tag_of(anna.get("/me")) == tag
    over(anna, tag).put("/me", OTHER).needs(200)


def test_counterparts_see_it_in_matches_at_once_and_in_lists_within_half_a_minute(
    anna: Client, boris: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    deal, now = Deal(anna, boris), [now_ms()]
    monkeypatch.setattr("functions.recommendations.handler.now_ms", lambda: now[0])
    boris.post_property(a_property())
    deal.lead_side().needs(200)
    deal.property_side().needs(200)

    def listed() -> set[str | None]:
        rows = anna.properties_for(deal.lead)["recommendations"]
        return {row["realtor_info"]["agency"] for row in rows}

    assert listed() == {None}
    boris.put("/me", OTHER).needs(200)
    ours, _ = deal.seen()
    assert (ours["realtor_info"]["agency"], ours["realtor_info"]["phone"]) == (
        "Новый дом",
        "+79167654321",
    )
    assert listed() <= {None, "Новый дом"}
    now[0] += HALF_A_MINUTE + 1
    assert listed() == {"Новый дом"}


def test_a_login_meanwhile_loses_nothing_that_is_said_and_this_no_login(
    anna: Client, anna_id: str, table: MemoryTable
) -> None:
    met = iter([True])

    def logs_in() -> bool:
        if next(met, False):
            proven(table, anna_id)
        return False

    with contended(table, logs_in):
        anna.put("/me", OTHER).needs(200)
    found = realtors.find(table, anna_id)
    assert found
    assert (found.name, found.verified, found.phone) == ("Анна", True, SAID["phone"])
    proven(table, anna_id, "Анна Петрова")
    found = realtors.find(table, anna_id)
    assert found
    assert (found.name, found.agency_name) == ("Анна Петрова", SAID["agency_name"])


def test_of_two_who_write_over_the_same_version_one_is_refused(
    anna: Client, table: MemoryTable
) -> None:
    tag, met = tag_of(anna.get("/me")), iter([True])

    def writes() -> bool:
        if next(met, False):
            over(anna, tag).put("/me", {"phone": "+79990000000"}).needs(200)
        return False

    with contended(table, writes):
        over(anna, tag).put("/me", OTHER).needs(412)
    assert shown(anna)["phone"] == "+79990000000"


def test_who_is_not_there_any_more_says_nothing(
    anna: Client, anna_id: str, table: MemoryTable
) -> None:
    table.forget(keys.realtor(anna_id))
    anna.put("/me", OTHER).needs(401)
    assert table.get(keys.realtor(anna_id)) is None


def test_who_has_no_allowance_left_changes_nothing(
    anna: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter, tag = import_module("functions.me.handler").api._limiter, tag_of(anna.get("/me"))
    none_left = {use: quota._replace(at_once=0) for use, quota in limiter.rules.quotas.items()}
    monkeypatch.setattr(limiter, "rules", limiter.rules._replace(quotas=none_left))
    over(anna, '"99"').put("/me", OTHER).needs(412)
    anna.put("/me", {}).needs(422)
    anna.get("/me/export", after="AAAA").needs(422)
    for answer in (anna.put("/me", OTHER), anna.get("/me/export")):
        assert answer.needs(429)["code"] == "rate_limited"
        assert int(answer.headers["retry-after"]) > 0
    assert (shown(anna), tag_of(anna.get("/me"))) == (AT_FIRST, tag)
    anna.post("/auth/logout").needs(200)


@pytest.fixture
def vera(stranger: Client) -> tuple[Client, str]:
    """One who is proven, and her Telegram id."""
    telegram_id = a_telegram_id()
    proof = {"init_data": init_data(int(telegram_id))}
    return stranger.registered(telegram_id=telegram_id, telegram_auth_data=proof), telegram_id


def again(who: tuple[Client, str]) -> Client:
    """The same, with a token of a new login."""
    client, telegram_id = who
    return Client(client.transport, _token(client, telegram_id))


def test_every_token_of_before_ends_within_half_a_minute(
    vera: tuple[Client, str], boris: Client, clock: list[int]
) -> None:
    first, second = vera[0], again(vera)
    for client in (first, second):
        client.get("/me").needs(200)
        client.get("/leads").needs(200)
    before = now_ms()
    ended_at = first.post("/auth/logout").needs(200)
    assert {*ended_at} == {"ended_at"}
    assert before - 1 <= _ms(ended_at["ended_at"]) <= now_ms()
    clock[0] += HALF_A_MINUTE + 1
    for client in (first, second):
        for path in ("/me", "/leads", "/properties", "/notifications"):
            client.get(path).needs(401)
        client.post("/auth/logout").needs(401)
    boris.get("/me").needs(200)


def _ms(timestamp: str) -> int:
    return round(datetime.fromisoformat(timestamp).timestamp() * 1000)


def test_a_login_after_it_works_at_once_and_for_good(
    vera: tuple[Client, str], clock: list[int]
) -> None:
    vera[0].get("/leads").needs(200)
    vera[0].post("/auth/logout").needs(200)
    new = again(vera)
    for _ in range(2):
        new.get("/leads").needs(200)
        new.post_lead(a_lead())
        clock[0] += HALF_A_MINUTE + 1


def test_to_repeat_it_with_the_old_token_ends_nothing_that_was_issued_since(
    vera: tuple[Client, str], clock: list[int]
) -> None:
    """The function that ends tokens remembers for 30 s that the old one works."""
    first = vera[0].post("/auth/logout").needs(200)
    new = again(vera)
    for _ in range(3):
        assert vera[0].post("/auth/logout").needs(200) == first
    clock[0] += HALF_A_MINUTE + 1
    new.get("/me").needs(200)
    vera[0].post("/auth/logout").needs(401)
    new.get("/me").needs(200)


def test_with_the_new_token_it_ends_the_new_one(vera: tuple[Client, str], clock: list[int]) -> None:
    vera[0].post("/auth/logout").needs(200)
    new = again(vera)
    new.post("/auth/logout").needs(200)
    clock[0] += HALF_A_MINUTE + 1
    new.get("/me").needs(401)
    again(vera).get("/me").needs(200)


def test_a_token_that_the_first_proven_login_has_ended_logs_nobody_out(
    stranger: Client, clock: list[int]
) -> None:
    telegram_id = a_telegram_id()
    thief = stranger.registered(telegram_id=telegram_id)
    thief.post("/auth/register", {}).needs(422)
    access = import_module("functions.auth.handler").api._access
    access.caller({"authorization": f"Bearer {thief.token}"})
    owner = again((thief, telegram_id))
    thief.post("/auth/logout").needs(401)
    clock[0] += HALF_A_MINUTE + 1
    owner.get("/me").needs(200)


def test_two_log_outs_at_once_end_one_version_and_answer_the_same(
    vera: tuple[Client, str], table: MemoryTable
) -> None:
    answers, met = list[Json](), iter([True])
    realtor_id = vera[0].get("/me").needs(200)["realtor_id"]

    def another() -> bool:
        if next(met, False):
            answers.append(vera[0].post("/auth/logout").needs(200))
        return False

    with contended(table, another):
        answers.append(vera[0].post("/auth/logout").needs(200))
    assert answers[0] == answers[1]
    found = realtors.find(table, realtor_id)
    assert found
    assert found.token_version == 2


def test_a_log_out_and_a_login_at_once_lose_neither(
    vera: tuple[Client, str], table: MemoryTable, clock: list[int]
) -> None:
    realtor_id, met = vera[0].get("/me").needs(200)["realtor_id"], iter([True])

    def logs_in() -> bool:
        if next(met, False):
            proven(table, realtor_id, "Вера")
        return False

    with contended(table, logs_in):
        vera[0].post("/auth/logout").needs(200)
    found = realtors.find(table, realtor_id)
    assert found
    assert (found.name, found.token_version) == ("Вера", 2)
    clock[0] += HALF_A_MINUTE + 1
    vera[0].get("/me").needs(401)


def test_no_body_is_read(vera: tuple[Client, str]) -> None:
    vera[0].send("POST", "/auth/logout", b"\xff{").needs(200)
