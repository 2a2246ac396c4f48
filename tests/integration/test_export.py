"""What a realtor is given of all that is kept about them, through the API."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from cobroke.clock import now_ms, timestamp
from cobroke.domain.notices.wording import Words
from cobroke.edge.exports import BOUNDS, Bounds, cursor_of, part
from cobroke.flows.own import export
from cobroke.flows.own.export import Place
from cobroke.storage import keys
from cobroke.storage.notices import notices
from cobroke.storage.notices.notices import Notice
from tests.builders import a_lead, a_property
from tests.client import Client
from tests.memory_table import MemoryTable
from tests.support.exported import LISTS, exported

pytestmark = pytest.mark.usefixtures("in_memory")

Json = dict[str, Any]
SECRETS = ("тел-клиента-Бориса", "заметки-Бориса", "клиент-Бориса")


@pytest.fixture
def table(in_memory: MemoryTable) -> MemoryTable:
    return in_memory


@pytest.fixture
def bounded(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets a part hold less, and less be read at once."""

    def by(at_once: int = 50, **most: int) -> None:
        bounds = BOUNDS._replace(**most)
        monkeypatch.setattr("functions.me.handler.part", partial(part, bounds=bounds))
        monkeypatch.setattr(export, "PAIRS_AT_ONCE", at_once)
        monkeypatch.setattr(export, "NOTICES_AT_ONCE", at_once)

    return by


class Two:
    """Anna, who exports, and Boris, with pairs in every state, and what she said and did."""

    def __init__(self, table: MemoryTable, anna: Client, boris: Client) -> None:
        self.table, self.anna, self.boris = table, anna, boris
        self.anna_id = str(anna.get("/me").needs(200)["realtor_id"])
        self.leads = [anna.post_lead(a_lead(notes=f"заметка {n}")) for n in range(3)]
        self.listings = [anna.post_property(a_property(description=f"дом {n}")) for n in range(3)]
        self.their_leads = [
            boris.post_lead(
                a_lead(client_name=SECRETS[2], client_contacts=SECRETS[0], notes=SECRETS[1])
            )
            for _ in range(4)
        ]
        self.their_listings = [boris.post_property(a_property()) for _ in range(4)]
        self.said: list[tuple[str, str, str]] = []
        self.decided: set[tuple[Any, ...]] = set()
        self._play()

    def _play(self) -> None:
        lead, other_lead, _ = self.leads
        pending, accepted, disliked, asked = self.their_listings
        self.ours(lead, pending, "LIKE", 40, "предлагаю сорок " * 200)
        self.ours(lead, accepted, "LIKE", None, "берём")
        self.theirs(lead, accepted)
        self.ours(lead, disliked, "DISLIKE", None, None)
        self.theirs(lead, asked)
        self.theirs(other_lead, pending, "DISLIKE")
        self.ours(other_lead, pending, "LIKE", 55, "вдруг передумаете")
        self.theirs(other_lead, accepted, "DISLIKE")
        self.ours(other_lead, disliked, "LIKE", 44, None)
        self.theirs(other_lead, disliked, "DISLIKE")
        self.decided -= {one for one in self.decided if one[:2] == (other_lead, disliked)}
        first, _, archived = self.listings
        self.of_listing(first, self.their_leads[0], "LIKE", "приходите")
        self.of_listing(first, self.their_leads[1], "DISLIKE", "сыро")
        self.of_listing(archived, self.their_leads[2], "LIKE", "пока не продано")
        self.anna.put(f"/properties/{archived}/archive").needs(200)
        for number in range(7):
            told = Notice(
                notices.notice_id(now_ms() - number, number),
                "NEW_MATCH",
                Words(f"Раз {number}", "Текст", ""),
                {"reason": "RECOMMENDED", "lead_id": lead, "count": number, "top": []},
            )
            assert notices.put(self.table, self.anna_id, told)
        notices.read(self.table, self.anna_id, told.id, 0)

    def ours(self, lead: str, listing: str, action: str, share: Any, notes: str | None) -> None:
        path = f"/leads/{lead}/property-recommendations/{listing}/action"
        said = {"action": action, "proposed_commission": share, "notes": notes}
        self.anna.post(path, said).needs(200)
        self.decided.add((lead, listing, "LEAD", action, share, notes))
        self.said += [(lead, listing, notes)] if notes and action == "LIKE" else []

    def of_listing(self, listing: str, lead: str, action: str, notes: str | None) -> None:
        path = f"/properties/{listing}/lead-recommendations/{lead}/action"
        self.anna.post(path, {"action": action, "notes": notes}).needs(200)
        self.decided.add((lead, listing, "PROPERTY", action, None, notes))
        self.said += [(lead, listing, notes)] if notes and action == "LIKE" else []

    def theirs(self, lead: str, listing: str, action: str = "LIKE") -> None:
        path = f"/properties/{listing}/lead-recommendations/{lead}/action"
        self.boris.post(path, {"action": action, "notes": "от Бориса " * 100}).needs(200)

    def matches(self) -> list[Json]:
        """As single matches are read, with what an export says besides."""
        rows = []
        for side, name, other in (
            ("LEAD", "lead", "property"),
            ("PROPERTY", "property", "lead"),
        ):
            for own in self.leads if side == "LEAD" else self.listings:
                path = f"/{'leads' if side == 'LEAD' else 'properties'}/{own}/matches"
                for row in self.anna.get(path, limit="100").needs(200)["matches"]:
                    match = self.anna.get(f"/matches/{row['match_id']}").needs(200)
                    ids = {f"{name}_id": own, f"{other}_id": match[other][f"{other}_id"]}
                    rows.append(match | ids | {"side": side})
        return rows


