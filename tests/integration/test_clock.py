"""What time does by itself: matches expire, objects grow stale and come back, none too early, late
or twice.
"""

from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from cobroke.clock import DAY_MS, now_ms, timestamp
from cobroke.domain.deals.pair import PENDING_FOR, Pair, PairIds, Side
from cobroke.domain.postings.kinds import other
from cobroke.domain.postings.posting import FRESH_FOR_MS
from cobroke.flows.deals import agreement
from cobroke.flows.deals.decision import Decision
from cobroke.flows.schedule.rematch import parts_of_a_run, work_on
from cobroke.storage.deals import pairs
from cobroke.storage.postings import postings
from cobroke.storage.postings.counts import match_count
from cobroke.storage.schedule import agenda
from cobroke.storage.table import Table
from tests.account import TABLE
from tests.builders import Json, a_lead, a_property
from tests.client import Client
from tests.support.lossy_city import City, deliver
from tests.support.schedule import Schedule

pytestmark = pytest.mark.usefixtures("in_memory")

MINUTE = 60_000
SIDES: tuple[Side, Side] = ("LEAD", "PROPERTY")
BODIES: dict[Side, Callable[..., Json]] = {"LEAD": a_lead, "PROPERTY": a_property}


class Deal:
    """Anna's lead, Boris's listing, and a LIKE of hers at `liked_at`; time stands still but where a
    test moves it.
    """

    def __init__(self) -> None:
        self.city = City(0)
        self.anna, self.boris, *_ = self.city.realtors
        lead, listing = (
            self.city.posts("LEAD", self.anna, a_lead()),
            self.city.posts("PROPERTY", self.boris, a_property()),
        )
        self.ids = PairIds(lead, listing)
        self.city.tick = 0
        self.liked_at = self.city.now
        self.acts("LEAD", 40)

    def id_of(self, kind: Side) -> str:
        return self.ids.lead_id if kind == "LEAD" else self.ids.property_id

    @property
    def pair(self) -> Pair:
        return pairs.of_posting(self.city.table, "LEAD", self.ids.lead_id)[self.ids.property_id]

    def acts(self, side: Side, share: int | None = None, *, at: int | None = None) -> None:
        self.city.now = at or self.city.now
        who = self.anna if side == "LEAD" else self.boris
        agreement.act(
            self.city.table, side, who, self.ids, Decision("LIKE", share), self.city.clock
        )

    def written(self, kind: Side, *, at: int) -> None:
        """By its owner, without a change."""
        self.city.now = at
        self.city.edits(kind, self.id_of(kind), BODIES[kind]())

    def run(self, *, at: int) -> Counter[str]:
        """What a run at this moment makes of what is due."""
        self.city.now = at
        schedule = Schedule(self.city)
        schedule.run()
        return Counter(
            {
                kind: count
                for kind, count in schedule.did.items()
                if kind in {"expired", "stale"} and count
            }
        )

    def is_stale(self, kind: Side) -> bool:
        return postings.load(self.city.table, kind, self.id_of(kind)).stale

    def reminders(self) -> list[str]:
        return sorted(item["SK"] for item in self.city.table.items() if item["entity"] == "DUE")


@pytest.fixture
def deal() -> Deal:
    return Deal()


@pytest.mark.parametrize(
    ("after", "status"),
    [(PENDING_FOR - MINUTE, "PENDING"), (PENDING_FOR - 1, "PENDING"), (PENDING_FOR, "REJECTED")],
)
def test_a_match_expires_after_fourteen_days_without_an_act(
    deal: Deal, after: int, status: str
) -> None:
    assert PENDING_FOR == 14 * DAY_MS
    deal.run(at=deal.liked_at + after)
    assert deal.pair.status == status


def test_an_expired_match_says_why_counts_no_more_and_tells_nobody(deal: Deal) -> None:
    deliver(deal.city, Random(0))
    told = deal.city.pair_notices
    assert deal.run(at=deal.liked_at + PENDING_FOR) == {"expired": 1}
    deliver(deal.city, Random(0))
    pair = deal.pair
    assert (pair.status, pair.negotiation_status, pair.closed_reason) == (
        "REJECTED",
        "REJECTED",
        "EXPIRED",
    )
    assert (pair.closed_by, pair.awaiting, pair.closed_at) == (
        None,
        None,
        deal.liked_at + PENDING_FOR,
    )
    assert [match_count(deal.city.table, kind, deal.id_of(kind)) for kind in SIDES] == [0, 0]
    assert deal.city.pair_notices == told


