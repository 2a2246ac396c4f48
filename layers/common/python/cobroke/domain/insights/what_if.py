"""What a lead must change so that more listings fit: counted, never advised."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import NamedTuple

from cobroke.domain.insights.fitting import Hides
from cobroke.domain.insights.near_misses import NearMisses
from cobroke.domain.insights.steps import (
    Spell,
    Step,
    Takes,
    steps_of_bounds,
    steps_of_places,
    steps_of_rooms,
)
from cobroke.domain.matching.top_list import PackedRow
from cobroke.domain.postings.features import LeadFeatures

MOST_ROOMS = 3
"""Steps that are given."""


class WhatIf(NamedTuple):
    """How many listings fit and are listed now, and the steps in the contract's order."""

    fitting: int
    listed: int
    steps: Sequence[Step]


def what_if(
    lead: LeadFeatures, listings: Iterable[PackedRow], hides: Hides, spell: Spell, takes: Takes
) -> WhatIf:
    """Count the listings of the lead's market that fit, and find which single change of the lead
    makes how many more fit: O(listings + near misses · log of them).

    The listings: at least those that the `widened` lead may see. `hides` judges as after a PUT of
    the lead.
    """
    near = NearMisses(lead, hides)
    near.read(listings)
    bounds = [step for step in steps_of_bounds(lead, near) if takes(step.change, step.to)]
    rooms = (step for step in steps_of_rooms(near) if takes(step.change, step.to))
    return WhatIf(
        near.fitting,
        near.listed,
        [
            *bounds,
            *islice(rooms, MOST_ROOMS),
            *steps_of_places("DISTRICT", "district", near, spell, takes),
            *steps_of_places("METRO_STATION", "station", near, spell, takes),
        ],
    )
