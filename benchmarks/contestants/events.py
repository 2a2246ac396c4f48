"""Requests as the gateway hands them over, in whole: an HTTP API, payload 2.0."""

import itertools
from typing import Any

HOST = "abcdefghij.execute-api.eu-central-1.amazonaws.com"
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_SOURCE = "203.0.113.7"
_numbers = itertools.count(1)


def an_event(
    token: str, route: str, path: str, query: str = "", body: str | None = None
) -> dict[str, Any]:
    """Make a request of the token's realtor, of a route's key."""
    number = next(_numbers)
    parameters = dict(pair.split("=") for pair in query.split("&") if pair)
    length = {"content-type": "application/json"} if body else {}
    return {
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": query,
        "headers": _headers(token, number, len((body or "").encode())) | length,
        **({"queryStringParameters": parameters} if parameters else {}),
        "requestContext": _context(route, path, number),
        **({"body": body} if body else {}),
        "isBase64Encoded": False,
    }


def _context(route: str, path: str, number: int) -> dict[str, Any]:
    return {
        "accountId": "123456789012",
        "apiId": HOST.partition(".")[0],
        "domainName": HOST,
        "domainPrefix": HOST.partition(".")[0],
        "http": {
            "method": route.partition(" ")[0],
            "path": path,
            "protocol": "HTTP/1.1",
            "sourceIp": _SOURCE,
            "userAgent": _BROWSER,
        },
        "requestId": f"JKJaXmPLvHcESHA{number:05}=",
        "routeKey": route,
        "stage": "$default",
        "time": "24/Nov/2026:09:30:00 +0000",
        "timeEpoch": 1_795_512_600_000,
    }


def _headers(token: str, number: int, length: int) -> dict[str, str]:
    return {
        "accept": "application/json",
        "accept-encoding": "gzip, deflate, br",
        "authorization": f"Bearer {token}",
        "content-length": str(length),
        "host": HOST,
        "user-agent": _BROWSER,
        "x-amzn-trace-id": f"Root=1-6bd9a1b2-{number:024x}",
        "x-forwarded-for": _SOURCE,
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }
