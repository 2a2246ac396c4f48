"""When Telegram may tell a realtor, set and read through the API."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

import pytest

from cobroke.domain.notices.push_settings import DEFAULT, PushSettings, Quiet
from cobroke.domain.realtors import Proof
from cobroke.storage import keys, realtors
from cobroke.storage.notices import push_settings
from tests.client import Client
from tests.contention import contended
from tests.memory_table import MemoryTable

pytestmark = pytest.mark.usefixtures("in_memory")

Json = dict[str, Any]
UNSET = {"enabled": True, "time_zone": "Europe/Moscow", "quiet": None, "daily_at": None}
ALL: Json = {
    "enabled": False,
    "time_zone": "Asia/Kolkata",
    "quiet": {"from": "22:00", "to": "08:00"},
    "daily_at": "09:30",
}


@pytest.fixture
def table(in_memory: MemoryTable) -> MemoryTable:
    return in_memory


@pytest.fixture
def anna_id(anna: Client) -> str:
    return str(anna.get("/me").needs(200)["realtor_id"])


def shown(who: Client) -> Json:
    pushes: Json = who.get("/me").needs(200)["pushes"]
    return pushes


def put(who: Client, settings: Json) -> Json:
    answer: Json = who.put("/me/pushes", {"pushes": settings}).needs(200)
    return answer


def woken(table: MemoryTable, realtor_id: str) -> Any:
    item = table.get(keys.wake(realtor_id))
    return item and item["version"]


def test_who_has_set_nothing_is_told_at_any_time(anna: Client) -> None:
    assert shown(anna) == UNSET


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (ALL, ALL),
        ({"enabled": False}, UNSET | {"enabled": False}),
        (UNSET, UNSET),
        ({"enabled": True, "time_zone": None, "unknown": 1}, UNSET),
        (
            {"enabled": True, "quiet": {"from": "00:00", "to": "23:59", "unknown": 1}},
            UNSET | {"quiet": {"from": "00:00", "to": "23:59"}},
        ),
    ],
)
def test_what_is_set_replaces_the_whole(
    anna: Client, boris: Client, sent: Json, kept: Json
) -> None:
    put(anna, ALL | {"daily_at": "23:59"})
    assert put(anna, sent) == {"pushes": kept}
    assert shown(anna) == kept
    assert shown(boris) == UNSET


def refused(who: Client, body: Json) -> set[tuple[str, str]]:
    problem = who.put("/me/pushes", body).needs(422)
    return {(error["pointer"], error["code"]) for error in problem["errors"]}


EQUAL = {"from": "08:00", "to": "08:00"}
NO_ZONES: Sequence[Any] = (
    *("", "MSK", "Moscow", "europe/moscow", "../UTC", "localtime"),
    *(3, ["UTC"]),
)
NO_TIMES: Sequence[Any] = ("8:00", "24:00", "22:60", "22:00:00", "22:00\n", "２２:00", None, 22)
WRONG: Mapping[str, Sequence[Json]] = {
    "enabled": [{"enabled": None}, {"enabled": 1}, {"enabled": "true"}, {"enabled": []}],
    "time_zone": [{"time_zone": sent} for sent in NO_ZONES],
    "quiet": [{"quiet": "22:00-08:00"}, {"quiet": []}, {"quiet": True}, {"quiet": EQUAL}],
    "quiet/from": [{"quiet": {"from": sent, "to": "08:00"}} for sent in NO_TIMES],
    "quiet/to": [{"quiet": {"from": "08:00", "start": "08:00"}}],
    "daily_at": [{"daily_at": sent} for sent in ("", "09.00", *NO_TIMES) if sent is not None],
}


@pytest.mark.parametrize(
    ("where", "wrong"), [(where, wrong) for where, cases in WRONG.items() for wrong in cases]
)
def test_what_is_wrong_is_named_and_changes_nothing(anna: Client, where: str, wrong: Json) -> None:
    put(anna, ALL)
    assert {pointer for pointer, _ in refused(anna, {"pushes": ALL | wrong})} == {
        f"/pushes/{where}"
    }
    assert shown(anna) == ALL


def test_it_must_be_said_whether_they_are_on(anna: Client) -> None:
    assert refused(anna, {"pushes": {}}) == {("/pushes/enabled", "missing")}
    assert refused(anna, {}) == {("/pushes", "missing")}
    assert refused(anna, {"pushes": None}) == {("/pushes", "model_type")}


def test_each_time_the_outbox_is_woken_by_another_number(
    anna: Client, anna_id: str, table: MemoryTable
) -> None:
    assert woken(table, anna_id) is None
    numbers = []
    for settings in (ALL, ALL, UNSET):
        put(anna, settings)
        numbers.append(woken(table, anna_id))
    assert len(set(numbers)) == 3


def test_a_login_meanwhile_loses_no_settings_and_settings_no_login(
    anna: Client, anna_id: str, table: MemoryTable
) -> None:
    anna_before = realtors.find(table, anna_id)
    assert anna_before
    proof = Proof(anna_before.telegram_id, "Анна", "anna", 1)
    met = iter([True])

    def log_in() -> bool:
        if next(met, False):
            realtors.login(table, proof)
        return False

    with contended(table, log_in):
        put(anna, ALL)
    found = realtors.find(table, anna_id)
    assert found
    assert found.verified
    assert push_settings.of(found) == PushSettings(
        enabled=False,
        time_zone="Asia/Kolkata",
        quiet=Quiet("22:00", "08:00"),
        daily_at="09:30",
    )
    realtors.login(table, proof._replace(name="Анна Петрова", auth_date=2))
    found = realtors.find(table, anna_id)
    assert found
    assert (found.name, push_settings.of(found).enabled) == ("Анна Петрова", False)


def test_a_transaction_that_meets_others_is_tried_again(anna: Client, table: MemoryTable) -> None:
    met = iter([True, True])
    with contended(table, lambda: next(met, False)):
        put(anna, ALL)
    assert shown(anna) == ALL


def test_who_came_before_there_were_settings_has_none(
    anna: Client, anna_id: str, table: MemoryTable
) -> None:
    item = table.get(keys.realtor(anna_id))
    assert item
    del item["pushes"]
    table.transact([table.put(item)])
    found = realtors.find(table, anna_id)
    assert found
    assert push_settings.of(found) == DEFAULT
    assert shown(anna) == UNSET


def test_who_is_not_there_any_more_sets_nothing(
    anna: Client, anna_id: str, table: MemoryTable
) -> None:
    anna.get("/me").needs(200)
    table.forget(keys.realtor(anna_id))
    anna.put("/me/pushes", {"pushes": ALL}).needs(401)
    assert woken(table, anna_id) is None


def test_who_has_no_allowance_left_sets_nothing(
    anna: Client, anna_id: str, table: MemoryTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    limiter = import_module("functions.me.handler").api._limiter
    none_left = {
        use: quota._replace(at_once=int(use != "write"))
        for use, quota in limiter.rules.quotas.items()
    }
    monkeypatch.setattr(limiter, "rules", limiter.rules._replace(quotas=none_left))
    assert refused(anna, {"pushes": {}}) == {("/pushes/enabled", "missing")}
    answer = anna.put("/me/pushes", {"pushes": ALL})
    assert answer.needs(429)["code"] == "rate_limited"
    assert (shown(anna), woken(table, anna_id)) == (UNSET, None)
