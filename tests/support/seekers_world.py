"""One lead or property that looks, its counterparts, clocks that differ: a list is what scoring all
of them gives.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from typing import Any, NamedTuple
from unittest.mock import patch

from cobroke.domain.deals.negotiation import close, react
from cobroke.domain.deals.pair import Action, Pair
from cobroke.domain.deals.resurfacing import hidden
from cobroke.domain.errors import Conflict
from cobroke.domain.matching.ranking import Sizes
from cobroke.domain.matching.score import LISTED, score
from cobroke.domain.matching.top_list import Ranked
from cobroke.domain.paging import Page
from cobroke.domain.postings.features import Features, LeadFeatures, PropertyFeatures
from cobroke.domain.postings.kinds import Kind
from cobroke.domain.postings.places import NOWHERE
from cobroke.domain.postings.posting import Content, Posting
from cobroke.domain.realtors import Realtor
from cobroke.flows.deals import blocks
from cobroke.flows.matching import ranking as lists
from cobroke.flows.matching.recommendations import recommend
from cobroke.storage import realtors
from cobroke.storage.deals import pairs
from cobroke.storage.matching import rankings
from cobroke.storage.postings import postings
from cobroke.storage.realtors import KnownRealtors
from cobroke.storage.table import ConditionFailed, Write
from tests.memory_table import MemoryTable
from tests.support.facts import FACTS

SIZES = Sizes(kept=6, shown=3)
START = 1_764_000_000_000
SECOND, DAY = 1000, 24 * 3600 * 1000
LONGEST_COMMIT = 20 * SECOND
BODY = {"commission_share": 50}
"""All of it that a list shows of its own accord."""
NEAR, FAR = b"\1" * 8, b"\2" * 8

often_caught_up = patch.object(lists, "WORTH_A_FRESH_READ", 1)
"""With ten counterparts, a fifth of them is soon written: here as many changes as entries are
caught up.
"""


class Offer(NamedTuple):
    """What a counterpart offers or, as a lead, wishes; the price (kopecks) is a lead's greatest."""

    price: int = 15_000
    klass: int = 1
    rooms: int = 2
    near: bool = True
    here: bool = True

    def features(self, kind: Kind) -> Features:
        city, place = "орел" if self.here else "тула", NEAR if self.near else FAR
        if kind == "PROPERTY":
            return PropertyFeatures(
                city, 0, self.klass, 2, self.price, 5_000, self.rooms, place, NOWHERE
            )
        wish = frozenset({self.rooms}), frozenset({place}), frozenset[bytes]()
        return LeadFeatures(
            city, 0, self.klass, 2, self.price // 2, self.price, 4_000, 6_000, *wish
        )


class Late(NamedTuple):
    """A write that has its time and is not committed yet; it commits until `deadline` or never."""

    becomes: Posting | Pair
    writes: list[Write]
    deadline: int


