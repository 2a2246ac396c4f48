"""A lead: what a realtor's buyer wants."""

from decimal import Decimal
from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from cobroke.domain.postings.features import CLASSES, CONDITIONS, TYPES, LeadFeatures
from cobroke.domain.postings.places import normalised, place
from cobroke.domain.postings.posting import UNLISTED
from cobroke.domain.vocabulary import (
    Condition,
    LeadType,
    Number,
    PaymentMethod,
    PostingStatus,
    PropertyClass,
)
from cobroke.edge.models.fields import (
    TEXT,
    Area,
    Body,
    Count,
    Districts,
    Id,
    LeastArea,
    Money,
    PlaceName,
    PostingBody,
    Rooms,
    Stations,
    Timestamp,
    Title,
    hundredths,
)

REQUIREMENTS_BYTES = 32 * 1024


class Location(Body):
    """An empty list is no preference."""

    city: PlaceName
    districts: Districts
    metro_stations: Stations


class Budget(Body):
    """Roubles, the minimum not above the maximum."""

    min: Money
    max: Money

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _check_order(self.min, self.max)
        if self.max <= 0:
            raise PydanticCustomError("empty_range", "The maximum must be above 0")
        return self


class AreaRange(Body):
    """Square metres, the minimum not above the maximum."""

    min: LeastArea
    max: Area

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        _check_order(self.min, self.max)
        return self


def _check_order(low: Number, high: Number) -> None:
    if low > high:
        raise PydanticCustomError("range_order", "The minimum must not be above the maximum")


class Requirements(Body):
    """What the buyer wants: at most 32 KB as a whole."""

    location: Location
    budget: Budget
    area: AreaRange
    rooms: Rooms
    """0 is a studio; an empty list is no preference."""
    property_type: LeadType
    property_class: PropertyClass
    condition: Condition
    payment_method: PaymentMethod
    additional_requirements: Annotated[str, Field(max_length=4000), TEXT] | None = None

    @model_validator(mode="after")
    def _not_too_large(self) -> Self:
        text = self.model_dump_json(warnings=False, exclude_unset=True)
        numbers = (self.budget.min, self.budget.max, self.area.min, self.area.max)
        quotes = 2 * sum(
            isinstance(number, Decimal) for number in numbers
        )  # as which pydantic writes a Decimal
        if len(text.encode()) - quotes > REQUIREMENTS_BYTES:
            raise PydanticCustomError("too_large", "The requirements must be at most 32 KB")
        return self


class LeadBody(PostingBody):
    """What its owner writes of a lead."""

    NOT_LISTED: ClassVar[frozenset[str]] = UNLISTED["LEAD"]

    client_name: Title | None = None
    requirements: Requirements
    client_contacts: Annotated[str, Field(max_length=500), TEXT] | None = None
    notes: Annotated[str, Field(max_length=4000), TEXT] | None = None

    def features(self) -> LeadFeatures:
        """What the score and the market know of it."""
        wanted, where = self.requirements, self.requirements.location
        return LeadFeatures(
            city=normalised(where.city, "city"),
            type=TYPES.index(wanted.property_type),
            klass=CLASSES.index(wanted.property_class),
            condition=CONDITIONS.index(wanted.condition),
            budget_min=hundredths(wanted.budget.min),
            budget_max=hundredths(wanted.budget.max),
            area_min=hundredths(wanted.area.min),
            area_max=hundredths(wanted.area.max),
            rooms=frozenset(wanted.rooms),
            districts=frozenset(place(name, "district") for name in where.districts),
            metros=frozenset(place(name, "station") for name in where.metro_stations),
        )


class LeadCreated(BaseModel):
    lead_id: Id
    created_at: Timestamp


class LeadRow(BaseModel):
    """A lead in its owner's list."""

    lead_id: Id
    client_name: str | None
    requirements: Requirements
    status: PostingStatus
    match_count: Count
    """Matches that are not REJECTED."""
    stale: bool
    """(added) Out of the market until the next PUT: the last one is 60 days old."""
    stale_at: Timestamp | None
    """(added) When it becomes or became stale; null once archived."""
    created_at: Timestamp


class LeadView(LeadRow):
    """A lead as its owner sees it, whole."""

    client_contacts: str | None
    notes: str | None
    updated_at: Timestamp


class LeadList(BaseModel):
    leads: list[LeadRow]
    total: Count
    """(added)"""
    page: int
    """(added)"""
    limit: int
    """(added)"""
