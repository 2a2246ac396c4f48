"""A run over a long backlog: in order of time, and with few calls for what is done already."""

from collections import Counter
from random import Random
from typing import Any
from unittest.mock import patch

import pytest

from cobroke.domain.deals.pair import PairIds
from cobroke.domain.postings.kinds import KINDS, Kind
from cobroke.domain.postings.posting import Posting
from cobroke.flows import following
from cobroke.flows.notices.alerts import alert
from cobroke.flows.schedule import rematch
from cobroke.flows.schedule.rematch import SLICE
from cobroke.storage.changes import OVERLAP_MS
from cobroke.storage.deals import pairs
from cobroke.storage.matching.backlog import Written, backlog
from cobroke.storage.matching.held_markets import HeldMarkets
from cobroke.storage.postings import postings
from tests.builders import a_lead, a_property
from tests.outage import APART_MS, BUYER, Outage
from tests.support.contents import MOSCOW, content
from tests.support.lossy_city import City, deliver


@pytest.fixture(autouse=True)
def aws() -> None:
    """No account: the table is in memory."""


def test_three_hundred_changes_that_are_done_cost_few_calls() -> None:
    outage = Outage(300)
    with outage.watched() as calls:
        did = outage.run()
    assert did == Counter(objects=300)
    asked = Counter(calls)
    assert asked["batch_get_item"] == 2 * 300 // SLICE
    assert asked["put_item"] == 300 // SLICE
    assert len(calls) < 40, asked
    assert outage.watermark == outage.now


def test_archives_with_nothing_open_cost_one_call_each() -> None:
    outage = Outage(40)
    for one in outage.written:
        postings.archive(outage.table, one.kind, one.owner, one.id, outage.clock)
    with outage.watched() as calls:
        assert outage.run() == Counter(objects=40)
    assert len(calls) < 40 + 20


def test_changes_of_pairs_that_were_told_are_asked_for_together() -> None:
    city = City(0)
    anna, boris, *_ = city.realtors
    lead = city.posts("LEAD", anna, a_lead())
    for number in range(20):
        listing = city.posts("PROPERTY", boris, a_property(price=20_000_000 + number))
        city.acts("LEAD", PairIds(lead, listing), "LIKE")
        city.acts("PROPERTY", PairIds(lead, listing), "LIKE")
    deliver(city, Random(0))
    told = city.pair_notices
    with patch.object(following, "tell_of_pair") as asked_alone:
        rematch.rematch(city.table, HeldMarkets(city.table, city.clock), MOSCOW, city.clock)
    asked_alone.assert_not_called()
    assert told.total() >= 40
    assert len([*pairs.changes(city.table, MOSCOW, 0)]) == 40


def test_an_object_stands_in_the_backlog_once_where_it_was_written_last() -> None:
    outage = Outage(3)
    first, *others = outage.written
    outage.now += APART_MS
    body = content("LEAD", a_lead())
    newest = postings.replace_content(outage.table, "LEAD", BUYER, first.id, body, outage.clock)
    postings.archive(outage.table, "LEAD", BUYER, first.id, outage.clock)
    *found, last = backlog(outage.table, MOSCOW, 0)
    assert found == [
        Written(one.changed_at, one.kind, one.id, one.version, left=False) for one in others
    ]
    assert last == Written(last.changed_at, "LEAD", first.id, newest.version + 1, left=True)


def test_the_backlog_is_in_order_of_time_whatever_has_changed() -> None:
    city = City(3)
    city.lives()
    found = [*backlog(city.table, MOSCOW, 0)]
    assert [one.changed_at for one in found] == sorted(one.changed_at for one in found)
    assert len({type(one) for one in found}) == 2
    since = found[len(found) // 2].changed_at
    later = [*backlog(city.table, MOSCOW, since + OVERLAP_MS)]
    assert later == [one for one in found if one.changed_at >= since]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_archived_after_it_was_read_ahead_alerts_nobody(kind: Kind) -> None:
    outage = Outage(6, done=False)
    mine, alerted = [one for one in outage.written if one.kind == kind], list[str]()

    def meanwhile(*arguments: Any) -> int:
        written: Posting = arguments[2]
        alerted.append(written.id)
        for one in mine[1:] if written.id == mine[0].id else ():
            postings.archive(outage.table, kind, one.owner, one.id, outage.clock)
        return alert(*arguments)

    with patch.object(following, "alert", meanwhile):
        outage.run()
    assert {*alerted} == {one.id for one in outage.written} - {one.id for one in mine[1:]}
