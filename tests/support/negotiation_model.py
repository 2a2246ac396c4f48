"""The negotiation's page once more: a plain, slow, obvious model of one pair, written from its text
alone. It keeps its whole history, and looks into it for what the page says of the past.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, NamedTuple

type Number = int | Decimal
type Side = Literal["LEAD", "PROPERTY"]
type Action = Literal["LIKE", "DISLIKE"]
type Status = Literal["PENDING", "ACCEPTED", "REJECTED", "COMPLETED"]
type Reason = Literal[
    "DECLINED", "WITHDRAWN", "TAKEN_BACK", "EXPIRED", "OBJECT_ARCHIVED", "OBJECT_CLOSED"
]
type Told = Literal["INTEREST", "MUTUAL", "OFFER", "CONTACT_SHARED"]
type Refusal = Literal[
    "already_answered",
    "archived",
    "match_closed",
    "not_a_concession",
    "not_accepted",
    "not_found",
    "pair_declined",
    "terms_agreed",
    "too_many_rounds",
]
type Why = Literal["PRICE_DROP", "REQUIREMENTS"]

SIDES: tuple[Side, Side] = ("LEAD", "PROPERTY")
DAY = 24 * 60 * 60 * 1000
EXPIRES_AFTER, TOLD_AGAIN_AFTER, REFUSED_FOR = 14 * DAY, 21 * DAY, 30 * DAY
MOST_ROUNDS = 10
RECOMMENDED = 5000
LAPSES: tuple[Reason, ...] = ("EXPIRED", "TAKEN_BACK")
"""What closes a match as if there had been none, where one side alone had acted."""


class World(NamedTuple):
    """The two objects as they are now. `details` are without the price; `requirements` are all of
    them, the method of payment included; the score is in basis points, None for a knock-out.
    """

    address: str
    details: str
    price: int
    published: Number
    requirements: str
    payment_method: str
    revision: int
    score: int | None


class Happened(NamedTuple):
    """What a side did, or (TOLD) was told, and what the world was like."""

    what: Literal["LIKED", "DISLIKED", "DECLINED", "WITHDREW", "TOLD"]
    side: Side
    at: int
    world: World


class Notice(NamedTuple):
    kind: Told
    to: Side


@dataclass(frozen=True, kw_only=True)
class Record:
    """A pair. All that happened is kept for ever; all else is of the present epoch, but for
    `created_at` and `contact_shared_at`.
    """

    status: Status | None = None
    actions: tuple[Action | None, Action | None] = (None, None)
    """The lead's and the property's."""
    numbers: tuple[Number | None, Number | None] = (None, None)
    awaiting: Side | None = None
    agreed: Number | None = None
    reason: Reason | None = None
    closed_by: Side | None = None
    closed_at: int | None = None
    rounds: int = 0
    epoch: int = 1
    created_at: int | None = None
    contact_shared_at: int | None = None
    acted_at: int = 0
    history: tuple[Happened, ...] = ()

    def action(self, side: Side) -> Action | None:
        return self.actions[SIDES.index(side)]

    def number(self, side: Side) -> Number | None:
        return self.numbers[SIDES.index(side)]

    @property
    def counts_as_match(self) -> bool:
        return self.status in {"PENDING", "ACCEPTED", "COMPLETED"}

    @property
    def negotiation_status(self) -> Literal["PENDING", "AGREED", "REJECTED"] | None:
        if self.status is None or self.status == "PENDING":
            return self.status
        return "REJECTED" if self.agreed is None else "AGREED"

    @property
    def expires_at(self) -> int | None:
        return self.acted_at + EXPIRES_AFTER if self.status == "PENDING" else None

    @property
    def has_lapsed(self) -> bool:
        """Whether it is closed as if there had been no match."""
        return self.reason in LAPSES and None in self.numbers


class Answer(NamedTuple):
    """An act's: the very record that was there where it is refused or changes nothing."""

    refusal: Refusal | None
    record: Record
    notices: tuple[Notice, ...] = ()


class Act(NamedTuple):
    side: Side
    action: Action
    number: Number | None
    world: World
    now: int
    may_tell: bool = True

    @property
    def other(self) -> Side:
        return other(self.side)

    @property
    def number_or_published(self) -> Number:
        return self.world.published if self.number is None else self.number


def other(side: Side) -> Side:
    return "PROPERTY" if side == "LEAD" else "LEAD"


# What the history says


