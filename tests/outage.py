"""An outage of the stream: a market whose changes nobody followed, and runs over it that die."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from cobroke.domain.ids import realtor_id
from cobroke.domain.postings.kinds import KINDS
from cobroke.domain.postings.posting import Posting
from cobroke.flows.schedule import rematch
from cobroke.storage import keys
from cobroke.storage.matching.held_markets import HeldMarkets
from cobroke.storage.notices import alerts
from cobroke.storage.postings import postings
from tests.builders import a_lead, a_property
from tests.memory_table import MemoryTable
from tests.pump import Json
from tests.support.contents import MOSCOW, content
from tests.support.scheduler import Killed
from tests.support.town import MINUTE, START

APART_MS = 2 * MINUTE
"""More than the overlap: what a run goes on from is seen change by change."""
SELLER, BUYER = realtor_id(b"abcdefgh"), realtor_id(b"ijklmnop")


class Outage:
    """So many listings and leads of one market, each written two minutes after the last; all is
    done but for what a test leaves.
    """

    def __init__(self, written: int, *, done: bool = True) -> None:
        self.table, self.now = MemoryTable(page_items=1000), START
        self.written = [self.posts(number) for number in range(written)]
        if done:
            for one in self.written:
                alerts.mark_done(self.table, one)

    def posts(self, number: int) -> Posting:
        self.now += APART_MS
        kind, owner = KINDS[number % 2], (BUYER, SELLER)[number % 2]
        body: Json = a_lead() if kind == "LEAD" else a_property(price=60_000_000)
        return postings.create(self.table, kind, owner, content(kind, body), self.clock)

    def clock(self) -> int:
        self.now += 1
        return self.now

    def run(self) -> Counter[str]:
        return rematch.rematch(self.table, HeldMarkets(self.table, self.clock), MOSCOW, self.clock)

    @property
    def watermark(self) -> int:
        item = self.table.get(keys.followed(MOSCOW))
        return item["watermark"] if item else 0

    @contextmanager
    def watched(self, kill: Callable[[str, Any], bool] = lambda *_: False) -> Iterator[list[str]]:
        """What is asked of the table; `kill` is asked before each call."""
        calls, call = list[str](), self.table._call

        def counted(operation: str, **arguments: Any) -> Any:
            if kill(operation, arguments):
                raise Killed
            calls.append(operation)
            return call(operation, **arguments)

        with patch.object(self.table, "_call", counted):
            yield calls


def moves(operation: str, arguments: Any) -> bool:
    return operation == "put_item" and arguments["Item"]["entity"]["S"] == "FOLLOWED"