def test_an_act_in_the_last_minute_gives_it_another_fourteen_days(deal: Deal) -> None:
    acted_at = deal.liked_at + PENDING_FOR - MINUTE
    deal.acts("PROPERTY", 30, at=acted_at)
    assert deal.pair.status == "PENDING"
    old, *_ = deal.reminders()
    assert deal.run(at=deal.liked_at + PENDING_FOR) == {}
    assert deal.pair.status == "PENDING"
    assert old not in deal.reminders()
    assert deal.run(at=acted_at + PENDING_FOR - 1) == {}
    assert deal.run(at=acted_at + PENDING_FOR) == {"expired": 1}


def test_a_like_that_changes_nothing_is_no_act(deal: Deal) -> None:
    deal.acts("LEAD", 40, at=deal.liked_at + PENDING_FOR - MINUTE)
    assert deal.run(at=deal.liked_at + PENDING_FOR) == {"expired": 1}


def test_what_was_agreed_does_not_expire(deal: Deal) -> None:
    deal.acts("PROPERTY", 40)
    assert deal.run(at=deal.liked_at + PENDING_FOR) == {}
    assert deal.pair.status == "ACCEPTED"


@pytest.mark.parametrize("side", SIDES)
def test_either_side_reopens_what_has_expired_and_it_may_expire_again(
    deal: Deal, side: Side
) -> None:
    deal.run(at=deal.liked_at + PENDING_FOR)
    again = deal.liked_at + PENDING_FOR + MINUTE
    deal.acts(side, at=again)
    assert (deal.pair.status, deal.pair.epoch, deal.pair.awaiting) == ("PENDING", 2, other(side))
    assert deal.run(at=again + PENDING_FOR - 1) == {}
    assert deal.run(at=again + PENDING_FOR) == {"expired": 1}


@pytest.mark.parametrize(
    ("after", "stale"), [(59 * DAY_MS, False), (60 * DAY_MS - 1, False), (60 * DAY_MS, True)]
)
def test_an_object_grows_stale_sixty_days_after_its_last_put(
    deal: Deal, after: int, stale: bool
) -> None:
    assert FRESH_FOR_MS == 60 * DAY_MS
    created = postings.load(deal.city.table, "PROPERTY", deal.ids.property_id).updated_at
    deal.written("LEAD", at=created + DAY_MS)
    deal.run(at=created + after)
    assert (deal.is_stale("LEAD"), deal.is_stale("PROPERTY")) == (False, stale)
    assert postings.load(deal.city.table, "PROPERTY", deal.ids.property_id).status == "ACTIVE"


@pytest.mark.parametrize("kind", SIDES)
def test_a_put_that_changes_nothing_in_the_last_minute_keeps_an_object_fresh(
    deal: Deal, kind: Side
) -> None:
    created = postings.load(deal.city.table, kind, deal.id_of(kind)).updated_at
    put_at = created + FRESH_FOR_MS - MINUTE
    deal.written(kind, at=put_at)
    deal.run(at=created + FRESH_FOR_MS + 1)
    assert (deal.is_stale(kind), deal.is_stale(other(kind))) == (False, True)
    assert len(deal.reminders()) == 1, "the next one of what was put"
    assert deal.run(at=put_at + FRESH_FOR_MS - 1) == {}
    assert deal.run(at=put_at + FRESH_FOR_MS) == {"stale": 1}
    deal.written(kind, at=put_at + FRESH_FOR_MS + DAY_MS)
    assert not deal.is_stale(kind)
    assert deal.run(at=put_at + 2 * FRESH_FOR_MS + DAY_MS) == {"stale": 1}


def test_what_was_archived_before_does_not_grow_stale(deal: Deal) -> None:
    deal.city.archives("PROPERTY", deal.ids.property_id)
    assert deal.run(at=deal.liked_at + FRESH_FOR_MS)["stale"] == 1
    assert (deal.is_stale("LEAD"), deal.is_stale("PROPERTY")) == (True, False)
    assert deal.reminders() == []


