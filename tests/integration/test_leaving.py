"""Realtors who leave, through the API: at their own wish, or the operator's; and who comes with
their Telegram id.
"""

from collections.abc import Callable
from importlib import import_module
from io import StringIO
from typing import Any

import pytest

from cobroke.clock import now_ms
from cobroke.domain.errors import NotFound
from cobroke.domain.realtors import Realtor
from cobroke.exact_json import dumps
from cobroke.flows.erasing import leaving
from cobroke.flows.erasing.places import Place
from cobroke.flows.erasing.work import work_on
from cobroke.storage import keys, realtors
from cobroke.storage.erasing import jobs, protections
from cobroke.storage.parting import gone, parted
from tests.builders import a_property, a_registration, a_telegram_id, init_data
from tests.client import Client
from tests.memory_table import MemoryTable
from tests.support.deal import Deal

pytestmark = pytest.mark.usefixtures("in_memory")

Json = dict[str, Any]
HALF_A_MINUTE = 30_000
type Clock = list[int]


@pytest.fixture
def table(in_memory: MemoryTable) -> MemoryTable:
    return in_memory


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The wall clock (ms) by which realtors are remembered; set its only member."""
    now = [now_ms()]
    monkeypatch.setattr("cobroke.edge.access.now_ms", lambda: now[0])
    return now


@pytest.fixture
def telegram_id() -> str:
    return a_telegram_id()


@pytest.fixture
def vera(stranger: Client, telegram_id: str) -> Client:
    """Whose Telegram id is known."""
    return stranger.registered(telegram_id=telegram_id)


@pytest.fixture
def vera_id(vera: Client) -> str:
    return id_of(vera)


def id_of(client: Client) -> str:
    return str(client.get("/me").needs(200)["realtor_id"])


def works(table: MemoryTable) -> None:
    """Do all jobs, as if each wait were over."""
    for job in [*jobs.all_of(table)]:
        pending = Place()
        while not job.done_at:
            found = work_on(table, job, pending, now_ms)
            if found is None:
                break
            pending = found.place


def erased(client: Client) -> str:
    return str(client.send("DELETE", "/me").needs(202)["erased_at"])


def test_no_token_works_half_a_minute_later(vera: Client, clock: Clock) -> None:
    vera.get("/leads").needs(200)
    at = erased(vera)
    assert erased(vera) == at
    vera.get("/me").needs(401)
    vera.put("/me", {"phone": "+79991112233"}).needs(401)
    clock[0] += HALF_A_MINUTE + 1
    for path in ("/me", "/leads", "/notifications", "/me/blocks", "/me/export"):
        vera.get(path).needs(401)


def test_the_telegram_id_is_free_and_meets_nothing_of_before(
    vera: Client, vera_id: str, telegram_id: str, stranger: Client
) -> None:
    vera.post_property(a_property())
    erased(vera)
    proof = {"telegram_auth_data": {"init_data": init_data(int(telegram_id))}}
    stranger.post("/auth/telegram", proof).needs(404)
    new = stranger.registered(telegram_id=telegram_id)
    assert id_of(new) != vera_id
    assert new.get("/properties").needs(200)["properties"] == []
    assert new.get("/me").needs(200)["verified"] is False
    stranger.post("/auth/telegram", proof).needs(200)


@pytest.mark.parametrize("leaves", ["anna", "boris"])
@pytest.mark.parametrize("behind", [True, False])
def test_what_was_agreed_on_stays_without_the_name(
    anna: Client, boris: Client, table: MemoryTable, leaves: str, behind: bool
) -> None:
    deal = Deal(anna, boris)
    deal.lead_side(notes="Здравствуйте").needs(200)
    deal.property_side(notes="Добрый день").needs(200)
    who = anna if leaves == "anna" else boris
    realtor_id = id_of(who)
    before = dict(zip(("anna", "boris"), deal.seen(), strict=True))
    erased(who)
    if behind:
        works(table)
    if leaves == "boris":
        (now,) = anna.get(f"/leads/{deal.lead}/matches").needs(200)["matches"]
        old = before["anna"]
        nobody = {"street": None, "house_number": None}
        address = old["property"]["address"] | nobody
        shown = old["property"] | {"address": address, "photos": [], "description": None}
        assert now["property"] == shown
    else:
        (now,) = boris.get(f"/properties/{deal.listing}/matches").needs(200)["matches"]
        old = before["boris"]
        assert now["lead"] == old["lead"] | {"client_name": None}
    unknown = dict.fromkeys(old["realtor_info"]) | {"realtor_id": realtor_id}
    assert now["realtor_info"] == unknown
    assert now["message_from_counterpart"] is None
    assert now["status"] == "ACCEPTED"
    for name in ("commission", "timeline", "match_id", "closed_reason"):
        assert now[name] == old[name]
    other = boris if leaves == "anna" else anna
    assert other.get(f"/matches/{now['match_id']}").needs(200)["realtor_info"] == unknown
    done = other.post(f"/matches/{now['match_id']}/complete").needs(200)
    assert (done["status"], done["realtor_info"]) == ("COMPLETED", unknown)


def test_what_is_taken_of_all_is_taken_by_who_registers_next(
    vera: Client, vera_id: str, telegram_id: str, stranger: Client, table: MemoryTable
) -> None:
    vera.post_property(a_property())
    spent = table.get(keys.limits(vera_id)) or {}
    erased(vera)
    new = id_of(stranger.registered(telegram_id=telegram_id))
    now = table.get(keys.limits(new)) or {}
    assert spent["write_until"]
    assert now["write_until"] == spent["write_until"]
    assert (now.get("properties"), now["whole"]) == (0, 1)


def test_who_has_blocked_them_is_parted_of_who_registers_next(
    vera: Client, vera_id: str, telegram_id: str, anna: Client, table: MemoryTable
) -> None:
    anna.put(f"/realtors/{vera_id}/block").needs(200)
    erased(vera)
    assert anna.get("/me/blocks").needs(200)["blocks"] == []
    works(table)
    assert not parted.load(table, id_of(anna)).raw_ids
    new = id_of(anna.registered(telegram_id=telegram_id))
    works(table)
    assert parted.load(table, new).from_(id_of(anna))
    assert parted.load(table, id_of(anna)).from_(new)
    assert anna.get("/me/blocks").needs(200)["blocks"] == []
    for verb, is_blocked in (("PUT", True), ("DELETE", False)):
        answer = anna.send(verb, f"/realtors/{new}/block").needs(200)
        assert answer["blocked"] == is_blocked
    assert parted.load(table, new).from_(id_of(anna))
    assert parted.load(table, id_of(anna)).from_(new)


def test_after_30_days_nothing_is_kept(
    vera: Client, vera_id: str, telegram_id: str, anna: Client, table: MemoryTable
) -> None:
    anna.put(f"/realtors/{vera_id}/block").needs(200)
    erased(vera)
    (item,) = (item for item in table.items() if item["entity"] == "PROTECTION")
    assert telegram_id not in str(item)
    over = now_ms() + protections.KEPT_MS + 1000
    known = protections.of_item(item, over)
    assert (known.against, known.arrivals) == (b"", {})
    late = Realtor("", telegram_id, "+79991112233", registered_at=over)
    new = realtors.register(table, late, item["PK"].removeprefix("PROTECTION#"))
    assert not parted.load(table, new.id).from_(id_of(anna))
    assert not any(item["entity"] == "PROTECTION" for item in table.items())


def test_a_stranger_without_the_key_finds_nothing(vera: Client, table: MemoryTable) -> None:
    erased(vera)
    held = [str(item) for item in table.items() if item["entity"] == "PROTECTION"]
    assert len(held) == 1
    assert import_module("functions.auth.handler")._digest("1") not in held[0]


def test_an_unknown_realtor_is_neither_suspended_nor_restored(table: MemoryTable) -> None:
    with pytest.raises(NotFound):
        leaving.suspend(table, "0" * 13, now_ms)
    with pytest.raises(NotFound):
        leaving.restore(table, "0" * 13)


@pytest.fixture
def suspended(vera_id: str, table: MemoryTable) -> Callable[[], None]:
    def suspend() -> None:
        for _ in range(2):
            assert leaving.suspend(table, vera_id, now_ms).suspended_at

    return suspend


def test_who_is_suspended_has_no_token_and_gets_none(
    vera: Client,
    telegram_id: str,
    stranger: Client,
    clock: Clock,
    suspended: Callable[[], None],
) -> None:
    vera.get("/leads").needs(200)
    suspended()
    clock[0] += HALF_A_MINUTE + 1
    vera.get("/leads").needs(401)
    proof = {"telegram_auth_data": {"init_data": init_data(int(telegram_id))}}
    body = a_registration(telegram_id=telegram_id)
    for path, sent in (("login", proof), ("register", body), ("register", body | proof)):
        route = "/auth/telegram" if path == "login" else f"/auth/{path}"
        assert stranger.post(route, sent).needs(403)["code"] == "suspended"


def test_restoring_undoes_all_of_it(
    vera: Client,
    vera_id: str,
    telegram_id: str,
    anna: Client,
    stranger: Client,
    table: MemoryTable,
    suspended: Callable[[], None],
) -> None:
    deal = Deal(anna, vera)
    assert deal.recommended() == (1, 1)
    items = {(item["PK"], item["SK"]): item for item in table.items()}
    suspended()
    assert anna.properties_for(deal.lead)["total"] == 0
    deal.lead_side().needs(404)
    anna.get(f"/leads/{deal.lead}/property-recommendations/{deal.listing}").needs(404)
    for _ in range(2):
        assert not leaving.restore(table, vera_id).suspended_at
    assert anna.properties_for(deal.lead)["total"] == 1
    deal.lead_side().needs(200)
    assert items.keys() <= {(item["PK"], item["SK"]) for item in table.items()}
    assert gone.load(table).returned == 1
    proof = {"telegram_auth_data": {"init_data": init_data(int(telegram_id))}}
    stranger.post("/auth/telegram", proof).needs(200)


def test_a_match_with_who_is_suspended_names_nobody_until_both_have_agreed(
    vera: Client, anna: Client, suspended: Callable[[], None]
) -> None:
    deal = Deal(anna, vera)
    deal.property_side().needs(200)
    suspended()
    (match,) = anna.get(f"/leads/{deal.lead}/matches").needs(200)["matches"]
    assert match["status"] == "PENDING"
    assert [one for one in match["realtor_info"].values() if one is not None] == [id_of(vera)]
    assert match["property"]["address"]["street"] is None


def test_an_erasure_is_no_way_out_of_a_suspension(
    vera_id: str,
    telegram_id: str,
    stranger: Client,
    table: MemoryTable,
    suspended: Callable[[], None],
) -> None:
    suspended()
    leaving.erase(table, vera_id, import_module("functions.auth.handler")._digest, now_ms)
    body = a_registration(telegram_id=telegram_id)
    assert stranger.post("/auth/register", body).needs(403)["code"] == "suspended"


CANARY = "Канарейка"


@pytest.mark.parametrize("behind", [True, False])
def test_no_answer_to_another_and_no_log_line_holds_a_word_of_theirs(
    anna: Client, stranger: Client, table: MemoryTable, logged: StringIO, behind: bool
) -> None:
    vera = stranger.registered(agency_name=CANARY, email="canary@a.ru")
    agreed, waiting = Deal(anna, vera), Deal(anna, vera)
    said = {"street": CANARY, "house_number": CANARY, "description": CANARY}
    for deal in (agreed, waiting):
        body = a_property(**said, photos=["https://a.ru/canary.jpg"], commission_share=50)
        vera.put(f"/properties/{deal.listing}", body).needs(200)
        deal.property_side(notes=CANARY).needs(200)
    agreed.lead_side().needs(200)
    assert CANARY in everything(anna, agreed, waiting)
    erased(vera)
    if behind:
        works(table)
    answers = everything(anna, agreed, waiting)
    lines = logged.getvalue()
    assert lines
    for word in (CANARY, dumps(CANARY)[1:-1], "canary"):
        assert word not in answers + lines


def everything(who: Client, *deals: Deal) -> str:
    """What all that one may read says."""
    paths = ["/leads", "/matches", "/notifications", "/me/export", "/me/blocks", "/properties"]
    for deal in deals:
        lead = f"/leads/{deal.lead}"
        paths += [lead, f"{lead}/matches", f"{lead}/property-recommendations", f"{lead}/what-if"]
        paths += [f"{lead}/decisions", f"{lead}/property-recommendations/{deal.listing}"]
        paths += [f"/matches/{deal.lead}{deal.listing}"]
    answers = [who.get(path) for path in paths]
    assert {one.status for one in answers} <= {200, 404}
    return "\n".join(one.text for one in answers)