def disliked_at(record: Record) -> list[World]:
    """Return the worlds of all dislikes and declines so far."""
    return [past.world for past in record.history if past.what in {"DISLIKED", "DECLINED"}]


def holds(record: Record, side: Side, world: World) -> bool:
    """Return whether what this side's last LIKE saw still stands."""
    likes = [past for past in record.history if (past.what, past.side) == ("LIKED", side)]
    saw = likes[-1].world
    if side == "LEAD":
        same = (world.address, world.details) == (saw.address, saw.details)
        return same and world.price <= saw.price
    if world.requirements == saw.requirements:
        return True
    return world.payment_method == saw.payment_method and not is_lower(world.score, saw.score)


def is_lower(score: int | None, than: int | None) -> bool:
    """Return whether one score is below another. None is lower than any."""
    return (-1 if score is None else score) < (-1 if than is None else than)


def has_declined_twice(record: Record, side: Side) -> bool:
    """Return whether this side has, since its own last LIKE."""
    own = [past.what for past in record.history if past.side == side]
    while "LIKED" in own:
        own = own[own.index("LIKED") + 1 :]
    return own.count("DECLINED") >= 2


def may_be_told(record: Record, side: Side, now: int) -> bool:
    """Return whether no INTEREST was told to it within 21 days."""
    times = [past.at for past in record.history if (past.what, past.side) == ("TOLD", side)]
    return all(now - at >= TOLD_AGAIN_AFTER for at in times)


# What the two sides see


def resurfaced(record: Record, side: Side, world: World) -> Why | None:
    """Return why a dislike or decline does not stand any more for this side."""
    if record.status is None:
        stands = "DISLIKE" in record.actions
    else:
        stands = record.reason == "DECLINED" and not has_declined_twice(record, other(side))
    if not stands:
        return None
    then = disliked_at(record)
    if 100 * world.price <= 97 * min(was.price for was in then):
        return "PRICE_DROP"
    is_newer = world.revision > then[-1].revision
    if is_newer and all(is_lower(was.score, world.score) for was in then):
        return "REQUIREMENTS"
    return None


def hidden(record: Record, side: Side, world: World) -> bool:
    """Return whether the record keeps the pair out of this side's list, whatever the score."""
    if record.status == "PENDING":
        return record.number(side) is not None
    if resurfaced(record, side, world) or record.has_lapsed:
        return False
    return record.status is not None or "DISLIKE" in record.actions


def is_listed(record: Record, side: Side, world: World) -> bool:
    """Return whether the pair is in this side's list, both objects being in the market."""
    fits = world.score is not None and world.score >= RECOMMENDED
    return fits and not hidden(record, side, world)


def changed(record: Record, side: Side, world: World) -> bool:
    if record.status != "PENDING" or record.number(side) is None:
        return False
    return not holds(record, side, world)


# What comes to pass


def react(record: Record, act: Act) -> Answer:
    """Return what an act makes of a pair. That it may be acted on at all (the score where there is
    no record) is not asked here.
    """
    if record.status == "COMPLETED":
        return Answer("match_closed", record)
    return _like(record, act) if act.action == "LIKE" else _dislike(record, act)


def take_back(record: Record, side: Side, world: World, now: int) -> Answer:
    """Return what is left when a side takes its own unanswered act back: the last table's row."""
    if record.has_lapsed or resurfaced(record, side, world):
        return Answer(None, record)
    if record.status in {"REJECTED", "COMPLETED"}:
        return Answer("match_closed", record)
    if record.status is None:
        return _take_back_without_a_match(record, side, now)
    if record.number(side) is None:
        return Answer(None, record)
    if record.number(other(side)) is not None:
        return Answer("already_answered", record)
    return Answer(None, _without(_closed(record, "TAKEN_BACK", side, now), side, now))


def _take_back_without_a_match(record: Record, side: Side, now: int) -> Answer:
    if record.action(side) is None:
        return Answer(None, record)
    left = _without(record, side, now)
    if record.action(side) == "DISLIKE" and record.action(other(side)) == "LIKE":
        return Answer(None, replace(left, status="PENDING", awaiting=side, created_at=now))
    return Answer(None, left)


def complete(record: Record, side: Side, now: int) -> Answer:
    if record.status is None:
        return Answer("not_found", record)
    if record.status == "COMPLETED":
        return Answer(None, record)
    if record.status != "ACCEPTED":
        return Answer("not_accepted", record)
    return Answer(None, replace(record, status="COMPLETED", closed_by=side, closed_at=now))