def test_a_run_that_is_three_weeks_late_loses_nothing() -> None:
    """Neither what fell due meanwhile, nor what the stream has lost in that time."""
    city, three_weeks = City(3), 21 * DAY_MS
    first = Schedule(city)
    city.lives(30)
    deliver(city, Random(0))
    first.run()
    city.now += FRESH_FOR_MS - three_weeks
    city.lives(60)
    acted = [pair for pair in _pairs(city) if pair.status == "PENDING"]
    deliver(city, Random(0), lost=1)
    city.now += three_weeks
    late = Schedule(city)
    late.run()
    assert len(acted) >= 5
    assert "PENDING" not in {pair.status for pair in _pairs(city)}
    there = [postings.load(city.table, kind, one) for one, kind in city.there.items()]
    assert [one.id for one in there if one.stale] == [
        one.id for one in there if (one.stale_at or 0) <= city.now
    ]
    assert min(late.did[kind] for kind in ("stale", "expired", "alerts", "told")) > 0, late.did
    again = Schedule(city)
    again.run()
    assert {kind for kind, count in again.did.items() if count} <= {"objects"}


def _pairs(city: City) -> list[Pair]:
    return [pairs.of_item(item) for item in city.table.items() if item["entity"] == "PAIR"]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A run `later` ms from now, over the functions' table."""
    monkeypatch.setattr(agenda, "LATEST_DAYS", 1)

    def run(later: int) -> None:
        table, at = Table(TABLE), now_ms() + later
        for part in parts_of_a_run(table):
            work_on(table, part, lambda: at)

    return run


type Run = Callable[[int], None]


class Shown:
    """The same of either kind over HTTP: Anna's object here, Boris's counterpart there."""

    def __init__(self, kind: Side, anna: Client, boris: Client) -> None:
        self.kind, self.anna, self.boris = kind, anna, boris
        self.own, self.other = self.post(anna, kind), self.post(boris, other(kind))

    def post(self, client: Client, kind: Side) -> str:
        return client.post_lead(a_lead()) if kind == "LEAD" else client.post_property(a_property())

    def put(self, client: Client, kind: Side, an_id: str) -> Any:
        return client.put(f"/{_noun(kind)}/{an_id}", BODIES[kind]()).needs(200)

    def views(self) -> list[Json]:
        """In full, in the list, and in that of its status."""
        nouns = _noun(self.kind)
        full = self.anna.get(f"/{nouns}/{self.own}").needs(200)
        lists = [
            self.anna.get(f"/{nouns}", **query).needs(200)
            for query in ({}, {"status": full["status"]})
        ]
        return [full, *(row for each in lists for row in each[nouns])]

    def recommended(self) -> tuple[int, int]:
        """To Anna for hers, to Boris for his."""
        ids = [(self.kind, self.own, self.anna), (other(self.kind), self.other, self.boris)]
        found = [
            who.properties_for(one) if kind == "LEAD" else who.leads_for(one)
            for kind, one, who in ids
        ]
        assert all(len(each["recommendations"]) == each["total"] for each in found)
        return found[0]["total"], found[1]["total"]

    def likes(self, client: Client, status: int) -> Any:
        mine, theirs = (self.own, self.other) if client is self.anna else (self.other, self.own)
        kind = self.kind if client is self.anna else other(self.kind)
        wanted = "property" if kind == "LEAD" else "lead"
        path = f"/{_noun(kind)}/{mine}/{wanted}-recommendations/{theirs}/action"
        return client.post(path, {"action": "LIKE"}).needs(status)

    def archive(self) -> None:
        verb = self.anna.post if self.kind == "LEAD" else self.anna.put
        verb(f"/{_noun(self.kind)}/{self.own}/archive").needs(200)

    def grows_stale(self, run: Run) -> None:
        """It alone: Boris puts his again."""
        run(FRESH_FOR_MS)
        self.put(self.boris, other(self.kind), self.other)


def _noun(kind: Side) -> str:
    return "leads" if kind == "LEAD" else "properties"


@pytest.fixture(params=SIDES)
def shown(request: pytest.FixtureRequest, anna: Client, boris: Client) -> Shown:
    return Shown(request.param, anna, boris)


