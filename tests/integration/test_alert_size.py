"""A notice that nobody reads: of however many counterparts it tells, it stays small, its count and
its best exact.
"""

from collections.abc import Callable, Sequence
from itertools import count
from random import Random
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cobroke.domain import ids
from cobroke.domain.notices.alert import KEPT, TOP
from cobroke.domain.notices.wording import Words
from cobroke.domain.paging import Page
from cobroke.domain.postings.features import PropertyFeatures
from cobroke.domain.postings.places import NOWHERE
from cobroke.domain.postings.posting import Content, Posting
from cobroke.storage import entities, keys
from cobroke.storage.notation import Item, attributes_of
from cobroke.storage.notices import alerts, inboxes, notices, pages
from cobroke.storage.notices.alerts import Cause, Telling
from cobroke.storage.notices.notices import Notice
from cobroke.storage.table import ConditionFailed, Write
from tests.memory_table import MemoryTable
from tests.support.contents import FLAT
from tests.support.telling import told_alone

NOW_S = 1_764_000_000
OWN = ids.posting_id(NOW_S * 1000, b"00", ids.realtor_id(b"12345678"))
OWNER, SELLER = ids.owner_of(OWN), ids.realtor_id(b"abcdefgh")
MOMENTS = count(NOW_S * 1000)
MOST_BYTES = 4_096
"""Four units a write, of DynamoDB's most of 400 KB."""


@pytest.fixture(autouse=True)
def aws() -> None:
    """No account: the table is in memory."""


def counterpart(number: int) -> str:
    return ids.posting_id(NOW_S * 1000 + number, b"01", SELLER)


def tell(table: MemoryTable, number: int, score: int, price: int = 100) -> bool:
    at, features = (
        next(MOMENTS),
        PropertyFeatures("тула", 0, 1, 2, price, 5000, 2, NOWHERE, NOWHERE),
    )
    written = Posting(
        "PROPERTY", counterpart(number), Content(FLAT, features), "ACTIVE", 1, 1, at, at
    )
    pk, sk = keys.market_entry(features, written.id)
    table.transact([table.put({"PK": pk, "SK": sk, "version": 1})])
    return told_alone(table, Cause(written, {}), OWN, score, NOW_S)


def told(table: MemoryTable) -> list[Item]:
    return list(table.query(keys.notices(OWNER)))


def shown(table: MemoryTable) -> list[tuple[int, list[tuple[str, int]]]]:
    found = [dict(notices.of_item(item, is_read=False).data) for item in told(table)]
    return [
        (data["count"], [(one["property_id"], one["match_score"]) for one in data["top"]])
        for data in found
    ]


def size(item: Item) -> int:
    """As DynamoDB counts it, roughly."""
    values = ((name, next(iter(value.values()))) for name, value in attributes_of(item).items())
    return sum(len(name) + len(str(value).encode()) for name, value in values)


def test_a_notice_of_thousands_is_as_small_as_one_of_fifty_and_still_grows() -> None:
    rng, table = Random(1), MemoryTable()
    scores = {counterpart(number): rng.randint(8000, 10_000) for number in range(3 * KEPT)}
    for number, score in enumerate(scores.values()):
        assert tell(table, number, score)
    (item,) = told(table)
    assert size(item) < MOST_BYTES
    table.transact([table.put(item | {"counterparts": 12_000})])
    assert tell(table, 3 * KEPT, 10_000)
    scores[counterpart(3 * KEPT)] = 10_000
    best = sorted(((score, one) for one, score in scores.items()), reverse=True)[:TOP]
    assert shown(table) == [(12_001, [(one, score) for score, one in best])]
    assert size(told(table)[0]) < MOST_BYTES


def test_one_told_again_after_a_price_cut_is_counted_once_though_its_score_is_kept_no_more() -> (
    None
):
    table = MemoryTable()
    tell(table, 0, 8000)
    for number in range(1, KEPT + 1):
        tell(table, number, 9000)
    assert not tell(table, 0, 9900)
    assert tell(table, 0, 9900, price=90)
    ((counted, top),) = shown(table)
    assert (counted, top[0]) == (KEPT + 1, (counterpart(0), 9900))


def test_one_that_an_earlier_notice_has_counted_is_counted_in_the_new_one_too() -> None:
    table = MemoryTable()
    tell(table, 0, 9000)
    notices.read_all(table, OWNER, NOW_S)
    tell(table, 1, 9000)
    assert tell(table, 0, 9500, price=90)
    assert [one for one, _ in shown(table)] == [1, 2]
    assert tell(table, 0, 9600, price=80)
    assert [one for one, _ in shown(table)] == [1, 2]