def expire(record: Record, now: int) -> Answer:
    """Return it closed where it is due, else as it was."""
    if record.expires_at is None or now < record.expires_at:
        return Answer(None, record)
    return Answer(None, _closed(record, "EXPIRED", None, now))


def leave(record: Record, reason: Literal["OBJECT_ARCHIVED", "OBJECT_CLOSED"], now: int) -> Answer:
    """Return what is left of it when one of its objects has left the market."""
    if record.status != "PENDING":
        return Answer(None, record)
    return Answer(None, _closed(record, reason, None, now))


def _dislike(record: Record, act: Act) -> Answer:
    if record.status is None:
        return _dislike_without_a_match(record, act)
    if record.status == "REJECTED":
        if record.has_lapsed or resurfaced(record, act.side, act.world):
            return Answer(None, _closed_by(record, "DECLINED", act))
        return Answer(None, record)
    is_declined = record.awaiting == act.side
    return Answer(None, _closed_by(record, "DECLINED" if is_declined else "WITHDRAWN", act))


def _dislike_without_a_match(record: Record, act: Act) -> Answer:
    if resurfaced(record, act.side, act.world):
        record = _clean(record)
    if record.action(act.side) == "DISLIKE":
        return Answer(None, record)
    record = _put(record, act.side, "DISLIKE", None)
    return Answer(None, _remembering(record, "DISLIKED", act))


def _like(record: Record, act: Act) -> Answer:
    match record.status:
        case None:
            return _like_without_a_match(record, act)
        case "PENDING" if record.number(act.side) is None:
            return _second_like(record, act)
        case "PENDING":
            return _bargain(record, act)
        case "ACCEPTED":
            settled = {None, record.agreed, record.number(act.side)}
            return Answer(None if act.number in settled else "terms_agreed", record)
        case _:
            refusal = _closed_to(record, act)
            return Answer(refusal, record) if refusal else _first_like(record, act)


def _closed_to(record: Record, act: Act) -> Refusal | None:
    """Return why a REJECTED match is not reopened by this LIKE."""
    if record.reason in {"OBJECT_ARCHIVED", "OBJECT_CLOSED"}:
        return "archived"
    if record.reason in LAPSES:
        return None
    if has_declined_twice(record, act.other):
        return "pair_declined"
    if record.closed_by == act.side or resurfaced(record, act.side, act.world):
        return None
    assert record.closed_at is not None
    return "pair_declined" if act.now < record.closed_at + REFUSED_FOR else None


def _like_without_a_match(record: Record, act: Act) -> Answer:
    if resurfaced(record, act.side, act.world):
        return _first_like(record, act)
    if record.action(act.other) == "DISLIKE":
        return _kept_like(record, act)
    if record.action(act.other) == "LIKE":
        opened = replace(record, status="PENDING", awaiting=act.side, created_at=act.now)
        return _second_like(opened, act)
    return _first_like(record, act)


def _kept_like(record: Record, act: Act) -> Answer:
    """Return it with a LIKE that waits for the other side's dislike to go."""
    kept = record.number(act.side)
    if kept is not None and act.number in {None, kept}:
        return Answer(None, record)
    return Answer(None, _liked(record, act, act.number_or_published))


def _first_like(record: Record, act: Act) -> Answer:
    """Return a match with this LIKE alone: a new one, or the next epoch of what there was."""
    existed = record.status is not None
    record = replace(
        _clean(record),
        status="PENDING",
        awaiting=act.other,
        epoch=record.epoch + existed,
        created_at=record.created_at if existed else act.now,
    )
    record = _liked(record, act, act.number_or_published)
    if not act.may_tell or not may_be_told(record, act.other, act.now):
        return Answer(None, record)
    told = Happened("TOLD", act.other, act.now, act.world)
    record = replace(record, history=(*record.history, told))
    return Answer(None, record, (Notice("INTEREST", act.other),))


def _second_like(record: Record, act: Act) -> Answer:
    """Return the answer to a LIKE of the other side's alone."""
    number = act.number_or_published
    mutual = Notice("MUTUAL", act.other)
    if _crosses(record, act.side, number):
        return _settle(record, act, number, mutual, is_second=True)
    record = _liked(replace(record, awaiting=act.other), act, number)
    return Answer(None, record, (mutual,))


