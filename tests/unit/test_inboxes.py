"""The newest notices of a realtor and the version of what they are shown, whoever writes meanwhile:
`MOST` is 4 here, unless a test says otherwise.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from random import Random
from typing import Any, NamedTuple
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cobroke.domain import ids
from cobroke.domain.errors import NotFound
from cobroke.domain.notices.wording import Words
from cobroke.domain.paging import Page
from cobroke.storage import entities, keys
from cobroke.storage.notices import inboxes, notices, pages
from cobroke.storage.notices.notices import KEPT_S, Notice
from tests.memory_table import MemoryTable

START = 1_764_000_000_000
NOW_S = START // 1000
OWNER = ids.realtor_id(b"12345678")
FEW = 4
SEEDS = range(8)


@pytest.fixture(autouse=True)
def few() -> Iterator[None]:
    with patch.object(inboxes, "MOST", FEW):
        yield


def a_notice(number: int) -> Notice:
    return Notice(notices.notice_id(START + number, number), "NEW_MATCH", Words("", ""), {})


def put(table: MemoryTable, *numbers: int) -> None:
    for number in numbers:
        assert notices.put(table, OWNER, a_notice(number))


def read(table: MemoryTable, number: int, now_s: int = NOW_S) -> None:
    notices.read(table, OWNER, a_notice(number).id, now_s)


def as_before(table: MemoryTable, *numbers: int) -> None:
    """Tell as was told before there were inboxes."""
    for number in numbers:
        table.transact(notices.writes(table, OWNER, a_notice(number)))


class Shown(NamedTuple):
    """The numbers of what is listed and whether each is read, newest first; in all, unread."""

    rows: list[tuple[int, bool]]
    total: int
    unread: int


def shown(table: MemoryTable, now_s: int = NOW_S, *, unread_only: bool = False) -> Shown:
    return tagged(table, now_s, unread_only=unread_only)[1]


def tagged(
    table: MemoryTable, now_s: int = NOW_S, *, unread_only: bool = False
) -> tuple[int, Shown]:
    """And the version that it is shown under."""
    inbox = inboxes.load(table, OWNER)
    found, *numbers = pages.page_of(table, inbox, Page(1, 100), now_s, unread_only=unread_only)
    rows = [(one.at - START, one.is_read) for one in found]
    return inbox.version, Shown(rows, *numbers)


def expected(told: set[int], unread: set[int], *, unread_only: bool = False) -> Shown:
    """What the contract says."""
    newest = sorted(told, reverse=True)[: inboxes.MOST]
    rows = [(one, one not in unread) for one in newest]
    listed = [row for row in rows if not row[1]] if unread_only else rows
    return Shown(listed, len(listed), sum(not is_read for _, is_read in rows))


EITHER = pytest.mark.parametrize("unread_only", [False, True])


@EITHER
def test_the_newest_are_listed_and_what_is_older_is_gone(*, unread_only: bool) -> None:
    table, told = MemoryTable(), set[int]()
    for number in range(3 * FEW):
        put(table, number)
        told.add(number)
        assert shown(table, unread_only=unread_only) == expected(
            told, told, unread_only=unread_only
        )
    for number in range(2 * FEW):
        with pytest.raises(NotFound):
            read(table, number)
    assert [item["SK"] for item in table.query(keys.unread(OWNER))] == [
        a_notice(number).id for number in range(2 * FEW, 3 * FEW)
    ]


def test_what_was_read_is_gone_too_once_it_has_fallen_out() -> None:
    table = MemoryTable()
    put(table, *range(FEW))
    read(table, 0)
    read(table, 0)
    put(table, FEW)
    with pytest.raises(NotFound):
        read(table, 0)


def test_what_is_told_too_late_is_not_listed_and_told_once() -> None:
    table = MemoryTable()
    put(table, *range(1, 2 * FEW))
    before = shown(table), shown(table, unread_only=True)
    put(table, 0)
    assert (shown(table), shown(table, unread_only=True)) == before
    assert not notices.put(table, OWNER, a_notice(0))
    with pytest.raises(NotFound):
        read(table, 0)


def test_what_is_told_late_falls_out_before_what_is_newer() -> None:
    table = MemoryTable()
    put(table, 1, 3, 5, 7, 4)
    assert [number for number, _ in shown(table).rows] == [7, 5, 4, 3]
    put(table, 2)
    assert [number for number, _ in shown(table).rows] == [7, 5, 4, 3]


def test_reading_all_reads_what_is_listed() -> None:
    table = MemoryTable()
    as_before(table, *range(2 * FEW))
    notices.read_all(table, OWNER, NOW_S)
    assert shown(table) == expected({*range(2 * FEW)}, set())
    assert len(list(table.query(keys.unread(OWNER)))) == FEW


DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 20)),
        st.tuples(st.just("read"), st.integers(0, 20)),
        st.tuples(st.just("read all"), st.just(0)),
        st.tuples(st.just("a day of expiry"), st.integers(0, 6)),
    ),
    max_size=40,
)
STEP_MS = KEPT_S * 10


def at(number: int) -> int:
    """Notices so far apart that a hundred cover what is kept."""
    return START + number * STEP_MS


@settings(deadline=None, max_examples=200)
@given(st.lists(st.integers(0, 30), max_size=8), DEEDS)
def test_whatever_is_told_read_and_expires_they_are_those_of_a_plain_model(
    told_before: list[int], deeds: list[tuple[str, int]]
) -> None:
    table, now_s = MemoryTable(), (START + 21 * STEP_MS) // 1000
    told, unread = {*told_before}, {*told_before}
    with patch(f"{__name__}.a_notice", spread):
        as_before(table, *told)
        for deed, number in deeds:
            if deed == "put" and not is_over(number, now_s):
                assert notices.put(table, OWNER, spread(number)) == (number not in told)
                unread |= {number} - told
                told.add(number)
            elif deed == "read":
                _read_as(table, number, now_s, {*_window(told, now_s)})
                unread.discard(number)
            elif deed == "read all":
                notices.read_all(table, OWNER, now_s)
                unread -= {*_window(told, now_s)}
            elif deed == "a day of expiry":
                now_s = max(now_s, (at(number) + 1) // 1000 + KEPT_S)
                for old in [old for old in told if old % 2 and is_over(old, now_s)]:
                    for pk in (keys.notices(OWNER), keys.unread(OWNER)):
                        table.forget((pk, spread(old).id))
            _check(table, now_s, told, unread)


def spread(number: int) -> Notice:
    return Notice(notices.notice_id(at(number), number), "NEW_MATCH", Words("", ""), {})


def is_over(number: int, now_s: int) -> bool:
    return at(number) // 1000 + KEPT_S <= now_s


def _window(told: set[int], now_s: int) -> list[int]:
    newest = sorted(told, reverse=True)[:FEW]
    return [number for number in newest if not is_over(number, now_s)]


def _read_as(table: MemoryTable, number: int, now_s: int, listed: set[int]) -> None:
    if number in listed:
        notices.read(table, OWNER, spread(number).id, now_s)
    else:
        with pytest.raises(NotFound):
            notices.read(table, OWNER, spread(number).id, now_s)


def _check(table: MemoryTable, now_s: int, told: set[int], unread: set[int]) -> None:
    listed = _window(told, now_s)
    marked = [number for number in listed if number in unread]
    for unread_only, wanted in ((False, listed), (True, marked)):
        found, total, left = pages.page_of(
            table, inboxes.load(table, OWNER), Page(1, 100), now_s, unread_only=unread_only
        )
        assert [one.id for one in found] == [spread(number).id for number in wanted]
        assert [one.is_read for one in found] == [number not in unread for number in wanted]
        assert (total, left) == (len(wanted), len(marked))


type Deed = Callable[[MemoryTable], object]

WRITES: dict[str, Deed] = {
    "one told": lambda table: put(table, 10),
    "another told": lambda table: put(table, 11),
    "one told late": lambda table: put(table, -1),
    "the oldest read": lambda table: suppressed(read, table, 0),
    "the newest read": lambda table: read(table, 3),
    "all read": lambda table: notices.read_all(table, OWNER, NOW_S),
}
EACH_WRITE = pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)


def suppressed(act: Callable[..., None], *arguments: Any) -> None:
    try:
        act(*arguments)
    except NotFound:
        return


def full(*, counted: bool) -> MemoryTable:
    table = MemoryTable()
    (put if counted else as_before)(table, *range(FEW))
    return table


@EITHER
@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("seed", SEEDS)
@EACH_WRITE
def test_no_answer_in_the_midst_of_a_write_has_the_version_that_it_makes(
    write: Deed, seed: int, *, counted: bool, unread_only: bool
) -> None:
    """Unless it shows what was made."""
    table, seen = full(counted=counted), list[tuple[int, Shown]]()

    def others() -> None:
        if table.store.is_under_way:
            seen.append(tagged(table, unread_only=unread_only))

    table.between, table.store.torn = others, Random(seed)
    with patch("cobroke.storage.pauses.time.sleep"):
        write(table)
    table.between, table.store.torn = lambda: None, None
    version, made = tagged(table, unread_only=unread_only)
    assert seen
    assert all(answer == made for known, answer in seen if known == version)


@EITHER
@pytest.mark.parametrize("call", range(5))
@EACH_WRITE
def test_an_answer_that_a_write_has_met_never_has_the_version_that_it_makes(
    write: Deed, call: int, *, unread_only: bool
) -> None:
    table, calls = full(counted=True), count()

    def others() -> None:
        if next(calls) == call:
            write(table)

    table.between = others
    known, answer = tagged(table, unread_only=unread_only)
    table.between = lambda: None
    version, made = tagged(table, unread_only=unread_only)
    assert known < version or answer == made


@EACH_WRITE
def test_every_write_makes_one_version(write: Deed) -> None:
    table = full(counted=True)
    before = tagged(table)
    write(table)
    assert tagged(table)[0] == before[0] + 1


def test_what_changes_nothing_makes_no_version() -> None:
    table = full(counted=True)
    read(table, 2)
    before = inboxes.load(table, OWNER)
    read(table, 2)
    assert not notices.put(table, OWNER, a_notice(1))
    suppressed(read, table, 20)
    notices.read_all(MemoryTable(), OWNER, NOW_S)
    assert inboxes.load(table, OWNER) == before


@pytest.mark.parametrize("counted", [False, True])
@pytest.mark.parametrize("first", WRITES)
@pytest.mark.parametrize("second", WRITES)
def test_two_writers_at_once_leave_what_one_after_the_other_would(
    first: str, second: str, *, counted: bool
) -> None:
    """Before each call of the first one the second one comes, whole."""
    orders = []
    for one, other in ((first, second), (second, first)):
        table = full(counted=counted)
        WRITES[one](table)
        _again(WRITES[other], table)
        orders.append((shown(table), shown(table, unread_only=True)))
    for call in range(6):
        table, calls = full(counted=counted), count()

        def others(table: MemoryTable = table, calls: Any = calls, call: int = call) -> None:
            if next(calls) == call:
                WRITES[second](table)

        table.between = others
        with patch("cobroke.storage.pauses.time.sleep"):
            _again(WRITES[first], table)
        table.between = lambda: None
        if next(calls) <= call:
            _again(WRITES[second], table)
        assert (shown(table), shown(table, unread_only=True)) in orders
        assert sum(1 for _ in table.query(keys.notices(OWNER))) <= FEW + 2


def _again(write: Deed, table: MemoryTable) -> None:
    """What has been told, or has fallen out meanwhile, is refused."""
    try:
        write(table)
    except (AssertionError, NotFound):
        return


@pytest.mark.parametrize("seed", SEEDS)
def test_a_count_in_the_midst_of_a_write_counts_what_is_being_told(seed: int) -> None:
    """One who counts just then is refused, or has counted it."""
    table, calls = full(counted=False), count()

    def others() -> None:
        if table.store.is_under_way and not next(calls):
            inbox = inboxes.load(table, OWNER)
            there = inboxes.counted(table, inbox._replace(room=None)).there
            assert there is not None
            assert inbox.version == 0 or a_notice(10).id in there

    table.between, table.store.torn = others, Random(seed)
    put(table, 10)


def read_of(table: MemoryTable, act: Callable[[], object]) -> Counter[str]:
    """How many items a query has read, by the first word of their partition."""
    found, query = Counter[str](), table.store.query

    def counted(**asked: Any) -> Any:
        answer = query(**asked)
        pk = asked["ExpressionAttributeValues"][":pk"]["S"]
        found[pk.partition("#")[0]] += len(answer["Items"])
        return answer

    with patch.object(table.store, "query", counted):
        act()
    return found


@EITHER
@pytest.mark.parametrize("number", [1, 3, 10**6])
def test_no_more_than_five_hundred_ids_are_read_whatever_lies_there(
    number: int, *, unread_only: bool
) -> None:
    table = MemoryTable(page_items=10_000)
    as_before(table, *range(1300))
    with patch.object(inboxes, "MOST", 500):
        for _ in range(2):
            inbox = inboxes.load(table, OWNER)
            page = partial(pages.page_of, table, inbox, Page(number, 100), NOW_S)
            read_ids = read_of(table, partial(page, unread_only=unread_only))
            assert max(read_ids.values()) <= 500
            assert read_ids["NOTICES"] == (0 if inbox.room is not None and unread_only else 500)
            put(table, 2000 + len(list(table.query(keys.notices(OWNER)))))


def test_who_is_told_little_is_counted_once() -> None:
    table = MemoryTable()
    with patch.object(inboxes, "MOST", 500):
        assert read_of(table, lambda: put(table, *range(400)))["NOTICES"] == 0
        assert inboxes.load(table, OWNER).room == 100


def test_an_inbox_is_small_whatever_is_read_at_once() -> None:
    """One unit reads it."""
    table = MemoryTable(page_items=500)
    with patch.object(inboxes, "MOST", 500):
        as_before(table, *range(500))
        notices.read_all(table, OWNER, NOW_S)
        raw = table.store.items[keys.inbox(OWNER)]
    assert len(repr(raw)) < 4096
    assert {*raw} - {"PK", "SK", "entity"} <= {
        name.rstrip("?") for name in entities.INBOX.attributes.split()
    }
