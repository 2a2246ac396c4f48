"""A long closing gives its shard back after every slice, and comes to the same end however it is
delivered.
"""

from collections import Counter
from random import Random
from unittest.mock import patch

import pytest

from cobroke.domain.deals.pair import Action, PairIds, Side
from cobroke.domain.postings.kinds import lead_first, other
from cobroke.flows.deals import closing
from cobroke.flows.deals.closing import Ended
from cobroke.storage import keys
from cobroke.storage.deals import closings
from cobroke.storage.postings import postings
from functions.stream_notifications import handler as function
from tests.builders import a_lead, a_property
from tests.pump import Json, Pump, passes
from tests.support.lossy_city import City, deliver, deliver_those
from tests.support.office import READER, Office, following
from tests.support.schedule import Schedule
from tests.support.table_calls import Death, When, watched
from tests.support.table_faults import faulty, sometimes
from tests.support.town import SIDES, without_luck


@pytest.fixture(autouse=True)
def aws() -> None:
    """No account: the table is in memory."""


def pair_of(kind: Side, own: str, theirs: str) -> PairIds:
    return PairIds(*lead_first(kind, own, theirs))


def a_popular(office: Office, kind: Side, waiting: int, dead: int = 0) -> str:
    """One with so many PENDING matches, so many dislikes, and a deal agreed; all is told."""
    own = office.posted(kind)
    likes, dislikes = list[Action](["LIKE"]) * waiting, list[Action](["DISLIKE"]) * dead
    for action in Random(1).sample(likes + dislikes, waiting + dead):
        office.acts(kind, pair_of(kind, own, office.posted(other(kind))), action)
    office.agrees(pair_of(kind, own, office.posted(other(kind))))
    office.settle()
    return own


def statuses(office: Office, kind: Side, own: str) -> Counter[str | None]:
    return Counter(pair.status for pair in office.pairs_of(kind, own).values())


def has_ended(office: Office, kind: Side, own: str, waiting: int) -> bool:
    """Whether nothing is open, all is counted as it is, and nothing says that it goes on."""
    found = {"REJECTED": waiting, "ACCEPTED": 1}
    goes_on = [item for item in office.table.items() if item["entity"] == "CLOSING"]
    return statuses(office, kind, own) == found and not goes_on and is_counted(office)


def is_counted(office: Office) -> bool:
    for item in office.table.items():
        if item["entity"] == "COUNTS":
            kind, an_id, _ = item["SK"].split("#")
            pairs = office.pairs_of(kind, an_id).values()
            matches = sum(pair.counts_as_match for pair in pairs)
            if (item["pairs"], item["matches"]) != (len(pairs), matches):
                return False
    return True


@pytest.mark.parametrize("kind", SIDES)
def test_what_another_realtor_does_behind_an_archive_is_followed_before_its_last_slice(
    kind: Side,
) -> None:
    office = Office()
    own = a_popular(office, kind, 160)
    asked = PairIds(office.posted("LEAD"), office.posted("PROPERTY"))
    pump = Pump(function.handler, Random(0), READER.patterns, shards=1)
    pump.position = position = len(office.table.stream)
    office.archives(kind, own)
    office.acts("LEAD", asked)
    acted = len(office.table.stream)
    office.settle(without_luck(pump))
    told = [one for one in office.table.stream[acted:] if not is_queued(one)]
    images = [one["dynamodb"].get("NewImage") for one in told]
    order = [image["entity"]["S"] for image in images if image]
    assert [one for one in order if one in {"PAIR", "NOTICE"}] == (
        ["PAIR"] * 50 + ["NOTICE"] + ["PAIR"] * 110
    )
    assert has_ended(office, kind, own, 160)
    assert position < acted


def is_queued(record: Json) -> bool:
    """A notice that is there already is taken into an outbox."""
    image = record["dynamodb"].get("NewImage", {})
    return bool(record["eventName"] == "MODIFY" and image.get("entity") == {"S": "NOTICE"})


