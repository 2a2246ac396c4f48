"""A pair without a match dies with its object: nobody pays for it any more, and a match stays."""

from collections import Counter
from random import Random
from typing import Any

import pytest

from cobroke.domain.deals.pair import PairIds, Side
from cobroke.domain.errors import Archived, NotFound
from cobroke.domain.postings.kinds import lead_first, other
from cobroke.flows.deals import closing
from cobroke.flows.deals.closing import Ended
from cobroke.storage import keys
from cobroke.storage.deals import pairs
from cobroke.storage.notices import alerts
from cobroke.storage.postings import counts, postings
from cobroke.storage.table import ConditionFailed
from tests.builders import a_lead, a_property
from tests.support.lossy_city import City, deliver
from tests.support.office import Office
from tests.support.schedule import Schedule
from tests.support.scheduler import Killed
from tests.support.spent import spent
from tests.support.table_calls import WHENS, Death, watched
from tests.support.town import SIDES


@pytest.fixture(autouse=True)
def aws() -> None:
    """No account: the table is in memory."""


def pair_of(kind: Side, own: str, theirs: str) -> PairIds:
    return PairIds(*lead_first(kind, own, theirs))


def acted_on(office: Office, kind: Side, own: str, *deeds: tuple[str, str]) -> PairIds:
    """A pair of this object with a new counterpart; a deed says whose it is, and what."""
    ids = pair_of(kind, own, office.posted(other(kind)))
    for whose, action in deeds:
        side = kind if whose == "own" else other(kind)
        office.acts(side, ids, action, message="привет")  # type: ignore[arg-type]
    return ids


DISLIKED = (("own", "DISLIKE"),)
KEPT = (("own", "DISLIKE"), ("other", "LIKE"))
THEIRS = (("other", "DISLIKE"),)
WITHOUT_A_MATCH = (DISLIKED, THEIRS, KEPT, (*DISLIKED, *THEIRS))


def kinds_of_items(office: Office) -> Counter[str]:
    return Counter(item["entity"] for item in office.table.items())


@pytest.mark.parametrize("kind", SIDES)
@pytest.mark.parametrize("deeds", WITHOUT_A_MATCH)
def test_a_pair_without_a_match_goes_with_all_that_hangs_on_it(kind: Side, deeds: Any) -> None:
    office = Office()
    own = office.posted(kind)
    ids = acted_on(office, kind, own, *deeds)
    theirs = ids.property_id if kind == "LEAD" else ids.lead_id
    office.archives(kind, own)
    assert office.pairs_of(kind, own) != {}
    office.settle()
    left = kinds_of_items(office)
    assert [left[entity] for entity in ("PAIR", "MIRROR", "MESSAGE")] == [0, 0, 0]
    assert {item["pairs"] for item in office.table.items() if item["entity"] == "COUNTS"} == {0}
    with pytest.raises(Archived):
        office.acts(kind, ids)
    with pytest.raises(NotFound):
        office.acts(other(kind), ids)
    assert office.looks_at(other(kind), theirs) == []


def test_a_match_of_any_status_stays_with_its_messages() -> None:
    office = Office()
    own = office.posted("LEAD")
    asked = acted_on(office, "LEAD", own, ("own", "LIKE"))
    declined = acted_on(office, "LEAD", own, ("own", "LIKE"), ("other", "DISLIKE"))
    agreed = acted_on(office, "LEAD", own, ("own", "LIKE"), ("other", "LIKE"))
    office.archives("LEAD", own)
    messages = kinds_of_items(office)["MESSAGE"]
    office.settle()
    left = office.pairs_of("LEAD", own)
    statuses = [left[ids.property_id].status for ids in (asked, declined, agreed)]
    assert statuses == ["REJECTED", "REJECTED", "ACCEPTED"]
    assert kinds_of_items(office)["MESSAGE"] == messages


def test_what_has_only_grown_stale_keeps_its_pairs() -> None:
    office = Office()
    own = office.posted("LEAD")
    acted_on(office, "LEAD", own, *KEPT)
    stored = postings.load(office.table, "LEAD", own)
    assert postings.grow_stale(office.table, "LEAD", own, lambda: stored.stale_at or 0)
    office.settle()
    stale = postings.load(office.table, "LEAD", own)
    assert closing.end_pairs(office.table, stale, office.clock) == Ended()
    assert len(office.pairs_of("LEAD", own)) == 1


