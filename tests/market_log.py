"""What leads, listings and their pairs have been, and when each may have become so."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, partial
from itertools import product
from math import inf
from random import Random
from threading import Lock
from time import monotonic
from typing import Any, NamedTuple

from cobroke.domain import errors
from cobroke.domain.deals import negotiation
from cobroke.domain.deals.facts import Facts
from cobroke.domain.deals.pair import Action, Pair, Side
from cobroke.edge.models.lead import LeadBody
from cobroke.edge.models.property import PropertyBody
from cobroke.edge.models.recommendations import PropertyData
from cobroke.edge.problems import status_of
from cobroke.exact_json import dumps, loads_strictly
from tests import market, oracle
from tests.builders import Json
from tests.client import Answer, Client
from tests.support.facts import facts_in

type Span = tuple[float, float]
"""When something was asked, and when it was answered (s)."""
type Reply = tuple[int, str | None]
"""The status of the answer, and that of the match in it."""


class Kind(NamedTuple):
    name: str
    side: Side
    path: str
    body: type[LeadBody | PropertyBody]
    edited: Callable[[Random, Json], Json]
    public: list[str]

    def seen(self, shown: Json) -> str:
        return dumps([shown[name] for name in self.public])


LEAD = Kind("lead", "LEAD", "/leads", LeadBody, market.edited_lead, ["requirements"])
LISTING = Kind(
    "property",
    "PROPERTY",
    "/properties",
    PropertyBody,
    market.edited_listing,
    [*PropertyData.model_fields],
)


@dataclass(frozen=True, eq=False)
class Logged[Fact]:
    """Became true between `sent` and `received` (s)."""

    fact: Fact
    sent: float = -inf
    received: float = -inf


class Posted(NamedTuple):
    """What a posting says, without a body nothing: it is not in the market. Each write is a
    revision.
    """

    body: Json | None = None
    revision: int = 0


type State = Logged[Posted]


def during[Fact](log: Sequence[Logged[Fact]], span: Span) -> list[Logged[Fact]]:
    """Each that may have been so at some moment of this time. Its entries follow each other."""
    start, end = span
    left = [*(one.received for one in log[1:]), inf]
    return [one for one, until in zip(log, left, strict=True) if one.sent <= end and until >= start]


@dataclass(eq=False)
class Posting:
    """A lead or a listing and all it has been. One writer alone writes it."""

    kind: Kind
    owner: Client
    id: str = ""
    states: list[State] = field(default_factory=lambda: [Logged(Posted())])

    @property
    def body(self) -> Json | None:
        return self.states[-1].fact.body

    def write(self, body: Json) -> None:
        body = self.kind.body.model_validate(loads_strictly(dumps(body).encode())).model_dump()
        if self.id:
            self._logged(body, partial(self.owner.put, f"{self.kind.path}/{self.id}", body), 200)
        else:
            self.id = self._logged(body, partial(self.owner.post, self.kind.path, body), 201)

    def archive(self) -> None:
        verb = "POST" if self.kind is LEAD else "PUT"
        self._logged(
            None, partial(self.owner.send, verb, f"{self.kind.path}/{self.id}/archive"), 200
        )

    def _logged(self, body: Json | None, send: Callable[[], Answer], status: int) -> str:
        sent = monotonic()
        answer = send()
        self.states.append(Logged(Posted(body, len(self.states)), sent, monotonic()))
        return str(answer.needs(status)[f"{self.kind.name}_id"])


class Act(NamedTuple):
    """What one side did about a pair, and what it was told."""

    side: Side
    action: Action
    span: Span
    reply: Reply

    def upon(self, pair: Pair, lead: State, listing: State) -> tuple[Reply, Pair]:
        """What would be told, and the record after it, had it met this record and these objects."""
        try:
            if not pair.contacts_visible:
                _must_be_possible(pair, lead, listing, self.side)
            after = negotiation.react(
                pair, self.side, self.action, None, facts(lead, listing), now=1
            ).pair
        except errors.Refusal as refusal:
            return (status_of(refusal), None), pair
        return (200, after.status), after


@dataclass(eq=False)
class PairOfPostings:
    """What was done about one lead and one listing. One writer at a time acts."""

    lead: Posting
    listing: Posting
    acts: list[Act] = field(default_factory=list)
    turn: Lock = field(default_factory=Lock)

    def act(self, side: Side, action: Action) -> None:
        own, other = (self.lead, self.listing) if side == "LEAD" else (self.listing, self.lead)
        path = f"{own.kind.path}/{own.id}/{other.kind.name}-recommendations/{other.id}/action"
        with self.turn:
            sent = monotonic()
            answer = own.owner.post(path, {"action": action})
            self.acts.append(Act(side, action, (sent, monotonic()), _reply(answer)))

    @cached_property
    def records(self) -> list[Logged[frozenset[Pair]]]:
        """Asked once all is logged: each time every record that explains what was told so far."""
        log = [Logged(frozenset({Pair(lead_id=self.lead.id, property_id=self.listing.id)}))]
        for act in self.acts:
            met = product(
                log[-1].fact,
                during(self.lead.states, act.span),
                during(self.listing.states, act.span),
            )
            explained = [
                after for reply, after in (act.upon(*world) for world in met) if reply == act.reply
            ]
            assert explained, f"{act} on one of {log[-1].fact}"
            log.append(Logged(frozenset(explained), *act.span))
        return log


@cache
def score(lead: State, listing: State) -> int | None:
    if lead.fact.body is None or listing.fact.body is None:
        return None
    return oracle.score(lead.fact.body["requirements"], listing.fact.body)


def facts(lead: State, listing: State) -> Facts:
    """Of what is archived nothing matters: only an agreed pair is acted on then, and needs none of
    it.
    """
    nothing = {"commission_share": 0, "address": {}, "details": {"price": 0}}
    wish: Any = lead.fact.body or {"requirements": {"payment_method": ""}}
    offered: Any = listing.fact.body or nothing
    points = score(lead, listing)
    return facts_in(wish["requirements"], lead.fact.revision, offered, points)


def _must_be_possible(pair: Pair, lead: State, listing: State, side: Side) -> None:
    recorded, own = pair.changed_at > 0, lead if side == "LEAD" else listing
    if lead.fact.body is None or listing.fact.body is None:
        raise errors.Archived if recorded or own.fact.body is None else errors.NotFound
    if not recorded and (score(lead, listing) or 0) < oracle.LISTED_FROM:
        raise errors.NotFound


def _reply(answer: Answer) -> Reply:
    match = answer.json.get("match")
    return answer.status, match["status"] if match else None
