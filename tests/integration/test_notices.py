"""What realtors are told of their pairs and how they read it: through the functions, with the
stream behind them.
"""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest

from cobroke.clock import now_ms, timestamp
from cobroke.domain.notices.wording import Words, described
from cobroke.storage.notices import notices
from cobroke.storage.notices.notices import KEPT_S, Notice
from cobroke.storage.table import Table
from tests.account import TABLE
from tests.builders import a_lead, a_property
from tests.client import Client
from tests.following import follower
from tests.memory_table import MemoryTable
from tests.support.deal import Deal
from tests.support.table_calls import watched

pytestmark = pytest.mark.usefixtures("in_memory")

type Json = dict[str, Any]
type Told = list[tuple[str, str | None]]
"""Type and reason of what a realtor was told, oldest first."""

INTEREST, MUTUAL, OFFER = [("NEW_MATCH", reason) for reason in ("INTEREST", "MUTUAL", "OFFER")]
SHARED = ("CONTACT_SHARED", None)
NOBODY: tuple[Told, Told] = ([], [])


@pytest.fixture
def follow(in_memory: MemoryTable) -> Callable[[], None]:
    return follower("stream_notifications", in_memory.stream)


class Story:
    """A deal, and what each act of it tells: `(to the lead's realtor, to the property's)`."""

    def __init__(self, deal: Deal, follow: Callable[[], None]) -> None:
        self.deal, self.follow = deal, follow
        self._known = 0, 0

    def lead_side(self, action: str = "LIKE", **said: Any) -> tuple[Told, Told]:
        self.deal.lead_side(action, **said).needs(200)
        return self.told()

    def property_side(self, action: str = "LIKE", **said: Any) -> tuple[Told, Told]:
        self.deal.property_side(action, **said).needs(200)
        return self.told()

    def told(self) -> tuple[Told, Told]:
        """Since it was last asked."""
        self.follow()
        both = [told_to(client) for client in (self.deal.anna, self.deal.boris)]
        (lead, listing), (seen, heard) = both, self._known
        self._known = len(lead), len(listing)
        return lead[seen:], listing[heard:]


def listed(client: Client, **query: Any) -> Any:
    return client.get("/notifications", **query).needs(200)


def told_to(client: Client) -> Told:
    rows = listed(client, limit=100)["notifications"]
    return [(row["type"], row["data"].get("reason")) for row in reversed(rows)]


@pytest.fixture
def deal(follow: Callable[[], None], anna: Client, boris: Client) -> Deal:
    follow()
    return Deal(anna, boris)


@pytest.fixture
def story(deal: Deal, follow: Callable[[], None]) -> Story:
    return Story(deal, follow)


def test_a_first_like_tells_the_other_side_alone(story: Story) -> None:
    assert story.lead_side() == ([], [INTEREST])


def test_a_like_that_does_not_cross_tells_the_first_liker_that_interest_is_mutual(
    story: Story,
) -> None:
    assert story.property_side(proposed_commission=40) == ([INTEREST], [])
    assert story.lead_side(proposed_commission=60) == ([], [MUTUAL])


def test_a_like_that_settles_tells_of_mutual_interest_and_shares_contacts_with_both(
    story: Story,
) -> None:
    story.lead_side()
    lead, listing = story.property_side()
    assert sorted(lead, key=str) == sorted([MUTUAL, SHARED], key=str)
    assert listing == [SHARED]


def test_an_offer_is_told_to_the_other_side_be_it_a_counter_or_a_better_one(story: Story) -> None:
    story.lead_side(proposed_commission=60)
    story.property_side(proposed_commission=40)
    assert story.lead_side(proposed_commission=55) == ([], [OFFER])
    assert story.lead_side(proposed_commission=54) == ([], [OFFER])
    assert story.property_side(proposed_commission=45) == ([OFFER], [])
    assert story.lead_side(proposed_commission=45) == ([SHARED], [SHARED])


def test_what_is_repeated_or_refused_tells_nobody(story: Story) -> None:
    assert story.lead_side(proposed_commission=60) == ([], [INTEREST])
    assert story.lead_side(proposed_commission=60, notes="ещё раз") == story.lead_side() == NOBODY
    story.property_side(proposed_commission=40)
    story.deal.lead_side(proposed_commission=70).needs(409)
    assert story.told() == NOBODY
    assert story.property_side(proposed_commission=40) == NOBODY
    story.lead_side(proposed_commission=40)
    assert story.lead_side() == story.property_side() == NOBODY


