"""What the market answers about one object, counted over one reading of it: whole markets, held in
the function's memory and caught up (decision 34).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from cobroke.clock import Clock
from cobroke.domain.fair_use import FIRST_LOOK
from cobroke.domain.ids import owner_of
from cobroke.domain.insights.demand import Demand, demand
from cobroke.domain.insights.fitting import Hides
from cobroke.domain.insights.steps import Change
from cobroke.domain.insights.what_if import WhatIf, what_if
from cobroke.domain.matching.top_list import PackedRow
from cobroke.domain.postings.features import LeadFeatures, PropertyFeatures
from cobroke.domain.postings.kinds import Kind
from cobroke.domain.postings.places import PlaceType
from cobroke.flows.matching import looks
from cobroke.flows.matching.ranking import Seeker, seeking
from cobroke.storage.matching.held_markets import HeldMarket, HeldMarkets
from cobroke.storage.matching.rankings import Own
from cobroke.storage.postings import postings
from cobroke.storage.postings.allowance import Allowance
from cobroke.storage.table import Table

type TakesFor = Callable[[Mapping[str, Any], Change, int | str], bool]
"""Whether a PUT of a lead's body with one change would be taken."""

NO_STEPS = WhatIf(0, 0, ())
NO_DEMAND = Demand(0, 0, (), None, {}, None)
_NAMES: Mapping[PlaceType, str] = {"district": "district", "station": "metro_station"}
"""Where an address has them."""


class Answered[Counted](NamedTuple):
    """What was counted, of the market as of a time (ms) or later."""

    as_of: int
    counted: Counted


def ask_what_if(
    table: Table,
    held: HeldMarkets,
    owner: str,
    lead_id: str,
    clock: Clock,
    takes: TakesFor,
    allowance: Allowance | None = None,
) -> Answered[WhatIf]:
    """Count which listings fit a lead, and which change of it makes how many more fit; nothing for
    one that is archived or has grown stale. Raises NotFound where it is not the owner's, and
    RateLimited.
    """
    found = _load_own(table, "LEAD", owner, lead_id, clock, allowance)
    own, lead = found.posting, found.posting.content.features
    if not (own.in_market and isinstance(lead, LeadFeatures)):
        return Answered(clock(), NO_STEPS)
    seeker = seeking(table, found, clock)
    with held.batch():
        listings = held.get("PROPERTY", lead.market)
    # Judged as after a PUT now too: else each step would add what the PUT alone brings back.
    later = replace(seeker, detail=own.revision + 1)
    hides, spell = _hides(later, listings), partial(_spelled, table)
    steps = what_if(lead, _rows(listings), hides, spell, partial(takes, own.content.body))
    return Answered(seeker.as_of, steps)


def ask_demand(
    table: Table,
    held: HeldMarkets,
    owner: str,
    property_id: str,
    clock: Clock,
    allowance: Allowance | None = None,
) -> Answered[Demand]:
    """Count which leads fit a listing, at which price, and compare it with others; nothing for one
    that is archived or has grown stale. Raises NotFound where it is not the owner's, and
    RateLimited.
    """
    found = _load_own(table, "PROPERTY", owner, property_id, clock, allowance)
    own, listing = found.posting, found.posting.content.features
    if not (own.in_market and isinstance(listing, PropertyFeatures)):
        return Answered(clock(), NO_DEMAND)
    seeker = seeking(table, found, clock)
    with held.batch():
        leads, listings = held.get("LEAD", listing.market), held.get("PROPERTY", listing.market)
    counted = demand(own.id, listing, _rows(leads), _hides(seeker, leads), _rows(listings))
    return Answered(seeker.as_of, counted)


def _load_own(
    table: Table, kind: Kind, owner: str, own_id: str, clock: Clock, allowance: Allowance | None
) -> Own:
    """Read the caller's own object; each question costs what a first look does."""
    return looks.load_own(table, kind, owner, own_id, clock, allowance, shown=0, cost=FIRST_LOOK)


def _rows(market: HeldMarket) -> Sequence[PackedRow]:
    entries = market.entries.values()
    return [(entry.id, entry.packed) for entry in entries if entry.packed is not None]


def _hides(seeker: Seeker, market: HeldMarket) -> Hides:
    owner, entries = seeker.owner, market.entries

    def hides(an_id: str, score: int | None) -> bool:
        if owner_of(an_id) == owner:
            return True
        return seeker.hides_at(score, an_id, entries[an_id].detail)

    return hides


def _spelled(table: Table, ids: Sequence[str], of: PlaceType) -> Mapping[str, str]:
    """Read how listings spell their district or station now; those that name none are left out."""
    loaded = postings.load_many(table, "PROPERTY", ids).values()
    names = ((each.id, each.content.body["address"][_NAMES[of]]) for each in loaded)
    return {an_id: name for an_id, name in names if name is not None}
