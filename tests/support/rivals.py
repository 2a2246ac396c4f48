"""Requests of two realtors about one pair, sent at once, and every order in which they may have
been carried out.
"""

import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from functools import partial
from itertools import permutations
from random import Random
from typing import Any, Literal, NamedTuple

from cobroke.domain import errors
from cobroke.domain.deals import negotiation
from cobroke.domain.deals.facts import Facts
from cobroke.domain.deals.owed import owed_notices
from cobroke.domain.deals.pair import Pair, PairIds, Side
from cobroke.domain.ids import match_id, owner_of
from cobroke.domain.postings.kinds import other
from cobroke.domain.vocabulary import ArchivedFor
from cobroke.edge.problems import status_of
from cobroke.storage import keys
from cobroke.storage.deals.sides import load
from cobroke.storage.notices.notices import notice_id
from cobroke.storage.postings import counts
from cobroke.storage.table import Table
from tests.builders import a_lead, a_property
from tests.client import Answer, Client
from tests.polling import eventually, soon

ROUNDS = 100 if os.environ.get("RACES") == "long" else 25
SIDES: tuple[Side, Side] = ("LEAD", "PROPERTY")

type Verb = Literal["LIKE", "DISLIKE", "archive", "complete"]
VERBS: tuple[Verb, ...] = ("LIKE", "DISLIKE", "archive", "complete")


class Request(NamedTuple):
    side: Side
    verb: Verb
    share: int | None

    def mirrored(self) -> "Request":
        """The other side's: what was a high ask is a low offer."""
        return Request(
            other(self.side), self.verb, None if self.share is None else 100 - self.share
        )


type Line = tuple[Request, ...]
type Replies = tuple[tuple[str, ...], ...]


class Met(NamedTuple):
    """What a request meets: the record of the pair, facts of both objects, and which are archived,
    and for what.
    """

    pair: Pair
    facts: Facts
    archived: frozenset[tuple[Side, ArchivedFor]] = frozenset()

    def after(self, request: Request) -> tuple[str, "Met"]:
        side, verb, share = request
        try:
            if verb == "archive":
                return "200 ARCHIVED", self._without(side, "OBJECT_ARCHIVED")
            if verb == "complete":
                world = self._replace(pair=negotiation.complete(self.pair, side, 1))._without(
                    side, "OBJECT_CLOSED"
                )
            else:
                self._must_be_open_to(side)
                world = self._replace(
                    pair=negotiation.react(self.pair, side, verb, share, self.facts, 1).pair
                )
        except errors.Refusal as refusal:
            return f"{status_of(refusal)} {refusal.code}", self
        return f"200 {world.seen_by(side)}", world

    def seen_by(self, side: Side) -> str:
        turn = {None: None, side: "ME"}.get(self.pair.awaiting, "THEM")
        return (
            f"{self.pair.status} at {self.pair.agreed_share}, {turn}"
            if self.pair.status
            else "no match"
        )

    @property
    def is_closing(self) -> bool:
        """An object is archived, and the stream has yet to close the match."""
        return bool(self.archived and self.pair.expires_at)

    def settled(self) -> "Met":
        """Once the stream has closed what waits for an archived object. Of each time, only whether
        it is there.
        """
        pair = self.pair
        for _, reason in self.archived:
            pair = negotiation.close(pair, reason, 1)
        names = [field.name for field in fields(pair) if field.name.endswith("_at")]
        times: dict[str, Any] = {name: getattr(pair, name) and 1 for name in names}
        told = tuple(one._replace(at=1) for one in pair.told)
        nothing = Facts(0, 0, 0, None, "", "", "")
        return self._replace(pair=replace(pair, told=told, version=0, **times), facts=nothing)

    def _without(self, side: Side, reason: ArchivedFor) -> "Met":
        return (
            self
            if side in dict(self.archived)
            else self._replace(archived=self.archived | {(side, reason)})
        )

    def _must_be_open_to(self, side: Side) -> None:
        if self.archived and not self.pair.contacts_visible:
            raise (
                errors.Archived
                if self.pair.changed_at or side in dict(self.archived)
                else errors.NotFound
            )


class Race(NamedTuple):
    ids: PairIds
    lines: Sequence[Line]
    start: Met
    replies: Replies


