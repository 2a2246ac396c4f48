"""A small world around one pair, and a long random walk in it that seeks the edges of the page. The
same seed is the same walk.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Literal, NamedTuple, cast

from tests.support import negotiation_model as model
from tests.support.negotiation_model import DAY, SIDES, Act, Action, Answer, Number, Record, World

BEGIN = 1_700_000_000_000
FIRST = World(
    address="Tolstoy street 16",
    details="two rooms",
    price=10_000,
    published=50,
    requirements="two rooms, CASH",
    payment_method="CASH",
    revision=1,
    score=8000,
)

type Event = Literal[
    "BEGIN", "LIKE", "DISLIKE", "TAKE_BACK", "COMPLETE", "EXPIRE", "ARCHIVE", "CLOSE"
]


class Step(NamedTuple):
    """An event and what the model makes of it. `side` is whose it is; of the scheduled ones it
    means nothing, as `number` of all but LIKE and DISLIKE. BEGIN: another pair, nothing else.
    """

    event: Event
    side: model.Side
    number: Number | None
    world: World
    now: int
    may_tell: bool
    before: Record
    answer: Answer


def walk(seed: int, steps: int) -> Iterator[Step]:
    """Yield that many steps of a walk."""
    walker = Walker(Random(seed))
    for _ in range(steps):
        yield walker.step()


@dataclass
class Walker:
    chance: Random
    world: World = FIRST
    now: int = BEGIN
    record: Record = field(default_factory=Record)
    left: int = 30
    """How many steps this pair still has."""
    dislikes: int = 10
    """How often there is a DISLIKE, to 30 LIKEs."""
    edits: tuple[int, ...] = (0, 0, 1, 1, 2)
    """How many there may be in a step."""
    is_stubborn: bool = False
    """Whether they come nearer in small steps, and seldom agree."""

    def step(self) -> Step:
        self.left -= 1
        if self.left < 0:
            return self._begin()
        self.now = self._later()
        for _ in range(self.chance.choice(self.edits)):
            self._edit()
        if self.record.status in {None, "REJECTED"} and not self.chance.randrange(6):
            self._tempt()
        if self.record.status == "PENDING" and not self.chance.randrange(3):
            self._spoil(self.chance.choice(SIDES))
        if self.record == Record() and (self.world.score or 0) < model.RECOMMENDED:
            self._have(score=8000)
        before, event, side = self.record, self._event(), self.chance.choice(SIDES)
        number, may_tell = self._number(side), self.chance.random() < 0.8
        answer = self._answer(event, side, number, may_tell)
        self.record = answer.record
        if self.record.status == "COMPLETED" or self.record.reason in {
            "OBJECT_ARCHIVED",
            "OBJECT_CLOSED",
        }:
            self.left = min(self.left, 6)
        return Step(event, side, number, self.world, self.now, may_tell, before, answer)

    def _begin(self) -> Step:
        self.left = self.chance.choice([8, 20, 60, 200])
        self.dislikes = self.chance.choice([1, 4, 12])
        self.edits = self.chance.choice([(0,) * 9 + (1,), (0, 0, 1, 1, 2)])
        self.is_stubborn = not self.chance.randrange(3)
        self.world, self.record = FIRST, Record()
        fresh = Answer(None, self.record)
        return Step(
            "BEGIN",
            "LEAD",
            None,
            self.world,
            self.now,
            may_tell=True,
            before=Record(),
            answer=fresh,
        )

    def _event(self) -> Event:
        """A LIKE mostly, and what would bring something else about where it stands still."""
        weights: dict[Event, int] = {"LIKE": 30, "DISLIKE": self.dislikes, "TAKE_BACK": 3}
        if not self.chance.randrange(8):
            weights |= {"COMPLETE": 8, "ARCHIVE": 1, "CLOSE": 1}
        if self.record.status == "ACCEPTED":
            weights |= {"DISLIKE": 20, "COMPLETE": 2}
        if self.record.status is None:
            weights["DISLIKE"] = 20
        if self.record.expires_at is not None and self.now >= self.record.expires_at:
            weights["EXPIRE"] = 40
        return self.chance.choices([*weights], [*weights.values()])[0]

    def _answer(
        self, event: Event, side: model.Side, number: Number | None, may_tell: bool
    ) -> Answer:
        match event:
            case "COMPLETE":
                return model.complete(self.record, side, self.now)
            case "TAKE_BACK":
                return model.take_back(self.record, side, self.world, self.now)
            case "EXPIRE":
                return model.expire(self.record, self.now)
            case "ARCHIVE":
                return model.leave(self.record, "OBJECT_ARCHIVED", self.now)
            case "CLOSE":
                return model.leave(self.record, "OBJECT_CLOSED", self.now)
        action = cast("Action", event)
        return model.react(self.record, Act(side, action, number, self.world, self.now, may_tell))

    def _later(self) -> int:
        """A little later, or on an edge of one of the page's periods."""
        record = self.record
        edges = [past.at + model.TOLD_AGAIN_AFTER for past in record.history if past.what == "TOLD"]
        if record.expires_at is not None:
            edges.append(record.expires_at)
        if record.closed_at is not None:
            edges.append(record.closed_at + model.REFUSED_FOR)
        near = [edge + by for edge in edges for by in (-1, 0, 1) if edge + by > self.now]
        if near and not self.chance.randrange(6):
            return self.chance.choice(near)
        return self.now + self.chance.choice([1, 1, 1000, 1000, 1000, 3_600_000, DAY, 6 * DAY])

    def _number(self, side: model.Side) -> Number | None:
        """Often none, or a step of one's own towards the other, or near what has been offered."""
        own = self.record.number(side)
        towards = -1 if side == "LEAD" else 1
        if not self.chance.randrange(4):
            return None
        theirs = self.record.number(model.other(side))
        if theirs is not None and not self.chance.randrange(8):
            return theirs
        if own is None and (self.is_stubborn or not self.chance.randrange(2)):
            return self.chance.randrange(60, 101) if side == "LEAD" else self.chance.randrange(41)
        if own is not None and self.chance.randrange(16) < (15 if self.is_stubborn else 8):
            return _share(own + towards * Decimal(self.chance.choice(["0.5", "1", "1", "2"])))
        if not self.chance.randrange(20):
            return self.chance.randrange(101)
        standing = [number for number in self.record.numbers if number is not None]
        near = self.chance.choice([*standing, *standing, self.world.published, 50])
        return _share(near + Decimal(self.chance.choice(["0", "0", "0", "1", "-1", "0.5", "-0.5"])))

    def _spoil(self, side: model.Side) -> None:
        """Change for the worse what this side's LIKE saw, or as if it had never been."""
        saw = [
            past.world for past in self.record.history if (past.what, past.side) == ("LIKED", side)
        ]
        if not saw:
            return
        if not self.chance.randrange(3):
            self._have(address=saw[-1].address, details=saw[-1].details, price=saw[-1].price)
            wish = {name: getattr(saw[-1], name) for name in ("requirements", "payment_method")}
            self._have(revision=self.world.revision + 1, **wish)
        elif side == "LEAD":
            self._have(price=saw[-1].price + 1)
        else:
            method = "MORTGAGE" if saw[-1].payment_method == "CASH" else "CASH"
            self._have(requirements=f"any rooms, {method}", payment_method=method)
            self._have(revision=self.world.revision + 1)

    def _tempt(self) -> None:
        """Bring the pair back, or nearly."""
        then = model.disliked_at(self.record)
        if not then:
            return
        if self.chance.randrange(2):
            lowest = min(was.price for was in then)
            self._have(price=max(100, lowest * 97 // 100 + self.chance.randrange(2)))
        else:
            best = max((0 if was.score is None else was.score) for was in then)
            self._have(score=min(10_000, best + self.chance.randrange(2)))
            if self.chance.randrange(4):
                self._wish(score=self.world.score)

    def _edit(self) -> None:
        """Either owner changes their own object, or puts it as it was."""
        match self.chance.randrange(10):
            case 0 | 1 | 2:
                self._have(price=max(100, self._price()))
            case 3:
                self._have(published=self.chance.randrange(40, 61))
            case 4:
                self._have(address=self.chance.choice([FIRST.address, "Tolstoy street 17"]))
            case 5:
                self._have(details=self.chance.choice([FIRST.details, "three rooms"]))
            case 6 | 7:
                self._have(score=self._score())
            case _:
                self._wish()

    def _wish(self, **changes: object) -> None:
        """Put the lead: it is a revision even where nothing is new."""
        self._have(revision=self.world.revision + 1)
        kinds = ["the same"] * 2 + ["other rooms"] * 3 + ["another payment", "as at first"]
        rooms, method = self.world.requirements.split(", ")
        match self.chance.choice(kinds):
            case "other rooms":
                rooms = self.chance.choice(["two rooms", "three rooms", "any rooms"])
                self._have(score=self._score())
            case "another payment":
                method = self.chance.choice(["CASH", "MORTGAGE"])
            case "as at first":
                rooms, method = FIRST.requirements.split(", ")
        self._have(requirements=f"{rooms}, {method}", payment_method=method, **changes)

    def _price(self) -> int:
        """A price about one that counts: the lowest, or what some LIKE saw."""
        then = [past.world.price for past in self.record.history if past.what != "TOLD"]
        lowest = min(then, default=self.world.price)
        last = then[-1] if then else self.world.price
        return self.chance.choice(
            [
                FIRST.price,
                last,
                last - 1,
                last + 1,
                lowest,
                lowest * 97 // 100,
                lowest * 97 // 100 + 1,
                last * 99 // 100,
                self.world.price * 104 // 100,
            ]
        )

    def _score(self) -> int | None:
        """A score about one that counts."""
        then = [past.world.score or 0 for past in self.record.history] or [8000]
        last, highest = then[-1], max(then)
        near = [last, max(last - 1, 0), min(last + 1, 10_000), highest]
        return self.chance.choice([None, 4000, 5000, 8000, *near])

    def _have(self, **changes: object) -> None:
        self.world = self.world._replace(**changes)  # type: ignore[arg-type]


def _share(number: Number) -> Number:
    return max(Decimal(0), min(Decimal(100), Decimal(number)))
