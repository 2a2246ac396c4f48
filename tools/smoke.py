"""`make smoke`: says whether a deployed API answers as it should. It sends only what is refused, so
that nothing is written anywhere.

Usage: python -m tools.smoke URL [ORIGINS]; with origins, the CORS preflight of each is tried.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import httpx

from cobroke.edge.problems import PROBLEM_JSON
from cobroke.edge.routes import ROUTES

TIMEOUT_S = 35
"""A function's first request may be slow; after 30 s the gateway gives up."""
MARKS = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
"""The headers of every answer of ours."""
CHALLENGE = {"www-authenticate": "Bearer"}
RENAMED = {"www-authenticate": "x-amzn-remapped-www-authenticate"}
"""What API Gateway may call a header of ours."""
EMPTY = dict[str, object]()
FORGED = {"init_data": f"auth_date=1&user=%7B%22id%22%3A1%7D&hash={'0' * 64}"}


class Check(NamedTuple):
    """One request and the answer it must have: a status, and for each header the right values."""

    what: str
    request: httpx.Request
    status: int
    headers: Mapping[str, tuple[str, ...]]

    def fault(self, answer: httpx.Response) -> str | None:
        """Say what is wrong with the answer, or None."""
        if answer.status_code != self.status:
            return f"{answer.status_code} instead of {self.status}"
        for name, right in self.headers.items():
            came = answer.headers.get(name, answer.headers.get(RENAMED.get(name, name)))
            if came not in right:
                return f"{name} is {came!r} instead of {right[0]!r}"
        return None


class Unreachable(Exception):
    """Nobody answers at the URL; the text says why."""


def smoke(http: httpx.Client, origins: tuple[str, ...] = ()) -> bool:
    """Return whether every answer is right, and print a line for each. The client's base URL is the
    API's. Raises Unreachable.
    """
    faults = 0
    for check in (*_refusals(http), *(_preflight(http, origin) for origin in origins)):
        try:
            fault = check.fault(http.send(check.request))
        except httpx.TransportError as why:
            raise Unreachable(
                f"{http.base_url} cannot be reached: {why or type(why).__name__}"
            ) from None
        print(f"NO  {check.what}: {fault}" if fault else f"ok  {check.what}", flush=True)
        faults += fault is not None
    return not faults


def _refusals(http: httpx.Client) -> Iterator[Check]:
    def refused(
        what: str, status: int, verb: str, path: str, body: object = None, **headers: str
    ) -> Check:
        answered = {"content-type": PROBLEM_JSON} | headers | MARKS
        wanted = {name: (value,) for name, value in answered.items()}
        return Check(what, http.build_request(verb, path, json=body), status, wanted)

    yield refused("an unknown path is a 404", 404, "GET", "/no-such-path")
    yield refused(
        "a wrong verb is a 405 that says the right one",
        405,
        "DELETE",
        "/notifications",
        allow="GET",
    )
    for route in ROUTES:
        if not route.public:
            path = re.sub(r"\{\w+\}", "no-such-id", route.path)
            what, body = (
                f"{route.key} without a token is a 401",
                EMPTY if route.takes_body else None,
            )
            yield refused(what, 401, route.method, path, body, **CHALLENGE)
    # The proof's hash is compared with one made of the bot token; auth would answer 503 if it could
    # not read that.
    what = "a forged proof is a 401, so auth reads the bot token"
    yield refused(what, 401, "POST", "/auth/telegram", {"telegram_auth_data": FORGED})
    yield refused(
        "a registration without its fields is a 422", 422, "POST", "/auth/register", EMPTY
    )


def _preflight(http: httpx.Client, origin: str) -> Check:
    asked = {
        "origin": origin,
        "access-control-request-method": "GET",
        "access-control-request-headers": "authorization",
    }
    request = http.build_request("OPTIONS", "/me", headers=asked)
    answered = {"access-control-allow-origin": (origin, "*")}
    return Check(f"browsers may call from {origin}", request, 204, answered)


def main() -> None:
    if len(sys.argv) not in {2, 3}:
        sys.exit(
            "Usage: python -m tools.smoke URL [ORIGINS], "
            "as in: make smoke URL=https://….amazonaws.com"
        )
    origins = tuple(filter(None, "".join(sys.argv[2:]).split(",")))
    try:
        with httpx.Client(base_url=sys.argv[1], timeout=TIMEOUT_S) as http:
            fine = smoke(http, origins)
    except (Unreachable, httpx.InvalidURL) as why:
        sys.exit(str(why))
    if not fine:
        sys.exit("Not every answer is right.")


if __name__ == "__main__":
    main()