def test_a_stale_object_is_active_out_of_every_list_and_comes_back_with_any_put(
    shown: Shown, run: Run
) -> None:
    updated_at = postings.load(Table(TABLE), shown.kind, shown.own).updated_at
    facts = [("ACTIVE", False, timestamp(updated_at + FRESH_FOR_MS))] * 3
    assert _facts(shown) == facts
    assert shown.recommended() == (1, 1)
    run(FRESH_FOR_MS - 10 * MINUTE)
    assert (_facts(shown), shown.recommended()) == (facts, (1, 1))
    shown.grows_stale(run)
    assert _facts(shown) == [("ACTIVE", True, timestamp(updated_at + FRESH_FOR_MS))] * 3
    assert shown.recommended() == (0, 0)
    put = shown.put(shown.anna, shown.kind, shown.own)
    assert put["stale"] is False
    assert _facts(shown) == [("ACTIVE", False, put["stale_at"])] * 3
    assert put["stale_at"] > timestamp(updated_at + 2 * FRESH_FOR_MS - MINUTE), (
        "it was put after it had grown stale"
    )
    assert shown.recommended() == (1, 1)


def _facts(shown: Shown) -> list[tuple[Any, ...]]:
    return [(view["status"], view["stale"], view["stale_at"]) for view in shown.views()]


def test_a_stale_object_keeps_its_open_match_which_both_may_act_on(shown: Shown) -> None:
    shown.likes(shown.boris, 200)
    table, match = Table(TABLE), f"/{_noun(shown.kind)}/{shown.own}/matches"
    old = postings.load(table, shown.kind, shown.own)
    assert postings.grow_stale(table, shown.kind, shown.own, lambda: old.updated_at + FRESH_FOR_MS)
    (row,) = shown.anna.get(match).needs(200)["matches"]
    assert (row["status"], row["awaiting"]) == ("PENDING", "ME")
    assert [view["match_count"] for view in shown.views()] == [1, 1, 1]
    assert shown.likes(shown.anna, 200)["match"]["status"] == "ACCEPTED"


def test_a_like_between_a_stale_object_and_a_stranger_finds_nothing(shown: Shown, run: Run) -> None:
    shown.grows_stale(run)
    for client in (shown.anna, shown.boris):
        assert shown.likes(client, 404)["code"] == "not_found"
    shown.put(shown.anna, shown.kind, shown.own)
    shown.likes(shown.boris, 200)


def test_an_archived_object_has_no_time_to_grow_stale_at(shown: Shown, run: Run) -> None:
    shown.archive()
    assert _facts(shown) == [("ARCHIVED", False, None)] * 3
    run(FRESH_FOR_MS)
    assert _facts(shown) == [("ARCHIVED", False, None)] * 3


def test_a_stale_object_that_is_archived_is_no_longer_stale(shown: Shown, run: Run) -> None:
    shown.grows_stale(run)
    shown.archive()
    assert _facts(shown) == [("ARCHIVED", False, None)] * 3


@pytest.mark.parametrize("first", ["anna", "boris"])
def test_an_expired_match_tells_both_why_and_either_may_open_it_again(
    shown: Shown, run: Run, first: str
) -> None:
    shown.likes(shown.anna, 200)
    run(PENDING_FOR - 10 * MINUTE)
    assert _matches(shown) == [("PENDING", None, "THEM"), ("PENDING", None, "ME")]
    run(PENDING_FOR)
    assert _matches(shown) == [("REJECTED", "EXPIRED", None)] * 2
    assert shown.recommended() == (1, 1), "nobody answered: it is in both lists again"
    again = shown.likes(getattr(shown, first), 200)["match"]
    assert (again["status"], again["awaiting"]) == ("PENDING", "THEM")


def _matches(shown: Shown) -> list[tuple[Any, ...]]:
    """As Anna and as Boris see it."""
    ids = (shown.own, shown.other) if shown.kind == "LEAD" else (shown.other, shown.own)
    views = [
        client.get(f"/matches/{ids[0]}{ids[1]}").needs(200) for client in (shown.anna, shown.boris)
    ]
    return [(view["status"], view["closed_reason"], view["awaiting"]) for view in views]
