"""Two realtors over one table in memory, and who is told of what they do about their pairs."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any, NamedTuple
from unittest.mock import patch

from cobroke.domain.ids import owner_of
from cobroke.domain.paging import Page
from cobroke.domain.pair import Pair, Side
from cobroke.flows import agreement
from cobroke.flows.agreement import Deed
from cobroke.storage import notices, objects, pairs, realtors
from cobroke.storage.matches import PairIds
from cobroke.storage.realtors import Realtor
from cobroke.storage.table import Table
from functions.stream_notifications import handler as function
from infra.triggers import STREAM_READERS
from tests.memory_table import MemoryTable
from tests.pump import Pump, drain
from tests.support.contents import lead, listing
from tests.support.town import ATTEMPTS, BATCH_SIZE, SIDES

READER = next(reader for reader in STREAM_READERS if reader.function == "stream_notifications")


@contextmanager
def following(table: Table) -> Iterator[None]:
    """The function over this table, losing no time between its attempts; what it has pushed is not looked at here."""
    pushes, pauses = patch.object(function, "queue"), patch("cobroke.storage.pauses.time.sleep")
    with patch.object(function, "table", table), pushes, pauses:
        yield


class Told(NamedTuple):
    realtor: str
    type: str
    reason: str | None
    lead_id: str
    property_id: str
    match_id: str


def told_to(table: Table, realtor_id: str, *, unread_only: bool = False) -> list[tuple[str, Told]]:
    """The notices of a realtor, each with its own id."""
    found, total, unread = notices.page_of(table, realtor_id, Page(1, 1000), 0, unread_only=unread_only)
    assert len(found) == total
    assert not unread_only or total == unread
    return [(one.id, Told(realtor_id, one.type, one.data.get("reason"), **ids_of(one.data))) for one in found]


def ids_of(data: Any) -> dict[str, str]:
    assert {*data} - {"reason"} == {"lead_id", "property_id", "match_id"}
    return {name: data[name] for name in ("lead_id", "property_id", "match_id")}


class Office:
    """Anna and Boris over one table in memory; time goes on by 1 ms with every look at it."""

    def __init__(self) -> None:
        self.table, self.now = MemoryTable(page_items=40), 1_764_000_000_000
        self.anna, self.boris = (
            realtors.register(self.table, Realtor("", name, phone, verified=True, username=name)).id
            for name, phone in (("anna", "+79000000001"), ("boris", "+79000000002"))
        )
        self.pump = Pump(function.handler, Random(0), READER.patterns, BATCH_SIZE, ATTEMPTS)

    def clock(self) -> int:
        self.now += 1
        return self.now

    def posted(self, kind: Side, **changes: Any) -> str:
        owner, content = (self.anna, lead(**changes)) if kind == "LEAD" else (self.boris, listing(**changes))
        return objects.create(self.table, kind, owner, content, self.clock).id

    def acts(self, side: Side, ids: PairIds, action: Any = "LIKE", share: Any = None, message: Any = None) -> Pair:
        owner = self.anna if side == "LEAD" else self.boris
        return agreement.act(self.table, side, owner, ids, Deed(action, share, message), self.clock)

    def agrees(self, ids: PairIds) -> None:
        for side in SIDES:
            self.acts(side, ids)

    def archives(self, kind: Side, object_id: str) -> None:
        objects.archive(self.table, kind, owner_of(object_id), object_id, self.clock)

    def pairs_of(self, kind: Side, object_id: str) -> dict[str, Pair]:
        return pairs.of_object(self.table, kind, object_id)

    def settle(self) -> None:
        with following(self.table):
            drain(self.table.stream, self.pump)
        assert self.pump.failed == []

    def told(self) -> Counter[Told]:
        return Counter(told for realtor in (self.anna, self.boris) for _, told in told_to(self.table, realtor))
