"""A request as API Gateway's HTTP API hands it over (payload 2.0)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

type Event = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """What an event says. Header names are in lower case."""

    id: str
    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: str
    is_base64: bool

    @classmethod
    def of(cls, event: Event) -> "Request":
        context = event["requestContext"]
        return cls(
            id=context["requestId"],
            method=context["http"]["method"],
            path=event["rawPath"],
            query=event.get("rawQueryString") or "",
            headers={
                name.lower(): value or "" for name, value in (event.get("headers") or {}).items()
            },
            body=event.get("body") or "",
            is_base64=bool(event.get("isBase64Encoded")),
        )
