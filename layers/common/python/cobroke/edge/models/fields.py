"""The types of the fields that realtors send: strict, exact, and what the contract's field table
allows.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from cobroke.domain.postings.places import merged
from cobroke.domain.texts import has_link, holds_bot_token, line, undirected, web_address
from cobroke.domain.vocabulary import Number


class Body(BaseModel):
    """What a request or an answer holds: types are strict, unknown members ignored, numbers never
    changed.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="ignore", hide_input_in_errors=True)


class PostingBody(Body):
    """What its owner writes of a lead or a property."""

    NOT_LISTED: ClassVar[frozenset[str]]
    """An edit that leaves one of these out keeps what was said."""

    def edit(self) -> dict[str, Any]:
        """What a PUT says: all, but nothing of a member that is not listed and was not sent."""
        return self.model_dump(exclude=set(self.NOT_LISTED - self.model_fields_set))


def hundredths(value: Number) -> int:
    """Of roubles or square metres: kopecks, or hundredths of m²."""
    return int(value * 100)


def _two_decimals(value: object) -> Number:
    if type(value) is int:
        return value
    if not isinstance(value, Decimal):
        raise PydanticCustomError("number_type", "Must be a number")
    if int(value.as_tuple().exponent) < -2:
        raise PydanticCustomError("decimals", "Must have at most two decimals")
    return value


def _kept_as(cleaned: Callable[[str], str]) -> BeforeValidator:
    """Before all else: lengths count what is stored."""
    return BeforeValidator(lambda value: cleaned(value) if isinstance(value, str) else value)


def _no_link(value: str) -> str:
    if has_link(value):
        raise PydanticCustomError("link", "Must not hold a web address or an @")
    return value


def _a_name(value: str) -> str:
    if not any(sign.isalnum() for sign in value):
        raise PydanticCustomError("empty_name", "Must name a place")
    return value


def _a_title(value: str) -> str:
    if not 1 <= len(value) <= 200:
        raise PydanticCustomError("text_length", "Must have 1 to 200 characters")
    return value


def _a_photo(value: str) -> str:
    if holds_bot_token(value):
        raise PydanticCustomError("secret", "Must not hold the token of a bot")
    if not web_address(value):
        raise PydanticCustomError("photo_url", "Must be an https address with a host name")
    return value


# What JSON Schema can say of the rules above.
CONTROLS = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd"
"""And U+FFFD, which stands for bytes that were no letter."""
FORMAT = (
    r"\xad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u2064\u2066-\u206f\ufeff"
)
_LINK = r"[\s\S]*(://|[wW]{3}\.|[tT]\.[mM][eE]/)"
_OF_A_TITLE = Field(
    json_schema_extra={
        "minLength": 1,
        "maxLength": 200,
        "pattern": rf"^[^{CONTROLS}]*[^\s{CONTROLS}{FORMAT}][^{CONTROLS}]*$",
    }
)
_OF_AN_ADDRESS = Field(
    json_schema_extra={
        "pattern": rf"^(?!{_LINK})[^@{CONTROLS}]*[^\s@{CONTROLS}{FORMAT}][^@{CONTROLS}]*$"
    }
)
_LETTERS = "\u00c0-\u024f\u0400-\u052f"
_LABEL = f"[0-9A-Za-z{_LETTERS}_-]"
_HTTPS = {
    "pattern": rf"^https://({_LABEL}+\.)*(?!0[xX]){_LABEL}*[A-Za-zА-Яа-яЁё]{_LABEL}*"
    rf"(:[0-9]{{1,4}})?"
    rf"([/?#][!#-;=?-\[\]^_a-~{_LETTERS}]*)?$",
}


def _exactly(minimum: float, maximum: float, *, above: bool = False) -> WithJsonSchema:
    low = {"exclusiveMinimum" if above else "minimum": minimum}
    return WithJsonSchema({"type": "number", **low, "maximum": maximum, "multipleOf": 0.01})


type Id = Annotated[str, WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"})]
type Timestamp = Annotated[
    str, WithJsonSchema({"type": "string", "format": "date-time", "pattern": r"\.\d{3}Z$"})
]
type Cursor = Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,256}$")]
type Count = Annotated[int, Field(ge=0)]

type _Exact = Annotated[int | Decimal, PlainValidator(_two_decimals)]
type Money = Annotated[_Exact, Field(ge=0, le=10**12), _exactly(0, 10**12)]
type Price = Annotated[_Exact, Field(gt=0, le=10**12), _exactly(0, 10**12, above=True)]
type Area = Annotated[_Exact, Field(gt=0, le=100_000), _exactly(0, 100_000, above=True)]
type LeastArea = Annotated[_Exact, Field(ge=0, le=100_000), _exactly(0, 100_000)]
type Share = Annotated[_Exact, Field(ge=0, le=100), _exactly(0, 100)]
"""Percent of the listing side's commission that goes to the buyer's realtor."""

type RoomCount = Annotated[int, Field(ge=0, le=50)]
type Rooms = Annotated[
    list[RoomCount], Field(max_length=20), AfterValidator(lambda rooms: list(dict.fromkeys(rooms)))
]

TEXT = _kept_as(undirected)
"""After a text's length, which then counts what is kept; so too _LINE."""
_LINE = _kept_as(line)
_NO_LINK = AfterValidator(_no_link)
_Street = Annotated[str, Field(min_length=1, max_length=120), _LINE, _NO_LINK, _OF_AN_ADDRESS]

type Title = Annotated[str, _LINE, AfterValidator(_a_title), _OF_A_TITLE]
type Street = _Street
type HouseNumber = Annotated[
    str, Field(min_length=1, max_length=20), _LINE, _NO_LINK, _OF_AN_ADDRESS
]
type PlaceName = Annotated[_Street, AfterValidator(_a_name)]
_PlaceNames = Annotated[list[PlaceName], Field(max_length=50)]
type Districts = Annotated[_PlaceNames, AfterValidator(partial(merged, of="district"))]
type Stations = Annotated[_PlaceNames, AfterValidator(partial(merged, of="station"))]
type Photo = Annotated[
    str, Field(max_length=512), AfterValidator(_a_photo), Field(json_schema_extra=_HTTPS)
]
