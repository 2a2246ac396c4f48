"""A property: what another realtor has to sell."""

from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from cobroke.domain.errors import FieldError, Invalid
from cobroke.domain.postings.features import CLASSES, CONDITIONS, TYPES, PropertyFeatures
from cobroke.domain.postings.places import NOWHERE, normalised, place
from cobroke.domain.postings.posting import UNLISTED
from cobroke.domain.vocabulary import Condition, PostingStatus, PropertyClass, PropertyType
from cobroke.edge.models.fields import (
    TEXT,
    Area,
    Body,
    Count,
    HouseNumber,
    Id,
    Photo,
    PlaceName,
    PostingBody,
    Price,
    RoomCount,
    Share,
    Street,
    Timestamp,
    hundredths,
)


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


class PropertyBody(PostingBody):
    """What its owner writes of a property."""

    NOT_LISTED: ClassVar[frozenset[str]] = UNLISTED["PROPERTY"]

    address: Address
    details: Details
    commission_share: Share
    photos: Photos = Field(default_factory=list)
    """Web addresses; never fetched here."""
    description: Annotated[str, Field(max_length=10_000), TEXT] | None = None

    def features(self) -> PropertyFeatures:
        """What the score and the market know of it."""
        where, offered = self.address, self.details
        metro = where.metro_station
        return PropertyFeatures(
            city=normalised(where.city, "city"),
            type=TYPES.index(offered.property_type),
            klass=CLASSES.index(offered.property_class),
            condition=CONDITIONS.index(offered.condition),
            price=hundredths(offered.price),
            area=hundredths(offered.area),
            rooms=offered.rooms,
            district=place(where.district, "district"),
            metro=NOWHERE if metro is None else place(metro, "station"),
        )


class PropertyCreated(BaseModel):
    property_id: Id
    created_at: Timestamp


class PropertyRow(BaseModel):
    """A property in its owner's list."""

    property_id: Id
    address: Address
    details: Details
    status: PostingStatus
    commission_share: Share
    match_count: Count
    """Matches that are not REJECTED."""
    stale: bool
    """(added) Out of the market until the next PUT: the last one is 60 days old."""
    stale_at: Timestamp | None
    """(added) When it becomes or became stale; null once archived."""
    created_at: Timestamp


class OfferedToo(BaseModel):
    """The same flat, offered by others."""

    others: Annotated[int, Field(ge=1)]
    """How many other realtors offer it now, without those parted by a block."""


class PropertyView(PropertyRow):
    """A property as its owner sees it, whole."""

    photos: list[str]
    description: str | None
    updated_at: Timestamp
    same_flat: OfferedToo | None
    """(added) Outside the ETag. Null where no one else offers it, or where one realtor offers two
    such, and in an export.
    """


class PropertyList(BaseModel):
    properties: list[PropertyRow]
    total: Count
    """(added)"""
    page: int
    """(added)"""
    limit: int
    """(added)"""


def check_year(body: PropertyBody, this_year: int) -> None:
    """A house may be planned at most ten years ahead: else Invalid."""
    if (body.details.year_built or 0) > this_year + 10:
        raise Invalid(
            FieldError("/details/year_built", "less_than_equal", "Must not be that far ahead")
        )
