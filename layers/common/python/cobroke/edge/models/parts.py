"""Pieces of what realtors are shown of each other."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, WithJsonSchema

from cobroke.domain.realtors import Realtor
from cobroke.edge.models.fields import Id

TEXT_IN_LISTS = 500
"""So many characters of a long text; where one thing is read it is whole."""

type Score = Annotated[
    Decimal, WithJsonSchema({"type": "number", "minimum": 0, "maximum": 100, "multipleOf": 0.01})
]


class RealtorInfo(BaseModel):
    realtor_id: Id
    name: str | None
    agency: str | None
    verified: bool
    """(added) Whether Telegram has proven who this is."""


def realtor_info(realtor: Realtor) -> RealtorInfo:
    return RealtorInfo(
        realtor_id=realtor.id,
        name=realtor.name,
        agency=realtor.agency_name,
        verified=realtor.verified,
    )


def beginning(text: str | None, length: int | None) -> str | None:
    """So many characters; all where there is no length."""
    return text[:length] if text else text


def percent_or_none(basis_points: int | None) -> Decimal | None:
    return None if basis_points is None else fraction(basis_points, 2)


def fraction(basis_points: int, places: int) -> Decimal:
    return Decimal(basis_points).scaleb(-places)
