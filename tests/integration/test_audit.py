"""The nightly audit: nothing is found in a market that is only busy; whatever is broken by hand is
found and mended.
"""

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from io import StringIO
from itertools import count
from random import Random
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest

from cobroke.clock import DAY_MS
from cobroke.domain.errors import Busy
from cobroke.domain.ids import owner_of, posting_id, realtor_id
from cobroke.domain.paging import Page
from cobroke.flows.audit import DRIFTS, audit, entries, rankings
from cobroke.flows.audit.looks import Unmended
from cobroke.flows.audit.scan import Owned, owed_by
from cobroke.flows.matching.recommendations import recommend
from cobroke.flows.schedule.agenda import work_off
from cobroke.storage import key_parts, keys
from cobroke.storage.deals import pairs
from cobroke.storage.notation import Item
from cobroke.storage.postings import posting
from cobroke.storage.realtors import KnownRealtors
from cobroke.storage.schedule import agenda
from cobroke.storage.table import Table, Write
from functions.audit import handler as function
from infra.schedules import AUDIT_ACTIONS
from tests.account import TABLE
from tests.memory_table import MemoryTable, fill
from tests.support.drifts import (
    ALL,
    BREAKS,
    EACH_KIND,
    Broken,
    a_count_lost,
    all_broken,
    an_entry_of_nothing,
    an_entry_of_what_is_archived,
    an_entry_too_many_in_another_city,
)
from tests.support.evening import (
    PAGE_ITEMS,
    BusyTown,
    Evening,
    audited,
    delete,
    entry_of,
    in_market,
    of_entity,
    offered,
    put,
    writers,
)
from tests.support.table_calls import rights_used
from tests.support.town import MINUTE

COUNTED = ("pairs", "matches", "leads", "properties")


@pytest.fixture(scope="module")
def evening() -> Evening:
    rng = Random(5)
    with patch("cobroke.storage.pauses.time.sleep"), patch("os.urandom", rng.randbytes):
        town = BusyTown(rng)
        town.lives(500)
    return Evening(list(town.table.items()), town.now + 10 * MINUTE)


@pytest.fixture(autouse=True)
def unhurried() -> Iterator[None]:
    with patch("cobroke.storage.pauses.time.sleep"):
        yield


def test_the_day_was_busy(evening: Evening) -> None:
    entities = Counter(item.get("entity") for item in evening.items)
    assert {"ENTRY", "PAIR", "MIRROR", "COUNTS", "NOTICE", "UNREAD", "RANKING", "MARKET"} <= {
        *entities
    }
    assert entities["NOTICE"] > entities["UNREAD"] > 5
    assert entities["PAIR"] > 10
    assert entities["MARKET"] == 2
    statuses = [
        json.loads(item["d"]).get("status")
        for item in evening.items
        if item.get("entity") == "PAIR"
    ]
    assert {*statuses} >= {"PENDING", "ACCEPTED", "COMPLETED", "REJECTED"}
    archived = [item for item in evening.items if item.get("status") == "ARCHIVED"]
    assert archived


def test_nothing_is_found_where_nothing_is_wrong(evening: Evening) -> None:
    table = evening.table()
    assert audited(table, evening.at) == {}
    assert list(table.items()) == list(evening.table().items()), "and nothing is written"


def test_what_grew_stale_or_expired_is_no_drift(evening: Evening) -> None:
    table, later = evening.table(), evening.at + 61 * DAY_MS
    happened = Counter[str]()
    for shard in range(agenda.SHARDS):
        happened += work_off(table, shard, lambda: later)
    assert happened.keys() == {"expired", "stale"}
    assert audited(table, later + 10 * MINUTE) == {}


REBUILT = {"counts", "limits", "mirrors", "notices", "marks", "markets"}


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: broken.by.__name__)
def test_what_is_broken_is_found_once_and_mended(evening: Evening, broken: Broken) -> None:
    table = evening.table()
    broken.by(table, evening)
    assert audited(table, evening.at) == {broken.kind: 1}
    assert audited(table, evening.at) == {}
    if broken.kind in REBUILT:
        was, now = (
            [but_for_the_time(item) for item in each.items() if item["entity"] != "INBOX"]
            for each in (evening.table(), table)
        )
        assert [item for item in now if item in was or not is_a_count_of_nothing(item)] == was
        shown = [
            sum(item["version"] for item in of_entity(each, "INBOX"))
            for each in (evening.table(), table)
        ]
        assert shown[1] - shown[0] == (broken.kind in {"notices", "marks"})


