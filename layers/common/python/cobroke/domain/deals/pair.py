"""A pair: everything both sides did about one lead and one property, in one record."""

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, Self

from cobroke.domain.parted import Parted
from cobroke.domain.postings.kinds import Kind, other
from cobroke.domain.vocabulary import ArchivedFor, Number

type Side = Kind
"""Each side of a pair brings a posting of its kind."""
type Action = Literal["LIKE", "DISLIKE"]

type MatchStatus = Literal["PENDING", "ACCEPTED", "REJECTED", "COMPLETED"]
type NegotiationStatus = Literal["PENDING", "AGREED", "REJECTED"]
type ClosedReason = Literal["DECLINED", "WITHDRAWN", "EXPIRED"] | ArchivedFor
type NoticeKind = Literal["INTEREST", "MUTUAL", "OFFER", "CONTACT_SHARED"]

DAY = 24 * 60 * 60 * 1000
"""A day in ms."""
PENDING_FOR = 14 * DAY
"""After how long without an act a match expires, in ms."""


class PairIds(NamedTuple):
    lead_id: str
    property_id: str


class OutboxEntry(NamedTuple):
    """A thing that one side is told, in which round of the bargaining, at what time (ms)."""

    kind: NoticeKind
    to: Side
    at: int
    round: int


class OwedNotice(NamedTuple):
    """One thing to tell one realtor. All its fields are its identity: its key is `at` and a hash of
    the others.
    """

    kind: NoticeKind
    to: Side
    at: int
    round: int
    lead_id: str
    property_id: str
    epoch: int

    @property
    def posting_id(self) -> str:
        """Of the side that is told."""
        return self.lead_id if self.to == "LEAD" else self.property_id


class Facts(NamedTuple):
    """The two objects as they are now: percent, kopecks, revision, basis points (None where the
    pair cannot be recommended).
    """

    published_share: Number
    price: int
    lead_revision: int
    score: int | None


class Snapshot(NamedTuple):
    """The facts that a dislike or decline was about."""

    price: int
    lead_revision: int
    score: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The record, times in ms since 1970. While there is no match `status` is None; while it is not
    stored `version` is 0.
    """

    lead_id: str
    property_id: str
    lead_action: Action | Literal["NONE"] = "NONE"
    property_action: Action | Literal["NONE"] = "NONE"
    offer_lead: Number | None = None
    offer_lead_at: int | None = None
    offer_property: Number | None = None
    offer_property_at: int | None = None
    awaiting: Side | None = None
    """Whose turn it is; None unless PENDING."""
    status: MatchStatus | None = None
    negotiation_status: NegotiationStatus | None = None
    agreed_share: Number | None = None
    closed_reason: ClosedReason | None = None
    """Why it is REJECTED."""
    closed_by: Side | None = None
    """Who declined, withdrew or completed; None where nobody did."""
    closed_at: int | None = None
    rounds: int = 0
    """Offers made after each side's first, in this epoch."""
    epoch: int = 1
    """Which bargaining of the match it is; a reopening begins the next."""
    created_at: int | None = None
    """When the match was first opened; it stays through reopenings."""
    acted_at: int = 0
    """When a side last changed something."""
    contact_shared_at: int | None = None
    """When it was first ACCEPTED; it never moves or clears."""
    changed_at: int = 0
    """When anything last changed; it never falls, whatever the clocks say."""
    told: tuple[OutboxEntry, ...] = ()
    """The outbox: all that is told in this epoch, oldest first."""
    snapshot: Snapshot | None = None
    """The facts of the last dislike or decline, while it stands."""
    version: int = 0

    @classmethod
    def untouched(cls, ids: PairIds) -> Self:
        """Return the pair of two postings about which nobody has done anything."""
        return cls(lead_id=ids.lead_id, property_id=ids.property_id)

    @property
    def ids(self) -> PairIds:
        return PairIds(self.lead_id, self.property_id)

    @property
    def counts_as_match(self) -> bool:
        """Whether it is in the `match_count` of both objects."""
        return self.status in {"PENDING", "ACCEPTED", "COMPLETED"}

    @property
    def contacts_visible(self) -> bool:
        return self.status in {"ACCEPTED", "COMPLETED"}

    @property
    def expires_at(self) -> int | None:
        """When it closes by itself (ms); None unless PENDING."""
        return self.acted_at + PENDING_FOR if self.status == "PENDING" else None

    @property
    def has_lapsed(self) -> bool:
        """Whether it expired while only one side had acted: as if there had been no match."""
        return self.closed_reason == "EXPIRED" and None in (self.offer_lead, self.offer_property)

    def posting_id(self, side: Side) -> str:
        return self.lead_id if side == "LEAD" else self.property_id

    def asks(self, side: Side) -> bool:
        """Return whether the other side alone has acted, and waits for this one."""
        return self.status == "PENDING" and self.offer(side) is None

    def is_barred(self, parted: Parted, side: Side) -> bool:
        """Return whether a block keeps this side, of whom it is known from whom they are `parted`,
        from acting on it: only what both have agreed on stays.
        """
        theirs = self.posting_id(other(side))
        return not self.contacts_visible and parted.from_owner_of(theirs)

    def action(self, side: Side) -> Action | Literal["NONE"]:
        return self.lead_action if side == "LEAD" else self.property_action

    def offer(self, side: Side) -> Number | None:
        return self.offer_lead if side == "LEAD" else self.offer_property

    def keeps_like(self, side: Side) -> bool:
        """Return whether this side's LIKE waits for the other side to take its dislike back."""
        return self.status is None and self.action(side) == "LIKE"

    def acting(self, side: Side, action: Action) -> Self:
        if side == "LEAD":
            return replace(self, lead_action=action)
        return replace(self, property_action=action)

    def offering(self, side: Side, share: Number | None, at: int | None) -> Self:
        if side == "LEAD":
            return replace(self, offer_lead=share, offer_lead_at=at)
        return replace(self, offer_property=share, offer_property_at=at)

    def telling(self, kind: NoticeKind, *sides: Side, at: int) -> Self:
        return replace(
            self, told=(*self.told, *(OutboxEntry(kind, side, at, self.rounds) for side in sides))
        )


def newly_owed(now: Pair, before: Pair | None) -> tuple[OwedNotice, ...]:
    """Return what a change from `before` owes; None: the pair is new, or that is not known."""
    known = owed_notices(before) if before else ()
    return tuple(notice for notice in owed_notices(now) if notice not in known)


def owed_notices(pair: Pair) -> tuple[OwedNotice, ...]:
    """Return every notice of the present epoch, from the record alone: always the same, with the
    same keys.
    """
    return tuple(OwedNotice(*told, *pair.ids, pair.epoch) for told in pair.told)
