"""The negotiation: what becomes of a pair when one side acts, one pure transition as a table."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal, NamedTuple

from cobroke.domain import errors
from cobroke.domain.deals.facts import Facts
from cobroke.domain.deals.moves import (
    Act,
    Move,
    bid,
    change_nothing,
    closed,
    decline,
    dislike,
    dislike_again,
    let_them_like,
    like_first,
    like_for_later,
    like_second,
    refuse,
    stand_by,
    take_back,
    take_invitation_back,
    withdraw,
)
from cobroke.domain.deals.pair import DAY, Action, Pair, Side
from cobroke.domain.deals.resurfacing import resurfaced
from cobroke.domain.vocabulary import ArchivedFor, Number

DECLINED_FOR = 30 * DAY
"""How long the side that did not close a match cannot reopen it, in ms."""

type Deed = Action | Literal["TAKE_BACK"]
"""What a side may do: like, dislike, or take its own unanswered act back."""
type Standing = Literal[
    "UNTOUCHED",  # there is no match, and the other side did nothing
    "DISLIKED",  # there is no match, and the other side's dislike stands
    "LIKED",  # there is no match: one's own dislike stands, the other side's LIKE is kept
    "INVITED",  # the other side liked, this one has not yet
    "AWAITED",  # both liked, and it is this side's turn
    "WAITING",  # both liked, and it is the other side's turn
    "ACCEPTED",
    "COMPLETED",
    "BACK",  # nobody answered, it was taken back, or what was disliked has changed enough since
    "REOPENABLE",
    "DECLINED",  # the other side closed the match, not long ago or once and again
    "GONE",  # an object was archived
]
"""How the side that acts finds the pair."""

_CLOSED, _ANSWERED = refuse(errors.MatchClosed), refuse(errors.AlreadyAnswered)

TABLE: Mapping[Standing, tuple[Move, Move, Move]] = {
    #             LIKE                          DISLIKE         TAKE_BACK
    "UNTOUCHED":  (like_first,                  dislike,        take_back),
    "DISLIKED":   (like_for_later,              dislike,        take_back),
    "LIKED":      (like_second,                 change_nothing, let_them_like),
    "INVITED":    (like_second,                 decline,        change_nothing),
    "AWAITED":    (bid,                         decline,        _ANSWERED),
    "WAITING":    (bid,                         withdraw,       take_invitation_back),
    "ACCEPTED":   (stand_by,                    withdraw,       _ANSWERED),
    "COMPLETED":  (_CLOSED,                     _CLOSED,        _CLOSED),
    "BACK":       (like_first,                  dislike_again,  change_nothing),
    "REOPENABLE": (like_first,                  change_nothing, _CLOSED),
    "DECLINED":   (refuse(errors.PairDeclined), change_nothing, _CLOSED),
    "GONE":       (refuse(errors.Archived),     change_nothing, _CLOSED),
}  # fmt: skip
_COLUMN: Mapping[Deed, int] = {"LIKE": 0, "DISLIKE": 1, "TAKE_BACK": 2}


_INVITING: frozenset[Standing] = frozenset({"UNTOUCHED", "DISLIKED", "LIKED", "BACK", "REOPENABLE"})
"""Where a LIKE opens or reopens a match, or is kept."""


class Outcome(NamedTuple):
    """The pair, the very same object where nothing changed."""

    pair: Pair
    starts_anew: bool = False
    """Whether earlier messages no longer count."""
    invites: bool = False
    """Whether it is a LIKE that opens or reopens a match, or is kept."""
    tells_of_interest: bool = False
    """Whether the other side is told of an INTEREST."""


def react(
    pair: Pair,
    actor: Side,
    deed: Deed,
    share: Number | None,
    facts: Facts,
    now: int,
    *,
    may_invite: bool = True,
) -> Outcome:
    """Return the pair after what one side does about it. `share` is the commission it proposes,
    `now` is in ms; `may_invite`: whether the other side may be told of one more stranger's
    INTEREST.

    Raises PairDeclined, NotAConcession, TooManyRounds, TermsAgreed, AlreadyAnswered, MatchClosed or
    Archived.
    """
    act = Act(actor, share, facts, max(now, pair.changed_at + 1), may_invite)
    standing = _standing(pair, act)
    moved = TABLE[standing][_COLUMN[deed]](pair, act)
    if moved is pair:
        return Outcome(pair)
    changed = replace(moved, acted_at=act.at, changed_at=act.at)
    return Outcome(
        changed,
        starts_anew=changed.epoch > pair.epoch or (standing == "BACK" and pair.status is None),
        invites=deed == "LIKE" and standing in _INVITING,
        tells_of_interest=changed.invited_at(act.other) == act.at,
    )


def complete(pair: Pair, actor: Side, now: int) -> Pair:
    """Complete the deal. Raises NotFound without a match, NotAccepted before a share is agreed."""
    if pair.status == "COMPLETED":
        return pair
    if pair.status is None:
        raise errors.NotFound
    if pair.status != "ACCEPTED":
        raise errors.NotAccepted
    at = max(now, pair.changed_at)
    return replace(
        pair, status="COMPLETED", closed_by=actor, closed_at=at, acted_at=at, changed_at=at
    )


def close(pair: Pair, reason: Literal["EXPIRED"] | ArchivedFor, now: int) -> Pair:
    """Close a match that nobody acted on: only while it is PENDING, and as EXPIRED only once it is
    due.
    """
    due = pair.expires_at
    if due is None or (reason == "EXPIRED" and now < due):
        return pair
    at = max(now, pair.changed_at)
    return replace(closed(pair, reason, None, at), changed_at=at)


def part(pair: Pair, blocker: Side, now: int) -> Pair:
    """Close a match, while it is PENDING, as withdrawn by the side that has blocked the other."""
    if pair.status != "PENDING":
        return pair
    at = max(now, pair.changed_at)
    withdrawn = closed(pair, "WITHDRAWN", blocker, at).acting(blocker, "DISLIKE", at)
    return replace(withdrawn, changed_at=at)


def _standing(pair: Pair, act: Act) -> Standing:
    now = act.facts.price, act.facts.lead_revision, act.facts.score
    if pair.has_lapsed or resurfaced(pair, act.actor, *now):
        return "BACK"
    match pair.status:
        case None:
            return _UNMATCHED[pair.action(act.other)]
        case "PENDING" if pair.asks(act.actor):
            return "INVITED"
        case "PENDING":
            return "AWAITED" if pair.awaiting == act.actor else "WAITING"
        case "REJECTED":
            return _standing_when_closed(pair, act)
        case status:
            return status


_UNMATCHED: Mapping[str, Standing] = {"NONE": "UNTOUCHED", "DISLIKE": "DISLIKED", "LIKE": "LIKED"}
"""The standing by what the other side did."""


def _standing_when_closed(pair: Pair, act: Act) -> Standing:
    match pair.closed_reason, pair.closed_at:
        case (("OBJECT_ARCHIVED" | "OBJECT_CLOSED"), _):
            return "GONE"
        case _ if pair.is_shut_to(act.actor):
            return "DECLINED"
        case _, int(at) if pair.closed_by == act.other and act.at < at + DECLINED_FOR:
            return "DECLINED"
        case _:
            return "REOPENABLE"