def test_dislikes_kept_likes_withdrawals_and_completions_tell_nobody(story: Story) -> None:
    assert (
        story.property_side("DISLIKE") == story.lead_side() == story.lead_side("DISLIKE") == NOBODY
    )
    story.lead_side()
    story.property_side()
    (match,) = story.deal.anna.get(f"/leads/{story.deal.lead}/matches").needs(200)["matches"]
    story.deal.anna.post(f"/matches/{match['match_id']}/complete").needs(200)
    assert story.told() == NOBODY


def test_a_withdrawal_tells_nobody_nor_does_what_is_reopened_at_once(story: Story) -> None:
    story.lead_side()
    assert story.lead_side("DISLIKE") == NOBODY
    assert story.lead_side() == NOBODY


@pytest.mark.parametrize("act", ["archived", "edited"])
def test_an_edit_or_an_archive_tells_nobody(story: Story, act: str) -> None:
    story.lead_side()
    path = f"/properties/{story.deal.listing}"
    if act == "archived":
        story.deal.boris.put(f"{path}/archive").needs(200)
    else:
        story.deal.boris.put(path, a_property(price=17_000_000, commission_share=60)).needs(200)
    assert story.told() == NOBODY


def test_a_notice_holds_the_ids_it_speaks_of_and_the_time_of_the_act(story: Story) -> None:
    deal = story.deal
    before = now_ms()
    story.lead_side()
    story.property_side()
    ids = {
        "lead_id": deal.lead,
        "property_id": deal.listing,
        "match_id": deal.seen()[0]["match_id"],
    }
    answer = listed(deal.boris)
    shared, interest = answer["notifications"]
    assert (shared["data"], interest["data"]) == (ids, ids | {"reason": "INTEREST"})
    assert {row["type"]: row["data"] for row in listed(deal.anna)["notifications"]} == {
        "NEW_MATCH": ids | {"reason": "MUTUAL"},
        "CONTACT_SHARED": ids,
    }
    assert {*interest} == {"id", "type", "title", "message", "data", "is_read", "created_at"}
    assert interest["is_read"] is False
    assert (interest["title"], interest["message"]) == (
        "На ваш объект есть покупатель",
        f"{described(a_property(), 'PROPERTY')}. Его риелтор просит 50\u00a0% комиссии.",
    )
    assert (
        timestamp(before) <= interest["created_at"] <= shared["created_at"] <= timestamp(now_ms())
    )
    assert shared["created_at"] == deal.seen()[0]["timeline"]["contact_shared_at"]
    assert {*answer} == {"notifications", "unread_count", "total", "page", "limit"}


def test_nothing_of_a_client_or_of_a_message_is_told(story: Story) -> None:
    story.lead_side(notes="письмо")
    story.property_side(notes="ответ")
    for client in (story.deal.anna, story.deal.boris):
        text = client.get("/notifications").text
        assert not any(
            word in text for word in ("Секрет", "тел. клиента", "тайна", "письмо", "ответ", "+7916")
        )


class Inbox:
    """Anna's, with notices put straight into it."""

    def __init__(self, anna: Client) -> None:
        self.anna, self.table = anna, Table(TABLE)
        self.owner = anna.get("/me").needs(200)["realtor_id"]

    def put(self, *times: int) -> list[str]:
        """One for each of the times (ms); their ids."""
        made = [
            Notice(notices.notice_id(at, number), "NEW_MATCH", Words("т", "т"), {})
            for number, at in enumerate(times)
        ]
        assert all(notices.put(self.table, self.owner, notice) for notice in made)
        return [notice.id for notice in made]

    def ids(self, **query: Any) -> list[str]:
        return [row["id"] for row in listed(self.anna, **query)["notifications"]]

    def numbers(self, **query: Any) -> tuple[int, int]:
        """The total and how many are unread."""
        answer = listed(self.anna, **query)
        return answer["total"], answer["unread_count"]

    def read(self, notice: str) -> Any:
        return self.anna.post(f"/notifications/{notice}/read")


@pytest.fixture
def inbox(anna: Client) -> Inbox:
    return Inbox(anna)


