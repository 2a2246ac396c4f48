"""Query parameters, as strict as bodies are, and how a long answer leaves."""

import base64
import re
from typing import Annotated, Any
from urllib.parse import parse_qsl

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from cobroke.domain.vocabulary import PostingStatus

_LONG_BYTES = 3_000_000
_WHOLE = re.compile(r"0|[1-9][0-9]{0,9}")


def _whole(value: object) -> int:
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    raise PydanticCustomError("int_type", "Must be a whole number, given once")


PageNumber = Annotated[int | None, BeforeValidator(_whole), Field(ge=1, le=10**9)]
PageLimit = Annotated[int | None, BeforeValidator(_whole), Field(ge=1, le=100)]
StatusFilter = PostingStatus | None


def parse_query(query: str) -> dict[str, str]:
    """Read the values of a query string by their names. Of one given twice, all of them stand with
    commas between: no value that we take has one, so it is refused where it is known.
    """
    values: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


def in_base64_if_long(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer, a long body in base64, which the gateway takes off: a function's answer is
    JSON of at most 6 MB itself, in which every quote and backslash of a body is two signs.
    """
    body = answer["body"].encode()
    if len(body) <= _LONG_BYTES:
        return answer
    return answer | {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}