def but_for_the_time(item: Item) -> Item:
    """A market is put again at another one; a notice that is told late says what the listing costs
    by then, and has not come to an outbox.
    """
    changing = {"put_at", "message", "queued_at"}
    return {name: value for name, value in item.items() if name not in changing}


def is_a_count_of_nothing(item: Item) -> bool:
    return item["entity"] in {"COUNTS", "LIMITS"} and not any(item.get(name) for name in COUNTED)


def test_an_entry_is_mended_with_a_change_under_a_higher_version_that_alerts_nobody(
    evening: Evening,
) -> None:
    table = evening.table()
    old = in_market(table)
    put(table, entry_of(table, old), version=99)
    assert audited(table, evening.at) == {"entries": 1}
    new = table.get((old["PK"], old["SK"]))
    assert new is not None
    assert (new["version"], new["revision"], new["updated_at"]) == (
        100,
        old["revision"],
        old["updated_at"],
    )
    assert entry_of(table, new)["version"] == 100
    own = posting.of_item(new)
    change = table.get(keys.change(own.kind, own.content.features.market, own.changed_at, own.id))
    assert change is not None
    assert (change["version"], change["f"]) == (100, new["f"])


@pytest.mark.parametrize(
    "by",
    [an_entry_too_many_in_another_city, an_entry_of_what_is_archived, an_entry_of_nothing],
    ids=lambda by: by.__name__,
)
def test_an_entry_that_goes_is_told_to_its_market(
    evening: Evening, by: Callable[[MemoryTable, Evening], None]
) -> None:
    table = evening.table()
    before = {(item["PK"], item["SK"]) for item in table.items()}
    by(table, evening)
    (stray,) = (
        item for item in of_entity(table, "ENTRY") if (item["PK"], item["SK"]) not in before
    )
    assert audited(table, evening.at) == {"entries": 1}
    assert table.get((stray["PK"], stray["SK"])) is None
    told = [
        item
        for item in of_entity(table, "CHANGE")
        if (item["PK"], item["SK"]) not in before and "f" not in item
    ]
    (left,) = told
    assert left["PK"] == keys.changes("PROPERTY", key_parts.market_of_entry(stray["PK"]))
    assert key_parts.id_in(left["SK"]) == key_parts.id_in(stray["SK"])
    assert left["version"] > stray["version"]


def calls_of(table: MemoryTable, evening: Evening) -> int:
    """How often an audit of it asks the table."""
    calls = list[None]()
    table.between = lambda: calls.append(None)
    audited(table, evening.at)
    table.between = lambda: None
    return len(calls)


def at_call(number: int, act: Callable[[], object]) -> Callable[[], None]:
    calls = count()

    def others() -> None:
        if next(calls) == number:
            act()

    return others


