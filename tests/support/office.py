"""Two realtors over one table in memory, and who is told of what they do about their pairs."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random
from typing import Any, NamedTuple
from unittest.mock import patch

from cobroke.domain.deals.pair import Pair, PairIds, Side
from cobroke.domain.paging import Page
from cobroke.storage.deals import pairs
from cobroke.storage.notices import inboxes, pages
from cobroke.storage.table import Table
from functions.stream_notifications import handler as function
from infra.triggers import STREAM_READERS
from tests.builders import a_lead, a_property
from tests.pump import Pump
from tests.support.town import ATTEMPTS, BATCH_SIZE, SIDES, Town

READER = next(reader for reader in STREAM_READERS if reader.function == "stream_notifications")


@contextmanager
def following(table: Table) -> Iterator[None]:
    """The function over this table, losing no time between its attempts; what it has pushed is not
    looked at here.
    """
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
    found, total, unread = pages.page_of(
        table, inboxes.load(table, realtor_id), Page(1, 1000), 0, unread_only=unread_only
    )
    assert len(found) == total
    assert not unread_only or total == unread
    return [
        (one.id, Told(realtor_id, one.type, one.data.get("reason"), **ids_of(one.data)))
        for one in found
    ]


def ids_of(data: Any) -> dict[str, str]:
    assert {*data} - {"reason"} == {"lead_id", "property_id", "match_id"}
    return {name: data[name] for name in ("lead_id", "property_id", "match_id")}


class Office(Town):
    """Anna and Boris, and `pump`: the function that follows their pairs. What alerts is not
    delivered here.
    """

    def __init__(self) -> None:
        super().__init__(("anna", "boris"))
        self.anna, self.boris = self.realtors
        self.pump = Pump(function.handler, Random(0), READER.patterns, BATCH_SIZE, ATTEMPTS)

    def posted(self, kind: Side, **changes: Any) -> str:
        if kind == "LEAD":
            return self.posts(kind, self.anna, a_lead(**changes))
        return self.posts(kind, self.boris, a_property(**changes))

    def agrees(self, ids: PairIds) -> None:
        for side in SIDES:
            self.acts(side, ids)

    def pairs_of(self, kind: Side, posting_id: str) -> dict[str, Pair]:
        return pairs.of_posting(self.table, kind, posting_id)

    def settle(self, *pumps: Pump) -> None:
        super().settle(*(pumps or [self.pump]))

    def told(self) -> Counter[Told]:
        return Counter(
            told for realtor in self.realtors for _, told in told_to(self.table, realtor)
        )
