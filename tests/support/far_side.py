"""The table as it is asked by many at once: transactions under way, what others see of them, and
every change made.

A transaction is a `Flight`. It arrives; its items become visible one by one to queries and batches;
it is over. Its answer, or whoever asked for it, may be gone by then. `get_item` sees it whole, and
all the others from then on: what one has been told of is there for whomever he tells.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from random import Random
from typing import Any, Literal

from botocore.exceptions import ClientError

from tests.memory_table import MemoryTable, cancelled
from tests.pump import key_of
from tests.support.scheduler import NS, Scheduler

type Key = tuple[str, str]
type Raw = dict[str, Any]
type Answer = dict[str, Any]

TORN = 0.8
IS_SEEN = 0.5
GIVES_WAY = 0.7
"""How often a transaction is over when another one of its items arrives."""
HASTES, SLOW = (0.4, 0.1, 0.02), (0.003,)
"""How often a transaction goes on while others act: some take so long that whole requests see them
half done.
"""
LONGEST_NS = 5 * NS
"""What was sent before is over by now."""


@dataclass(eq=False)
class Change:
    """One item as one write has changed it at a step; whoever reads until the step `seen` may still
    see the old one.
    """

    step: int
    key: Key
    old: Raw | None
    new: Raw | None
    seen: float = inf


@dataclass(eq=False)
class Flight:
    """A transaction. `error` is what the table answers, None where it is written."""

    token: str
    items: list[dict[str, Any]]
    sent_at: int
    haste: float
    error: ClientError | None = None
    changes: list[Change] = field(default_factory=list)
    behind: dict[Key, Raw | None] = field(default_factory=dict)
    """What a query or a batch does not see yet, as it was."""
    state: Literal["sent", "torn", "over"] = "sent"

    @property
    def keys(self) -> list[Key]:
        return [_key_of(part) for write in self.items for part in write.values()]


class FarSide:
    """`history` holds every change of any item, in order; without `tearing` each transaction is
    over at once.
    """

    def __init__(self, table: MemoryTable, scheduler: Scheduler, rng: Random) -> None:
        self.store = table.store
        self.history: list[Change] = []
        self.tearing = self.fails = True
        self.tears: Callable[[], None] = lambda: None
        """Told when something begins to be half seen."""
        self._scheduler, self._rng = scheduler, rng
        self._hastes: tuple[float, ...] = HASTES
        self._is_seen = IS_SEEN
        self._flights: list[Flight] = []
        self._written = set[str]()
        scheduler.meanwhile = self._others_go_on

    def send(self, token: str, items: list[dict[str, Any]]) -> Flight:
        flight = Flight(token, items, self._scheduler.now, self._rng.choice(self._hastes))
        self._flights.append(flight)
        return flight

    def end_of(self, flight: Flight) -> Answer:
        """Waits for it."""
        if flight.state == "sent":
            self._go_on(flight)
        while flight.state == "torn":
            self._scheduler.step()
        if flight.error:
            raise flight.error
        return {}

    @contextmanager
    def slow(self) -> Iterator[None]:
        """Nothing fails, and nearly all stays half done until another one meets it."""
        self.fails = False
        self._hastes, self._is_seen = SLOW, self._rng.choice([0, IS_SEEN])
        yield
        self.fails = True
        self._hastes, self._is_seen = HASTES, IS_SEEN

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Nothing fails, and each transaction is over at once."""
        self.tearing = self.fails = False
        yield
        self.tearing = self.fails = True

    def settle(self) -> None:
        """All that is under way comes to its end."""
        for flight in [*self._flights]:
            self._end(flight)

    def put(self, write: Mapping[str, Any]) -> Answer:
        key = key_of(write["Item"])
        if key in self._held():
            raise ClientError({"Error": {"Code": "TransactionConflictException"}}, "PutItem")
        with self._recorded([key]) as changes:
            answer = self.store.put_item(**write)
        for change in changes:
            change.seen = change.step
        return answer

    def get(self, asked: Mapping[str, Any]) -> Answer:
        for flight in self._flights:
            if key_of(asked["Key"]) in flight.keys:
                flight.behind = {}
        return self.store.get_item(**asked)

    def read(self, ask: Callable[[], Answer], touches: Callable[[Key], bool]) -> Answer:
        """A query or a batch, to which what is behind is still as it was. Some of what it touches
        is seen from here.
        """
        for flight in self._flights:
            for key in [
                key for key in flight.behind if touches(key) and self._rng.random() < self._is_seen
            ]:
                del flight.behind[key]
        stale = {
            key: old
            for flight in self._flights
            for key, old in flight.behind.items()
            if touches(key)
        }
        fresh = {key: self.store.items.get(key) for key in stale}
        self._show(stale)
        try:
            return ask()
        finally:
            self._show(fresh)

    def read_whole(self, items: list[dict[str, Any]]) -> Answer:
        """As of one moment: refused while any of them is being written."""
        held = self._held()
        reasons = [
            "TransactionConflict" if key_of(one["Get"]["Key"]) in held else "None" for one in items
        ]
        if {*reasons} != {"None"}:
            raise cancelled(*reasons)
        return self.store.transact_get_items(TransactItems=items)

    def _others_go_on(self) -> None:
        """What nobody waits for comes to its end as well, in time."""
        for flight in [*self._flights]:
            if flight.sent_at + LONGEST_NS < self._scheduler.now:
                self._end(flight)
            elif self._rng.random() < flight.haste:
                self._go_on(flight)

    def _end(self, flight: Flight) -> None:
        while flight.state != "over":
            self._go_on(flight)

    def _go_on(self, flight: Flight) -> None:
        if flight.state == "sent":
            self._arrive(flight)
        else:
            flight.state, flight.behind = "over", {}
        if flight.state == "over" and flight in self._flights:
            self._flights.remove(flight)
            for change in flight.changes:
                change.seen = self._scheduler.steps

    def _arrive(self, flight: Flight) -> None:
        flight.state = "over"
        self._scheduler.steps += 1  # no two arrive at once
        for other in [
            one
            for one in self._flights
            if one.state == "torn" and not {*flight.keys}.isdisjoint(one.keys)
        ]:
            if other.token != flight.token and self._rng.random() < GIVES_WAY:
                self._end(other)
        if any(other.state == "torn" and other.token == flight.token for other in self._flights):
            flight.error = ClientError(
                {"Error": {"Code": "TransactionInProgressException"}}, "TransactWriteItems"
            )
        elif flight.token not in self._written:
            flight.error = self._conflict(flight) or self._refusal(flight)

    def _conflict(self, flight: Flight) -> ClientError | None:
        """Where another holds one of its items; each of the others says whether its own condition
        holds.
        """
        held = self._held()
        if held.isdisjoint(flight.keys):
            return None
        parts = (part for write in flight.items for part in write.values())
        return cancelled(*(self._reason(part, held) for part in parts))

    def _reason(self, part: Mapping[str, Any], held: set[Key]) -> str:
        return "TransactionConflict" if _key_of(part) in held else self.store._refusal(part)

    def _refusal(self, flight: Flight) -> ClientError | None:
        """None where it is written."""
        try:
            with self._recorded(flight.keys) as flight.changes:
                self.store.transact_write_items(
                    TransactItems=flight.items, ClientRequestToken=flight.token
                )
        except ClientError as error:
            return error
        self._written.add(flight.token)
        if self.tearing and self._rng.random() < TORN:
            flight.behind = {change.key: change.old for change in flight.changes}
            flight.state = "torn"
            self.tears()
        return None

    def _held(self) -> set[Key]:
        return {key for flight in self._flights if flight.state == "torn" for key in flight.keys}

    def _show(self, images: Mapping[Key, Raw | None]) -> None:
        changes = self.store.stream.changes
        known = len(changes)
        for key, image in images.items():
            if image is None:
                self.store.remove(key)
            else:
                self.store._put(key, image)
        del changes[known:]

    @contextmanager
    def _recorded(self, keys: list[Key]) -> Iterator[list[Change]]:
        before = {key: self.store.items.get(key) for key in keys}
        changes = list[Change]()
        yield changes
        after = ((key, old, self.store.items.get(key)) for key, old in before.items())
        changes += [
            Change(self._scheduler.steps, key, old, new) for key, old, new in after if old != new
        ]
        self.history += changes


def _key_of(part: Mapping[str, Any]) -> Key:
    return key_of(part.get("Key") or part["Item"])
