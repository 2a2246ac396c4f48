"""Own lists give back stored texts, also those of before these were divided."""

from collections.abc import Callable
from itertools import count, islice
from typing import Any
from unittest.mock import patch

import pytest

from cobroke.domain.paging import Page
from cobroke.domain.postings.kinds import KINDS, Kind
from cobroke.domain.postings.posting import UNLISTED
from cobroke.domain.realtors import Realtor
from cobroke.domain.vocabulary import PostingStatus
from cobroke.edge.own_lists import own_row
from cobroke.exact_json import dumps, loads
from cobroke.storage import keys, realtors
from cobroke.storage.conditions import PRESENT
from cobroke.storage.postings import postings
from cobroke.storage.postings.own_lists import list_own, whole
from tests.memory_table import MemoryTable
from tests.support.contents import FLAT, lead, listing

NOW = 1_764_000_000_000
HOSTILE = 'he said: "notes":1,"photos":[2],"description":"client_contacts":'


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("written", ["now", "before"])
def test_a_row_has_all_of_the_body_but_what_lists_do_not_give_back(
    kind: Kind, written: str
) -> None:
    table = MemoryTable()
    owner = a_realtor(table)
    content = lead() if kind == "LEAD" else listing()
    shown: dict[str, Any] = FLAT | {"a": HOSTILE, "b": {"c": "ж", "d": 1}}
    hidden = dict.fromkeys(UNLISTED[kind], HOSTILE)
    content = content._replace(body=shown | hidden)
    made = postings.create(table, kind, owner, content, lambda: NOW)
    if written == "before":
        key = keys.owned(kind, made.id)
        item = table.get(key)
        assert item
        del item["more"]
        table.transact([table.put(item | {"d": dumps(content.body)}, when=PRESENT)])
    (own,), total = list_own(table, kind, owner, None, Page(1, 10))
    row = loads(own_row("id", own))
    assert (total, {name: row[name] for name in row if name in shown | hidden}) == (1, shown)
    assert (row["id"], row["status"], row["match_count"]) == (made.id, "ACTIVE", 0)
    assert postings.load_own(table, kind, owner, made.id) == made


def a_realtor(table: MemoryTable) -> str:
    return realtors.register(table, Realtor("", "1", "+7")).id


def with_archived(number: int, *, newest: bool) -> tuple[MemoryTable, str]:
    """A realtor with ten active leads, and so many archived ones before or behind them."""
    table, clock = MemoryTable(page_items=1_000), count(NOW)
    owner = a_realtor(table)

    def posts(many: int) -> list[str]:
        return [
            postings.create(table, "LEAD", owner, lead(), lambda: next(clock)).id
            for _ in range(many)
        ]

    before = [] if newest else posts(number)
    posts(10)
    for posting_id in before or posts(number):
        postings.archive(table, "LEAD", owner, posting_id, lambda: NOW + 10**6)
    return table, owner


def items_read(table: MemoryTable, read: Callable[[], object]) -> int:
    """How many a page's query has read."""
    query, found = table.store.query, list[int]()

    def counted(**asked: Any) -> Any:
        answer = query(**asked)
        found.append(len(answer["Items"]))
        return answer

    with patch.object(table.store, "query", counted):
        read()
    return sum(found)


@pytest.mark.parametrize(
    ("status", "newest"), [(None, True), (None, False), ("ACTIVE", False), ("ARCHIVED", True)]
)
def test_four_hundred_archived_leads_cost_a_page_what_ten_do(
    status: PostingStatus | None, newest: bool
) -> None:
    read = []
    for archived in (10, 400):
        table, owner = with_archived(archived, newest=newest)
        total = {None: archived + 10, "ACTIVE": 10, "ARCHIVED": archived}[status]

        def page(table: MemoryTable = table, owner: str = owner, total: int = total) -> None:
            rows, of = list_own(table, "LEAD", owner, status, Page(1, 1))
            assert (len(rows), of) == (1, total)

        read.append(items_read(table, page))
    assert read[0] == read[1] <= 3


def test_a_page_behind_the_last_reads_nothing() -> None:
    table, owner = with_archived(30, newest=True)

    def far() -> None:
        assert list_own(table, "LEAD", owner, None, Page(10**9, 100)) == ([], 40)

    assert items_read(table, far) == 0


def test_a_page_far_behind_the_last_is_empty_where_no_total_is_kept() -> None:
    table, owner = with_archived(3, newest=True)
    table.forget(keys.limits(owner))
    assert list_own(table, "LEAD", owner, None, Page(10**9, 100)) == ([], 13)


@pytest.mark.parametrize("is_counted", [True, False])
@pytest.mark.parametrize("status", [None, "ACTIVE", "ARCHIVED"])
def test_all_pages_have_every_row_once_and_the_true_total(
    status: PostingStatus | None, is_counted: bool
) -> None:
    table, owner = with_archived(13, newest=True)
    if not is_counted:  # as one was who registered before totals were kept
        item = table.get(keys.limits(owner))
        assert item
        table.transact([table.put({name: item[name] for name in ("PK", "SK", "entity", "leads")})])
    seen, totals = list[str](), set[int]()
    for number in range(1, 10):
        rows, total = list_own(table, "LEAD", owner, status, Page(number, 4))
        seen += [row.id for row in rows]
        totals.add(total)
    assert seen == sorted(set(seen), reverse=True)
    assert totals == {len(seen)} == {{None: 23, "ACTIVE": 10, "ARCHIVED": 13}[status]}


def test_what_is_posted_while_a_page_is_read_makes_no_total_less_than_its_rows() -> None:
    table, owner = with_archived(0, newest=True)
    there = [own.id for own in list_own(table, "LEAD", owner, None, Page(1, 100))[0]]
    gone = iter(there)

    def archives() -> None:
        for posting_id in islice(gone, 1):
            postings.archive(table, "LEAD", owner, posting_id, lambda: NOW)

    table.between = archives
    rows, total = list_own(table, "LEAD", owner, "ACTIVE", Page(1, 6))
    assert total >= len(rows)


@pytest.mark.parametrize("kind", KINDS)
def test_read_whole_they_come_newest_first_from_any_on_each_with_its_matches(kind: Kind) -> None:
    table, clock = MemoryTable(page_items=3), count(NOW)
    owner, content = a_realtor(table), lead() if kind == "LEAD" else listing()
    made = [postings.create(table, kind, owner, content, lambda: next(clock)) for _ in range(4)]
    postings.archive(table, kind, owner, made[1].id, lambda: next(clock))
    for number, own in enumerate(made):
        change = {"matches": number, "pairs": number}
        table.transact([table.update(keys.counts(kind, own.id), {"entity": "COUNTS"}, change)])
    stored = [(postings.load(table, kind, own.id), number) for number, own in enumerate(made)]
    assert list(whole(table, kind, owner, "")) == stored[::-1]
    for number, own in enumerate(made):
        assert list(whole(table, kind, owner, own.id)) == stored[number::-1]
