"""Lists are read while their market is written: each answer must be one that could rightly be given meanwhile.

A log says of every posting and every pair what it has been, and when it may have become so. An answer is right when
brute force gives the same with each of them taken as it stood at some moment between the question and the answer.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from time import monotonic

import pytest

from cobroke.domain.pair import Action
from tests import market, oracle
from tests.builders import Json
from tests.client import Client
from tests.lists_explained import Answer, best
from tests.market_log import LEAD, LISTING, Kind, PairOfPostings, Posting, during

SECONDS = 180 if os.environ.get("RACES") == "long" else 20
REALTORS, WRITERS, READERS, LEAST, LONGER = 6, 8, 6, 30, 160
PAGES = [*[(1, oracle.BEST)] * 5, (1, 7), (2, 7), (3, 7), (4, 7), (15, 7)]
ACTED_ON, RECENT = 0.4, 20
"""So much of the writing is about pairs; so many of the newest answers show the rows that are acted on."""
MOSTLY_DISLIKED: list[Action] = ["LIKE", "DISLIKE", "DISLIKE", "DISLIKE"]


@dataclass
class City:
    realtors: list[Client]
    postings: dict[str, Posting] = field(default_factory=dict)
    pairs: dict[tuple[str, str], PairOfPostings] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)
    acted: list[Posting] = field(default_factory=list)
    """Those whose row was acted on, the latest last."""

    def is_open(self, until: float) -> bool:
        """Longer where the machine is too busy for enough answers by then."""
        return monotonic() < until or (len(self.answers) < LEAST and monotonic() < until + LONGER)

    def create(self, rng: Random, kind: Kind, body: Json) -> Posting:
        posting = Posting(kind, rng.choice(self.realtors))
        posting.write(body)
        self.postings[posting.id] = posting
        return posting

    def write(self, own: list[Posting], rng: Random, until: float) -> None:
        """Edit and archive these, in the place of each that is gone another comes; act on what has been read."""
        while self.is_open(until):
            if rng.random() < ACTED_ON:
                self.act(rng)
            else:
                self.edit(own, rng)

    def edit(self, own: list[Posting], rng: Random) -> None:
        """Of two by chance rather one that was acted on: that may bring a pair back."""
        acted_on = {an_id for ids in self.pairs.copy() for an_id in ids}
        at, posting = max(rng.sample([*enumerate(own)], 2), key=lambda one: one[1].id in acted_on)
        body = posting.kind.edited(rng, posting.body or {})
        if posting.kind is LISTING:
            _move(rng, body["details"])
        if rng.random() < 0.9:
            posting.write(body)
        else:
            posting.archive()
            own[at] = self.create(rng, posting.kind, body)

    def act(self, rng: Random) -> None:
        """On a row that was read just now, as who read it; or on a pair of before, as either."""
        action = rng.choice(MOSTLY_DISLIKED)
        rows = [(one.own, row[1]) for one in self.answers[-RECENT:] for row in one.rows if row[1] in self.postings]
        if rows and rng.random() < 0.6:
            own, other_id = rng.choice(rows)
            self.pair(own, self.postings[other_id]).act(own.kind.side, action)
            self.acted.append(own)
        elif self.pairs:
            rng.choice([*self.pairs.copy().values()]).act(rng.choice([LEAD, LISTING]).side, action)

    def pair(self, one: Posting, other: Posting) -> PairOfPostings:
        lead_id, listing_id = ids = _ids(one, other)
        return self.pairs.setdefault(ids, PairOfPostings(self.postings[lead_id], self.postings[listing_id]))

    def read(self, rng: Random, until: float) -> None:
        while self.is_open(until):
            self.look(rng)

    def look(self, rng: Random) -> None:
        own = self.acted[-1] if self.acted and rng.random() < 0.3 else self.popular(rng)
        self.answers.append(best(own, *rng.choice(PAGES)))

    def popular(self, rng: Random) -> Posting:
        """A few most often: what is kept of these is caught up."""
        kind = rng.choice([LEAD, LISTING])
        there = [one for one in self.postings.copy().values() if one.kind is kind and one.body]
        return there[int(len(there) * rng.random() ** 4)]

    def fault(self, answer: Answer) -> str | None:
        """Why no moments explain the answer; None where some do."""
        own = answer.own
        others = [one for one in self.postings.values() if one.kind is not own.kind and one.owner is not own.owner]
        return answer.fault({other: self.pairs.get(_ids(own, other)) for other in others})

    def was_written(self, answer: Answer) -> bool:
        """Whether some posting was, while that was answered."""
        return any(len(during(one.states, answer.time)) > 1 for one in self.postings.values())

    def was_acted_on(self, answer: Answer) -> bool:
        """Whether some pair of the answer's own object was, meanwhile."""
        own = [one for one in self.pairs.values() if answer.own in (one.lead, one.listing)]
        return any(len(during(one.records, answer.time)) > 1 for one in own)


def _ids(one: Posting, other: Posting) -> tuple[str, str]:
    """Of the lead, then of the listing."""
    return (one.id, other.id) if one.kind is LEAD else (other.id, one.id)


def _move(rng: Random, details: Json) -> None:
    """From one part of the market to another, or just as much cheaper as brings a disliked listing back."""
    if rng.random() < 0.5:
        details["rooms"] = rng.choice([1, 2, 3])
    elif rng.random() < 0.5:
        details["price"] = market.wire(int(details["price"] * 97))


@pytest.mark.usefixtures("made_up_city")
def test_a_list_read_while_others_write_is_that_of_its_moment(stranger: Client) -> None:
    city = City([stranger.registered() for _ in range(REALTORS)])
    leads, listings = market.a_city(20261125, 40, 180)
    bodies = [*((LEAD, body) for body in leads), *((LISTING, body) for body in listings)]
    with ThreadPoolExecutor(WRITERS + READERS) as pool:
        seeds = list(pool.map(lambda seed, new: city.create(Random(seed), *new), range(len(bodies)), bodies))
        list(pool.map(city.look, map(Random, range(READERS // 2))))
        list(pool.map(city.act, map(Random, range(WRITERS // 2))))  # the clock starts with each function awake
        until = monotonic() + SECONDS
        at_work = [pool.submit(city.write, seeds[n::WRITERS], Random(n), until) for n in range(WRITERS)]
        at_work += [pool.submit(city.read, Random(n), until) for n in range(READERS)]
        assert [one.result() for one in at_work] == [None] * (WRITERS + READERS)
    faults = [fault for answer in city.answers if (fault := city.fault(answer))]
    assert not faults, f"{len(faults)} of {len(city.answers)} answers, such as {faults[:3]}"
    assert sum(map(city.was_written, city.answers)) >= LEAST - READERS
    assert any(map(city.was_acted_on, city.answers))
