"""A list of recommendations read while its market is written, and whether brute force explains it:
with every posting and every pair as it stood at some moment between the question and the answer.
"""

from collections.abc import Mapping
from functools import cache
from itertools import product
from time import monotonic
from typing import NamedTuple

from cobroke.domain.deals.pair import Pair, Side
from cobroke.domain.deals.resurfacing import Resurfaced, hidden, resurfaced
from tests import oracle
from tests.builders import Json
from tests.market_log import (
    LEAD,
    LISTING,
    Kind,
    PairOfPostings,
    Posting,
    Span,
    State,
    during,
    facts,
    score,
)


class Place(NamedTuple):
    points: int
    resurfaced: Resurfaced | None = None
    asked: bool = False
    """Whether the other side has liked and waits for an answer."""


type Standing = tuple[State, Place | None]
"""What a counterpart was, and where it then stood in the list, if it did."""
type Row = tuple[int, str, str, str | None, bool]
"""Basis points, id, what is seen of it, what brought it back, whether an answer is awaited; as
tuples compare, the greater comes first.
"""


class Answer(NamedTuple):
    own: Posting
    time: Span
    wanted: slice
    rows: list[Row]
    total: int

    def fault(self, others: Mapping[Posting, PairOfPostings | None]) -> str | None:
        """Why no moments explain it; None where some do. With all that can be in it, and what was
        done about each.
        """
        faults = []
        for own in during(self.own.states, self.time):
            standings = {other: self._standings(own, other, pair) for other, pair in others.items()}
            faults.append(_fault(self, standings))
        return (
            None
            if None in faults
            else f"{self.own.kind.name} {self.own.id} {self.wanted}: {faults}"
        )

    def _standings(self, own: State, other: Posting, pair: PairOfPostings | None) -> list[Standing]:
        """Every way this counterpart can have stood in the list, to what `own` then was."""
        log = during(pair.records, self.time) if pair else []
        records: set[Pair | None] = {record for one in log for record in one.fact}
        met = product(during(other.states, self.time), records or {None})
        return [(state, place(own, state, record)) for state, record in met]


def best(own: Posting, page: int, limit: int) -> Answer:
    kind, start = LISTING if own.kind is LEAD else LEAD, monotonic()
    answer = own.owner.get(
        f"{own.kind.path}/{own.id}/{kind.name}-recommendations", page=page, limit=limit
    )
    end, found = monotonic(), answer.needs(200)
    rows = [_row(kind, row) for row in found["recommendations"]]
    return Answer(own, (start, end), slice((page - 1) * limit, page * limit), rows, found["total"])


def _row(kind: Kind, shown: Json) -> Row:
    points, seen = shown["match_score"] * 100, kind.seen(shown[f"{kind.name}_data"])
    return points, shown[f"{kind.name}_id"], seen, shown["resurfaced"], shown["awaiting"] == "ME"


def _fault(answer: Answer, others: dict[Posting, list[Standing]]) -> str | None:
    rows, total = {row[1]: row for row in answer.rows}, answer.total
    if len(answer.rows) != len(range(total)[answer.wanted]):
        return f"{len(answer.rows)} rows of {total}"
    if answer.rows != sorted(rows.values(), reverse=True) or not rows.keys() <= {
        other.id for other in others
    }:
        return "rows out of order, twice or of nobody else"
    # How many can stand before and behind what is shown: each counterpart chooses one of its
    # standings.
    counts = {(0, 0)}
    for other, standings in others.items():
        if other.id in rows:
            if not any(_makes(rows[other.id], other, *standing) for standing in standings):
                return f"{rows[other.id]} has not been so"
        else:
            sides = {_side(answer.rows, stood, other.id) for _, stood in standings} - {"between"}
            counts = {
                (a + (side == "ahead"), b + (side == "behind")) for a, b in counts for side in sides
            }
            if not counts:
                return f"{other.id} is missing"
    possible = {(ahead, min(oracle.BEST, ahead + len(rows) + behind)) for ahead, behind in counts}
    right = (answer.wanted.start if rows else 0, total) in possible
    return None if right else f"{len(rows)} rows of {total}; (ahead, total) is one of {possible}"


def _makes(row: Row, other: Posting, state: State, stood: Place | None) -> bool:
    if stood is None or state.fact.body is None:
        return False
    return row == (
        stood.points,
        other.id,
        other.kind.seen(state.fact.body),
        stood.resurfaced,
        stood.asked,
    )


def _side(rows: list[Row], stood: Place | None, other_id: str) -> str:
    """Where a posting that is not shown stands to those that are; behind, where none is."""
    if stood is None:
        return "out"
    if not rows or (stood.points, other_id) < rows[-1][:2]:
        return "behind"
    return "ahead" if (stood.points, other_id) > rows[0][:2] else "between"


@cache
def place(own: State, other: State, pair: Pair | None) -> Place | None:
    """In the list of `own`; None where it is not in it. Without a record nobody did anything about
    the pair.
    """
    side: Side = "LEAD" if "requirements" in (own.fact.body or {}) else "PROPERTY"
    lead, listing = (own, other) if side == "LEAD" else (other, own)
    points = score(lead, listing)
    if points is None or points < oracle.LISTED_FROM:
        return None
    if pair is None:
        return Place(points)
    now = facts(lead, listing)
    if hidden(pair, side, now.price, now.lead_revision, points):
        return None
    return Place(
        points, resurfaced(pair, side, now.price, now.lead_revision, points), pair.asks(side)
    )
