"""A look at a lead's recommendations: GET /leads/{lead_id}/property-recommendations"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import HTTPException, Query  # type: ignore[import-not-found]

from benchmarks.naive import table
from benchmarks.naive.access import Caller
from benchmarks.naive.deals import pair_of
from benchmarks.naive.fair_use import take
from benchmarks.naive.models import (
    Commission,
    Criterion,
    PropertyBody,
    RealtorInfo,
    Recommendation,
    Recommendations,
)
from benchmarks.naive.rankings import caught_up, first_ranking
from benchmarks.naive.table import LAST, Item
from cobroke.clock import now_ms
from cobroke.domain.deals.pair import Pair
from cobroke.domain.deals.resurfacing import hidden
from cobroke.domain.fair_use import FIRST_LOOK
from cobroke.domain.ids import owner_of
from cobroke.domain.matching.ranking import Row
from cobroke.domain.matching.score import evaluate
from cobroke.domain.postings.features import (
    LeadFeatures,
    unpack_lead,
    unpack_property,
)

SHOWN = 100


def recommend(
    lead_id: str,
    owner: Caller,
    page: Annotated[int, Query(ge=1)] = 1,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Recommendations:
    pk = f"REALTOR#{owner}"
    own_key, kept_key = (pk, f"LEAD#{lead_id}"), (pk, f"RANKING#LEAD#{lead_id}")
    limits_key, counts_key = (pk, "LIMITS"), (pk, f"LEAD#{lead_id}#COUNTS")
    own = table.get_many([own_key, kept_key, limits_key, counts_key])
    if own_key not in own:
        raise HTTPException(404)
    item = own[own_key]
    _charge(owner, lead_id, item, own.get(limits_key, {}), own.get(counts_key, {}))
    lead = unpack_lead(item["city"], item["f"].value)
    kept = own.get(kept_key) or first_ranking(lead_id, owner, lead)
    of_pairs = table.query(f"LEAD#{lead_id}", "PAIR#", f"PAIR#{LAST}")
    pairs = {pair.property_id: pair for pair in map(pair_of, of_pairs)}
    rows = caught_up(kept, lead, owner)
    shown = [row for row in rows if not _hides(pairs, item, row)][:SHOWN]
    found = _loaded(shown[(page - 1) * limit : page * limit], lead)
    return Recommendations(recommendations=found, total=len(shown), page=page, limit=limit)


def _charge(owner: str, lead_id: str, lead: Item, limits: Item, counts: Item) -> None:
    """Take a look, before the market is read: the first one at a revision is dear."""
    is_first = int(counts.get("looked", 0)) < int(lead["revision"])
    writes = [take(owner, limits, "look", now_ms(), FIRST_LOOK if is_first else 1)]
    if is_first:
        values = {":entity": "COUNTS", ":looked": lead["revision"], ":none": 0}
        expression = "SET entity = :entity, looked = :looked ADD pairs :none, matches :none"
        key = f"REALTOR#{owner}", f"LEAD#{lead_id}#COUNTS"
        writes.append(table.update(*key, expression, values))
    table.transact(writes)


def _hides(pairs: Mapping[str, Pair], lead: Item, row: Row) -> bool:
    pair = pairs.get(row.id)
    return pair is not None and hidden(pair, "LEAD", row.detail, int(lead["revision"]), row.score)


def _loaded(shown: Sequence[Row], lead: LeadFeatures) -> list[Recommendation]:
    """Read the listings and their realtors, and score them as they are now."""
    listings = {row.id: (f"REALTOR#{owner_of(row.id)}", f"PROPERTY#{row.id}") for row in shown}
    owners = {an_id: (pk, "PROFILE") for an_id, (pk, _) in listings.items()}
    items = table.get_many([*{*listings.values(), *owners.values()}])
    return [
        _recommendation(an_id, items[key], items[owners[an_id]], lead)
        for an_id, key in listings.items()
    ]


def _recommendation(an_id: str, item: Item, realtor: Item, lead: LeadFeatures) -> Recommendation:
    evaluation = evaluate(lead, unpack_property(item["city"], item["f"].value))
    if evaluation is None:
        raise HTTPException(503)
    body = PropertyBody.model_validate_json(item["d"])
    nothing: dict[str, Any] = dict.fromkeys(
        ("resurfaced", "match_id", "awaiting", "message_from_counterpart")
    )
    return Recommendation(
        property_id=an_id,
        property_data=body,
        realtor_info=RealtorInfo(
            realtor_id=realtor["PK"].partition("#")[2],
            name=realtor["name"],
            agency=realtor["agency_name"],
            verified=realtor["verified"],
        ),
        match_score=evaluation.score / 100,
        commission_details=Commission(proposed_share=body.commission_share),
        score_breakdown=[
            Criterion(
                criterion=row.criterion,
                weight=row.weight,
                credit=None if row.credit is None else row.credit / 10_000,
                state=row.state,
            )
            for row in evaluation.breakdown
        ],
        **nothing,
    )