class Rivals:
    """Two realtors who send at once, about a new pair each time."""

    def __init__(self, stranger: Client, table: Table, city: str) -> None:
        self.table, self.city = table, city
        self.realtors: dict[Side, Client] = {side: stranger.registered() for side in SIDES}
        self.races: list[Race] = []

    def race(self, before: str, *lines: str) -> None:
        """Every other race with the sides changed."""
        number, setting, ahead = len(self.races), _line(before), [_line(line) for line in lines]
        if number % 2:
            setting, *ahead = (
                tuple(each.mirrored() for each in line) for line in (setting, *ahead)
            )
        Random(number).shuffle(ahead)
        city = f"{self.city}-{number}"
        lead = self.realtors["LEAD"].post_lead(a_lead(city=city))
        ids = PairIds(lead, self.realtors["PROPERTY"].post_property(a_property(city=city)))
        for request in setting:
            self._send(ids, request).needs(200)
        self.races.append(Race(ids, ahead, self._world(ids), self._at_once(ids, ahead)))

    def ended(self) -> list[Pair]:
        """The records in the end. All that can be read of each race must agree with one order of
        its requests.
        """
        pairs = [self._explained(race) for race in self.races]
        for side in SIDES:
            told = sorted(
                notice_id(notice.at, *notice)
                for pair in pairs
                for notice in owed_notices(pair)
                if notice.to == side
            )
            eventually(partial(self._inbox, side), told)
        return pairs

    def _explained(self, race: Race) -> Pair:
        soon(lambda: not self._world(race.ids).is_closing)
        world = self._world(race.ids)
        assert (race.replies, world.settled()) in _endings(race.start, race.lines), (
            f"no order explains {race}, {world}"
        )
        items = [self.table.get(key(*race.ids)) for key in (keys.pair, keys.mirror)]
        record, mirror = ((item["d"], item["version"]) if item else None for item in items)
        assert record == mirror
        for side, path, own_id in zip(SIDES, ("leads", "properties"), race.ids, strict=True):
            assert counts.match_count(self.table, side, own_id) == world.pair.counts_as_match
            listed = self.realtors[side].get(f"/{path}/{own_id}/matches").needs(200)["matches"]
            assert [_state(match) for match in listed] == (
                [world.seen_by(side)] if world.pair.status else []
            )
        return world.pair

    def _world(self, ids: PairIds) -> Met:
        sides = load(self.table, ids, owner_of(ids.lead_id), "LEAD")
        gone = (
            (one.kind, one.archived_for) for one in (sides.lead, sides.listing) if one.archived_for
        )
        return Met(sides.pair, sides.facts, frozenset(gone))

    def _at_once(self, ids: PairIds, lines: Sequence[Line]) -> Replies:
        together = threading.Barrier(len(lines))

        def send(line: Line) -> tuple[str, ...]:
            together.wait()
            return tuple(_reply(self._send(ids, request)) for request in line)

        with ThreadPoolExecutor(len(lines)) as pool:
            return tuple(pool.map(send, lines))

    def _send(self, ids: PairIds, request: Request) -> Answer:
        realtor, lead, listing = (
            self.realtors[request.side],
            f"leads/{ids.lead_id}",
            f"properties/{ids.property_id}",
        )
        of_lead = request.side == "LEAD"
        if request.verb == "complete":
            return realtor.post(f"/matches/{match_id(*ids)}/complete")
        if request.verb == "archive":
            return (
                realtor.post(f"/{lead}/archive") if of_lead else realtor.put(f"/{listing}/archive")
            )
        at_lead, at_listing = (
            f"/{lead}/property-recommendations",
            f"/{listing}/lead-recommendations",
        )
        path = (
            f"{at_lead}/{ids.property_id}/action"
            if of_lead
            else f"{at_listing}/{ids.lead_id}/action"
        )
        return realtor.post(path, {"action": request.verb, "proposed_commission": request.share})

    def _inbox(self, side: Side) -> list[str]:
        """The ids of what was told of pairs, in their order."""
        found: list[Any] = []
        for page in range(1, 2 + ROUNDS * 5 // 100):
            found += (
                self.realtors[side]
                .get("/notifications", page=page, limit=100)
                .needs(200)["notifications"]
            )
        return sorted(notice["id"] for notice in found if "match_id" in notice["data"])


def _line(said: str) -> Line:
    return tuple(_request(*request.split()) for request in said.split(", ") if request)


def _request(side: str, verb: str, share: str | None = None) -> Request:
    return Request(
        SIDES[SIDES.index(side)], VERBS[VERBS.index(verb)], None if share is None else int(share)
    )


def _endings(start: Met, lines: Sequence[Line]) -> set[tuple[Replies, Met]]:
    """Those of all orders that keep the order of each line."""
    turns = [number for number, line in enumerate(lines) for _ in line]
    return {_ending(start, lines, order) for order in set(permutations(turns))}


def _ending(world: Met, lines: Sequence[Line], order: Sequence[int]) -> tuple[Replies, Met]:
    ahead, replies = [iter(line) for line in lines], [list[str]() for _ in lines]
    for number in order:
        reply, world = world.after(next(ahead[number]))
        replies[number].append(reply)
    return tuple(map(tuple, replies)), world.settled()


def _reply(answer: Answer) -> str:
    told = answer.json
    if answer.status != 200:
        return f"{answer.status} {told['code']}"
    match = told.get("match", told)
    return f"200 {_state(match) if match is None or 'match_id' in match else told['status']}"


def _state(match: Any) -> str:
    """As `Met.seen_by` says it, of what an action, a list or a completion shows."""
    if match is None:
        return "no match"
    agreed = match.get("commission", match)["agreed_share"]
    return f"{match['status']} at {agreed}, {match['awaiting']}"
