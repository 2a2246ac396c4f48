"""Which buyers a listing has at which price, what keeps the near ones away, and what comparable
listings ask: counted, never advised.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cobroke.domain.insights.buyers import Buyers
from cobroke.domain.insights.comparables import Comparables, comparables
from cobroke.domain.insights.fitting import Hides
from cobroke.domain.insights.price_curve import (
    NextStep,
    Stretch,
    nearest,
    next_step,
    range_around,
    stretches,
)
from cobroke.domain.matching.score import WEIGHTS
from cobroke.domain.matching.top_list import PackedRow
from cobroke.domain.postings.features import PropertyFeatures


class Demand(NamedTuple):
    """How many leads fit and are listed; how many fit at each price; how many fewer points of one
    criterion keep away, in the order of the breakdown.
    """

    buyers: int
    listed: int
    price_curve: Sequence[Stretch]
    next_step: NextStep | None
    missed: Mapping[str, int]
    comparables: Comparables | None


def at_its_lowest(listing: PropertyFeatures) -> PropertyFeatures:
    """Return the listing at the lowest price of its curve: with it the leads are read."""
    return listing._replace(price=range_around(listing.price).lowest)


def demand(
    own_id: str,
    listing: PropertyFeatures,
    leads: Iterable[PackedRow],
    hides: Hides,
    listings: Iterable[PackedRow],
) -> Demand:
    """Count the leads of the listing's market that fit, at today's price and at each price around
    it, and compare the listing with others: O(leads · log leads + listings · log listings).

    The leads: at least those that the listing may see `at_its_lowest`. The listings: at least those
    of its market with as many rooms. What `hides` leaves out at today's score it leaves out at
    every price.
    """
    within = range_around(listing.price)
    buyers = Buyers(listing, within, hides)
    buyers.read(leads)
    curve = stretches(buyers.fits, within)
    return Demand(
        buyers.fitting,
        buyers.listed,
        nearest(curve, listing.price),
        next_step(curve, listing.price),
        {name: buyers.missed[name] for name in WEIGHTS if buyers.missed[name]},
        comparables(own_id, listing, listings),
    )
