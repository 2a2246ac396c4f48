"""Whatever happens in whatever order, a list is what scoring every counterpart gives: a search for a counterexample.

`World` is one lead or property that looks, its counterparts, and the clocks. LISTS_SEARCH=20 searches so much longer.
"""

import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, NamedTuple
from unittest.mock import patch

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from cobroke.domain.errors import Conflict
from cobroke.domain.features import Features, LeadFeatures, PropertyFeatures
from cobroke.domain.negotiation import close, react
from cobroke.domain.paging import Page
from cobroke.domain.pair import Action, Facts, Pair
from cobroke.domain.places import NOWHERE
from cobroke.domain.ranking import Sizes
from cobroke.domain.resurfacing import hidden
from cobroke.domain.score import LISTED, score
from cobroke.domain.shortlist import Ranked
from cobroke.flows import ranking as lists
from cobroke.flows.recommendations import recommend
from cobroke.storage import objects, pairs, rankings, realtors
from cobroke.storage.keys import Kind
from cobroke.storage.realtors import Realtor
from cobroke.storage.stored_object import Content, StoredObject
from cobroke.storage.table import ConditionFailed, Write
from tests.memory_table import MemoryTable

SIZES = Sizes(kept=6, shown=3)
START = 1_764_000_000_000
SECOND, DAY = 1000, 24 * 3600 * 1000
LONGEST_COMMIT = 20 * SECOND
BODY = {"commission_share": 50}
"""All of it that a list shows of its own accord."""
NEAR, FAR = b"\1" * 8, b"\2" * 8
SEARCH = int(os.environ.get("LISTS_SEARCH", "1"))

often_caught_up = patch.object(lists, "WORTH_A_FRESH_READ", 1)
"""With ten counterparts, a fifth of them is soon written: here as many changes as entries are caught up."""


