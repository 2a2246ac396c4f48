"""A property: what another realtor has to sell."""

from typing import Annotated, ClassVar, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from cobroke.domain.errors import FieldError, Invalid
from cobroke.domain.fields import (
    TEXT,
    Area,
    Body,
    HouseNumber,
    Photo,
    PlaceName,
    Posting,
    Price,
    RoomCount,
    Share,
    Street,
)
from cobroke.domain.vocabulary import Condition, PropertyClass, PropertyType


class Address(Body):
    city: PlaceName
    district: PlaceName
    street: Street
    house_number: HouseNumber
    metro_station: PlaceName | None = None


class Details(Body):
    """Price in roubles, area in square metres; 0 rooms is a studio; the floor is not above the
    total of floors.
    """

    price: Price
    area: Area
    rooms: RoomCount
    floor: Annotated[int, Field(ge=-5, le=200)]
    total_floors: Annotated[int, Field(ge=1, le=200)]
    year_built: Annotated[int, Field(ge=1500)] | None = None
    """At most ten years ahead."""
    property_type: PropertyType
    property_class: PropertyClass
    condition: Condition

    @model_validator(mode="after")
    def _within_the_house(self) -> Self:
        if self.floor > self.total_floors:
            raise PydanticCustomError(
                "floor_order", "The floor must not be above the total of floors"
            )
        return self


_Photos = Annotated[list[Photo], Field(max_length=20)]
type Photos = Annotated[
    _Photos,
    BeforeValidator(
        lambda photos: [] if photos is None else photos, json_schema_input_type=_Photos | None
    ),
]


class PropertyBody(Posting):
    """What its owner writes of a property."""

    NOT_LISTED: ClassVar[frozenset[str]] = frozenset({"photos", "description"})

    address: Address
    details: Details
    commission_share: Share
    photos: Photos = Field(default_factory=list)
    """Web addresses; never fetched here."""
    description: Annotated[str, Field(max_length=10_000), TEXT] | None = None


def check_year(body: PropertyBody, this_year: int) -> None:
    """A house may be planned at most ten years ahead: else Invalid."""
    if (body.details.year_built or 0) > this_year + 10:
        raise Invalid(
            FieldError("/details/year_built", "less_than_equal", "Must not be that far ahead")
        )
