"""The types of the fields that realtors send: strict, exact, and what the contract's field table allows."""

from decimal import Decimal
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from cobroke.domain.places import merged, normalised
from cobroke.domain.texts import shown, web_address

type Number = int | Decimal
"""As it came: a whole number is an int, any other a Decimal. Never a float."""


class Body(BaseModel):
    """What a request or an answer holds: types are strict, unknown members ignored, values never changed."""

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", hide_input_in_errors=True)


class Posting(Body):
    """What its owner writes of a lead or a property."""

    NOT_LISTED: ClassVar[frozenset[str]]
    """What the owner's lists do not give back: who edits what he read there does not know of it."""

    def edit(self) -> dict[str, Any]:
        """What a PUT says: all, but nothing of a member that is not listed and was not sent."""
        return self.model_dump(exclude=set(self.NOT_LISTED - self.model_fields_set))


def _two_decimals(value: object) -> Number:
    if type(value) is int:
        return value
    if not isinstance(value, Decimal):
        raise PydanticCustomError("number_type", "Must be a number")
    if int(value.as_tuple().exponent) < -2:
        raise PydanticCustomError("decimals", "Must have at most two decimals")
    return value


def _a_name(value: str) -> str:
    if not normalised(value):
        raise PydanticCustomError("empty_name", "Must name a place")
    return value


def _a_text(value: str) -> str:
    text = shown(value)
    if not 1 <= len(text) <= 200:
        raise PydanticCustomError("text_length", "Must have 1 to 200 characters")
    return text


def _a_photo(value: str) -> str:
    if not web_address(value):
        raise PydanticCustomError("photo_url", "Must be an https address with a host name")
    return value


# What JSON Schema can say of the rules above.
CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd"
"""And U+FFFD, which stands for bytes that were no letter."""
_BLANK_OR_NOT = f"[^{CONTROLS}]*"
_NOT_BLANK = Field(json_schema_extra={"minLength": 1, "pattern": rf"^{_BLANK_OR_NOT}[^\s{CONTROLS}]{_BLANK_OR_NOT}$"})
_LETTERS = "\u00c0-\u024f\u0400-\u052f"
_LABEL = f"[0-9A-Za-z{_LETTERS}_-]"
_HTTPS = {
    "pattern": rf"^https://({_LABEL}+\.)*(?!0[xX]){_LABEL}*[A-Za-zА-Яа-яЁё]{_LABEL}*(:[0-9]{{1,4}})?"
    rf"([/?#][!#-;=?-\[\]^_a-~{_LETTERS}]*)?$",
}


def _exactly(minimum: float, maximum: float, *, above: bool = False) -> WithJsonSchema:
    low = {"exclusiveMinimum" if above else "minimum": minimum}
    return WithJsonSchema({"type": "number", **low, "maximum": maximum, "multipleOf": 0.01})


type Id = Annotated[str, WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"})]
type Timestamp = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time", "pattern": r"\.\d{3}Z$"})]
type Count = Annotated[int, Field(ge=0)]

type _Exact = Annotated[int | Decimal, PlainValidator(_two_decimals)]
type Money = Annotated[_Exact, Field(ge=0, le=10**12), _exactly(0, 10**12)]
type Price = Annotated[_Exact, Field(gt=0, le=10**12), _exactly(0, 10**12, above=True)]
type Area = Annotated[_Exact, Field(gt=0, le=100_000), _exactly(0, 100_000, above=True)]
type Share = Annotated[_Exact, Field(ge=0, le=100), _exactly(0, 100)]
"""Percent of the listing side's commission that goes to the buyer's realtor."""

type RoomCount = Annotated[int, Field(ge=0, le=50)]
type Rooms = Annotated[list[RoomCount], Field(max_length=20), AfterValidator(lambda rooms: list(dict.fromkeys(rooms)))]

type PlaceName = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_a_name), _NOT_BLANK]
type PlaceNames = Annotated[list[PlaceName], Field(max_length=50), AfterValidator(merged)]
type Title = Annotated[str, AfterValidator(_a_text), _NOT_BLANK, Field(json_schema_extra={"maxLength": 200})]
type Photo = Annotated[str, Field(max_length=512), AfterValidator(_a_photo), Field(json_schema_extra=_HTTPS)]
