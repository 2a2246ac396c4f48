"""Decisions: what of a side's acts on a pair still stands."""

from typing import NamedTuple

from cobroke.domain.deals.pair import Action, Pair, Side
from cobroke.domain.deals.resurfacing import hidden
from cobroke.domain.vocabulary import Number


class StandingAct(NamedTuple):
    """A LIKE with the number that was sent with it, if any was, or a DISLIKE, and its time (ms)."""

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
    sent = pair.sent_lead if side == "LEAD" else pair.sent_property
    return StandingAct(action, sent, acted_at(pair, side))


def acted_at(pair: Pair, side: Side) -> int:
    """Return when (ms) this side's last act that changed something was made; of before that was
    kept, when the pair last changed.
    """
    at = pair.acted_lead_at if side == "LEAD" else pair.acted_property_at
    return pair.changed_at if at is None else at
