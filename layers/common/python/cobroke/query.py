"""Query parameters, as strict as bodies are, and how much one answer holds."""

import re
from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel, BeforeValidator
from pydantic_core import PydanticCustomError

from cobroke.domain.vocabulary import Status
from cobroke.exact_json import dumps

MAX_ANSWER_BYTES = 5_000_000
_ENVELOPE_BYTES = 200
_WHOLE = re.compile(r"0|[1-9][0-9]{0,9}")


def _whole(value: object) -> int:
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    raise PydanticCustomError("int_type", "Must be a whole number, given once")


PageNumber = Annotated[int | None, BeforeValidator(_whole), Query(ge=1, le=10**9)]
PageLimit = Annotated[int | None, BeforeValidator(_whole), Query(ge=1, le=100)]
StatusFilter = Annotated[Status | None, Query()]


def fitting[Row: BaseModel](rows: list[Row]) -> list[Row]:
    """As many of the first rows as one answer may hold."""
    left = MAX_ANSWER_BYTES - _ENVELOPE_BYTES
    for number, row in enumerate(rows):
        left -= len(dumps(row.model_dump(warnings=False)).encode()) + 1
        if left < 0:
            return rows[:number]
    return rows
