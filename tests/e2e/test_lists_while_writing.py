"""Lists are read while their market is written: each answer must be one that could rightly be given meanwhile.

A log says of every posting what it has been, and when it may have become so. An answer is right when brute force gives
the same with each posting taken as it stood at some moment between the question and the answer.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from math import inf
from random import Random
from time import monotonic
from typing import NamedTuple

import pytest

from cobroke.domain.lead import LeadBody
from cobroke.domain.property import PropertyBody
from cobroke.exact_json import dumps, loads_strictly
from cobroke.views import PropertyData
from tests import market, oracle
from tests.builders import Json
from tests.client import Client

SECONDS = 180 if os.environ.get("RACES") == "long" else 20
REALTORS, WRITERS, READERS, LEAST, LONGER = 6, 8, 6, 30, 160
PAGES = [*[(1, oracle.BEST)] * 5, (1, 7), (2, 7), (3, 7), (4, 7), (15, 7)]

type Row = tuple[int, str, str]
"""Basis points, id and what is seen of it; as tuples compare, the greater comes first."""


class Kind(NamedTuple):
    name: str
    path: str
    body: type[LeadBody | PropertyBody]
    edited: Callable[[Random, Json], Json]
    public: list[str]

    def seen(self, shown: Json) -> str:
        return dumps([shown[name] for name in self.public])

    def row(self, row: Json) -> Row:
        return row["match_score"] * 100, row[f"{self.name}_id"], self.seen(row[f"{self.name}_data"])


LEAD = Kind("lead", "/leads", LeadBody, market.edited_lead, ["requirements"])
LISTING = Kind("property", "/properties", PropertyBody, market.edited_listing, [*PropertyData.model_fields])


@dataclass(frozen=True, eq=False)
class State:
    """Became true between `sent` and `received` (s); without a body it is not in the market."""

    body: Json | None
    sent: float
    received: float


class Answer(NamedTuple):
    own: "Posting"
    time: tuple[float, float]
    wanted: slice
    rows: list[Row]
    total: int


@dataclass(eq=False)
class Posting:
    """A lead or a listing and all it has been. One writer alone writes it, so its states follow each other."""

    kind: Kind
    owner: Client
    id: str = ""
    states: list[State] = field(default_factory=lambda: [State(None, -inf, -inf)])

    def write(self, body: Json) -> None:
        body = self.kind.body.model_validate(loads_strictly(dumps(body).encode())).model_dump()
        sent = monotonic()
        answer = (self.owner.put if self.id else self.owner.post)(f"{self.kind.path}/{self.id}".rstrip("/"), body)
        self.states.append(State(body, sent, monotonic()))
        self.id = answer.needs(200 if self.id else 201)[f"{self.kind.name}_id"]

    def archive(self) -> None:
        sent = monotonic()
        self.owner.send("POST" if self.kind is LEAD else "PUT", f"{self.kind.path}/{self.id}/archive").needs(200)
        self.states.append(State(None, sent, monotonic()))

    def during(self, start: float, end: float) -> list[State]:
        """Each state in which it may have been at some moment of this time."""
        left = [*(state.received for state in self.states[1:]), inf]
        return [state for state, until in zip(self.states, left, strict=True) if state.sent <= end and until >= start]

    def best(self, page: int, limit: int) -> Answer:
        kind, start = LISTING if self.kind is LEAD else LEAD, monotonic()
        answer = self.owner.get(f"{self.kind.path}/{self.id}/{kind.name}-recommendations", page=page, limit=limit)
        end, best = monotonic(), answer.needs(200)
        wanted, rows = slice((page - 1) * limit, page * limit), list(map(kind.row, best["recommendations"]))
        return Answer(self, (start, end), wanted, rows, best["total"])


@dataclass
class City:
    realtors: list[Client]
    postings: list[Posting] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    def is_open(self, until: float) -> bool:
        """Longer where the machine is too busy for enough answers by then."""
        return monotonic() < until or (len(self.answers) < LEAST and monotonic() < until + LONGER)

    def create(self, rng: Random, kind: Kind, body: Json) -> Posting:
        posting = Posting(kind, rng.choice(self.realtors))
        posting.write(body)
        self.postings.append(posting)
        return posting

    def write(self, own: list[Posting], rng: Random, until: float) -> None:
        """Edit and archive these; in the place of each that is gone comes another."""
        while self.is_open(until):
            at, posting = rng.choice(list(enumerate(own)))
            body = posting.kind.edited(rng, posting.states[-1].body or {})
            if posting.kind is LISTING and rng.random() < 0.5:
                body["details"]["rooms"] = rng.choice([1, 2, 3])  # from one part of the market to another
            if rng.random() < 0.9:
                posting.write(body)
            else:
                posting.archive()
                own[at] = self.create(rng, posting.kind, body)

    def read(self, rng: Random, until: float) -> None:
        """A few most often: what is kept of these is caught up."""
        while self.is_open(until):
            kind = rng.choice([LEAD, LISTING])
            there = [one for one in self.postings.copy() if one.kind is kind and one.states[-1].body]
            self.answers.append(there[int(len(there) * rng.random() ** 4)].best(*rng.choice(PAGES)))

    def fault(self, answer: Answer) -> str | None:
        """Why no moments explain the answer; None where some do."""
        kind, owner = answer.own.kind, answer.own.owner
        others = [one for one in self.postings if one.kind is not kind and one.owner is not owner]
        faults = [_fault(state, answer, others) for state in answer.own.during(*answer.time)]
        return None if None in faults else f"{kind.name} {answer.own.id} {answer.wanted}: {faults}"


def _fault(own: State, answer: Answer, others: list[Posting]) -> str | None:
    rows, total = {row[1]: row for row in answer.rows}, answer.total
    if len(answer.rows) != len(range(total)[answer.wanted]):
        return f"{len(answer.rows)} rows of {total}"
    if answer.rows != sorted(rows.values(), reverse=True) or not rows.keys() <= {other.id for other in others}:
        return "rows out of order, twice or of nobody else"
    # How many can stand before and behind what is shown: each posting chooses one of its states.
    counts = {(0, 0)}
    for other in others:
        states = other.during(*answer.time)
        if other.id in rows:
            could_be = [(_score(own, one), other.id, other.kind.seen(one.body)) for one in states if one.body]
            if rows[other.id] not in could_be:
                return f"{rows[other.id]} has not been so"
        else:
            sides = {_side(answer.rows, _score(own, state), other.id) for state in states} - {"between"}
            counts = {(a + (side == "ahead"), b + (side == "behind")) for a, b in counts for side in sides}
            if not counts:
                return f"{other.id} is missing"
    possible = {(ahead, min(oracle.BEST, ahead + len(rows) + behind)) for ahead, behind in counts}
    right = (answer.wanted.start if rows else 0, total) in possible
    return None if right else f"{len(rows)} rows of {total}; (ahead, total) is one of {possible}"


def _side(rows: list[Row], score: int | None, other_id: str) -> str:
    """Where a posting that is not shown stands to those that are; behind, where none is."""
    if score is None:
        return "out"
    if not rows or (score, other_id) < rows[-1][:2]:
        return "behind"
    return "ahead" if (score, other_id) > rows[0][:2] else "between"


@cache
def _score(one: State, other: State) -> int | None:
    if one.body is None or other.body is None:
        return None
    lead, listing = (one.body, other.body) if "requirements" in one.body else (other.body, one.body)
    points = oracle.score(lead["requirements"], listing)
    return points if points is not None and points >= oracle.LISTED_FROM else None


@pytest.mark.usefixtures("made_up_city")
def test_a_list_read_while_others_write_is_that_of_its_moment(stranger: Client) -> None:
    city = City([stranger.registered() for _ in range(REALTORS)])
    leads, listings = market.a_city(20261125, 40, 180)
    bodies = [*((LEAD, body) for body in leads), *((LISTING, body) for body in listings)]
    with ThreadPoolExecutor(WRITERS + READERS) as pool:
        seeds = list(pool.map(lambda seed, new: city.create(Random(seed), *new), range(len(bodies)), bodies))
        until = monotonic() + SECONDS
        at_work = [pool.submit(city.write, seeds[n::WRITERS], Random(n), until) for n in range(WRITERS)]
        at_work += [pool.submit(city.read, Random(n), until) for n in range(READERS)]
        assert [one.result() for one in at_work] == [None] * (WRITERS + READERS)
    faults = [fault for answer in city.answers if (fault := city.fault(answer))]
    assert not faults, f"{len(faults)} of {len(city.answers)} answers, such as {faults[:3]}"
    assert sum(any(len(one.during(*its.time)) > 1 for one in city.postings) for its in city.answers) >= LEAST - READERS
