"""An export while eight others write: each object is there once, in every order of their calls and
through every torn transaction.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from random import Random
from typing import Any

import pytest

from cobroke.domain.deals.pair import Action, PairIds
from cobroke.domain.errors import Busy, Conflict, NotFound
from cobroke.domain.ids import owner_of
from cobroke.domain.notices.wording import Words
from cobroke.edge.exports import Bounds, part, place_of
from cobroke.exact_json import loads
from cobroke.flows.own import export
from cobroke.storage.notices import notices
from cobroke.storage.notices.notices import Notice
from tests.builders import a_lead, a_property
from tests.pump import Json
from tests.support.exported import LISTS, joined
from tests.support.orders import by_chance
from tests.support.town import SIDES, Town

IDS = {
    "leads": ("lead_id",),
    "properties": ("property_id",),
    "matches": ("match_id",),
    "messages": ("lead_id", "property_id"),
    "decisions": ("lead_id", "property_id"),
    "notifications": ("id",),
    "blocks": ("realtor_id",),
}


ACTIONS: tuple[Action, ...] = "LIKE", "LIKE", "DISLIKE"
THAT_STAY = ("leads", "properties", "matches", "notifications")
"""What was said and decided may also go."""


class Market(Town):
    """Anna exports; she and Boris write meanwhile."""

    def __init__(self, rng: Random) -> None:
        super().__init__(("anna", "boris"))
        self.rng = rng
        self.anna, self.boris = self.realtors
        self.table.store._page_items = 3
        self.leads = [self.posts("LEAD", self.anna, a_lead()) for _ in range(3)]
        self.listings = [self.posts("PROPERTY", self.anna, a_property()) for _ in range(3)]
        self.theirs = [self.posts("PROPERTY", self.boris, a_property()) for _ in range(4)]
        self.their_leads = [self.posts("LEAD", self.boris, a_lead()) for _ in range(4)]
        self.told = [self._tells() for _ in range(8)]
        self.liked = [self.opens() for _ in range(8)]

    def a_pair(self) -> PairIds:
        if self.rng.random() < 0.5:
            return PairIds(self.rng.choice(self.leads), self.rng.choice(self.theirs))
        return PairIds(self.rng.choice(self.their_leads), self.rng.choice(self.listings))

    def opens(self) -> PairIds:
        ids = self.a_pair()
        for side in SIDES[: self.rng.randint(1, 2)]:
            self.acts(side, ids, message="скажу")
        return ids

    def _tells(self) -> str:
        now = self.clock()
        told = Notice(
            notices.notice_id(now, now), "NEW_MATCH", Words("Раз", "Два", ""), {"reason": "OFFER"}
        )
        notices.put(self.table, self.anna, told)
        return told.id

    def writers(self) -> Iterator[Callable[[], object]]:
        """Eight, each with a few things to do."""
        for _ in range(3):
            yield partial(self._does, self._acts)
        yield partial(self._does, self._tells)
        yield partial(self._does, lambda: self._posts("LEAD"))
        yield partial(self._does, lambda: self._posts("PROPERTY"))
        yield partial(self._does, self._edits)
        yield partial(self._does, lambda: notices.read_all(self.table, self.anna, 0))

    def _does(self, act: Callable[[], object]) -> None:
        for _ in range(4):
            try:
                act()
            except (Busy, Conflict, NotFound):
                continue

    def _acts(self) -> None:
        action = self.rng.choice(ACTIONS)
        self.acts(self.rng.choice(SIDES), self.a_pair(), action, None, "говорю")

    def _posts(self, kind: Any) -> None:
        self.posts(kind, self.anna, a_lead() if kind == "LEAD" else a_property())

    def _edits(self) -> None:
        self.edits("LEAD", self.rng.choice(self.leads), a_lead(client_name="Иная"))
        self.archives("PROPERTY", self.listings[0])

    def exported(self, bounds: Bounds) -> Json:
        whole: Json = {name: [] for name in LISTS}
        cursor: str | None = None
        while True:
            found = export.steps(self.table, self.anna, place_of(self.anna, cursor), 0)
            document = loads(part(self.anna, {"profile": {}}, found, bounds))
            joined(whole, document)
            cursor = document["next"]
            if cursor is None:
                return whole


def keys_of(whole: Json) -> dict[str, Counter[tuple[str, ...]]]:
    return {
        name: Counter(tuple(row[one] for one in ids) for row in whole[name])
        for name, ids in IDS.items()
    }


@pytest.mark.parametrize("seed", range(25))
def test_each_is_there_once_whoever_writes_meanwhile(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = Random(seed)
    monkeypatch.setattr(export, "PAIRS_AT_ONCE", rng.randint(1, 4))
    monkeypatch.setattr(export, "NOTICES_AT_ONCE", rng.randint(1, 4))
    bounds = Bounds(steps=rng.randint(1, 6))
    town = Market(rng)
    before = keys_of(town.exported(bounds))
    town.table.store.torn = rng
    got = list[Json]()
    by_chance(
        town.table, [*town.writers(), lambda: got.append(town.exported(bounds))], Random(seed)
    )
    town.table.store.torn = None
    found, after = keys_of(got[0]), keys_of(town.exported(bounds))
    assert {count for rows in found.values() for count in rows.values()} == {1}
    for name in THAT_STAY:
        assert before[name].keys() <= found[name].keys() <= after[name].keys(), name
    assert len(before["leads"]) == 3
    assert len(before["matches"]) > 2
    assert len(before["notifications"]) == 8
    for row in got[0]["matches"]:
        own = row["lead_id"] if row["side"] == "LEAD" else row["property_id"]
        assert owner_of(own) == town.anna


def test_something_is_written_meanwhile() -> None:
    """Or the test above would say nothing."""
    rng = Random(1)
    town, grown = Market(rng), list[bool]()
    before = len(list(town.table.items()))
    town.table.store.torn = rng

    def exports() -> None:
        town.exported(Bounds(steps=2))
        grown.append(len(list(town.table.items())) > before)

    by_chance(town.table, [*town.writers(), exports], Random(1))
    assert grown == [True]