def test_one_delivery_ends_a_slice_and_no_more() -> None:
    office = Office()
    own = a_popular(office, "LEAD", 40, dead=40)
    position = len(office.table.stream)
    office.archives("LEAD", own)
    left = [80]
    while records := waking(office, position):
        position = len(office.table.stream)
        for record in records:
            with following(office.table):
                assert function.handler({"Records": [record]}, None) == {"batchItemFailures": []}
            found = statuses(office, "LEAD", own)
            left += [found["PENDING"] + found[None]]
    assert list(dict.fromkeys(left)) == [80, 30, 0]


def waking(office: Office, position: int) -> list[Json]:
    return [
        one
        for one in office.table.stream[position:]
        if any(passes(one, pattern) for pattern in READER.patterns)
    ]


@pytest.mark.parametrize("seed", range(24))
def test_however_it_is_delivered_it_comes_to_its_end(seed: int) -> None:
    """Twice, late, in parts, dying anywhere, over a store that fails; and again from the start."""
    rng = Random(seed)
    kind, office = rng.choice(SIDES), Office()
    with patch.object(closing, "SLICE", rng.choice([1, 2, 5])):
        own = a_popular(office, kind, 12, dead=6)
        told = office.told()
        office.archives(kind, own)
        office.pump.rng, office.pump.batch_size = rng, rng.randint(1, 25)
        office.pump.attempts = 60
        for position in (office.pump.position, 0):
            office.pump.position = position
            with faulty(office.table, sometimes(rng)):
                office.settle()
        assert has_ended(office, kind, own, 12)
        assert office.told() == told


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_slice_that_dies_at_any_call_is_ended_by_its_next_delivery(when: When) -> None:
    def an_archive() -> tuple[Office, str]:
        office = Office()
        own = a_popular(office, "LEAD", 3, dead=3)
        office.pump = without_luck(office.pump)
        office.archives("LEAD", own)
        return office, own

    with patch.object(closing, "SLICE", 2):
        office, own = an_archive()
        with watched(office.table) as calls:
            office.settle()
        for number in range(len(calls)):
            office, own = an_archive()
            death = Death(number, when, OSError)
            with watched(office.table, death):
                office.settle()
            assert death.came
            assert has_ended(office, "LEAD", own, 3), number


def test_a_replay_of_a_closing_that_is_done_writes_nothing() -> None:
    office = Office()
    with patch.object(closing, "SLICE", 2):
        own = a_popular(office, "LEAD", 7, dead=2)
        office.archives("LEAD", own)
        office.settle()
        position, office.pump.position = len(office.table.stream), 0
        office.settle()
    assert len(office.table.stream) == position


def test_what_a_lost_record_leaves_open_the_next_run_ends_whole() -> None:
    city = City(0)
    anna, boris, *_ = city.realtors
    lead = city.posts("LEAD", anna, a_lead())
    for _ in range(7):
        city.acts("LEAD", PairIds(lead, city.posts("PROPERTY", boris, a_property())))
    deliver(city, Random(0))
    city.archives("LEAD", lead)
    with patch.object(closing, "SLICE", 2):
        deliver_those(
            city, Random(0), lambda record: "after" not in record["dynamodb"].get("NewImage", {})
        )
        assert Schedule(city).run()["closed"] == 5
        assert city.table.get(keys.closing("LEAD", lead)) is not None
        stored = postings.load(city.table, "LEAD", lead)
        assert closing.end_slice(city.table, stored, city.clock, after="0") == Ended()
    assert city.table.get(keys.closing("LEAD", lead)) is None


def test_a_mark_of_a_closing_is_gone_after_a_day_whatever_happens() -> None:
    office = Office()
    lead = office.posted("LEAD")
    closings.go_on(office.table, "LEAD", lead, "x", 1_000)
    item = office.table.get(keys.closing("LEAD", lead))
    assert item
    assert item["expires"] == 1_000 + 24 * 3600