@pytest.fixture
def two(table: MemoryTable, anna: Client, boris: Client) -> Two:
    return Two(table, anna, boris)


def by_id(rows: list[Json]) -> list[Json]:
    return sorted(rows, key=lambda row: str(sorted(row.items(), key=str)))


@pytest.mark.parametrize("steps", [1, 2, 3, 5, 13, 200])
@pytest.mark.parametrize("at_once", [1, 3, 50])
def test_all_that_is_kept_is_there_once_whatever_a_part_holds(
    two: Two, bounded: Callable[..., None], steps: int, at_once: int
) -> None:
    bounded(at_once, steps=steps)
    anna, (found, parts) = two.anna, exported(two.anna)
    assert found["profile"] == anna.get("/me").needs(200)
    assert found["leads"] == [
        anna.get(f"/leads/{one}").needs(200) for one in sorted(two.leads, reverse=True)
    ]
    assert found["properties"] == [
        anna.get(f"/properties/{one}").needs(200) for one in sorted(two.listings, reverse=True)
    ]
    assert by_id(found["matches"]) == by_id(two.matches())
    assert {row["status"] for row in found["matches"]} >= {"PENDING", "ACCEPTED", "REJECTED"}
    assert sorted(
        (row["lead_id"], row["property_id"], row["text"]) for row in found["messages"]
    ) == sorted(two.said)
    acts = [
        tuple(
            row[name]
            for name in (
                *("lead_id", "property_id", "side", "action"),
                *("proposed_commission", "notes"),
            )
        )
        for row in found["decisions"]
    ]
    assert len(acts) == len({*acts})
    assert {*acts} == two.decided
    listed = anna.get("/notifications", limit="100").needs(200)["notifications"]
    assert found["notifications"] == listed
    assert [row["is_read"] for row in listed].count(True) == 1
    assert found["blocks"] == []
    assert parts >= sum(len(found[name]) for name in ("leads", "properties")) / steps


def test_what_has_no_match_names_none(two: Two) -> None:
    found, _ = exported(two.anna)
    matches = {row["match_id"] for row in found["matches"]}
    for row in found["messages"] + found["decisions"]:
        both = row["lead_id"] + row["property_id"]
        assert row["match_id"] == (both if both in matches else None)
    assert {row["match_id"] for row in found["messages"]} > {None}


def test_who_has_nothing_gets_one_part_with_their_profile(anna: Client) -> None:
    found, parts = exported(anna)
    assert (parts, [found[name] for name in LISTS]) == (1, [[]] * len(LISTS))
    assert found["profile"] == anna.get("/me").needs(200)


def test_a_message_has_the_time_at_which_it_was_said(two: Two, table: MemoryTable) -> None:
    lead, listing = two.leads[1], two.their_listings[0]
    key = keys.message(lead, listing, "LEAD")
    item = table.get(key)
    assert item
    table.transact([table.put(item | {"at": 1_000})])

    def at() -> str:
        found, _ = exported(two.anna)
        (row,) = (
            one
            for one in found["messages"]
            if (one["lead_id"], one["property_id"]) == (lead, listing)
        )
        return str(row["at"])

    assert at() == timestamp(1_000)
    before = now_ms()
    two.ours(lead, listing, "LIKE", None, "ещё раз: вдруг передумаете")
    assert timestamp(before) <= at() <= timestamp(now_ms()), "a kept LIKE is repeated with another"
    item = table.get(key)
    assert item
    del item["at"]
    table.transact([table.put(item)])
    found, _ = exported(two.anna)
    (like,) = (
        one for one in found["decisions"] if (one["lead_id"], one["property_id"]) == (lead, listing)
    )
    assert at() == like["at"], "of before it was kept: the LIKE's"


def texts(who: Client) -> list[str]:
    found, query = list[str](), dict[str, str]()
    while True:
        answer = who.get("/me/export", **query)
        found.append(answer.text)
        if not (last := answer.needs(200)["next"]):
            return found
        query = {"after": last}


