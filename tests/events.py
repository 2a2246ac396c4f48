"""The gateway as the functions see it: events of an HTTP API (payload 2.0), routed by ROUTES, and their answers."""

import itertools
import re
from collections.abc import Mapping
from importlib import import_module
from typing import Any
from urllib.parse import parse_qs

from cobroke.routes import DEFAULT_FUNCTION, ROUTES
from tests.client import Answer

_requests = itertools.count()


def an_event(
    verb: str, path: str, query: str = "", headers: Mapping[str, str] | None = None, body: str | None = None
) -> dict[str, Any]:
    return {
        "version": "2.0",
        "rawPath": path,
        "rawQueryString": query,
        "queryStringParameters": {
            name: ",".join(values) for name, values in parse_qs(query, keep_blank_values=True).items()
        },
        "headers": dict(headers or {}),
        "requestContext": {
            "requestId": f"request-{next(_requests)}",
            "stage": "$default",
            "http": {"method": verb, "path": path},
        },
        "body": body,
        "isBase64Encoded": False,
    }


def in_process(verb: str, path: str, query: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
    """A transport that calls the function the gateway would call."""
    function = next(
        (
            route.function
            for route in ROUTES
            if route.method == verb and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route.path), path)
        ),
        DEFAULT_FUNCTION,
    )
    text = body.decode("utf-8", "surrogateescape") if body is not None else None
    return call(function, an_event(verb, path, query, headers, text))


def call(function: str, event: Mapping[str, Any]) -> Answer:
    answer = import_module(f"functions.{function}.handler").handler(event, None)
    return Answer(
        answer["statusCode"], {name.lower(): value for name, value in answer["headers"].items()}, answer["body"]
    )