def test_the_newest_comes_first_and_of_one_time_the_greater_id(inbox: Inbox) -> None:
    now = now_ms()
    ids = inbox.put(now - 5000, now, now - 5000, now - 9000, now, now - 5000)
    assert inbox.ids() == sorted(ids, reverse=True)
    rows = listed(inbox.anna)["notifications"]
    assert rows == sorted(rows, key=lambda row: (row["created_at"], row["id"]), reverse=True)
    assert rows[-1]["created_at"] == timestamp(now - 9000)


def test_pages_hold_every_notice_once_and_numbers_count_all(inbox: Inbox) -> None:
    now = now_ms()
    ids = inbox.put(*range(now - 25, now))[::-1]
    assert inbox.ids() == ids[:20]
    assert [inbox.ids(page=page, limit=10) for page in (1, 2, 3, 4)] == [
        ids[:10],
        ids[10:20],
        ids[20:],
        [],
    ]
    for answer in (listed(inbox.anna, page=page, limit=10) for page in (1, 3, 4, 10**9)):
        assert (answer["total"], answer["unread_count"], answer["limit"]) == (25, 25, 10)
    assert listed(inbox.anna, page=3, limit=10)["page"] == 3


def test_unread_only_lists_the_unread_and_the_unread_are_counted_whatever_is_listed(
    inbox: Inbox,
) -> None:
    now = now_ms()
    ids = inbox.put(*range(now - 6, now))
    for notice in ids[:2]:
        inbox.read(notice).needs(200)
    assert inbox.ids(unread_only="true") == ids[:1:-1]
    assert inbox.ids(unread_only="false") == inbox.ids() == ids[::-1]
    assert inbox.ids(unread_only="true", page=2, limit=3) == ids[2:3]
    assert [row["is_read"] for row in listed(inbox.anna)["notifications"]] == [False] * 4 + [
        True
    ] * 2
    assert not any(
        row["is_read"] for row in listed(inbox.anna, unread_only="true")["notifications"]
    )
    assert inbox.numbers() == inbox.numbers(unread_only="false", page=9) == (6, 4)
    assert inbox.numbers(unread_only="true") == inbox.numbers(unread_only="true", page=9) == (4, 4)


def test_unread_only_is_true_or_false_said_once(anna: Client) -> None:
    for value in ("", "1", "TRUE", "True", "yes", "null", "true "):
        anna.get("/notifications", unread_only=value).needs(422)
    headers = {"authorization": f"Bearer {anna.token}"}
    for value in ("true", "false"):
        query = f"unread_only=true&unread_only={value}"
        assert (
            anna.transport("GET", "/notifications", query, headers, None).needs(422)["code"]
            == "invalid"
        )


def test_pages_are_numbered_from_one_and_hold_at_most_a_hundred(anna: Client) -> None:
    queries: list[Json] = [
        {"page": 0},
        {"page": "x"},
        {"page": 10**9 + 1},
        {"limit": 0},
        {"limit": 101},
    ]
    for query in queries:
        anna.get("/notifications", **query).needs(422)


def test_reading_is_repeatable_and_takes_one_mark(inbox: Inbox) -> None:
    now = now_ms()
    first, second = inbox.put(now - 1, now)
    for _ in range(3):
        assert inbox.read(first).needs(200) == {"id": first, "is_read": True}
        assert inbox.numbers() == (2, 1)
    assert inbox.ids(unread_only="true") == [second]


def test_a_notice_of_another_and_none_at_all_are_the_same_miss(inbox: Inbox, boris: Client) -> None:
    (notice,) = inbox.put(now_ms())
    foreign = boris.post(f"/notifications/{notice}/read").needs(404)
    absent = boris.post(
        f"/notifications/{notice[:-1]}{'0' if notice[-1] != '0' else '1'}/read"
    ).needs(404)
    for answer in (foreign, absent):
        answer.pop("instance")
    assert foreign == absent
    assert inbox.numbers() == (1, 1)
    boris.post("/notifications/read-all").needs(200)
    assert inbox.numbers() == (1, 1)


def test_a_malformed_id_is_a_miss(anna: Client) -> None:
    for notice in (
        "1",
        "x" * 30,
        "1764000000000-0123456789ABCDEF",
        "1764000000000-0123456789abcde",
        "~",
    ):
        assert anna.post(f"/notifications/{notice}/read").needs(404)["code"] == "not_found"