def _bargain(record: Record, act: Act) -> Answer:
    """Return what another LIKE makes of it, by a side that has a number."""
    own, theirs, offer = (
        record.number(act.side),
        record.number(act.other),
        Notice("OFFER", act.other),
    )
    if act.number is None or act.number == own:
        if own == theirs and record.awaiting == act.side:
            return _renew(record, act, offer)
        return Answer(None, record)
    if _is_worse(act.side, act.number, own):
        return Answer("not_a_concession", record)
    if theirs is not None and _crosses(record, act.side, act.number):
        return _settle(record, act, act.number, offer)
    if record.rounds >= MOST_ROUNDS:
        return Answer("too_many_rounds", record)
    record = replace(record, awaiting=act.other, rounds=record.rounds + 1)
    return Answer(None, _liked(record, act, act.number), (offer,))


def _renew(record: Record, act: Act, offer: Notice) -> Answer:
    """Return equal numbers that the awaited side stands by."""
    number = record.number(act.side)
    assert number is not None
    if holds(record, act.other, act.world):
        return _agree(record, act, number)
    return Answer(None, _liked(replace(record, awaiting=act.other), act, number), (offer,))


def _settle(
    record: Record, act: Act, number: Number, notice: Notice, *, is_second: bool = False
) -> Answer:
    """Return what a number that crosses makes of it. `notice` is what there would be without an
    agreement.
    """
    theirs = record.number(act.other)
    assert theirs is not None
    if holds(record, act.other, act.world):
        agreed = _agree(record, act, number)
        return agreed._replace(notices=(notice, *agreed.notices)) if is_second else agreed
    if record.number(act.side) == theirs:
        return Answer(None, record)
    return Answer(None, _liked(replace(record, awaiting=act.other), act, theirs), (notice,))


def _agree(record: Record, act: Act, number: Number) -> Answer:
    shared_at = act.now if record.contact_shared_at is None else record.contact_shared_at
    record = replace(
        _liked(record, act, number),
        status="ACCEPTED",
        awaiting=None,
        agreed=record.number(act.other),
        contact_shared_at=shared_at,
    )
    return Answer(None, record, tuple(Notice("CONTACT_SHARED", side) for side in SIDES))


def _crosses(record: Record, side: Side, number: Number) -> bool:
    """Return whether the lead's ask is at most the property's offer."""
    theirs = record.number(other(side))
    assert theirs is not None
    return number <= theirs if side == "LEAD" else theirs <= number


def _is_worse(side: Side, number: Number, than: Number | None) -> bool:
    """Return whether it is, for the other side."""
    assert than is not None
    return number > than if side == "LEAD" else number < than


# How a record is written


def _clean(record: Record) -> Record:
    """Return it without all that is of its present epoch."""
    return Record(
        status=record.status,
        epoch=record.epoch,
        created_at=record.created_at,
        contact_shared_at=record.contact_shared_at,
        acted_at=record.acted_at,
        history=record.history,
    )


def _put(record: Record, side: Side, action: Action, number: Number | None) -> Record:
    if side == "LEAD":
        return replace(
            record, actions=(action, record.actions[1]), numbers=(number, record.numbers[1])
        )
    return replace(record, actions=(record.actions[0], action), numbers=(record.numbers[0], number))


def _without(record: Record, side: Side, now: int) -> Record:
    """Return it as if this side had not acted; what it came down to stays in the history."""
    own = SIDES.index(side)
    actions, numbers = [*record.actions], [*record.numbers]
    actions[own] = numbers[own] = None
    return replace(
        record,
        actions=(actions[0], actions[1]),
        numbers=(numbers[0], numbers[1]),
        acted_at=now,
    )


def _remembering(
    record: Record, what: Literal["LIKED", "DISLIKED", "DECLINED", "WITHDREW"], act: Act
) -> Record:
    past = Happened(what, act.side, act.now, act.world)
    return replace(record, acted_at=act.now, history=(*record.history, past))


def _liked(record: Record, act: Act, number: Number) -> Record:
    return _remembering(_put(record, act.side, "LIKE", number), "LIKED", act)


def _closed_by(record: Record, reason: Literal["DECLINED", "WITHDRAWN"], act: Act) -> Record:
    record = _put(record, act.side, "DISLIKE", record.number(act.side))
    record = _remembering(record, "DECLINED" if reason == "DECLINED" else "WITHDREW", act)
    return _closed(record, reason, act.side, act.now)


def _closed(record: Record, reason: Reason, side: Side | None, now: int) -> Record:
    return replace(
        record, status="REJECTED", awaiting=None, reason=reason, closed_by=side, closed_at=now
    )