@pytest.mark.parametrize("which", range(7))
def test_a_write_that_lands_while_the_pass_goes_on_is_no_drift(
    evening: Evening, which: int
) -> None:
    pages = -(-len(evening.items) // PAGE_ITEMS)
    for number in range(1 + which % 5, pages + 1, 5):
        table = evening.table()
        table.between = at_call(number, writers(table, evening)[which])
        assert audited(table, evening.at) == {}, number


def test_a_listing_that_comes_between_the_reads_of_a_ranking_is_no_drift(evening: Evening) -> None:
    def clock() -> int:
        return evening.at

    wished = in_market(evening.table(), "LEAD")
    wish = Owned("LEAD", key_parts.id_in(wished["SK"]))
    for number in range(12):
        table = evening.table()
        other = next(
            item["PK"].partition("#")[2]
            for item in of_entity(table, "REALTOR")
            if item["PK"] != wished["PK"]
        )
        recommend(table, "LEAD", owner_of(wish.id), wish.id, Page(1, 20), clock, KnownRealtors())
        table.between = at_call(number, partial(offered, table, other, wished, clock))
        assert rankings.wrong(table, clock, wish) is None, number


@pytest.mark.parametrize("broken", EACH_KIND, ids=lambda broken: broken.kind)
def test_what_is_right_again_at_the_second_look_is_no_drift(
    evening: Evening, broken: Broken
) -> None:
    table = evening.table()
    broken.by(table, evening)

    def restored() -> None:
        right = evening.table().store.items
        for key in [key for key in table.store.items if key not in right]:
            table.forget(key)
        fill(table, evening.items)

    assert audited(table, evening.at, restored) == {}


def test_what_has_changed_between_the_looks_is_left_to_the_next_run(evening: Evening) -> None:
    table = evening.table()
    counted = of_entity(table, "COUNTS")[0]
    put(table, counted, matches=50)
    assert audited(table, evening.at, lambda: put(table, counted, matches=51)) == {}
    assert audited(table, evening.at) == {"counts": 1}


def test_all_kinds_at_once_are_found_and_mended(evening: Evening) -> None:
    table = all_broken(evening)
    assert audited(table, evening.at) == ALL
    assert audited(table, evening.at) == {}


def test_killed_at_any_write_the_next_run_goes_on(evening: Evening) -> None:
    for number in range(len(ALL)):
        table, transact, done = all_broken(evening), MemoryTable.transact, count()

        def dying(
            table: Table, writes: Sequence[Write], number: int = number, done: Any = done
        ) -> None:
            if next(done) == number:
                raise Busy
            transact(table, writes)  # noqa: B023 - called in this round

        drift = Counter[str]()
        with patch.object(MemoryTable, "transact", dying), suppress(Busy):
            audit(table, lambda: evening.at, lambda: None, Random(0), drift)
        drift += audited(table, evening.at)
        assert drift == ALL, number
        assert audited(table, evening.at) == {}, number


def raising_once(act: Callable[..., Any], of: str) -> Callable[..., Any]:
    """Of the object with this id."""
    calls = count()

    def raising(*arguments: Any) -> Any:
        if of in str(arguments) and next(calls) == 0:
            raise ValueError(SECRET)
        return act(*arguments)

    return raising


SECRET = "улица Льва Толстого, 16"


@pytest.mark.parametrize("name", ["wrong", "put_right"])
def test_one_that_raises_keeps_no_other_from_being_mended_and_is_told_at_the_end(
    evening: Evening, context: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    table, lines = all_broken(evening), StringIO()
    entry, nobody = (
        entry_of(table, in_market(table, "LEAD")),
        posting_id(1, b"00", realtor_id(b"somebody")),
    )
    put(
        table, entry, PK="MARKET#LEAD#тверь#FLAT", SK=f"{keys.price(5)}#{nobody}"
    )  # in nobody's ranking
    (handler,) = logging.getLogger("audit").handlers
    monkeypatch.setattr(handler, "stream", lines)
    with (
        patch.multiple(function, table=table, now_ms=lambda: evening.at, _pause=lambda: None),
        patch.object(entries, name, raising_once(getattr(entries, name), nobody)),
        pytest.raises(Unmended) as raised,
    ):
        function.handler({}, context)
    assert str(raised.value) == "{'entries': 1}"
    failed, audited_line = map(json.loads, lines.getvalue().splitlines())
    assert (failed["level"], failed["drift_kind"], failed["kind"]) == (
        "ERROR",
        "entries",
        "ValueError",
    )
    assert "test_audit.py" in failed["frames"][-1]
    assert SECRET not in lines.getvalue()
    assert audited_line["drift"] == ALL, "the other entry, and each other kind"
    assert audited(table, evening.at) == {"entries": 1}


def test_when_the_store_is_busy_the_rest_is_left_to_the_next_run(evening: Evening) -> None:
    table = all_broken(evening)
    with patch.object(entries, "put_right", side_effect=Busy), pytest.raises(Busy):
        audited(table, evening.at)


def test_two_runs_at_once_do_nothing_twice(evening: Evening) -> None:
    alone = all_broken(evening)
    audited(alone, evening.at)
    calls = calls_of(all_broken(evening), evening)

    def beside(table: MemoryTable, drift: Counter[str]) -> None:
        drift.update(audited(table, evening.at))

    for number in range(calls // 30, calls, calls // 15):
        table, others = all_broken(evening), Counter[str]()
        table.between = at_call(number, partial(beside, table, others))
        drift = audited(table, evening.at)
        table.between = lambda: None
        assert drift + others == ALL, number
        assert list(table.items()) == list(alone.items()), number


def test_what_expired_is_not_told_again_and_what_is_young_is_left_to_the_stream(
    evening: Evening,
) -> None:
    table = evening.table()
    told = [item for item in of_entity(table, "NOTICE") if "match_id" in item["d"]]
    delete(table, *told)
    delete(
        table, *({"PK": keys.unread(one["PK"].partition("#")[2]), "SK": one["SK"]} for one in told)
    )
    newest = max(
        pair.told[-1].at for pair in map(pairs.of_item, of_entity(table, "PAIR")) if pair.told
    )
    assert newest not in {at for at, _ in owed_and_told(table, newest + 5 * MINUTE)}
    late = [(at, known) for at, known in owed_and_told(table, newest + 90 * DAY_MS)]
    assert late == []
    found = audited(table, newest + 89 * DAY_MS)
    assert found["notices"] > 0
    again = [item["SK"] for item in of_entity(table, "NOTICE") if "match_id" in item["d"]]
    assert min(int(sk[:13]) for sk in again) > newest - DAY_MS


def owed_and_told(table: MemoryTable, at: int) -> list[tuple[int, str]]:
    debts = [owed_by(pair, at) for pair in map(pairs.of_item, of_entity(table, "PAIR"))]
    return [(int(notice[:13]), realtor) for debt in debts for realtor, notice in debt]


def test_the_function_may_do_what_it_does_and_no_more(evening: Evening) -> None:
    table = all_broken(evening)
    with rights_used(table) as used:
        audited(table, evening.at)
    assert used == set(AUDIT_ACTIONS)


@pytest.fixture
def context() -> Any:
    return SimpleNamespace(get_remaining_time_in_millis=lambda: 600_000)


def test_every_kind_has_a_metric_also_where_nothing_is_found(
    evening: Evening, context: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    table = evening.table()
    a_count_lost(table, evening)
    with patch.multiple(function, table=table, now_ms=lambda: evening.at, _pause=lambda: None):
        assert function.handler({}, context) == dict.fromkeys(DRIFTS, 0) | {"counts": 1}
    emitted = json.loads(
        next(line for line in capsys.readouterr().out.splitlines() if "_aws" in line)
    )
    (metrics,) = emitted["_aws"]["CloudWatchMetrics"]
    assert (metrics["Namespace"], metrics["Dimensions"]) == ("Cobroke", [["stage", "service"]])
    assert (emitted["stage"], emitted["service"]) == ("local", "audit")
    names = {f"Drift{kind.capitalize()}" for kind in DRIFTS}
    assert {metric["Name"] for metric in metrics["Metrics"]} == names
    assert {name: emitted[name] for name in names} == {name: [0.0] for name in names} | {
        "DriftCounts": [1.0]
    }


def test_it_logs_one_line_of_numbers(
    evening: Evening, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = StringIO()
    (handler,) = logging.getLogger("audit").handlers
    monkeypatch.setattr(handler, "stream", lines)
    with patch.multiple(
        function, table=all_broken(evening), now_ms=lambda: evening.at, _pause=lambda: None
    ):
        function.handler({}, context)
    (line,) = lines.getvalue().splitlines()
    said = json.loads(line)
    assert (said["message"], said["drift"]) == ("audited", ALL)
    assert {*said} == {"level", "location", "message", "timestamp", "service", "drift"}


def test_it_says_what_it_has_counted_when_its_time_is_up(
    evening: Evening, capsys: pytest.CaptureFixture[str]
) -> None:
    """Twenty seconds are kept for that."""
    table = all_broken(evening)
    late = SimpleNamespace(get_remaining_time_in_millis=lambda: 19_000)
    with patch.multiple(function, table=table, now_ms=lambda: evening.at), pytest.raises(Busy):
        function.handler({}, late)
    assert "DriftRankings" in capsys.readouterr().out


def test_the_pass_reads_a_real_table_whole(evening: Evening) -> None:
    table = Table(TABLE)
    for item in evening.items:
        table.try_put(item)
    delete(
        table,
        next(item for item in evening.items if item.get("entity") == "COUNTS" and item["matches"]),
    )
    assert audited(table, evening.at) == {"counts": 1}