def test_read_all_reads_whatever_there_is_and_is_repeatable(inbox: Inbox) -> None:
    now = now_ms()
    inbox.put(*range(now - 103, now))
    assert inbox.numbers() == (103, 103)
    for _ in range(2):
        assert inbox.anna.post("/notifications/read-all").needs(200) == {"unread_count": 0}
        assert inbox.numbers() == (103, 0)
    assert all(row["is_read"] for row in listed(inbox.anna)["notifications"])
    later = inbox.put(now + 1)
    assert inbox.ids(unread_only="true") == later


def test_what_has_expired_is_neither_listed_nor_counted_nor_read_though_it_still_lies_there(
    inbox: Inbox,
) -> None:
    now = now_ms()
    old, *others = inbox.put(now - KEPT_S * 1000 - 2000, now - KEPT_S * 1000 + 60_000, now)
    assert len(list(inbox.table.query(f"NOTICES#{inbox.owner}"))) == 3
    assert inbox.ids() == inbox.ids(unread_only="true") == others[::-1]
    assert inbox.numbers() == inbox.numbers(unread_only="true") == (2, 2)
    inbox.read(old).needs(404)
    inbox.anna.post("/notifications/read-all").needs(200)
    assert inbox.numbers() == (2, 0)
    assert inbox.numbers(unread_only="true") == (0, 0)


