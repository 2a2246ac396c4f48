"""Section 6 of the contract as a slow and obvious model, and a town in which the product and it are
told the same.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any, NamedTuple

from cobroke.domain.deals.pair import Action, PairIds, Side
from cobroke.domain.postings.kinds import other
from cobroke.storage.notices import notices
from tests import oracle
from tests.pump import Json
from tests.support.contents import body_of
from tests.support.town import Town, pumps

LISTED, ALERTED, BEST, TOP = 5000, 8000, 10, 3
DAY_S = 24 * 3600
REMEMBERED_DAYS, NOTICE_DAYS = 180, 90
ACTIONS: list[Action] = ["LIKE", "DISLIKE", "DISLIKE"]


@dataclass
class Thing:
    """A lead or a listing as its owner last wrote it."""

    kind: Side
    owner: str
    body: Json
    revision: int = 1
    there: bool = True


class Disliked(NamedTuple):
    """What it was like then."""

    price: Any
    revision: int
    points: int | None


@dataclass
class Told:
    at: int
    """In s."""
    scores: dict[str, int] = field(default_factory=dict)
    read: bool = False


class Model:
    """Section 6 of the contract, word by word; every list is made anew from everything there is."""

    def __init__(self, best: int = BEST) -> None:
        self.things: dict[str, Thing] = {}
        self.liked_by: dict[frozenset[str], str] = {}
        """Of each match, whose LIKE opened it: the other still has the pair in the list."""
        self.disliked: dict[frozenset[str], Disliked] = {}
        self.alerted_at: dict[tuple[str, str], tuple[Any, int]] = {}
        """The price and the time (s) of whoever has alerted whom."""
        self.forgotten = 0
        """How often somebody alerted again because it was long ago."""
        self.told: dict[str, list[Told]] = {}
        self.best = best

    def points(self, one: str, another: str) -> int | None:
        lead, listing = self.pair(one, another)
        requirements = lead.body["requirements"]
        return oracle.score(requirements, listing.body)

    def pair(self, one: str, another: str) -> tuple[Thing, Thing]:
        """The lead first."""
        both = self.things[one], self.things[another]
        return both if both[0].kind == "LEAD" else (both[1], both[0])

    def price(self, listing: Thing) -> Any:
        return listing.body["details"]["price"]

    def shows(self, own: str) -> list[str]:
        """The counterparts that a look would show, best first."""
        mine, rows = self.things[own], []
        for an_id, one in self.things.items():
            if one.kind != mine.kind and one.owner != mine.owner and one.there and mine.there:
                points = self.points(own, an_id)
                if points is not None and points >= LISTED and not self.is_hidden(own, an_id):
                    rows.append((points, an_id))
        return [an_id for _, an_id in sorted(rows, reverse=True)]

    def is_hidden(self, one: str, another: str) -> bool:
        both = frozenset([one, another])
        if both in self.liked_by:
            return self.liked_by[both] == one
        if both not in self.disliked:
            return False
        (lead, listing), then, points = (
            self.pair(one, another),
            self.disliked[both],
            self.points(one, another),
        )
        if 100 * self.price(listing) <= 97 * then.price:
            return False
        better = points is not None and (then.points is None or points > then.points)
        return not (better and lead.revision > then.revision)

    def wrote(self, author: str, now_s: int) -> None:
        """Others are alerted of what was created or edited."""
        thing = self.things[author]
        if not thing.there:
            return
        for own, one in self.things.items():
            if one.kind != thing.kind and author in self.shows(own)[: self.best]:
                points = self.points(own, author) or 0
                has_match = frozenset([own, author]) in self.liked_by
                if points >= ALERTED and not has_match and self.is_news(own, author, now_s):
                    self.tell(own, author, points, now_s)

    def is_news(self, own: str, counterpart: str, now_s: int) -> bool:
        if (own, counterpart) not in self.alerted_at:
            return True
        then, at = self.alerted_at[own, counterpart]
        if now_s >= at + REMEMBERED_DAYS * DAY_S:
            self.forgotten += 1
            return True
        thing = self.things[counterpart]
        return thing.kind == "PROPERTY" and 100 * self.price(thing) <= 97 * then

    def tell(self, own: str, counterpart: str, points: int, now_s: int) -> None:
        thing = self.things[counterpart]
        price = self.price(thing) if thing.kind == "PROPERTY" else None
        self.alerted_at[own, counterpart] = price, now_s
        told = self.told.setdefault(own, [])
        if not told or told[-1].read or now_s >= told[-1].at + NOTICE_DAYS * DAY_S:
            told.append(Told(now_s))
        told[-1].scores[counterpart] = points


class TownAndModel:
    """The product and the model, told the same. `waits`: how often weeks go by, of 25 deeds."""

    def __init__(self, seed: int, best: int = BEST, waits: int = 0) -> None:
        self.waits = waits
        self.rng, self.world, self.model = Random(seed), Town(), Model(best)
        self.pumps = pumps(self.rng, quiet=True)

    def step(self) -> None:
        deeds: list[Callable[[], None]] = [
            self.create,
            self.edit,
            self.cut,
            self.archive,
            self.read,
            self.react,
            self.wait,
        ]
        self.rng.choices(deeds, [10, 4, 4, 1, 2, 4, self.waits])[0]()
        self.world.settle(*self.pumps)

    def create(self) -> None:
        kind: Side = "LEAD" if self.rng.random() < 0.3 else "PROPERTY"
        owner, body = self.rng.choice(self.world.realtors), body_of(self.rng, kind)
        new = self.world.posts(kind, owner, body)
        self.model.things[new] = Thing(kind, owner, body)
        self.model.wrote(new, self.now_s)

    def edit(self) -> None:
        """Price, place, city, wish: whatever differs in another body."""
        for an_id, thing in self.some():
            other_body = body_of(self.rng, thing.kind)
            parts = [part for part in ("address", "details", "requirements") if part in thing.body]
            part = self.rng.choice(parts)
            self.written(an_id, thing, thing.body | {part: other_body[part]})

    def cut(self) -> None:
        """Or raise the price, by about as much as matters."""
        for an_id, thing in self.some("PROPERTY"):
            details, factor = thing.body["details"], self.rng.choice([96, 97, 98, 99, 103])
            price = details["price"] * factor // 100 + self.rng.choice([0, 0, 1])
            self.written(an_id, thing, thing.body | {"details": details | {"price": price}})

    def written(self, an_id: str, thing: Thing, body: Json) -> None:
        self.world.edits(thing.kind, an_id, body)
        thing.body, thing.revision = body, thing.revision + 1
        self.model.wrote(an_id, self.now_s)

    def archive(self) -> None:
        for an_id, thing in self.some():
            self.world.archives(thing.kind, an_id)
            thing.there = False

    def read(self) -> None:
        """One of their notices, or all."""
        realtor = self.rng.choice(self.world.realtors)
        unread = self.world.notices(realtor, unread_only=True)
        if unread and self.rng.random() < 0.5:
            notice = self.rng.choice(unread)
            notices.read(self.world.table, realtor, notice.id, 0)
            own = notice.data.get("lead_id") or notice.data["property_id"]
            of_own = [one.id for one in self.world.notices(realtor) if own in one.data.values()]
            self.model.told[own][of_own[::-1].index(notice.id)].read = True
        elif unread:
            self.world.reads_all(realtor)
            for own, told in self.model.told.items():
                for one in told if self.model.things[own].owner == realtor else ():
                    one.read = True

    def wait(self) -> None:
        """For weeks or months."""
        self.world.now += self.rng.randint(30, 120) * DAY_S * 1000

    @property
    def now_s(self) -> int:
        return self.world.now // 1000

    def react(self) -> None:
        """To one of those that are shown, mostly to the first: that leaves a vacancy."""
        for an_id, thing in self.some():
            liked_by = self.model.liked_by
            shown = [
                one for one in self.model.shows(an_id) if frozenset([an_id, one]) not in liked_by
            ]
            if shown:
                one = shown[0] if self.rng.random() < 0.7 else self.rng.choice(shown)
                ids = PairIds(an_id, one) if thing.kind == "LEAD" else PairIds(one, an_id)
                action = self.rng.choice(ACTIONS)
                self.world.acts(thing.kind, ids, action)
                lead, listing = self.model.pair(an_id, one)
                if action == "LIKE":
                    liked_by[frozenset(ids)] = an_id
                else:
                    then = Disliked(
                        self.model.price(listing), lead.revision, self.model.points(an_id, one)
                    )
                    self.model.disliked[frozenset(ids)] = then

    def some(self, kind: Side | None = None) -> Iterator[tuple[str, Thing]]:
        """One of those in the market, if there is any."""
        there = [
            (an_id, one)
            for an_id, one in self.model.things.items()
            if one.there and kind in {None, one.kind}
        ]
        if there:
            yield self.rng.choice(there)

    def told(self, realtor: str) -> list[tuple[str, int, list[tuple[str, int]], bool]]:
        """By the product: of which object, how many, the best, and whether it is read; oldest
        of each first.
        """
        found = []
        unread = {one.id for one in self.world.notices(realtor, unread_only=True)}
        for one in reversed(self.world.notices(realtor)):
            own = one.data.get("lead_id") or one.data["property_id"]
            name = f"{other(self.model.things[own].kind).lower()}_id"
            top = [(row[name], int(row["match_score"] * 100)) for row in one.data["top"]]
            found.append((own, one.data["count"], top, one.id not in unread))
        return sorted(found, key=lambda row: row[0])

    def expected(self, realtor: str) -> list[tuple[str, int, list[tuple[str, int]], bool]]:
        found = []
        for own in sorted(self.model.told):
            for one in self.model.told[own] if self.model.things[own].owner == realtor else ():
                best = sorted(
                    ((points, an_id) for an_id, points in one.scores.items()), reverse=True
                )[:TOP]
                found.append(
                    (own, len(one.scores), [(an_id, points) for points, an_id in best], one.read)
                )
        return found

    def is_as_the_model_says(self) -> bool:
        return all(self.told(realtor) == self.expected(realtor) for realtor in self.world.realtors)
