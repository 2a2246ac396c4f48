"""Whatever happens in whatever order, a list is what scoring every counterpart gives: a search for
a counterexample.

LISTS_SEARCH=20 searches so much longer.
"""

import os
from functools import partial
from typing import ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from cobroke.domain.deals.pair import Action
from cobroke.domain.matching.top_list import Ranked
from cobroke.domain.postings.kinds import Kind
from tests.support.seekers_world import (
    DAY,
    SECOND,
    Offer,
    SeekersWorld,
    at_price,
    often_caught_up,
    price_of,
)

SEARCH = int(os.environ.get("LISTS_SEARCH", "1"))


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
        self.world = SeekersWorld(self.kind)

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
        ranked = self.world.ranked(self.world.states, self.world.pairs, self.world.parted)
        for place in ranked[:4]:
            self.world.archive(place.id)
        for place in ranked[4:][-2:]:
            self.world.edit(place.id, self.world.states[place.id].content.features)

    @rule(which=WHICH)
    def committed(self, which: int) -> None:
        self._commit(which)

    @rule(
        ms=st.sampled_from(
            [
                1,
                SECOND,
                20 * SECOND,
                60 * SECOND,
                60 * SECOND,
                61 * SECOND,
                28 * DAY,
                30 * DAY + 70 * SECOND,
            ]
        )
    )
    def time_passes(self, ms: int) -> None:
        self.world.passes(ms)

    @rule(which=WHICH, action=ACTIONS, theirs=st.booleans(), skew=SKEWS, late=LATE)
    def acted_on(self, which: int, action: Action, skew: int, *, theirs: bool, late: bool) -> None:
        if an_id := self._one_of_the_best(which):
            self.world.act(an_id, action, theirs=theirs, skew=skew, late=late)

    @rule(which=WHICH, action=ACTIONS, theirs=st.booleans(), skew=SKEWS, late=LATE)
    def acted_on_again(
        self, which: int, action: Action, skew: int, *, theirs: bool, late: bool
    ) -> None:
        """What is hidden from one side may be opened by the other, or by the same one thinking
        better of it.
        """
        if an_id := self._one_acted_on(which):
            self.world.act(an_id, action, theirs=theirs, skew=skew, late=late)

    @rule(which=WHICH, theirs=st.booleans(), back=st.booleans(), skew=SKEWS)
    def blocked(self, which: int, skew: int, *, theirs: bool, back: bool) -> None:
        self._block(which, skew, theirs=theirs, back=back)

    @rule(which=WHICH, theirs=st.booleans(), look=st.booleans())
    def blocked_for_a_moment(self, which: int, *, theirs: bool, look: bool) -> None:
        """What was kept meanwhile lacks them."""
        self._block(which, 0, theirs=theirs, back=False)
        if look:
            self.world.check()
        self._block(which, 0, theirs=theirs, back=True)

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
        self.world.prepare_ranking(skew=skew)

    @rule(
        skew=SKEWS,
        keeps=KEEPS,
        fresh=st.booleans(),
        others=st.dictionaries(MOMENTS, ACTS, min_size=1, max_size=3),
    )
    def looked_meanwhile(
        self, skew: int, *, keeps: bool | None, fresh: bool, others: dict[int, Act]
    ) -> None:
        """Others act while the market or its changes are read; `fresh`: the object has just been
        written.
        """
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
        elif what < 10 and which % 2:
            self._block(which // 2, skew, theirs=which % 3 == 0, back=which % 4 == 1)
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

    def _block(self, which: int, skew: int, *, theirs: bool, back: bool) -> None:
        owner = self.world.others[which % len(self.world.others)]
        self.world.block(owner, theirs=theirs, back=back, skew=skew)

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
