"""The gateway as the functions see it: events of an HTTP API (payload 2.0), routed by ROUTES, and
their answers.
"""

import base64
import itertools
import json
import re
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs, unquote

from cobroke.edge.routes import DEFAULT_FUNCTION, ROUTES
from tests import canary
from tests.client import Answer

_requests = itertools.count()
MOST_BYTES = 6_291_556
"""Lambda's own bound for an answer, measured on the JSON that it travels as."""
ALWAYS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_TEXTS = {"application/json", "application/xml", "application/javascript"}
"""Besides `text/…`: what the gateway hands over as text."""


def an_event(
    verb: str,
    path: str,
    query: str = "",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> dict[str, Any]:
    """What the gateway makes of a request."""
    content_type = next(
        (value for name, value in (headers or {}).items() if name.lower() == "content-type"), ""
    )
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "queryStringParameters": {
            name: ",".join(values)
            for name, values in parse_qs(query, keep_blank_values=True).items()
        },
        "headers": dict(headers or {}),
        "requestContext": {
            "requestId": f"request-{next(_requests)}",
            "stage": "$default",
            "http": {"method": verb, "path": path},
        },
        **_body(body or b"", content_type or ""),
    }


def _body(sent: bytes, content_type: str) -> dict[str, Any]:
    """A text is decoded, with U+FFFD wherever it is no UTF-8; all else goes in base64."""
    media_type = content_type.partition(";")[0].strip().lower()
    is_text = not sent or media_type.startswith("text/") or media_type in _TEXTS
    body = sent.decode(errors="replace") if is_text else base64.b64encode(sent).decode()
    return {"body": body or None, "isBase64Encoded": not is_text}


def in_process(
    verb: str, path: str, query: str, headers: Mapping[str, str], body: bytes | None
) -> Answer:
    """A transport that calls the function the gateway would call."""
    return call(function_of(verb, path), an_event(verb, path, query, headers, body))


def function_of(verb: str, path: str) -> str:
    """The function that the gateway calls."""
    return next(
        (
            route.function
            for route in ROUTES
            if route.method == verb and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route.path), path)
        ),
        DEFAULT_FUNCTION,
    )


def call(function: str, event: Mapping[str, Any]) -> Answer:
    answer = import_module(f"functions.{function}.handler").handler(event, None)
    named = {"X-Request-Id": event["requestContext"]["requestId"]}
    assert answer["headers"].items() >= {**ALWAYS, **named}.items()
    assert len(json.dumps(answer, ensure_ascii=False).encode()) <= MOST_BYTES
    body = (
        base64.b64decode(answer["body"]).decode() if answer["isBase64Encoded"] else answer["body"]
    )
    canary.remember(event.get("headers") or {}, event.get("body"), body)
    return Answer(
        answer["statusCode"],
        {name.lower(): value for name, value in answer["headers"].items()},
        body,
    )


def as_sent(
    verb: str, path: str, query: str, headers: Sequence[tuple[str, str]], body: bytes | None
) -> tuple[str, dict[str, Any]]:
    """The function that the gateway calls for a request as it stood on the wire, and the event that
    it makes of it: every escape of the path but `%25` decoded, headers of one name joined.
    """
    path = re.sub("(?:%(?!25)[0-9A-Fa-f]{2})+", lambda run: unquote(run[0]), path)
    joined: dict[str, str] = {}
    for name, value in headers:
        known = next((other for other in joined if other.lower() == name.lower()), name)
        joined[known] = f"{joined[known]},{value}" if known in joined else value
    return function_of(verb, path), an_event(verb, path, query, joined, body)