class Offer(NamedTuple):
    """What a counterpart offers, or (as a lead) wishes; the price in kopecks is a lead's greatest."""

    price: int = 15_000
    klass: int = 1
    rooms: int = 2
    near: bool = True
    here: bool = True

    def features(self, kind: Kind) -> Features:
        city, place = "орел" if self.here else "тула", NEAR if self.near else FAR
        if kind == "PROPERTY":
            return PropertyFeatures(city, 0, self.klass, 2, self.price, 5_000, self.rooms, place, NOWHERE)
        wish = frozenset({self.rooms}), frozenset({place}), frozenset[bytes]()
        return LeadFeatures(city, 0, self.klass, 2, self.price // 2, self.price, 4_000, 6_000, *wish)


class Late(NamedTuple):
    """A write that has its time and is not committed yet; it commits until `deadline` or never."""

    becomes: StoredObject | Pair
    writes: list[Write]
    deadline: int


class World:
    """`states` and `pairs` (by counterpart) are as committed; `seen`: what a read under way may have met of either."""

    def __init__(self, kind: Kind, own: Features | None = None, sizes: Sizes = SIZES, page_items: int = 3) -> None:
        self.kind: Kind = kind
        self.other: Kind = "PROPERTY" if kind == "LEAD" else "LEAD"
        self.sizes = sizes
        self.table = MemoryTable(page_items)
        self.now = START
        self.pairs: dict[str, Pair] = {}
        self.late: list[Late] = []
        self.states: dict[str, StoredObject] = {}
        self.seen: dict[tuple[type, str], list[StoredObject | Pair | None]] = {}
        self._chance = itertools.count(1)
        self.me, *self.others = (self._registered(name) for name in ("me", "her", "him"))
        self.own_id = self._written(objects.create, kind, self.me, Content(BODY, own or Offer().features(kind)))

    @property
    def own(self) -> StoredObject:
        return self.states[self.own_id]

    @property
    def counterparts(self) -> list[str]:
        """Those in the market, oldest first."""
        return [an_id for an_id, one in self.states.items() if an_id != self.own_id and one.in_market]

    def clock(self, skew: int = 0) -> Callable[[], int]:
        return lambda: self.now + skew

    def post(self, offer: Offer | Features, *, mine: bool = False, skew: int = 0, late: bool = False) -> str:
        owner = self.me if mine else self.others[len(self.states) % 2]
        return self._written(objects.create, self.other, owner, self._content(offer, self.other), skew=skew, late=late)

    def edit(self, an_id: str, offer: Offer | Features, *, skew: int = 0, late: bool = False) -> None:
        old = self.states[an_id]
        content = self._content(offer, old.kind)
        self._written(objects.replace_content, old.kind, old.owner, an_id, content, skew=skew, late=late)

    def archive(self, an_id: str, *, skew: int = 0, late: bool = False) -> None:
        old = self.states[an_id]
        self._written(objects.archive, old.kind, old.owner, an_id, skew=skew, late=late)

    def commit(self, late: Late) -> None:
        """The owner whose write lost the race does not try again."""
        self.late.remove(late)
        try:
            self.table.transact(late.writes)
        except ConditionFailed:
            return
        self._committed(late.becomes)

    def passes(self, ms: int) -> None:
        """What is late commits in time. Changes are forgotten to the day, rankings when it pleases DynamoDB."""
        end = self.now + ms
        for late in sorted(self.late, key=lambda late: late.deadline):
            if late.deadline <= end:
                self.now = max(self.now, late.deadline)
                self.commit(late)
        self.now = end
        if ms >= DAY:
            expired = [item for item in self.table.items() if item["entity"] == "CHANGE"]
            for item in expired:
                if item["expires"] <= self.now // 1000:
                    self.table.forget((item["PK"], item["SK"]))

    def dislike(self, an_id: str) -> None:
        self.act(an_id, "DISLIKE")

    def act(self, an_id: str, action: Action, *, theirs: bool = False, skew: int = 0, late: bool = False) -> None:
        """One side likes or dislikes; what the negotiation refuses changes nothing."""
        lead, listing, points = self._scored(self.own, self.states[an_id])
        side, facts = self.other if theirs else self.kind, Facts(50, price_of(listing), lead.revision, points)
        with suppress(Conflict):
            outcome = react(self._pair(an_id), side, action, None, facts, self.now + skew)
            self._becomes(an_id, outcome.pair, late=late)

    def lapse(self, an_id: str) -> None:
        """Nobody acts until the match expires."""
        pair = self._pair(an_id)
        if pair.expires_at:
            self.passes(max(pair.expires_at - self.now, 0))
            self._becomes(an_id, close(self._pair(an_id), "EXPIRED", self.now))

    def _pair(self, an_id: str) -> Pair:
        ids = (self.own_id, an_id) if self.kind == "LEAD" else (an_id, self.own_id)
        return self.pairs.get(an_id) or Pair(lead_id=ids[0], property_id=ids[1])

    def _becomes(self, an_id: str, new: Pair, *, late: bool = False) -> None:
        old = self._pair(an_id)
        if new is old:
            return
        market = self._scored(self.own, self.states[an_id])[0].content.features.market
        writes, stored = pairs.writes(self.table, old, new, market), replace(new, version=old.version + 1)
        if late:
            self.late.append(Late(stored, writes, self.now + LONGEST_COMMIT))
        else:
            self.table.transact(writes)
            self._committed(stored)

    def look(self, *, skew: int = 0, keeps: bool = True) -> list[Ranked]:
        """The first half of `recommended`. Whether the ranking is kept must not matter."""
        own, known = rankings.load_own(self.table, self.kind, self.me, self.own_id)
        seeker = lists.seeking(self.table, own, self.clock(skew))
        ranking, worth = lists.current(self.table, seeker, known.ranking if known else None, self.sizes)
        if keeps or worth:
            lists.keep(self.table, own, ranking, known, looked_at=self.now)
        return [row.place for row in ranking.rows[: self.sizes.shown]]

    def recommended(self, *, skew: int = 0) -> list[Ranked]:
        page = Page(1, self.sizes.shown)
        found = recommend(self.table, self.kind, self.me, self.own_id, page, self.clock(skew), self.sizes)
        assert found.total == len(found.rows)
        return [Ranked(row.evaluation.score, row.counterpart.id) for row in found.rows if row.evaluation]

    def warm(self, *, skew: int = 0) -> None:
        lists.warm(self.table, self.kind, self.own_id, self.clock(skew), self.sizes)

    def check(
        self, look: Callable[[], list[Ranked]] | None = None, others: Mapping[int, Callable[[], Any]] | None = None
    ) -> list[Ranked]:
        """A look while `others` act before its calls of those numbers: each object as it stood at some moment of it."""
        calls, others, self.seen = itertools.count(), others or {}, {}
        self.table.between = lambda: others.get(next(calls), int)()  # noqa: PLW0108 - each time another one
        try:
            answer = (look or self.look)()
        finally:
            self.table.between = lambda: None
        possible = list(self.explanations())
        assert answer in possible, f"{answer} is none of {possible}"
        return answer

    def explanations(self) -> Iterator[list[Ranked]]:
        for moments in itertools.product(*self.seen.values()):
            at = dict(zip(self.seen, moments, strict=True))
            states = {an_id: at.get((StoredObject, an_id), state) for an_id, state in self.states.items()}
            acted = {an_id: at.get((Pair, an_id), pair) for an_id, pair in self.pairs.items()}
            yield self.ranked(states, acted)[: self.sizes.shown]  # type: ignore[arg-type]

    def brute_force(self) -> list[Ranked]:
        return self.ranked(self.states, self.pairs)[: self.sizes.shown]

    def ranked(self, states: Mapping[str, StoredObject | None], acted: Mapping[str, Pair | None]) -> list[Ranked]:
        """Every counterpart scored and sorted; what was not there yet is None."""
        own, found = states[self.own_id], []
        assert own is not None
        for other in states.values():
            if other is None or not other.in_market or other.owner == self.me:
                continue
            lead, listing, points = self._scored(own, other)
            pair = acted.get(other.id)
            out = pair and hidden(pair, self.kind, price_of(listing), lead.revision, points)
            if points is not None and points >= LISTED and not out:
                found.append(Ranked(points, other.id))
        return sorted(found, reverse=True)

    def _scored(self, own: StoredObject, other: StoredObject) -> tuple[StoredObject, StoredObject, int | None]:
        """The lead, the property and their score."""
        lead, listing = (own, other) if self.kind == "LEAD" else (other, own)
        wish, offer = lead.content.features, listing.content.features
        assert isinstance(wish, LeadFeatures)
        assert isinstance(offer, PropertyFeatures)
        return lead, listing, score(wish, offer)

    def _content(self, offer: Offer | Features, kind: Kind) -> Content:
        return Content(BODY, offer.features(kind) if isinstance(offer, Offer) else offer)

    def _registered(self, name: str) -> str:
        with self._urandom():
            return realtors.register(self.table, Realtor("", name, "+7")).id

    def _urandom(self) -> AbstractContextManager[Any]:
        """Ids are not left to chance."""
        return patch("os.urandom", lambda size: next(self._chance).to_bytes(size))

    def _written(self, write: Any, *what: Any, skew: int = 0, late: bool = False) -> str:
        held = list[list[Write]]()
        with self._urandom(), patch.object(self.table, "transact", held.append) if late else nullcontext():
            new: StoredObject = write(self.table, *what, self.clock(skew))
        if late:
            self.late += [Late(new, writes, self.now + LONGEST_COMMIT) for writes in held]
        else:
            self._committed(new)
        return new.id

    def _committed(self, new: StoredObject | Pair) -> None:
        if isinstance(new, Pair):
            an_id = new.property_id if self.kind == "LEAD" else new.lead_id
            self.seen.setdefault((Pair, an_id), [self.pairs.get(an_id)]).append(new)
            self.pairs[an_id] = new
        else:
            self.seen.setdefault((StoredObject, new.id), [self.states.get(new.id)]).append(new)
            self.states[new.id] = new


def price_of(of: StoredObject) -> int:
    features = of.content.features
    return features.budget_max if isinstance(features, LeadFeatures) else features.price


def at_price(of: StoredObject, price: int) -> Features:
    features = of.content.features
    if isinstance(features, LeadFeatures):
        return features._replace(budget_min=price // 2, budget_max=price)
    return features._replace(price=price)


OFFERS = st.builds(
    Offer,
    st.sampled_from([15_000, 15_000, 14_000, 14_600, 15_400, 16_000, 11_000, 20_000]),
    st.integers(0, 3),
    st.sampled_from([2, 2, 1, 3]),
    near=st.sampled_from([True, True, True, False]),
    here=st.sampled_from([True, True, True, True, True, True, False]),
)
SKEWS = st.sampled_from([0, 5 * SECOND, -5 * SECOND])
WHICH = st.integers(0, 30)
MOMENTS = st.integers(1, 9)
LATE = st.sampled_from([False, False, True])
ACTIONS: st.SearchStrategy[Action] = st.sampled_from(["LIKE", "LIKE", "DISLIKE"])
KEEPS = st.sampled_from([True, False, None])
ACTS = st.tuples(st.integers(0, 10), WHICH, OFFERS, SKEWS)

type Act = tuple[int, int, Offer, int]


class Lists(RuleBasedStateMachine):
    """Every look is checked; `which` counts the counterparts round and round."""

    kind: ClassVar[Kind]

    def __init__(self) -> None:
        super().__init__()
        often_caught_up.start()
        self.world = World(self.kind)

    def teardown(self) -> None:
        often_caught_up.stop()

    @initialize(offers=st.lists(OFFERS, min_size=12, max_size=16), mine=OFFERS)
    def a_market(self, offers: list[Offer], mine: Offer) -> None:
        for offer in offers:
            self.world.post(offer)
        self.world.post(mine, mine=True)
        self.world.passes(70 * SECOND)

    @rule(offer=OFFERS, skew=SKEWS, late=LATE, mine=st.sampled_from([False, False, False, True]))
    def posted(self, offer: Offer, skew: int, *, late: bool, mine: bool) -> None:
        self.world.post(offer, mine=mine, skew=skew, late=late)

    @rule(which=WHICH, offer=OFFERS, skew=SKEWS, late=LATE)
    def edited(self, which: int, offer: Offer, skew: int, *, late: bool) -> None:
        self._edit(which, offer, skew, late=late)

    @rule(which=WHICH, skew=SKEWS)
    def edited_and_archived(self, which: int, skew: int) -> None:
        """One of the best, by two functions whose clocks are off to either side."""
        if an_id := self._one_of_the_best(which):
            self.world.edit(an_id, self.world.states[an_id].content.features, skew=skew)
            self.world.archive(an_id, skew=-skew)

    @rule(which=WHICH, percent=st.sampled_from([97, 98]))
    def cheaper(self, which: int, percent: int) -> None:
        if an_id := self._one_acted_on(which):
            old = self.world.states[an_id]
            self.world.edit(an_id, at_price(old, price_of(old) * percent // 100))

    @rule(which=WHICH)
    def better(self, which: int) -> None:
        if an_id := self._one_acted_on(which):
            self.world.edit(an_id, Offer(price_of(self.world.states[an_id])))

    @rule(offer=OFFERS)
    def own_edited(self, offer: Offer) -> None:
        self.world.edit(self.world.own_id, offer._replace(here=True))

    @rule(which=WHICH, skew=SKEWS, late=LATE)
    def archived(self, which: int, skew: int, *, late: bool) -> None:
        self._archive(which, skew, late=late)

    @rule()
    def best_archived_and_worst_written(self) -> None:
        ranked = self.world.ranked(self.world.states, self.world.pairs)
        for place in ranked[:4]:
            self.world.archive(place.id)
        for place in ranked[4:][-2:]:
            self.world.edit(place.id, self.world.states[place.id].content.features)

    @rule(which=WHICH)
    def committed(self, which: int) -> None:
        self._commit(which)

    @rule(
        ms=st.sampled_from(
            [1, SECOND, 20 * SECOND, 60 * SECOND, 60 * SECOND, 61 * SECOND, 28 * DAY, 30 * DAY + 70 * SECOND]
        )
    )
    def time_passes(self, ms: int) -> None:
        self.world.passes(ms)

    @rule(which=WHICH, action=ACTIONS, theirs=st.booleans(), skew=SKEWS, late=LATE)
    def acted_on(self, which: int, action: Action, skew: int, *, theirs: bool, late: bool) -> None:
        if an_id := self._one_of_the_best(which):
            self.world.act(an_id, action, theirs=theirs, skew=skew, late=late)

    @rule(which=WHICH, action=ACTIONS, theirs=st.booleans(), skew=SKEWS, late=LATE)
    def acted_on_again(self, which: int, action: Action, skew: int, *, theirs: bool, late: bool) -> None:
        """What is hidden from one side may be opened by the other, or by the same one thinking better of it."""
        if an_id := self._one_acted_on(which):
            self.world.act(an_id, action, theirs=theirs, skew=skew, late=late)

    @rule(which=WHICH)
    def nobody_answered(self, which: int) -> None:
        if an_id := self._one_acted_on(which):
            self.world.lapse(an_id)

    @rule()
    def best_disliked(self) -> None:
        for place in self.world.brute_force():
            self.world.dislike(place.id)

    @rule(skew=SKEWS, keeps=KEEPS)
    def looked(self, skew: int, *, keeps: bool | None) -> None:
        self.world.check(partial(self._look, skew, keeps=keeps))

    @rule()
    def looked_a_minute_later(self) -> None:
        self.world.passes(61 * SECOND)
        self.world.check()

    @rule(skew=SKEWS)
    def warmed(self, skew: int) -> None:
        self.world.warm(skew=skew)

    @rule(
        skew=SKEWS,
        keeps=KEEPS,
        fresh=st.booleans(),
        others=st.dictionaries(MOMENTS, ACTS, min_size=1, max_size=3),
    )
    def looked_meanwhile(self, skew: int, *, keeps: bool | None, fresh: bool, others: dict[int, Act]) -> None:
        """Others act while the market or its changes are read; `fresh`: the object has just been written."""
        if fresh:
            self.world.edit(self.world.own_id, Offer())
        acts = {at: partial(self._act, *act) for at, act in others.items()}
        self.world.check(partial(self._look, skew, keeps=keeps), acts)

    def _look(self, skew: int, *, keeps: bool | None) -> list[Ranked]:
        if keeps is None:
            return self.world.recommended(skew=skew)
        return self.world.look(skew=skew, keeps=keeps)

    def _act(self, what: int, which: int, offer: Offer, skew: int) -> None:
        if what < 3:
            self._edit(which, offer, skew)
        elif what < 5:
            self._move(which, offer.price, skew)
        elif what < 6:
            self._archive(which, skew)
        elif what < 7:
            self._commit(which)
        elif what < 8:
            self.world.passes(5 * SECOND)
        elif what < 9:
            self._acted_on(which)
        elif what < 10:
            self.world.edit(self.world.own_id, offer._replace(here=True))
        else:
            assert self.world.look(skew=skew) == self.world.brute_force()

    def _one(self, which: int) -> str | None:
        there = self.world.counterparts
        return there[which % len(there)] if there else None

    def _one_of_the_best(self, which: int) -> str | None:
        best = self.world.brute_force()
        return best[which % len(best)].id if best else None

    def _one_acted_on(self, which: int) -> str | None:
        there = [an_id for an_id in self.world.counterparts if an_id in self.world.pairs]
        return there[which % len(there)] if there else self._one(which)

    def _move(self, which: int, price: int, skew: int) -> None:
        """Within the market: often without another score."""
        if an_id := self._one_of_the_best(which):
            self.world.edit(an_id, at_price(self.world.states[an_id], price), skew=skew)

    def _acted_on(self, which: int) -> None:
        if an_id := self._one_acted_on(which):
            self.world.act(an_id, "DISLIKE" if which % 3 else "LIKE", theirs=which % 2 == 0)

    def _edit(self, which: int, offer: Offer, skew: int, *, late: bool = False) -> None:
        if an_id := self._one(which):
            self.world.edit(an_id, offer, skew=skew, late=late)

    def _archive(self, which: int, skew: int, *, late: bool = False) -> None:
        if an_id := self._one(which):
            self.world.archive(an_id, skew=skew, late=late)

    def _commit(self, which: int) -> None:
        if self.world.late:
            self.world.commit(self.world.late[which % len(self.world.late)])


class OfALead(Lists):
    kind = "LEAD"


class OfAProperty(Lists):
    kind = "PROPERTY"


THE_SEARCH = settings(
    max_examples=150 * SEARCH,
    stateful_step_count=30,
    derandomize=SEARCH == 1,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestTheListsOfALead = OfALead.TestCase
TestTheListsOfAProperty = OfAProperty.TestCase
TestTheListsOfALead.settings = TestTheListsOfAProperty.settings = THE_SEARCH