@pytest.mark.parametrize("steps", [2, 200])
def test_of_a_counterpart_there_is_what_their_views_show_and_no_more(
    table: MemoryTable,
    anna: Client,
    stranger: Client,
    bounded: Callable[..., None],
    steps: int,
) -> None:
    bounded(steps=steps)
    boris = stranger.registered(phone="+79990001122", email="boris-77@a.ru")
    boris.get("/me").needs(200)
    two = Two(table, anna, boris)
    lead, listing = two.their_leads[0], two.listings[0]
    parts = texts(anna)
    assert any("+79990001122" in text for text in parts), "of the match that both agreed on"
    for secret in (*SECRETS, "boris-77@a.ru"):
        assert not any(secret in text for text in parts), secret
    agreed = two.leads[0], two.their_listings[1]
    two.ours(*agreed, "DISLIKE", None, None)
    assert not any("+79990001122" in text for text in texts(anna)), "nothing is agreed any more"
    two.boris.post(
        f"/leads/{lead}/property-recommendations/{listing}/action", {"action": "LIKE"}
    ).needs(200)
    parts = texts(anna)
    for secret in SECRETS[:2]:
        assert not any(secret in text for text in parts), secret
    assert any(SECRETS[2] in text for text in parts), "the client's name, once both have agreed"


def test_a_part_is_no_larger_than_its_bound(two: Two, bounded: Callable[..., None]) -> None:
    bounded(size=1)
    alone = texts(two.anna)
    largest = max(len(text.encode()) for text in alone)
    everything, _ = exported(two.anna)
    for size in (largest + 300, 2 * largest, 10 * largest):
        bounded(size=size)
        parts = texts(two.anna)
        assert max(len(text.encode()) for text in parts) <= size
        assert len(parts) < len(alone)
        assert exported(two.anna)[0] == everything


def test_four_million_bytes_leave_as_one_answer(anna: Client) -> None:
    """Escaped signs, and three bytes to a letter; in base64 it is below Lambda's bound, which the
    transport of these tests holds.
    """
    text = '"\n€' * 1_300
    names = [f"{number} " + "€" * 100 for number in range(50)]
    body = a_lead(
        client_contacts="€" * 500, notes=text, additional_requirements=text, districts=names
    )
    for _ in range(170):
        anna.post_lead(body)
    first, *others = texts(anna)
    assert 3_900_000 < len(first.encode()) <= 4_000_000
    assert len(others) == 1


def test_another_ones_cursor_is_none_of_ours(two: Two, bounded: Callable[..., None]) -> None:
    bounded(steps=2)
    theirs = two.boris.get("/me/export").needs(200)["next"]
    ours = two.anna.get("/me/export").needs(200)["next"]
    two.anna.get("/me/export", after=ours).needs(200)
    flipped = ours[:-1] + ("A" if ours[-1] != "A" else "B")
    for wrong in (theirs, flipped, ours[:-2], ours + "A", ours + "=", "", "AAAA", "." * 20):
        problem = two.anna.get("/me/export", after=wrong).needs(422)
        assert [error["pointer"] for error in problem["errors"]] == ["/after"]


def test_a_cursor_that_somebody_makes_up_reaches_nothing_of_others(two: Two) -> None:
    theirs = [
        Place("LEAD", two.their_leads[0]),
        Place("LEAD", two.their_leads[0], two.listings[0]),
        Place("PROPERTY", two.their_listings[0]),
        Place("PROPERTY", two.their_listings[0], two.leads[0]),
        Place("LEAD", "~", "~"),
        Place("LEAD", f"{two.leads[0]}#COUNTS"),
        Place("NOTICE", "~"),
    ]
    everything, _ = exported(two.anna)
    for place in theirs:
        found = two.anna.get("/me/export", after=cursor_of(two.anna_id, place)).needs(200)
        for name in LISTS:
            assert [row for row in found[name] if row not in everything[name]] == [], place


def test_a_cursor_says_nothing_but_where(two: Two, bounded: Callable[..., None]) -> None:
    """Ids alone: the digest and a place."""
    bounded(steps=9)
    for own, after in ((two.leads[0], two.their_listings[0]), (two.listings[0], "")):
        place = Place("LEAD", own, after)
        assert len(cursor_of(two.anna_id, place)) <= 100


def test_a_part_reads_no_more_than_its_bound_lets_it(
    table: MemoryTable, anna: Client, boris: Client, bounded: Callable[..., None]
) -> None:
    """Also where nothing of what is read is shown: pairs of which the caller has done nothing."""
    listing = anna.post_property(a_property())
    for _ in range(120):
        lead = boris.post_lead(a_lead())
        path = f"/leads/{lead}/property-recommendations/{listing}/action"
        boris.post(path, {"action": "DISLIKE"}).needs(200)
    bounded(steps=40)
    calls = list[None]()
    table.between = lambda: calls.append(None)
    parts = texts(anna)
    table.between = lambda: None
    assert len(parts) == 4
    assert len(calls) / len(parts) < 25


def test_the_bounds_are_those_of_the_contract() -> None:
    assert Bounds() == (4_000_000, 200)
