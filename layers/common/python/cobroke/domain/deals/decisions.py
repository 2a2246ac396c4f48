"""Decisions: what of a side's acts on a pair still stands."""

from typing import NamedTuple

from cobroke.domain.deals.pair import Action, Pair, Side
from cobroke.domain.deals.resurfacing import hidden
from cobroke.domain.vocabulary import Number


class StandingAct(NamedTuple):
    """A LIKE with the number that it stands for, or a DISLIKE, and its time (ms).

    Whether a number was sent or is the published one is not kept; nor is the time of a DISLIKE that
    closed no match: it is that of the last act on the pair.
    """

    action: Action
    share: Number | None
    at: int


def standing_act(
    pair: Pair, side: Side, price: int, revision: int, score: int | None
) -> StandingAct | None:
    """Return this side's LIKE while it is kept or its match is not REJECTED, its DISLIKE while it
    counts; None where nothing of theirs stands. The other arguments are those of `resurfaced`.
    """
    action = pair.action(side)
    if action == "NONE":
        return None
    is_over = action == "LIKE" and pair.status == "REJECTED"
    if is_over or not (pair.counts_as_match or hidden(pair, side, price, revision, score)):
        return None
    if action == "LIKE":
        return StandingAct(action, pair.offer(side), liked_at(pair, side))
    return StandingAct(action, None, pair.closed_at or pair.acted_at)


def liked_at(pair: Pair, side: Side) -> int:
    """Return when (ms) this side's last LIKE that changed something was given; of none, when the
    pair last changed.
    """
    at = pair.offer_lead_at if side == "LEAD" else pair.offer_property_at
    return pair.changed_at if at is None else at
