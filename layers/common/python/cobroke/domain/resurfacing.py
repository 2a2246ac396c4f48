"""Whether a pair is out of a side's list of recommendations, and what brought a disliked one back."""

from typing import Literal

from cobroke.domain.pair import Pair, Side

type Resurfaced = Literal["PRICE_DROP", "REQUIREMENTS"]


def hidden(pair: Pair, side: Side, price: int, revision: int, score: int | None) -> bool:
    """Whether a dislike that still stands, or a match that does not wait for the first act of this side, keeps the pair
    out of its list. The other arguments as of `resurfaced`.
    """
    if pair.snapshot is None:
        return pair.status is not None and not pair.asks(side) and not pair.has_lapsed
    return resurfaced(pair, price, revision, score) is None


def resurfaced(pair: Pair, price: int, revision: int, score: int | None) -> Resurfaced | None:
    """What has changed so much since the dislike or decline that it no longer counts.

    The present price in kopecks, the lead's revision, the score in basis points (None: not recommendable now).
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