def tell_another(table: MemoryTable) -> None:
    """Of something that is no alert."""
    said = Notice(notices.notice_id(next(MOMENTS), "other"), "NEW_MATCH", Words("", ""), {})
    assert notices.put(table, OWNER, said)


def listed(table: MemoryTable, *, unread_only: bool = False) -> tuple[int, list[Any]]:
    """The version of what is shown, and that: the data of each notice, whether it is read."""
    inbox = inboxes.load(table, OWNER)
    found, *_ = pages.page_of(table, inbox, Page(1, 100), NOW_S, unread_only=unread_only)
    return inbox.version, [(dict(one.data), one.is_read) for one in found]


@pytest.mark.parametrize("unread_only", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_what_is_listed_while_an_alert_grows_has_not_the_version_that_it_makes(
    seed: int, *, unread_only: bool
) -> None:
    """Unless it has grown."""
    table, seen = MemoryTable(), list[tuple[int, list[Any]]]()
    tell(table, 0, 9000)

    def others() -> None:
        if table.store.is_under_way:
            seen.append(listed(table, unread_only=unread_only))

    table.between, table.store.torn = others, Random(seed)
    tell(table, 1, 9000)
    table.between, table.store.torn = lambda: None, None
    version, grown = listed(table, unread_only=unread_only)
    assert seen
    assert all(answer == grown for known, answer in seen if known == version)


@pytest.mark.parametrize("call", range(8))
def test_an_alert_that_meets_another_notice_grows_before_it_or_begins_a_new_one(call: int) -> None:
    """Where there is no place for both, the alert that could have grown falls out."""
    with patch.object(inboxes, "MOST", 2):
        calls = count()
        assert counts_after(grows_first) == [0, 0]
        assert counts_after(falls_out_first) == [0, 1]

        def both(table: MemoryTable) -> None:
            table.between = lambda: tell_another(table) if next(calls) == call else None
            try:
                tell(table, 1, 9000)
            except ConditionFailed:  # the flow decides anew
                tell(table, 1, 9000)
            table.between = lambda: None
            if next(calls) <= call:
                tell_another(table)

        assert counts_after(both) in ([0, 0], [0, 1])


def grows_first(table: MemoryTable) -> None:
    tell(table, 1, 9000)
    tell_another(table)


def falls_out_first(table: MemoryTable) -> None:
    tell_another(table)
    tell(table, 1, 9000)


def counts_after(what: Callable[[MemoryTable], object]) -> list[int]:
    """Of the two that are listed then, how many each tells of: 0 where it is no alert."""
    table = MemoryTable()
    tell(table, 0, 9000)
    tell_another(table)
    what(table)
    return sorted(data.get("count", 0) for data, _ in listed(table)[1])


@pytest.mark.parametrize("legacy", [False, True])
def test_the_next_alert_after_one_that_fell_out_begins_a_new_notice(*, legacy: bool) -> None:
    """Also of a realtor whose notices nobody has counted."""
    table = MemoryTable()
    with patch.object(inboxes, "MOST", 3):
        tell(table, 0, 9000)
        for _ in range(3):
            tell_another(table)
        if legacy:
            table.forget(keys.inbox(OWNER))
        assert tell(table, 1, 9000)
        found = [data for data, _ in listed(table)[1] if data]
    assert [one["count"] for one in found] == [1]


def test_a_mark_without_its_notice_keeps_the_others_from_nothing_and_makes_no_notice() -> None:
    table = MemoryTable()
    tell(table, 0, 9000)
    notices.read_all(table, OWNER, NOW_S)
    tell(table, 1, 9000)
    (lost,) = (item for item in told(table) if "is_read" not in item)
    table.transact([table.delete((lost["PK"], lost["SK"]))])
    other = Notice(notices.notice_id(next(MOMENTS), "other"), "NEW_MATCH", Words("", ""), {})
    assert notices.put(table, OWNER, other)
    notices.read_all(table, OWNER, NOW_S)
    assert [item["SK"] for item in table.query(keys.unread(OWNER))] == [lost["SK"]]
    assert lost["SK"] not in {item["SK"] for item in told(table)}


NEWS = st.tuples(
    st.just("tell"), st.integers(0, 5), st.integers(8000, 10_000), st.integers(90, 100)
)
DEEDS = st.lists(st.one_of(NEWS, st.just(("read", 0, 0, 0))), max_size=30)


@settings(deadline=None)
@given(DEEDS)
def test_whatever_is_told_and_read_the_notices_are_those_of_a_plain_model(
    deeds: list[tuple[str, Any, Any, Any]],
) -> None:
    table, prices, model = MemoryTable(), dict[int, int](), list[dict[str, int]]()
    unread = False
    for decision, number, score, price in deeds:
        if decision == "read":
            notices.read_all(table, OWNER, NOW_S)
            unread = False
            continue
        new = number not in prices or 100 * price <= 97 * prices[number]
        assert tell(table, number, score, price) == new
        if new:
            prices[number] = price
            if not unread:
                model.append({})
            model[-1][counterpart(number)] = score
            unread = True
    expected = [
        sorted(((score, one) for one, score in scores.items()), reverse=True) for scores in model
    ]
    wanted = [(len(rows), [(one, score) for score, one in rows[:TOP]]) for rows in expected]
    assert sorted(shown(table)) == sorted(wanted)


@settings(deadline=None)
@given(st.lists(st.one_of(NEWS, st.just(("read", 0, 0, 0)), st.just(("other", 0, 0, 0)))))
def test_what_falls_out_is_gone_as_if_it_had_been_read(
    deeds: list[tuple[str, Any, Any, Any]],
) -> None:
    """Three are listed, alerts and others."""
    table, prices, model = MemoryTable(), dict[int, int](), list[dict[str, int]]()
    open_one: dict[str, int] | None = None
    with patch.object(inboxes, "MOST", 3):
        for decision, number, score, price in deeds:
            if decision == "read":
                notices.read_all(table, OWNER, NOW_S)
                open_one = None
            elif decision == "other":
                tell_another(table)
                model.append({})
            elif number not in prices or 100 * price <= 97 * prices[number]:
                assert tell(table, number, score, price)
                prices[number] = price
                if open_one is None or all(one is not open_one for one in model[-3:]):
                    open_one = {}
                    model.append(open_one)
                open_one[counterpart(number)] = score
            counts = [data.get("count", 0) for data, _ in listed(table)[1]]
            assert counts == [len(scores) for scores in model[:-4:-1]]


def test_the_most_that_are_told_at_once_fit_into_one_transaction() -> None:
    """Each of another realtor, whose last alert is not to be seen, of whose notices one falls out,
    and of whose pair with the cause it matters that it is as it was.
    """
    table, cause_at = MemoryTable(), next(MOMENTS)
    owners = [ids.realtor_id(f"owner-{number:02}".encode()) for number in range(alerts.AT_ONCE)]
    owns = [ids.posting_id(NOW_S * 1000, b"00", owner) for owner in owners]
    features = PropertyFeatures("тула", 0, 1, 2, 100, 5000, 2, NOWHERE, NOWHERE)
    written = Posting(
        "PROPERTY", counterpart(0), Content(FLAT, features), "ACTIVE", 1, 1, cause_at, cause_at
    )
    pk, sk = keys.market_entry(features, written.id)
    table.transact([table.put({"PK": pk, "SK": sk, "version": 1})])
    sizes, transact = list[int](), table.transact

    def counted(writes: Sequence[Write]) -> None:
        sizes.append(len(writes))
        transact(writes)

    with patch.object(inboxes, "MOST", 1):
        for owner, own in zip(owners, owns, strict=True):
            said = Notice(notices.notice_id(1, owner), "NEW_MATCH", Words("", ""), {})
            assert notices.put(table, owner, said)
            slot = entities.SLOT.at(keys.alert_slot("LEAD", own), {"notice": said.id[:-1] + "x"})
            table.transact([table.put(slot)])
        cause = Cause(written, {})
        new = [
            Telling(one, alert, Notice(notice, "NEW_MATCH", Words("", ""), {}))
            for one in alerts.pending(table, cause, owns, NOW_S)
            for notice, alert in [one.with_one_more(cause, 9000)]
        ]
        with patch.object(table, "transact", counted):
            unacted = {own: cause.pair_with(own) for own in owns}
            alerts.commit(table, cause, new, unacted, alerts.no_new_pair(table, cause))
    assert sizes == [3 + 8 * alerts.AT_ONCE]
    assert sizes[0] <= 100 < sizes[0] + 8
