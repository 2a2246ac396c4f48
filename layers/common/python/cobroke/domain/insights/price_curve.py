"""How many leads fit a listing at each price: a staircase."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from cobroke.domain.matching.market import PriceRange

MOST_STRETCHES = 40


class Stretch(NamedTuple):
    """Prices (kopecks), both ends included, at each of which so many leads fit."""

    lowest: int
    highest: int
    buyers: int


class NextStep(NamedTuple):
    """A lower price (kopecks), and how many more fit there."""

    price: int
    adds: int


def range_around(price: int) -> PriceRange:
    """Return the prices of the curve: from 85 % to 110 % of this one, rounded outwards, all in
    kopecks.
    """
    return PriceRange(max(85 * price // 100, 1), -(-110 * price // 100))


def stretches(fits: Iterable[PriceRange], within: PriceRange) -> Sequence[Stretch]:
    """Return the longest stretches of one count, in the order of price and without gaps, given at
    which prices each lead fits: O(leads · log leads).
    """
    turns: dict[int, int] = defaultdict(int)
    for lowest, highest in fits:
        if lowest <= within.highest and highest >= within.lowest:
            turns[max(lowest, within.lowest)] += 1
            turns[min(highest, within.highest) + 1] -= 1
    end, buyers = within.highest + 1, turns.pop(within.lowest, 0)
    starts = sorted(at for at, more in turns.items() if more and at < end)
    found = []
    for lowest, following in pairwise((within.lowest, *starts, end)):
        buyers += turns.get(lowest, 0)
        found.append(Stretch(lowest, following - 1, buyers))
    return found


def nearest(curve: Sequence[Stretch], price: int) -> Sequence[Stretch]:
    """Return the 40 stretches nearest to a price (kopecks) of the curve, in its order; of two as
    near the lower.
    """

    def distance(stretch: Stretch) -> int:
        return max(stretch.lowest - price, price - stretch.highest, 0)

    return sorted(sorted(curve, key=distance)[:MOST_STRETCHES])


def next_step(curve: Sequence[Stretch], price: int) -> NextStep | None:
    """Return the highest price below this one (kopecks) at which more leads fit."""
    now = next(each.buyers for each in curve if each.lowest <= price <= each.highest)
    lower = [each for each in curve if each.highest < price and each.buyers > now]
    return NextStep(lower[-1].highest, lower[-1].buyers - now) if lower else None
