"""What is charged, and what not; who is refused, and who never is: through the API."""

from collections.abc import Callable, Mapping
from importlib import import_module
from itertools import count, islice
from typing import Any

import pytest

from cobroke.domain.fair_use import QUOTAS, FairUse, Use
from cobroke.edge.routes import ROUTES
from cobroke.storage import keys
from tests.builders import a_lead, a_property
from tests.client import Answer, Client
from tests.memory_table import MemoryTable

pytestmark = pytest.mark.usefixtures("in_memory")

CHARGING = {route.function for route in ROUTES if route.charged}
NOTHING: Mapping[Use, int] = {}


@pytest.fixture
def table(in_memory: MemoryTable) -> MemoryTable:
    return in_memory


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets the functions go by other ones."""

    def go_by(factor: str, newcomer_days: str = "0", **at_once: int) -> None:
        made = FairUse.of(factor, newcomer_days)
        changed = {
            use: quota._replace(at_once=at_once.get(use, quota.at_once))
            for use, quota in made.quotas.items()
        }
        for name in CHARGING:
            limiter = import_module(f"functions.{name}.handler").api._limiter
            monkeypatch.setattr(limiter, "rules", made._replace(quotas=changed))

    return go_by


class Account:
    """What a realtor was charged since it was last asked: the first take of each class, to begin
    with, so that no number is set anew.
    """

    def __init__(self, table: MemoryTable, who: Client) -> None:
        self._table, self._key = table, keys.limits(who.get("/me").needs(200)["realtor_id"])
        item = self._item
        far = {f"{use}_until": 10**14 for use in QUOTAS}
        table.transact([table.put({**item, **far})])

    @property
    def _item(self) -> Any:
        return self._table.get(self._key)

    def charged(self) -> Mapping[Use, int]:
        item = self._item
        steps = {
            use: (item[f"{use}_until"] - 10**14) // quota.refill_ms for use, quota in QUOTAS.items()
        }
        self._table.transact(
            [self._table.put({**item, **{f"{use}_until": 10**14 for use in QUOTAS}})]
        )
        return {use: cost for use, cost in steps.items() if cost}


@pytest.fixture
def account(
    table: MemoryTable, anna: Client, rules: Callable[..., None]
) -> Callable[[], Mapping[Use, int]]:
    rules("100000000")
    return Account(table, anna).charged


def keyed(client: Client, **headers: str) -> Client:
    return Client(
        client.transport,
        client.token,
        {name.replace("_", "-"): value for name, value in headers.items()},
    )


@pytest.mark.parametrize("path", ["/leads", "/properties"])
def test_an_object_is_a_write_each_time_that_it_changes(
    path: str, anna: Client, account: Callable[[], Mapping[Use, int]]
) -> None:
    a_body = a_lead if path == "/leads" else a_property
    once = keyed(anna, idempotency_key="once")
    made = once.post(path, a_body()).needs(201)
    an_id = next(iter(made.values()))
    assert account() == {"write": 1}
    once.post(path, a_body()).needs(201)
    once.post(
        path, a_body(**({"client_name": "Иная"} if path == "/leads" else {"price": 1}))
    ).needs(422)
    anna.post(path, {}).needs(422)
    keyed(anna, if_match='"99"').put(f"{path}/{an_id}", a_body()).needs(412)
    assert account() == NOTHING, "what is repeated or refused is free"
    anna.put(f"{path}/{an_id}", a_body()).needs(200)
    assert account() == {"write": 1}, "it makes it fresh"
    archive = anna.post if path == "/leads" else anna.put
    archive(f"{path}/{an_id}/archive").needs(200)
    assert account() == {"write": 1}
    archive(f"{path}/{an_id}/archive").needs(200)
    anna.put(f"{path}/{an_id}", a_body()).needs(409)
    for read in (path, f"{path}/{an_id}", f"{path}/{an_id}/matches", "/notifications", "/me"):
        anna.get(read).needs(200)
    anna.post("/notifications/read-all").needs(200)
    assert account() == NOTHING


def test_what_one_says_of_oneself_is_a_write_each_time_and_to_log_out_is_free(
    anna: Client, account: Callable[[], Mapping[Use, int]]
) -> None:
    for _ in range(2):
        anna.put("/me", {"phone": "+79161234567"}).needs(200)
        assert account() == {"write": 1}
    anna.put("/me", {}).needs(422)
    keyed(anna, if_match='"99"').put("/me", {"phone": "+79161234567"}).needs(412)
    anna.post("/auth/logout").needs(200)
    assert account() == NOTHING


def test_a_part_of_an_export_is_a_look(
    anna: Client, account: Callable[[], Mapping[Use, int]]
) -> None:
    for _ in range(2):
        anna.get("/me/export").needs(200)
        assert account() == {"look": 1}
    anna.get("/me/export", after="AAAA").needs(422)
    assert account() == NOTHING


def test_setting_when_one_may_be_told_is_a_write_each_time(
    anna: Client, account: Callable[[], Mapping[Use, int]]
) -> None:
    for _ in range(2):
        anna.put("/me/pushes", {"pushes": {"enabled": True}}).needs(200)
        assert account() == {"write": 1}
    anna.put("/me/pushes", {"pushes": {}}).needs(422)
    assert account() == NOTHING


def test_an_invitation_opens_a_match_or_is_kept_and_every_other_act_is_a_write(
    anna: Client, boris: Client, account: Callable[[], Mapping[Use, int]]
) -> None:
    lead, listing = anna.post_lead(a_lead()), boris.post_property(a_property())
    ours = f"/leads/{lead}/property-recommendations/{listing}/action"
    theirs = f"/properties/{listing}/lead-recommendations/{lead}/action"
    account()
    steps: list[tuple[str, Mapping[Use, int]]] = [
        ("DISLIKE", {"write": 1}),
        ("DISLIKE", NOTHING),
        ("LIKE", {"invite": 1}),
        ("LIKE", NOTHING),
    ]
    for action, charged in steps:
        anna.post(ours, {"action": action}).needs(200)
        assert account() == charged, action
    boris.post(theirs, {"action": "LIKE", "proposed_commission": 40}).needs(200)
    assert account() == NOTHING, "that is another's"
    state = anna.post(ours, {"action": "LIKE", "proposed_commission": 40}).needs(200)["match"]
    assert (state["status"], account()) == ("ACCEPTED", {"write": 1})
    match = state["match_id"]
    anna.post(f"/matches/{match}/complete").needs(200)
    assert account() == {"write": 1}, "though its object is archived with it"
    anna.post(f"/matches/{match}/complete").needs(200)
    assert account() == NOTHING


def test_a_like_that_is_kept_is_an_invitation_and_the_answer_to_one_is_not(
    anna: Client, boris: Client, account: Callable[[], Mapping[Use, int]]
) -> None:
    lead, listing = anna.post_lead(a_lead()), boris.post_property(a_property())
    ours = f"/leads/{lead}/property-recommendations/{listing}/action"
    theirs = f"/properties/{listing}/lead-recommendations/{lead}/action"
    boris.post(theirs, {"action": "DISLIKE"}).needs(200)
    account()
    anna.post(ours, {"action": "LIKE"}).needs(200)
    assert account() == {"invite": 1}
    anna.post(ours, {"action": "LIKE"}).needs(200)
    assert account() == NOTHING
    other = boris.post_property(a_property())
    boris.post(f"/properties/{other}/lead-recommendations/{lead}/action", {"action": "LIKE"}).needs(
        200
    )
    anna.post(f"/leads/{lead}/property-recommendations/{other}/action", {"action": "LIKE"}).needs(
        200
    )
    assert account() == {"write": 1}


def test_the_first_look_at_a_revision_by_any_route_is_five_and_each_other_one(
    anna: Client, boris: Client, account: Callable[[], Mapping[Use, int]]
) -> None:
    lead, listing = anna.post_lead(a_lead()), boris.post_property(a_property())
    at_one = f"/leads/{lead}/property-recommendations/{listing}"
    account()
    anna.get(f"/leads/{lead}/property-recommendations/{lead}").needs(404)
    anna.get(f"/properties/{listing}/lead-recommendations").needs(404)
    anna.get(f"/leads/{lead}/property-recommendations", page="0").needs(422)
    assert account() == NOTHING, "what was refused is no look"
    anna.get(at_one).needs(200)
    assert account() == {"look": 5}
    anna.properties_for(lead)
    anna.get(at_one).needs(200)
    assert account() == {"look": 2}
    anna.put(f"/leads/{lead}", a_lead()).needs(200)
    assert account() == {"write": 1}
    anna.properties_for(lead, page="3", limit="100")
    anna.properties_for(lead)
    assert account() == {"look": 6}


@pytest.mark.parametrize("question", ["what-if", "demand"])
def test_a_question_to_the_market_is_five_looks_and_the_first_look_with_it(
    question: str, anna: Client, account: Callable[[], Mapping[Use, int]]
) -> None:
    path, rows = "/leads", "property-recommendations"
    if question == "demand":
        path, rows = "/properties", "lead-recommendations"
    own = f"{path}/{_posted(anna, path)}"
    account()
    anna.get(f"{path}/{'0' * 26}/{question}").needs(404)
    assert account() == NOTHING
    for asked, charged in ((question, 5), (rows, 1), (question, 5)):
        anna.get(f"{own}/{asked}").needs(200)
        assert account() == {"look": charged}, asked
    anna.put(own, a_lead() if path == "/leads" else a_property()).needs(200)
    account()
    for asked, charged in ((rows, 5), (question, 5)):
        anna.get(f"{own}/{asked}").needs(200)
        assert account() == {"look": charged}, asked


def _posted(who: Client, path: str) -> str:
    return who.post_lead(a_lead()) if path == "/leads" else who.post_property(a_property())


def refused(answer: Answer) -> int:
    """In how many seconds it may be tried again."""
    problem = answer.needs(429)
    assert (problem["code"], "rate" in answer.text) == ("rate_limited", True)
    return int(answer.headers["retry-after"])


def test_who_has_no_allowance_left_is_told_when_and_nothing_is_changed(
    anna: Client, boris: Client, rules: Callable[..., None]
) -> None:
    lead, listing = anna.post_lead(a_lead()), boris.post_property(a_property())
    rules("1", write=1, invite=0, look=1)
    before = anna.get(f"/leads/{lead}").needs(200)
    action = f"/leads/{lead}/property-recommendations/{listing}/action"
    assert refused(anna.put(f"/leads/{lead}", a_lead(client_name="Иная"))) in (5, 6)
    assert refused(anna.post(f"/leads/{lead}/archive")) in (5, 6)
    assert refused(anna.post("/leads", a_lead())) in (5, 6)
    assert refused(anna.post(action, {"action": "LIKE"})) == 432
    assert refused(anna.get(f"/leads/{lead}/property-recommendations")) == 40
    assert refused(anna.get(f"/leads/{lead}/property-recommendations/{listing}")) == 40
    assert refused(anna.get(f"/leads/{lead}/what-if")) == 40
    assert anna.get(f"/leads/{lead}").needs(200) == before
    assert anna.get("/leads").needs(200)["total"] == 1
    assert boris.get(f"/properties/{listing}/matches").needs(200)["total"] == 0


def test_every_other_refusal_is_said_first(
    anna: Client, boris: Client, rules: Callable[..., None]
) -> None:
    lead, gone = anna.post_lead(a_lead()), anna.post_lead(a_lead())
    anna.post(f"/leads/{gone}/archive").needs(200)
    listing = boris.post_property(a_property())
    rules("1", write=0, invite=0, look=0)
    action = f"/leads/{lead}/property-recommendations/{listing}/action"
    anna.put(f"/leads/{lead}", {}).needs(422)
    anna.put(f"/leads/{listing}", a_lead()).needs(404)
    anna.put(f"/leads/{gone}", a_lead()).needs(409)
    keyed(anna, if_match='"99"').put(f"/leads/{lead}", a_lead()).needs(412)
    anna.post(action.replace(lead, gone), {"action": "LIKE"}).needs(409)
    anna.post(action, {"action": "LOVE"}).needs(422)
    anna.get(f"/leads/{lead}/property-recommendations/{lead}").needs(404)
    anna.get(f"/leads/{listing}/property-recommendations").needs(404)
    anna.post(f"/matches/{lead}{listing}/complete").needs(404)
    refused(anna.post(action, {"action": "LIKE"}))
    refused(anna.put(f"/leads/{lead}", a_lead()))


def test_a_crawl_ends_with_the_sixtieth_first_look(anna: Client, boris: Client) -> None:
    lead = anna.post_lead(a_lead())
    boris.post_property(a_property())
    for looked in count():
        anna.put(f"/leads/{lead}", a_lead(budget={"min": 0, "max": 20_000_000 + looked})).needs(200)
        answer = anna.get(f"/leads/{lead}/property-recommendations")
        if answer.status == 429:
            break
    assert (looked, refused(answer) <= 50) == (60, True)


@pytest.mark.parametrize("newcomer_days", ["0", "7"])
def test_an_honest_day_passes_untouched(
    newcomer_days: str, anna: Client, stranger: Client, rules: Callable[..., None]
) -> None:
    """All at once, as no agency does it: it imports 800 listings, answers 60 invitations, edits 200
    prices and looks 150 times.
    """
    rules("1", newcomer_days)
    listings = [anna.post_property(a_property(price=19_000_000 + n)) for n in range(800)]
    invited = iter(listings)
    for inviter in (stranger.registered(), stranger.registered()):
        lead = inviter.post_lead(a_lead())
        for listing in islice(invited, 30):
            for who, path in (
                (inviter, f"/leads/{lead}/property-recommendations/{listing}/action"),
                (anna, f"/properties/{listing}/lead-recommendations/{lead}/action"),
            ):
                who.post(path, {"action": "LIKE"}).needs(200)
    for listing in listings[:200]:
        anna.put(f"/properties/{listing}", a_property(price=18_500_000)).needs(200)
    for listing in listings[300:330] * 5:
        anna.get(f"/properties/{listing}/lead-recommendations").needs(200)


def test_a_newcomer_invites_thirty(anna: Client, boris: Client, rules: Callable[..., None]) -> None:
    rules("1", "7")
    lead = anna.post_lead(a_lead())
    answers = []
    for _ in range(31):
        listing = boris.post_property(a_property())
        path = f"/leads/{lead}/property-recommendations/{listing}/action"
        answers.append(anna.post(path, {"action": "LIKE"}))
    assert [answer.status for answer in answers] == [200] * 30 + [429]
    assert refused(answers[-1]) == 48 * 60
