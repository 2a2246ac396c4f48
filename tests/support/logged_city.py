"""A city that is written and read at once; its log says which answers can be right."""

from dataclasses import dataclass, field
from random import Random
from time import monotonic

from cobroke.domain.deals.pair import Action
from tests import market, oracle
from tests.builders import Json
from tests.client import Client
from tests.lists_explained import Answer, best
from tests.market_log import LEAD, LISTING, Kind, PairOfPostings, Posting, during

REALTORS, WRITERS, READERS, LEAST, LONGER = 6, 8, 6, 30, 160
PAGES = [*[(1, oracle.BEST)] * 5, (1, 7), (2, 7), (3, 7), (4, 7), (15, 7)]
ACTED_ON, RECENT = 0.4, 20
"""So much of the writing is about pairs; so many of the newest answers show the rows that are acted
on.
"""
MOSTLY_DISLIKED: list[Action] = ["LIKE", "DISLIKE", "DISLIKE", "DISLIKE"]


@dataclass
class LoggedCity:
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
        """Edit and archive these, in the place of each that is gone another comes; act on what has
        been read.
        """
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
        rows = [
            (one.own, row[1])
            for one in self.answers[-RECENT:]
            for row in one.rows
            if row[1] in self.postings
        ]
        if rows and rng.random() < 0.6:
            own, other_id = rng.choice(rows)
            self.pair(own, self.postings[other_id]).act(own.kind.side, action)
            self.acted.append(own)
        elif self.pairs:
            rng.choice([*self.pairs.copy().values()]).act(rng.choice([LEAD, LISTING]).side, action)

    def pair(self, one: Posting, other: Posting) -> PairOfPostings:
        lead_id, listing_id = ids = _ids(one, other)
        return self.pairs.setdefault(
            ids, PairOfPostings(self.postings[lead_id], self.postings[listing_id])
        )

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
        others = [
            one
            for one in self.postings.values()
            if one.kind is not own.kind and one.owner is not own.owner
        ]
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
    """From one part of the market to another, or just as much cheaper as brings a disliked listing
    back.
    """
    if rng.random() < 0.5:
        details["rooms"] = rng.choice([1, 2, 3])
    elif rng.random() < 0.5:
        details["price"] = market.wire(int(details["price"] * 97))
