"""Resurfacing: what hides a pair from a side's list, and what brings a disliked one back."""

from typing import Literal

from cobroke.domain.deals.pair import Pair, Side

type Resurfaced = Literal["PRICE_DROP", "REQUIREMENTS"]


def hidden(pair: Pair, side: Side, price: int, revision: int, score: int | None) -> bool:
    """Return whether a match, or a dislike that still stands, keeps the pair out of this side's
    list. The other arguments are those of `resurfaced`.
    """
    if pair.dislike_stands:
        return resurfaced(pair, side, price, revision, score) is None
    return not is_open(pair, side)


def is_open(pair: Pair, side: Side) -> bool:
    """Return whether it is in this side's list whatever its objects are worth: nobody dislikes it,
    and there is no match but one that waits for the first act of this side.
    """
    there = pair.status is None or pair.asks(side) or pair.has_lapsed
    return there and not pair.dislike_stands


def resurfaced(
    pair: Pair, side: Side, price: int, revision: int, score: int | None
) -> Resurfaced | None:
    """Return what has changed so that the dislike or decline that stands no longer counts for this
    side.

    The price, in kopecks, the lead's revision and the score, in basis points (None where the pair
    cannot be recommended), are the present ones.
    """
    then = pair.snapshot
    if then is None or not pair.dislike_stands or pair.is_shut_to(side):
        return None
    if is_price_cut(price, then.price):
        return "PRICE_DROP"
    higher = score is not None and (then.score is None or score > then.score)
    return "REQUIREMENTS" if higher and revision > then.lead_revision else None


def is_price_cut(price: int, then: int) -> bool:
    """Return whether the price fell by 3 % or more since `then`; cuts add up."""
    return 100 * price <= 97 * then
