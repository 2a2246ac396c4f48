"""What a function is given, and how it is said what is wrong with it."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field

from cobroke.domain.errors import FieldError, Invalid
from cobroke.edge.parameters import Parameters
from cobroke.edge.query import PageNumber


class Sent(BaseModel):
    name: str
    rooms: list[Annotated[int, Field(le=3)]] = []


def serve(lead_id: str, body: Sent, page: PageNumber = None) -> str:
    return f"{lead_id} {body.name} {page}"


PARAMETERS = Parameters("/leads/{lead_id}", serve)
IDS = {"lead_id": "one"}


def wrong(query: str, body: Any) -> tuple[FieldError, ...]:
    with pytest.raises(Invalid) as refused:
        PARAMETERS.arguments(IDS, query, body)
    return tuple(refused.value.errors)


@pytest.mark.parametrize(("query", "page"), [("", None), ("page=2&other=3", 2), ("body=x", None)])
def test_ids_body_and_query_come_by_their_names(query: str, page: int | None) -> None:
    arguments = PARAMETERS.arguments(IDS, query, {"name": "Anna"})
    assert serve(**arguments) == f"one Anna {page}"


def test_every_field_that_is_wrong_is_told_by_its_pointer() -> None:
    found = wrong("page=x", {"rooms": [1, 9]})
    assert {(error.pointer, error.code) for error in found} == {
        ("/name", "missing"),
        ("/rooms/1", "less_than_equal"),
        ("/page", "int_type"),
    }


@pytest.mark.parametrize("body", [[{"name": "Anna"}], [], "Anna", 7, True, None])
def test_a_body_that_is_no_object_is_told_so_and_nothing_of_ours_is_named(body: Any) -> None:
    assert wrong("page=x", body) == (FieldError("", "object_type", "The body must be an object"),)
