"""What the market answers about a realtor's own lead or property."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema

from cobroke.clock import timestamp
from cobroke.domain.insights.comparables import Comparables
from cobroke.domain.insights.demand import Demand
from cobroke.domain.insights.price_curve import MOST_STRETCHES
from cobroke.domain.insights.steps import Change, Step
from cobroke.domain.insights.what_if import WhatIf
from cobroke.domain.matching.score import WEIGHTS
from cobroke.domain.vocabulary import Number
from cobroke.edge.models.fields import Count, Id, Timestamp
from cobroke.edge.models.lead import Requirements
from cobroke.edge.models.parts import Score, fraction
from cobroke.flows.matching.insights import Answered

MOST_STEPS = 25
_IN_HUNDREDTHS = frozenset({"BUDGET_MAX", "BUDGET_MIN", "AREA_MIN", "AREA_MAX"})
_LISTS: Mapping[str, str] = {"DISTRICT": "districts", "METRO_STATION": "metro_stations"}

type StepValue = Annotated[
    int | Decimal | str, WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string"}]})
]
type Roubles = Annotated[
    int | Decimal, WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.01})
]
type More = Annotated[int, Field(ge=1)]
type PerCent = Annotated[Decimal, WithJsonSchema({"type": "number", "multipleOf": 0.1})]


class BestListing(BaseModel):
    property_id: Id
    match_score: Score
    """After the change."""


class RequirementsStep(BaseModel):
    """One change of a lead's requirements, everything else as it is."""

    change: Change
    to: StepValue
    """Roubles, square metres or rooms, a number; a district's or station's name, a text."""
    adds: More
    """How many more listings fit then."""
    fitting: Count
    """How many fit then: the same question answers this after a PUT of just that change, in a
    market that stands still.
    """
    best: BestListing
    """The best of those that it adds."""


class WhatIfAnswer(BaseModel):
    as_of: Timestamp
    fitting: Count
    """How many listings fit now: a score of 80 or more."""
    listed: Count
    """How many listings score 50 or more, beyond the 100 too."""
    steps: Annotated[list[RequirementsStep], Field(max_length=MOST_STEPS)]


class PriceStretch(BaseModel):
    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    lowest: Annotated[Roubles, Field(alias="from")]
    highest: Annotated[Roubles, Field(alias="to")]
    buyers: Count
    """How many leads fit at each of these prices."""


class NextPrice(BaseModel):
    price: Roubles
    adds: More
    """How many more leads fit then."""


class MissedCriterion(BaseModel):
    criterion: Annotated[str, Field(json_schema_extra={"enum": list(WEIGHTS)})]
    buyers: More
    """How many leads would fit if this one criterion were met in full."""


class ComparableListings(BaseModel):
    model_config = ConfigDict(serialize_by_alias=True, validate_by_name=True)

    compared: Annotated[int, Field(alias="count", ge=5)]
    """How many there are."""
    median_price_per_m2: Roubles
    percent_above: PerCent
    """By how much the price per m² is above the median; below 0: under it."""


class DemandAnswer(BaseModel):
    as_of: Timestamp
    buyers: Count
    """How many leads fit now: a score of 80 or more."""
    listed: Count
    """How many leads score 50 or more, beyond the 100 too."""
    price_curve: Annotated[list[PriceStretch], Field(max_length=MOST_STRETCHES)]
    next_step: NextPrice | None
    """The highest lower price at which more leads fit; null where there is none."""
    missed: Annotated[list[MissedCriterion], Field(max_length=len(WEIGHTS))]
    comparables: ComparableListings | None
    """Null where there are less than five."""


def what_if_answer(of: Answered[WhatIf]) -> WhatIfAnswer:
    fitting, listed, steps = of.counted
    return WhatIfAnswer.model_construct(
        as_of=timestamp(of.as_of), fitting=fitting, listed=listed, steps=list(map(_step, steps))
    )


def demand_answer(of: Answered[Demand]) -> DemandAnswer:
    found = of.counted
    return DemandAnswer.model_construct(
        as_of=timestamp(of.as_of),
        buyers=found.buyers,
        listed=found.listed,
        price_curve=[
            PriceStretch.model_construct(
                lowest=_number(each.lowest), highest=_number(each.highest), buyers=each.buyers
            )
            for each in found.price_curve
        ],
        next_step=found.next_step
        and NextPrice(price=_number(found.next_step.price), adds=found.next_step.adds),
        missed=[
            MissedCriterion(criterion=name, buyers=buyers) for name, buyers in found.missed.items()
        ],
        comparables=found.comparables and _comparables(found.comparables),
    )


def takes(body: Mapping[str, Any], change: Change, to: int | str) -> bool:
    """Return whether a PUT of a lead's body with one change (in kopecks, or hundredths of m²) would
    be taken.
    """
    try:
        Requirements.model_validate(_changed(body["requirements"], change, to))
    except ValidationError:
        return False
    return True


def _changed(requirements: dict[str, Any], change: Change, to: int | str) -> dict[str, Any]:
    if change == "ROOMS":
        return requirements | {"rooms": [*requirements["rooms"], to]}
    if name := _LISTS.get(change):
        where = requirements["location"]
        return requirements | {"location": where | {name: [*where[name], to]}}
    wish, end = change.lower().split("_")
    return requirements | {wish: requirements[wish] | {end: _value(change, to)}}


def _step(of: Step) -> RequirementsStep:
    score, property_id = of.best
    return RequirementsStep.model_construct(
        change=of.change,
        to=_value(of.change, of.to),
        adds=of.adds,
        fitting=of.fitting,
        best=BestListing(property_id=property_id, match_score=fraction(score, 2)),
    )


def _comparables(of: Comparables) -> ComparableListings:
    return ComparableListings.model_construct(
        compared=of.compared,
        median_price_per_m2=fraction(of.median_price_per_m2, 2),
        percent_above=fraction(of.percent_above, 1),
    )


def _value(change: Change, to: int | str) -> Number | str:
    return _number(to) if change in _IN_HUNDREDTHS and isinstance(to, int) else to


def _number(hundredths: int) -> Number:
    """Return roubles or m² as short as they can be written."""
    whole, rest = divmod(hundredths, 100)
    return fraction(hundredths, 2) if rest else whole