class SeekersWorld:
    """`states`, `pairs` (by counterpart) and `parted` (by owner) are as committed; `seen`: what a
    read under way may have met of any.
    """

    def __init__(
        self, kind: Kind, own: Features | None = None, sizes: Sizes = SIZES, page_items: int = 3
    ) -> None:
        self.kind: Kind = kind
        self.other: Kind = "PROPERTY" if kind == "LEAD" else "LEAD"
        self.sizes = sizes
        self.table = MemoryTable(page_items)
        self.now = START
        self.pairs: dict[str, Pair] = {}
        self.late: list[Late] = []
        self.states: dict[str, Posting] = {}
        self.blocks: set[tuple[str, str]] = set()
        self.parted: dict[str, bool] = {}
        self.seen: dict[tuple[type, str], list[Posting | Pair | bool | None]] = {}
        self._chance = itertools.count(1)
        self.me, *self.others = (self._registered(name) for name in ("me", "her", "him"))
        self.own_id = self._written(
            postings.create, kind, self.me, Content(BODY, own or Offer().features(kind))
        )

    @property
    def own(self) -> Posting:
        return self.states[self.own_id]

    @property
    def counterparts(self) -> list[str]:
        """Those in the market, oldest first."""
        return [
            an_id for an_id, one in self.states.items() if an_id != self.own_id and one.in_market
        ]

    def clock(self, skew: int = 0) -> Callable[[], int]:
        return lambda: self.now + skew

    def post(
        self, offer: Offer | Features, *, mine: bool = False, skew: int = 0, late: bool = False
    ) -> str:
        owner = self.me if mine else self.others[len(self.states) % 2]
        return self._written(
            postings.create,
            self.other,
            owner,
            self._content(offer, self.other),
            skew=skew,
            late=late,
        )

    def edit(
        self, an_id: str, offer: Offer | Features, *, skew: int = 0, late: bool = False
    ) -> None:
        old = self.states[an_id]
        content = self._content(offer, old.kind)
        self._written(
            postings.replace_content, old.kind, old.owner, an_id, content, skew=skew, late=late
        )

    def archive(self, an_id: str, *, skew: int = 0, late: bool = False) -> None:
        old = self.states[an_id]
        self._written(postings.archive, old.kind, old.owner, an_id, skew=skew, late=late)

    def commit(self, late: Late) -> None:
        """The owner whose write lost the race does not try again."""
        self.late.remove(late)
        try:
            self.table.transact(late.writes)
        except ConditionFailed:
            return
        self._committed(late.becomes)

    def passes(self, ms: int) -> None:
        """What is late commits in time. Changes are forgotten to the day, rankings when it pleases
        DynamoDB.
        """
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

    def act(
        self, an_id: str, action: Action, *, theirs: bool = False, skew: int = 0, late: bool = False
    ) -> None:
        """One side likes or dislikes; what the negotiation refuses changes nothing, and nobody acts
        on what is their own.
        """
        if self.states[an_id].owner == self.me:
            return
        lead, listing, points = self._scored(self.own, self.states[an_id])
        side, facts = (
            self.other if theirs else self.kind,
            FACTS._replace(price=price_of(listing), lead_revision=lead.revision, score=points),
        )
        with suppress(Conflict):
            outcome = react(self._pair(an_id), side, action, None, facts, self.now + skew)
            self._becomes(an_id, outcome.pair, late=late)

    def block(self, owner: str, *, theirs: bool = False, back: bool = False, skew: int = 0) -> None:
        """I block an owner, or they me; or (`back`) take it back."""
        two = (owner, self.me) if theirs else (self.me, owner)
        (blocks.unblock if back else blocks.block)(self.table, *two, self.clock(skew))
        (self.blocks.discard if back else self.blocks.add)(two)
        before = self.parted.get(owner, False)
        self.parted[owner] = not {(owner, self.me), (self.me, owner)}.isdisjoint(self.blocks)
        self.seen.setdefault((bool, owner), [before]).append(self.parted[owner])

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
        writes, stored = (
            pairs.writes(self.table, old, new, market),
            replace(new, version=old.version + 1),
        )
        if late:
            self.late.append(Late(stored, writes, self.now + LONGEST_COMMIT))
        else:
            self.table.transact(writes)
            self._committed(stored)

    def look(self, *, skew: int = 0, keeps: bool = True) -> list[Ranked]:
        """The first half of `recommended`. Whether the ranking is kept must not matter."""
        found = rankings.load_own(self.table, self.kind, self.me, self.own_id)
        own, known, _ = found
        seeker = lists.seeking(self.table, found, self.clock(skew))
        ranking, worth = lists.up_to_date(
            self.table, seeker, known.ranking if known else None, self.sizes
        )
        if keeps or worth:
            lists.try_save(self.table, own, ranking, known, looked_at=self.now)
        return [row.place for row in ranking.rows[: self.sizes.shown]]

    def recommended(self, *, skew: int = 0) -> list[Ranked]:
        own = self.kind, self.me, self.own_id
        page, clock, nobody = Page(1, self.sizes.shown), self.clock(skew), KnownRealtors()
        found = recommend(self.table, *own, page, clock, nobody, sizes=self.sizes)
        assert found.total == len(found.rows)
        return [
            Ranked(row.evaluation.score, row.counterpart.id) for row in found.rows if row.evaluation
        ]

    def prepare_ranking(self, *, skew: int = 0) -> None:
        lists.prepare_ranking(self.table, self.kind, self.own_id, self.clock(skew), self.sizes)

    def check(
        self,
        look: Callable[[], list[Ranked]] | None = None,
        others: Mapping[int, Callable[[], Any]] | None = None,
    ) -> list[Ranked]:
        """A look while `others` act before its calls of those numbers: each object as it stood at
        some moment of it.
        """
        calls, others, self.seen = itertools.count(), others or {}, {}
        self.table.between = lambda: others.get(next(calls), int)()  # noqa: PLW0108
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
            states = {
                an_id: at.get((Posting, an_id), state) for an_id, state in self.states.items()
            }
            acted = {an_id: at.get((Pair, an_id), pair) for an_id, pair in self.pairs.items()}
            parted = {who: at.get((bool, who), is_so) for who, is_so in self.parted.items()}
            yield self.ranked(states, acted, parted)[: self.sizes.shown]  # type: ignore[arg-type]

    def brute_force(self) -> list[Ranked]:
        return self.ranked(self.states, self.pairs, self.parted)[: self.sizes.shown]

    def ranked(
        self,
        states: Mapping[str, Posting | None],
        acted: Mapping[str, Pair | None],
        parted: Mapping[str, bool],
    ) -> list[Ranked]:
        """Every counterpart scored and sorted; what was not there yet is None."""
        own, found = states[self.own_id], []
        assert own is not None
        for other in states.values():
            if other is None or not other.in_market or other.owner == self.me:
                continue
            if parted.get(other.owner):
                continue
            lead, listing, points = self._scored(own, other)
            pair = acted.get(other.id)
            out = pair and hidden(pair, self.kind, price_of(listing), lead.revision, points)
            if points is not None and points >= LISTED and not out:
                found.append(Ranked(points, other.id))
        return sorted(found, reverse=True)

    def _scored(self, own: Posting, other: Posting) -> tuple[Posting, Posting, int | None]:
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
        with (
            self._urandom(),
            patch.object(self.table, "transact", held.append) if late else nullcontext(),
        ):
            new: Posting = write(self.table, *what, self.clock(skew))
        if late:
            self.late += [Late(new, writes, self.now + LONGEST_COMMIT) for writes in held]
        else:
            self._committed(new)
        return new.id

    def _committed(self, new: Posting | Pair) -> None:
        if isinstance(new, Pair):
            an_id = new.property_id if self.kind == "LEAD" else new.lead_id
            self.seen.setdefault((Pair, an_id), [self.pairs.get(an_id)]).append(new)
            self.pairs[an_id] = new
        else:
            self.seen.setdefault((Posting, new.id), [self.states.get(new.id)]).append(new)
            self.states[new.id] = new


def price_of(of: Posting) -> int:
    features = of.content.features
    return features.budget_max if isinstance(features, LeadFeatures) else features.price


def at_price(of: Posting, price: int) -> Features:
    features = of.content.features
    if isinstance(features, LeadFeatures):
        return features._replace(budget_min=price // 2, budget_max=price)
    return features._replace(price=price)
