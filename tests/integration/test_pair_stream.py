"""However the stream is delivered, realtors are told the same and the same matches close: over a
day's records.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Any
from unittest.mock import patch

import boto3
import pytest

from cobroke.domain.deals.pair import PairIds, Side
from cobroke.domain.errors import Archived, Busy
from cobroke.domain.ids import match_id, owner_of
from cobroke.domain.postings.kinds import other
from cobroke.flows.deals import agreement, closing
from cobroke.flows.deals.closing import Ended
from cobroke.storage.notation import Item, item_of
from cobroke.storage.notices import inboxes, notices
from cobroke.storage.postings import postings
from cobroke.storage.postings.counts import match_count
from cobroke.storage.table import Table, Write
from functions.stream_notifications import handler as function
from tests.account import TABLE, opened_account
from tests.builders import a_lead, a_property
from tests.client import Client
from tests.events import in_process
from tests.memory_table import MemoryTable, fill
from tests.pump import Json, Pump, drain, passes, recorded
from tests.support.office import READER, Office, Told, following, told_to
from tests.support.table_calls import rights_used
from tests.support.table_faults import FAULTS, Fault, faulty, never, once, sometimes
from tests.support.town import ATTEMPTS, BATCH_SIZE, SIDES

type Handler = Callable[[Json, Any], Any]

SEEDS = range(24)


@dataclass(frozen=True)
class Day:
    """What two realtors left behind in the evening: the stream and the items."""

    stream: Sequence[Json]
    items: Sequence[Item]
    realtors: Sequence[str]

    @property
    def waking(self) -> list[Json]:
        """The records that the filters let through."""
        return [
            one for one in self.stream if any(passes(one, pattern) for pattern in READER.patterns)
        ]

    def table(self) -> MemoryTable:
        """A copy, of which nobody has been told anything."""
        table = MemoryTable(page_items=40)
        fill(table, self.items)
        return table

    def told(self, table: Table, *, unread_only: bool = False) -> Counter[Told]:
        found = [
            told_to(table, realtor_id, unread_only=unread_only) for realtor_id in self.realtors
        ]
        return Counter(told for inbox in found for _, told in inbox)

    def clean(self) -> Counter[Told]:
        """What one pass tells, record by record."""
        table = self.table()
        with following(table):
            for record in self.waking:
                assert function.handler({"Records": [record]}, None) == {"batchItemFailures": []}
        return self.told(table)


@pytest.fixture(scope="module")
def day() -> Day:
    with opened_account():
        with recorded(TABLE) as stream:
            ids = a_lively_day(Random(11))
        raws = list(boto3.client("dynamodb").scan(TableName=TABLE)["Items"])
    return Day(stream, [item_of(raw) for raw in raws], ids)


@pytest.fixture(scope="module")
def clean(day: Day) -> Counter[Told]:
    return day.clean()


def a_lively_day(rng: Random) -> list[str]:
    """Two leads, two listings, whatever comes to their owners' minds; then one deal is done, one
    listing archived.
    """
    anna, boris = (Client(in_process).registered() for _ in range(2))
    leads = [anna.post_lead(a_lead()) for _ in range(2)]
    listings = [boris.post_property(a_property()) for _ in range(3)]
    for _ in range(150):
        lead, listing = rng.choice(leads), rng.choice(listings)
        body = {
            "action": rng.choices(["LIKE", "DISLIKE"], [8, 1])[0],
            "notes": rng.choice([None, "привет"]),
        }
        if rng.random() < 0.5:
            body |= {"proposed_commission": rng.choice([None, *range(47, 57)])}
            anna.post(f"/leads/{lead}/property-recommendations/{listing}/action", body)
        else:
            body |= {"proposed_commission": rng.choice([None, *range(45, 54)])}
            boris.post(f"/properties/{listing}/lead-recommendations/{lead}/action", body)
    accepted = [
        match
        for lead in leads
        for match in anna.get(f"/leads/{lead}/matches", status="ACCEPTED").needs(200)["matches"]
    ]
    anna.post(f"/matches/{accepted[0]['match_id']}/complete").needs(200)
    boris.put(f"/properties/{listings[0]}/archive").needs(200)
    return [str(client.get("/me").needs(200)["realtor_id"]) for client in (anna, boris)]


def is_right(
    day: Day,
    clean: Counter[Told],
    seed: int,
    *,
    by: Handler = function.handler,
    faults: bool = True,
) -> bool:
    """Whether realtors are told what a clean pass tells, and what they have read meanwhile stays
    read.
    """
    rng, table, read = Random(seed), day.table(), Counter[Told]()
    pump = Pump(by, rng, READER.patterns, rng.randint(1, BATCH_SIZE), ATTEMPTS, rng.randint(1, 4))
    cut = rng.randrange(len(day.stream))
    fault = sometimes(rng) if faults else never
    for records in (day.stream[:cut], day.stream[cut:], day.stream):
        with following(table), faulty(table, fault):
            pump.run(records)
        read += some_read(day, table, rng)
    assert pump.failed == []
    return day.told(table) == clean and day.told(table, unread_only=True) + read == clean


def some_read(day: Day, table: MemoryTable, rng: Random) -> Counter[Told]:
    """Realtors read some of what is new to them."""
    new = [
        one for realtor_id in day.realtors for one in told_to(table, realtor_id, unread_only=True)
    ]
    read = [one for one in new if rng.random() < 0.3]
    for notice, told in read:
        notices.read(table, told.realtor, notice, 0)
    return Counter(told for _, told in read)


def test_the_day_was_lively(day: Day, clean: Counter[Told]) -> None:
    reasons = Counter[str | None]()
    for told, times in clean.items():
        reasons[told.reason] += times
        assert told.realtor in {owner_of(told.lead_id), owner_of(told.property_id)}
        assert told.match_id == match_id(told.lead_id, told.property_id)
        assert (told.type == "CONTACT_SHARED") == (told.reason is None)
    assert {*reasons} == {"INTEREST", "MUTUAL", "OFFER", None}
    assert min(reasons.values()) >= 4
    assert 30 <= len(day.waking) < len(day.stream) / 2


def test_however_it_is_delivered_realtors_are_told_what_one_clean_pass_tells(
    day: Day, clean: Counter[Told]
) -> None:
    assert [seed for seed in SEEDS if not is_right(day, clean, seed, faults=False)] == []


def test_so_it_is_when_the_store_fails_now_and_then(day: Day, clean: Counter[Told]) -> None:
    assert [seed for seed in SEEDS if not is_right(day, clean, seed)] == []


def test_a_crash_behind_any_record_and_a_replay_change_nothing(
    day: Day, clean: Counter[Told]
) -> None:
    waking = day.waking
    for handled in range(len(waking) + 1):
        table = day.table()
        with following(table):
            function.handler({"Records": waking[:handled]}, None)
            assert function.handler({"Records": waking}, None) == {"batchItemFailures": []}
        assert day.told(table) == day.told(table, unread_only=True) == clean, handled


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_any_one_transaction_changes_nothing(
    day: Day, clean: Counter[Told], fault: Fault
) -> None:
    for number in range(clean.total()):
        table, failures = day.table(), once(number, fault)
        pump = Pump(
            function.handler,
            Random(0),
            READER.patterns,
            BATCH_SIZE,
            shards=1,
            duplicates=0,
            crashes=0,
        )
        with following(table), faulty(table, failures):
            pump.run(day.stream)
        assert pump.failed == []
        assert day.told(table) == day.told(table, unread_only=True) == clean, number


def test_a_record_that_always_fails_is_given_up_alone_and_all_others_are_told(
    day: Day, clean: Counter[Told]
) -> None:
    table = day.table()
    with following(table):
        function.handler({"Records": day.waking}, None)
        poison = next(one for one in told_to(table, day.realtors[0]) if one[1].reason == "OFFER")
    table, put = day.table(), notices.put

    def failing(table: Table, realtor_id: str, notice: notices.Notice) -> bool:
        if notice.id == poison[0]:
            raise Busy
        return put(table, realtor_id, notice)

    pump = Pump(function.handler, Random(0), READER.patterns, BATCH_SIZE, ATTEMPTS)
    with following(table), patch.object(notices, "put", failing):
        pump.run(day.stream)
    assert len(pump.failed) == 1
    assert day.told(table) == clean - Counter([poison[1]])


def wrong_seeds(day: Day, clean: Counter[Told], by: Handler = function.handler) -> int:
    return sum(not is_right(day, clean, seed, by=by) for seed in SEEDS)


def test_a_key_made_from_the_clock_would_be_found(day: Day, clean: Counter[Told]) -> None:
    ticks, made = count(1), notices.notice_id
    with patch.object(notices, "notice_id", lambda at, *reports: made(at + next(ticks), *reports)):
        assert wrong_seeds(day, clean) > len(SEEDS) / 2


def blindly(table: Table, item: Item, **_: Any) -> Write:
    """As it must not be: a put without its condition."""
    return Table.put(table, item)


def test_a_notice_put_without_looking_whether_it_is_there_would_be_found(
    day: Day, clean: Counter[Told]
) -> None:
    with (
        patch.object(MemoryTable, "put", blindly),
        patch.object(notices, "already_put", lambda *_: set()),
    ):
        assert wrong_seeds(day, clean) > len(SEEDS) / 2


def unread_after_two_deliveries(day: Day, clean: Counter[Told], moment: int) -> int:
    """How many marks there are where another delivery, and the realtors' reading, came before one
    call of the table.
    """
    table, calls = day.table(), count()

    def others() -> None:
        if next(calls) == moment:
            function.handler({"Records": day.waking}, None)
            for realtor_id in day.realtors:
                notices.read_all(table, realtor_id, 0)

    with following(table):
        table.between = others
        assert function.handler({"Records": day.waking}, None) == {"batchItemFailures": []}
        table.between = lambda: None
    assert day.told(table) == clean
    return day.told(table, unread_only=True).total()


MOMENTS = range(60)


def test_two_deliveries_at_once_tell_once_and_what_was_read_stays_read(
    day: Day, clean: Counter[Told]
) -> None:
    assert [moment for moment in MOMENTS if unread_after_two_deliveries(day, clean, moment)] == []


def test_a_look_without_a_condition_on_the_put_would_be_found(
    day: Day, clean: Counter[Told]
) -> None:
    with patch.object(MemoryTable, "put", blindly):
        assert any(unread_after_two_deliveries(day, clean, moment) for moment in MOMENTS)


def test_a_function_that_hides_its_failures_would_be_found(day: Day, clean: Counter[Told]) -> None:
    def hiding(event: Json, context: Any) -> Any:
        with suppress(Exception):
            function.handler(event, context)
        return {"batchItemFailures": []}

    assert wrong_seeds(day, clean, hiding) > len(SEEDS) / 3


@dataclass
class Popular:
    """An object with 120 PENDING matches, and one of every kind that an archive must leave as it
    is.
    """

    office: Office
    kind: Side
    waiting: int = 120

    def __post_init__(self) -> None:
        self.id = self.office.posted(self.kind)
        self.agreed, self.done, self.declined, self.disliked = (
            self.with_a_new_one() for _ in range(4)
        )
        for ids in (self.agreed, self.done):
            self.office.agrees(ids)
        agreement.complete(self.office.table, self.other_owner, self.done, self.office.clock)
        self.office.acts(self.kind, self.declined)
        self.office.acts(other(self.kind), self.declined, "DISLIKE")
        self.office.acts(self.kind, self.disliked, "DISLIKE")
        for ids in [self.with_a_new_one() for _ in range(self.waiting)]:
            self.office.acts(self.kind, ids)
        self.office.settle()
        self.before = self.office.pairs_of(self.kind, self.id)
        self.told = self.office.told()

    @property
    def owner(self) -> str:
        return owner_of(self.id)

    @property
    def other_owner(self) -> str:
        return self.office.boris if self.kind == "LEAD" else self.office.anna

    def with_a_new_one(self) -> PairIds:
        theirs = self.office.posted(other(self.kind))
        return PairIds(self.id, theirs) if self.kind == "LEAD" else PairIds(theirs, self.id)

    def leaves(self, reason: str) -> None:
        if reason == "OBJECT_ARCHIVED":
            self.office.archives(self.kind, self.id)
        else:
            agreement.complete(self.office.table, self.owner, self.agreed, self.office.clock)

    def closed(self, reason: str) -> int:
        now = self.office.pairs_of(self.kind, self.id)
        return sum(
            pair.closed_reason == reason and self.before[each].status == "PENDING"
            for each, pair in now.items()
        )


@pytest.fixture(params=["LEAD", "PROPERTY"])
def popular(request: pytest.FixtureRequest) -> Popular:
    return Popular(Office(), request.param)


@pytest.mark.parametrize("reason", ["OBJECT_ARCHIVED", "OBJECT_CLOSED"])
def test_when_an_object_leaves_all_that_waits_for_it_closes_and_the_rest_stays(
    popular: Popular, reason: str
) -> None:
    office, kind = popular.office, popular.kind
    popular.leaves(reason)
    before = office.pairs_of(kind, popular.id)
    office.settle()
    now = office.pairs_of(kind, popular.id)
    assert popular.closed(reason) == popular.waiting
    assert {each: pair for each, pair in now.items() if before[each].status != "PENDING"} == {
        each: pair for each, pair in before.items() if pair.status not in {None, "PENDING"}
    }
    statuses = Counter(pair.status for pair in now.values())
    completed = 1 + (reason == "OBJECT_CLOSED")
    assert statuses == {"REJECTED": 121, "COMPLETED": completed} | (
        {"ACCEPTED": 1} if completed == 1 else {}
    )
    assert match_count(office.table, kind, popular.id) == 2
    assert office.told() == popular.told


@pytest.mark.parametrize("fault", FAULTS)
def test_a_closing_that_dies_half_way_is_finished_by_the_next_try(
    popular: Popular, fault: Fault
) -> None:
    popular.leaves("OBJECT_ARCHIVED")
    office, halfway = popular.office, list[int]()
    numbers = count()

    def at_the_sixtieth() -> Fault:
        if next(numbers) != 60:
            return "none"
        halfway.append(popular.closed("OBJECT_ARCHIVED"))
        return fault

    with faulty(office.table, at_the_sixtieth):
        office.settle()
    assert halfway == [58], "one pair went, and the second slice had begun"
    assert popular.closed("OBJECT_ARCHIVED") == popular.waiting
    assert office.told() == popular.told


def test_what_the_function_closes_wakes_it_once_and_a_replay_writes_nothing(
    popular: Popular,
) -> None:
    office = popular.office
    pump, delivered, written = office.pump, office.pump.delivered, len(office.table.stream)
    pump.duplicates = pump.crashes = 0
    popular.leaves("OBJECT_ARCHIVED")
    office.settle()
    images = [one["dynamodb"].get("NewImage") for one in office.table.stream[written:]]
    entities = Counter(image["entity"]["S"] for image in images if image)
    assert (entities["PAIR"], entities["NOTICE"]) == (popular.waiting, 0)
    slices = -(-(popular.waiting + 1) // closing.SLICE)
    assert entities["CLOSING"] == slices - 1
    assert pump.delivered == delivered + slices + popular.waiting
    written, pump.position = len(office.table.stream), 0
    office.settle()
    assert len(office.table.stream) == written


def test_an_object_that_is_in_the_market_closes_nothing() -> None:
    office = Office()
    ids = PairIds(office.posted("LEAD"), office.posted("PROPERTY"))
    office.acts("LEAD", ids)
    for kind, posting_id in zip(SIDES, ids, strict=True):
        assert (
            closing.end_pairs(
                office.table, postings.load(office.table, kind, posting_id), office.clock
            )
            == Ended()
        )
    assert office.pairs_of("LEAD", ids.lead_id)[ids.property_id].status == "PENDING"


def test_a_like_between_an_archives_look_and_its_commit_is_closed_by_the_stream() -> None:
    office = Office()
    ids = PairIds(office.posted("LEAD"), office.posted("PROPERTY"))
    calls = count()

    def like() -> None:
        if next(calls) == 1:
            office.acts("PROPERTY", ids)

    office.table.between = like
    office.archives("LEAD", ids.lead_id)
    office.table.between = lambda: None
    assert office.pairs_of("LEAD", ids.lead_id)[ids.property_id].status == "PENDING"
    office.settle()
    pair = office.pairs_of("LEAD", ids.lead_id)[ids.property_id]
    assert (pair.status, pair.closed_reason) == ("REJECTED", "OBJECT_ARCHIVED")
    assert [told.reason for told in office.told()] == ["INTEREST"]


@pytest.mark.parametrize("kind", ["LEAD", "PROPERTY"])
def test_a_like_that_looked_before_an_archive_does_not_come_after_it(kind: Side) -> None:
    office = Office()
    ids = PairIds(office.posted("LEAD"), office.posted("PROPERTY"))
    office.acts(kind, ids)
    calls = count()
    posting_id = ids.lead_id if kind == "LEAD" else ids.property_id
    office.table.between = lambda: office.archives(kind, posting_id) if next(calls) == 1 else None
    with patch("cobroke.storage.pauses.time.sleep"), pytest.raises(Archived):
        office.acts(other(kind), ids)
    assert office.pairs_of("LEAD", ids.lead_id)[ids.property_id].status == "PENDING"


def test_the_function_may_do_what_it_does_and_no_more() -> None:
    office = Office()
    ids = PairIds(office.posted("LEAD"), office.posted("PROPERTY"))
    office.acts("LEAD", ids)
    office.acts("LEAD", PairIds(ids.lead_id, office.posted("PROPERTY")), "DISLIKE")
    office.archives("LEAD", ids.lead_id)
    with rights_used(office.table) as used, patch.object(inboxes, "MOST", 1):
        office.settle()
    assert used == set(READER.actions)


def test_over_http_both_sides_see_why_a_match_was_closed(anna: Client, boris: Client) -> None:
    with recorded(TABLE) as stream:
        wish, other_wish = anna.post_lead(a_lead()), anna.post_lead(a_lead())
        offers = [boris.post_property(a_property()) for _ in range(3)]
        likes: Iterable[tuple[str, str]] = [(wish, offer) for offer in offers] + [
            (other_wish, offers[0])
        ]
        for one, offer in likes:
            anna.post(
                f"/leads/{one}/property-recommendations/{offer}/action", {"action": "LIKE"}
            ).needs(200)
        boris.post(
            f"/properties/{offers[0]}/lead-recommendations/{wish}/action", {"action": "LIKE"}
        ).needs(200)
        anna.post(f"/matches/{wish}{offers[0]}/complete").needs(200)
        boris.put(f"/properties/{offers[0]}/archive").needs(200)
        drain(stream, Pump(function.handler, Random(0), READER.patterns))

    def seen(client: Client, path: str) -> dict[str, Any]:
        found = client.get(f"{path}/matches").needs(200)["matches"]
        return {
            each["match_id"]: (each["status"], each["closed_reason"], each["awaiting"])
            for each in found
        }

    done, sold = ("COMPLETED", None, None), ("REJECTED", "OBJECT_CLOSED", None)
    assert seen(anna, f"/leads/{wish}") == {
        wish + offers[0]: done,
        wish + offers[1]: sold,
        wish + offers[2]: sold,
    }
    assert seen(boris, f"/properties/{offers[1]}") == {wish + offers[1]: sold}
    assert seen(boris, f"/properties/{offers[0]}") == {
        wish + offers[0]: done,
        other_wish + offers[0]: ("REJECTED", "OBJECT_ARCHIVED", None),
    }
    assert anna.get(f"/leads/{wish}").needs(200)["match_count"] == 1
    assert boris.get("/notifications").needs(200)["total"] == 5


def test_over_http_a_pair_without_a_match_is_gone_with_its_object(
    anna: Client, boris: Client
) -> None:
    with recorded(TABLE) as stream:
        wish, offer = anna.post_lead(a_lead()), boris.post_property(a_property())
        own = f"/leads/{wish}/property-recommendations/{offer}/action"
        theirs = f"/properties/{offer}/lead-recommendations/{wish}/action"
        anna.post(own, {"action": "DISLIKE"}).needs(200)
        boris.post(theirs, {"action": "LIKE", "notes": "привет"}).needs(200)
        anna.post(f"/leads/{wish}/archive").needs(200)
        assert boris.post(theirs, {"action": "LIKE"}).needs(409)["code"] == "archived"
        with patch.object(closing, "SLICE", 1):
            drain(stream, Pump(function.handler, Random(0), READER.patterns))
    assert boris.post(theirs, {"action": "LIKE"}).needs(404)["code"] == "not_found"
    assert anna.post(own, {"action": "LIKE"}).needs(409)["code"] == "archived"
    kinds = {raw["entity"]["S"] for raw in boto3.client("dynamodb").scan(TableName=TABLE)["Items"]}
    assert kinds.isdisjoint({"PAIR", "MIRROR", "MESSAGE", "CLOSING"})