def test_notices_are_kept_ninety_days_from_their_event(inbox: Inbox) -> None:
    at = now_ms()
    inbox.put(at)
    items = [
        *inbox.table.query(f"NOTICES#{inbox.owner}"),
        *inbox.table.query(f"UNREAD#{inbox.owner}"),
    ]
    assert [item["expires"] for item in items] == [at // 1000 + 90 * 24 * 3600] * 2


def test_of_six_hundred_the_newest_five_hundred_are_listed_and_counted(inbox: Inbox) -> None:
    now = now_ms()
    ids = inbox.put(*range(now - 600, now))[::-1]
    assert inbox.numbers() == inbox.numbers(unread_only="true", page=6, limit=100) == (500, 500)
    for unread_only in ("false", "true"):
        pages = [inbox.ids(unread_only=unread_only, page=page, limit=100) for page in range(1, 7)]
        assert [notice for page in pages for notice in page] == ids[:500]
    inbox.read(ids[500]).needs(404)
    inbox.read(ids[499]).needs(200)
    assert inbox.numbers() == (500, 499)
    inbox.anna.post("/notifications/read-all").needs(200)
    assert inbox.numbers() == inbox.numbers(page=5, limit=100) == (500, 0)
    assert list(inbox.table.query(f"UNREAD#{inbox.owner}")) == []
    (newest,) = inbox.put(now + 1)
    assert (inbox.numbers(), inbox.ids(unread_only="true")) == ((500, 1), [newest])
    inbox.read(ids[499]).needs(404)


def known(client: Client, *tags: str) -> Client:
    """With these in If-None-Match."""
    return replace(client, headers={"if-none-match": ", ".join(tags)})


def tag_of(client: Client, **query: Any) -> str:
    answer = client.get("/notifications", **query)
    answer.needs(200)
    return answer.headers["etag"]


def test_what_the_caller_has_is_not_said_again(inbox: Inbox) -> None:
    inbox.put(now_ms())
    tag = tag_of(inbox.anna)
    assert tag_of(inbox.anna) == tag
    answer = known(inbox.anna, tag).get("/notifications")
    assert (answer.status, answer.text, answer.headers["etag"]) == (304, "", tag)
    assert answer.headers["cache-control"] == "no-store"
    assert {"x-request-id", "x-content-type-options"} <= answer.headers.keys()
    assert "content-type" not in answer.headers


@pytest.mark.parametrize(
    "form", ["*", " * ", "{}", "{strong}", '"x", {}', ", ,\t{},", 'W/"1",{strong} ,"2"']
)
def test_any_of_the_tags_will_do_and_weak_is_as_good_as_strong(inbox: Inbox, form: str) -> None:
    inbox.put(now_ms())
    tag = tag_of(inbox.anna)
    assert tag.startswith('W/"')
    sent = form.format(tag, strong=tag.removeprefix("W/"))
    assert known(inbox.anna, sent).get("/notifications").status == 304


@pytest.mark.parametrize("form", ["", ",", "1", '"1', '"1" "2"', '"1", *', "w/{}", '"ё"'])
def test_an_if_none_match_that_is_none_is_a_400(inbox: Inbox, form: str) -> None:
    sent = form.format(tag_of(inbox.anna))
    answer = known(inbox.anna, sent).get("/notifications").needs(400)
    assert "errors" not in answer
    assert "etag" not in known(inbox.anna, sent).get("/notifications").headers


def test_other_tags_get_the_answer_and_what_is_not_valid_is_refused_first(inbox: Inbox) -> None:
    tag = tag_of(inbox.anna)
    known(inbox.anna, '"x"', f'{tag[:-2]}x"').get("/notifications").needs(200)
    known(inbox.anna, "*").get("/notifications", page=0).needs(422)
    Client(inbox.anna.transport, headers={"if-none-match": "*"}).get("/notifications").needs(401)


def test_each_question_has_a_tag_of_its_own(inbox: Inbox, boris: Client) -> None:
    questions: list[Json] = [
        {},
        {"page": 2},
        {"limit": 21},
        {"unread_only": "true"},
        {"unread_only": "true", "limit": 1},
        {"page": 1, "limit": 2},
    ]
    tags = [tag_of(inbox.anna, **query) for query in questions] + [tag_of(boris)]
    assert len({*tags}) == len(tags)
    assert tag_of(inbox.anna, page=1, limit=20, unread_only="false", other="x") == tags[0]


def test_a_tag_is_old_once_anything_was_told_or_read(inbox: Inbox) -> None:
    now = now_ms()
    changes: list[Callable[[], Any]] = [
        lambda: inbox.put(now),
        lambda: inbox.put(now + 1, now + 2, now + 3),
        lambda: inbox.read(inbox.ids()[0]).needs(200),
        lambda: inbox.anna.post("/notifications/read-all").needs(200),
        lambda: inbox.put(now - 1),
    ]
    for change in changes:
        tags = [tag_of(inbox.anna), tag_of(inbox.anna, page=1, limit=1, unread_only="true")]
        change()
        known(inbox.anna, *tags).get("/notifications").needs(200)
        known(inbox.anna, *tags).get("/notifications", limit=1, unread_only="true").needs(200)


def test_what_changes_nothing_leaves_the_tag(inbox: Inbox, boris: Client) -> None:
    (notice,) = inbox.put(now_ms())
    inbox.read(notice).needs(200)
    tag = tag_of(inbox.anna)
    inbox.read(notice).needs(200)
    inbox.anna.post("/notifications/read-all").needs(200)
    boris.post(f"/notifications/{notice}/read").needs(404)
    boris.post("/notifications/read-all").needs(200)
    assert known(inbox.anna, tag).get("/notifications").status == 304


def test_what_expires_is_forgotten_with_the_day(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = now_ms() // 1000
    day = now_s - now_s % 86_400 + 86_400
    inbox.put((day - KEPT_S + 10) * 1000 + 1)

    def at(seconds: int) -> int:
        monkeypatch.setattr("functions.notifications.handler._now", lambda: day + seconds)
        return known(inbox.anna, tag).get("/notifications").status

    monkeypatch.setattr("functions.notifications.handler._now", lambda: day)
    tag = tag_of(inbox.anna)
    assert [at(0), at(11), at(86_399), at(86_400)] == [304, 304, 304, 200]
    assert inbox.numbers() == (0, 0)


def test_a_304_is_one_read_and_an_answer_has_as_many_as_it_needs(inbox: Inbox) -> None:
    table = import_module("functions.notifications.handler").api.table
    inbox.put(*range(now_ms() - 30, now_ms()))
    tag, badge = tag_of(inbox.anna), {"unread_only": "true", "limit": 1}

    def asked(client: Client, **query: Any) -> list[str]:
        with watched(table) as calls:
            client.get("/notifications", **query)
        return calls

    assert asked(known(inbox.anna, tag)) == ["get_item"]
    assert asked(inbox.anna) == ["get_item", "query", "query", "batch_get_item"]
    assert asked(inbox.anna, **badge) == ["get_item", "query", "batch_get_item"]


def test_an_alert_that_grows_changes_the_tag(
    anna: Client, boris: Client, in_memory: MemoryTable
) -> None:
    matching = follower("stream_matching", in_memory.stream)
    anna.post_lead(a_lead())
    matching()
    tags = [tag_of(anna)]
    for _ in range(2):
        boris.post_property(a_property())
        matching()
        tags.append(tag_of(anna))
        assert known(anna, *tags).get("/notifications").status == 304
        assert known(anna, *tags[:-1]).get("/notifications").status == 200
    (told,) = listed(anna)["notifications"]
    assert told["data"]["count"] == 2
