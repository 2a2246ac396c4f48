"""A city that lives, and whose stream has lost a part for good."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from functools import cache
from random import Random
from typing import Any
from unittest.mock import patch

from cobroke.domain.deals.pair import Action, Pair, PairIds, Side
from cobroke.domain.errors import Conflict, NotFound
from cobroke.domain.paging import Page
from cobroke.storage.deals import pairs
from cobroke.storage.notices import inboxes, notices, pages
from tests.pump import Json
from tests.support.contents import body_of
from tests.support.town import MINUTE, SIDES, Alerted, Town, pumps

LOST = 0.2
SEEDS = range(12)


def deliver(world: "City", rng: Random, lost: float = 0) -> None:
    """Both readers take what is new in the stream; each loses a part of it for good."""
    deliver_those(world, rng, lambda _: rng.random() >= lost)


def deliver_those(world: "City", rng: Random, lets: Callable[[Json], Any]) -> None:
    """The same of those records that `lets` lets through, asked by each reader."""
    readers, stream = pumps(rng, quiet=True), world.table.stream
    for pump in readers:
        pump.position = world.position
    with world.followed():
        while any(pump.position < len(stream) for pump in readers):
            for pump in readers:
                new, pump.position = stream[pump.position :], len(stream)
                pump.run([record for record in new if lets(record)])
    assert [pump.failed for pump in readers] == [[], []]
    world.position = len(stream)


class City(Town):
    """`position`: so far the stream was delivered."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.rng, self.position = Random(seed), 0
        self.there: dict[str, Side] = {}
        self.liked: list[str] = []

    def lives(self, deeds: int = 70) -> None:
        """Realtors post, edit, like, dislike, and archive what somebody may be waiting for."""
        for _ in range(deeds):
            self.now += self.rng.randrange(20 * MINUTE)
            kind = self.rng.choices(SIDES, [1, 3])[0]
            what = self.rng.random()
            if what < 0.4 or len({*self.there.values()}) < 2:
                self.there[
                    self.posts(kind, self.rng.choice(self.realtors), body_of(self.rng, kind))
                ] = kind
            elif what < 0.5:
                edited = self.rng.choice(list(self.there))
                self.edits(self.there[edited], edited, body_of(self.rng, self.there[edited]))
            elif what < 0.6:
                left = self.rng.choice(
                    [one for one in self.liked if one in self.there] or list(self.there)
                )
                self.archives(self.there.pop(left), left)
            else:
                self.somebody_acts()

    def somebody_acts(self) -> None:
        ids = PairIds(
            *(
                self.rng.choice([one for one in self.there if self.there[one] == side])
                for side in SIDES
            )
        )
        with suppress(Conflict, NotFound):
            action: Action = "DISLIKE" if self.rng.random() < 0.2 else "LIKE"
            self.acts(self.rng.choice(SIDES), ids, action)
            self.liked += ids

    @property
    def pair_notices(self) -> Counter[tuple[str, str]]:
        """Whom, and the id of the notice: the same whenever it is told."""
        told = [(who, one) for who in self.realtors for one in self.all_notices(who)]
        return Counter(
            (who, one.id) for who, one in told if one.data.get("reason") != "RECOMMENDED"
        )

    def all_notices(self, who: str) -> list[notices.Notice]:
        inbox = inboxes.load(self.table, who)
        return pages.page_of(self.table, inbox, Page(1, 10_000), 0, unread_only=False)[0]

    @property
    def matches(self) -> dict[str, tuple[Any, ...]]:
        """What has become of each pair."""
        raws = [item for item in self.table.items() if item["entity"] == "PAIR"]
        return {f"{item['PK']}{item['SK']}": _outcome(pairs.of_item(item)) for item in raws}

    @property
    def state(
        self,
    ) -> tuple[Counter[Alerted], Counter[tuple[str, str]], dict[str, tuple[Any, ...]]]:
        return self.alerted(), self.pair_notices, self.matches


def _outcome(pair: Pair) -> tuple[Any, ...]:
    return pair.status, pair.closed_reason, pair.agreed_share, pair.epoch, pair.version


@contextmanager
def writing(world: Town) -> Iterator[list[str]]:
    """What is written: the entities of every write, whether it changes anything or not."""
    written, call = list[str](), world.table._call

    def noted(operation: str, **arguments: Any) -> Any:
        parts = [part for write in arguments.get("TransactItems", ()) for part in write.items()]
        parts += [("Put", arguments)] if operation == "put_item" else []
        written.extend(
            part["Item"]["entity"]["S"] if kind == "Put" else kind for kind, part in parts
        )
        return call(operation, **arguments)

    with patch.object(world.table, "_call", noted):
        yield written


@cache
def _days(seed: int) -> tuple[City, City]:
    city = City(seed)
    city.lives()
    clean = deepcopy(city)
    deliver(clean, Random(seed))
    deliver(city, Random(seed), LOST)
    return city, clean


def a_day(seed: int) -> tuple[City, City]:
    """A city whose stream was delivered in part, and the same one with nothing lost."""
    return deepcopy(_days(seed))