def test_two_thousand_dead_pairs_cost_a_look_nothing() -> None:
    """Of a listing that has disliked the leads of one who archives them again and again."""
    office = Office()
    listing = office.posted("PROPERTY")

    def looked() -> Any:
        office.looks_at("PROPERTY", listing)
        with spent(office.table) as found:
            office.looks_at("PROPERTY", listing)
        return found

    without = looked()
    for _ in range(20):
        dead = [acted_on(office, "PROPERTY", listing, *DISLIKED).lead_id for _ in range(100)]
        for lead in dead:
            office.archives("LEAD", lead)
    office.now += 40 * 24 * 3600 * 1000  # what has changed in the market is no longer kept
    before = looked()
    office.settle()
    assert office.pairs_of("PROPERTY", listing) == {}
    found = looked()
    assert found.reads <= without.reads < before.reads / 10
    assert found.calls <= without.calls


def test_what_the_stream_has_lost_goes_with_the_next_run() -> None:
    city = City(0)
    anna, boris, *_ = city.realtors
    lead, listing = city.posts("LEAD", anna, a_lead()), city.posts("PROPERTY", boris, a_property())
    city.acts("LEAD", PairIds(lead, listing), "DISLIKE")
    deliver(city, Random(0))
    city.archives("PROPERTY", listing)
    deliver(city, Random(0), lost=1)
    assert len(pairs.of_posting(city.table, "LEAD", lead)) == 1
    assert Schedule(city).run()["dropped"] == 1
    assert pairs.of_posting(city.table, "LEAD", lead) == {}
    assert Schedule(city).run()["dropped"] == 0


def a_leaving(office: Office) -> str:
    """A lead that is archived, with two dead pairs that others go on counting."""
    own = office.posted("LEAD")
    for deeds in WITHOUT_A_MATCH:
        acted_on(office, "LEAD", own, *deeds)
    for side, action in (("LEAD", "DISLIKE"), ("PROPERTY", "LIKE")):
        theirs = next(iter(office.pairs_of("LEAD", own)))
        office.acts(side, PairIds(office.posted("LEAD"), theirs), action)  # type: ignore[arg-type]
    office.settle()
    office.archives("LEAD", own)
    return own


def test_a_closing_that_dies_at_any_call_is_ended_by_the_next_try_and_counts_once() -> None:
    clean = Office()
    own = a_leaving(clean)
    stored = postings.load(clean.table, "LEAD", own)
    with watched(clean.table) as calls:
        closing.end_pairs(clean.table, stored, clean.clock)
    for number in range(len(calls)):
        for when in WHENS:
            office = Office()
            own = a_leaving(office)
            stored = postings.load(office.table, "LEAD", own)
            with watched(office.table, Death(number, when)), pytest.raises(Killed):
                closing.end_pairs(office.table, stored, office.clock)
            closing.end_pairs(office.table, stored, office.clock)
            closing.end_pairs(office.table, stored, office.clock)
            kept = Counter(
                an_id
                for item in office.table.items()
                if item["entity"] == "PAIR"
                for an_id in (item["PK"].partition("#")[2], item["SK"].partition("#")[2])
            )
            counted = {
                item["SK"].split("#")[1]: item["pairs"]
                for item in office.table.items()
                if item["entity"] == "COUNTS"
            }
            assert kept == +Counter(counted), (number, when)
            assert office.pairs_of("LEAD", own) == {}


def test_a_pair_that_goes_and_one_that_begins_are_seen_by_who_counts_them() -> None:
    """As many as were read, and not the same."""
    office = Office()
    listing = office.posted("PROPERTY")
    gone = acted_on(office, "PROPERTY", listing, *DISLIKED)
    written = postings.load(office.table, "PROPERTY", listing)
    cause = alerts.cause_of(office.table, written)
    assert cause is not None
    office.table.transact([alerts.no_new_pair(office.table, cause)])
    office.archives("LEAD", gone.lead_id)
    office.settle()
    acted_on(office, "PROPERTY", listing, *DISLIKED)
    with pytest.raises(ConditionFailed):
        office.table.transact([alerts.no_new_pair(office.table, cause)])
    again = alerts.cause_of(office.table, written)
    assert again is not None
    office.table.transact([alerts.no_new_pair(office.table, again)])
    assert counts.gone(office.table.get(keys.counts("PROPERTY", listing))) == 1
