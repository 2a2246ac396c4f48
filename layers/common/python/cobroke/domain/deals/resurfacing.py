"""Whether a pair is out of a side's list of recommendations, and what brought a disliked one back."""

from typing import Literal

from cobroke.domain.deals.pair import Pair, Side

type Resurfaced = Literal["PRICE_DROP", "REQUIREMENTS"]


def hidden(pair: Pair, side: Side, price: int, revision: int, score: int | None) -> bool:
    """Whether a match, or a dislike that still stands, keeps the pair out of this side's list. The
    other arguments as of `resurfaced`.
    """
    return (
        resurfaced(pair, price, revision, score) is None
        if pair.snapshot
        else not is_open(pair, side)
    )


def is_open(pair: Pair, side: Side) -> bool:
    """Whether it is in this side's list whatever its objects are worth: nobody dislikes it, and
    there is no match but one that waits for the first act of this side.
    """
    return pair.snapshot is None and (pair.status is None or pair.asks(side) or pair.has_lapsed)


def resurfaced(pair: Pair, price: int, revision: int, score: int | None) -> Resurfaced | None:
    """What has changed so much since the dislike or decline that it no longer counts.

    The present price in kopecks, the lead's revision, the score in basis points (None: not
    recommendable now).
    """
    then = pair.snapshot
    if then is None:
        return None
    if is_price_cut(price, then.price):
        return "PRICE_DROP"
    higher = score is not None and (then.score is None or score > then.score)
    return "REQUIREMENTS" if higher and revision > then.lead_revision else None


def is_price_cut(price: int, then: int) -> bool:
    """By 3 % and more; cuts add up."""
    return 100 * price <= 97 * then
