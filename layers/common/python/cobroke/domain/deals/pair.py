"""A pair: everything both sides did about one lead and one property, in one record."""

from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, Self

from cobroke.domain.deals.facts import Facts, SeenLead, SeenListing, Snapshot
from cobroke.domain.parted import Parted
from cobroke.domain.postings.kinds import Kind, other
from cobroke.domain.vocabulary import ArchivedFor, Number

type Side = Kind
"""Each side of a pair brings a posting of its kind."""
type Action = Literal["LIKE", "DISLIKE"]
type Acted = Action | Literal["NONE"]

type DislikeReason = Literal[
    "PRICE",
    "LOCATION",
    "LAYOUT",
    "CONDITION",
    "FLOOR_OR_HOUSE",
    "SEEN_ALREADY",
    "CLIENT_CHANGED",
    "OTHER",
]
type MatchStatus = Literal["PENDING", "ACCEPTED", "REJECTED", "COMPLETED"]
type NegotiationStatus = Literal["PENDING", "AGREED", "REJECTED"]
type ClosedReason = Literal["DECLINED", "WITHDRAWN", "TAKEN_BACK", "EXPIRED"] | ArchivedFor
type NoticeKind = Literal["INTEREST", "MUTUAL", "OFFER", "CONTACT_SHARED"]

DAY = 24 * 60 * 60 * 1000
"""A day in ms."""
PENDING_FOR = 14 * DAY
"""After how long without an act a match expires, in ms."""
TOLD_AGAIN_AFTER = 21 * DAY
"""How long a side that was told of an INTEREST in a pair is not told of another, in ms."""
MOST_DECLINES = 2
"""What a side has declined so often, since it last liked it, only that side can bring back."""


class PairIds(NamedTuple):
    lead_id: str
    property_id: str


class Told(NamedTuple):
    """A thing that one side is told, in which round of the bargaining, at what time (ms)."""

    kind: NoticeKind
    to: Side
    at: int
    round: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The record, times in ms since 1970. While there is no match `status` is None; while it is not
    stored `version` is 0.
    """

    lead_id: str
    property_id: str
    lead_action: Acted = "NONE"
    property_action: Acted = "NONE"
    acted_lead_at: int | None = None
    acted_property_at: int | None = None
    """When a side's action was made that stands."""
    offer_lead: Number | None = None
    offer_property: Number | None = None
    sent_lead: Number | None = None
    sent_property: Number | None = None
    """The number that came with a side's last LIKE; None where it came without."""
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
    told: tuple[Told, ...] = ()
    """All that is told in this epoch, oldest first."""
    snapshot: Snapshot | None = None
    """Of all dislikes and declines so far, whether one stands or not."""
    declines_lead: int = 0
    declines_property: int = 0
    """How often a side has declined the match since it last liked it."""
    invited_lead_at: int = 0
    invited_property_at: int = 0
    """When a side was last told of an INTEREST."""
    saw_lead: SeenListing | None = None
    """What the lead side's LIKE was given to; None without one (of old also with one: it holds)."""
    saw_property: SeenLead | None = None
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
        """Whether it expired, or was taken back, while only one side had acted: as if there had
        been no match.
        """
        over = self.closed_reason in {"EXPIRED", "TAKEN_BACK"}
        return over and None in (self.offer_lead, self.offer_property)

    @property
    def dislike_stands(self) -> bool:
        """Whether a dislike or decline has hidden the pair; what brings it back does not end it."""
        if self.status is None:
            return "DISLIKE" in (self.lead_action, self.property_action)
        return self.closed_reason == "DECLINED"

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

    def action(self, side: Side) -> Acted:
        return self.lead_action if side == "LEAD" else self.property_action

    def offer(self, side: Side) -> Number | None:
        return self.offer_lead if side == "LEAD" else self.offer_property

    def is_shut_to(self, side: Side) -> bool:
        """Return whether nothing but the other side brings the pair back, for it has declined once
        and again.
        """
        return self.declines(other(side)) >= MOST_DECLINES

    def declines(self, side: Side) -> int:
        return self.declines_lead if side == "LEAD" else self.declines_property

    def may_be_invited(self, side: Side, now: int) -> bool:
        """Return whether this side has not been told of an INTEREST for long."""
        last = self.invited_at(side)
        return not last or now >= last + TOLD_AGAIN_AFTER

    def invited_at(self, side: Side) -> int:
        return self.invited_lead_at if side == "LEAD" else self.invited_property_at

    def like_holds(self, side: Side, facts: Facts) -> bool:
        """Return whether what this side's LIKE saw has not changed for the worse."""
        if side == "LEAD":
            return self.saw_lead is None or self.saw_lead.still_holds(facts.seen_listing)
        return self.saw_property is None or self.saw_property.still_holds(facts.seen_lead)

    def has_changed(self, side: Side, facts: Facts) -> bool:
        """Return whether the match is open, and what this side has liked is worse now."""
        liked = self.status == "PENDING" and self.offer(side) is not None
        return liked and not self.like_holds(side, facts)

    @property
    def offers_are_equal(self) -> bool:
        return self.offer_lead == self.offer_property

    def keeps_like(self, side: Side) -> bool:
        """Return whether this side's LIKE waits for the other side to take its dislike back."""
        return self.status is None and self.action(side) == "LIKE"

    def acting(self, side: Side, action: Acted, at: int | None, sent: Number | None = None) -> Self:
        if side == "LEAD":
            return replace(self, lead_action=action, acted_lead_at=at, sent_lead=sent)
        return replace(self, property_action=action, acted_property_at=at, sent_property=sent)

    def offering(self, side: Side, share: Number | None) -> Self:
        if side == "LEAD":
            return replace(self, offer_lead=share)
        return replace(self, offer_property=share)

    def without(self, side: Side) -> Self:
        """Return it as if this side had not acted."""
        return self.acting(side, "NONE", None).offering(side, None).seeing(side, None)

    def seeing(self, side: Side, facts: Facts | None) -> Self:
        """Return it with what a LIKE of this side is given to; None: there is no LIKE."""
        if side == "LEAD":
            return replace(self, saw_lead=facts and facts.seen_listing)
        return replace(self, saw_property=facts and facts.seen_lead)

    def declining(self, side: Side, declines: int) -> Self:
        if side == "LEAD":
            return replace(self, declines_lead=declines)
        return replace(self, declines_property=declines)

    def inviting(self, side: Side, at: int) -> Self:
        """Return it with this side told of an INTEREST."""
        told = self.telling("INTEREST", side, at=at)
        if side == "LEAD":
            return replace(told, invited_lead_at=at)
        return replace(told, invited_property_at=at)

    def telling(self, kind: NoticeKind, *sides: Side, at: int) -> Self:
        return replace(
            self, told=(*self.told, *(Told(kind, side, at, self.rounds) for side in sides))
        )
