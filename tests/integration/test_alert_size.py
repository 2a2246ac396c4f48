"""A notice that nobody reads: of however many counterparts it tells, it stays small, its count and
its best exact.
"""

from itertools import count
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cobroke.domain import ids
from cobroke.domain.notices.alert import KEPT, TOP
from cobroke.domain.notices.wording import Words
from cobroke.domain.postings.features import PropertyFeatures
from cobroke.domain.postings.places import NOWHERE
from cobroke.domain.postings.posting import Content, Posting
from cobroke.storage import keys
from cobroke.storage.notation import Item, attributes_of
from cobroke.storage.notices import notices
from cobroke.storage.notices.alerts import Cause
from cobroke.storage.notices.notices import Notice
from tests.memory_table import MemoryTable
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
        "PROPERTY", counterpart(number), Content({}, features), "ACTIVE", 1, 1, at, at
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
