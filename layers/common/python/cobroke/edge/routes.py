"""Every route of the API as data: infra makes the gateway from it, the functions ask it who may
call what.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from cobroke.domain import errors

DEFAULT_FUNCTION = "leads"
"""The function that answers what no route matches: 404, or 405 with `Allow`."""


class Route(NamedTuple):
    """One verb on one path, the function (a folder of `functions/`) that serves it, and what it
    asks of a caller.
    """

    method: str
    path: str
    function: str
    public: bool = False
    takes_body: bool = False
    keyed: bool = False
    """Honours Idempotency-Key."""
    conditional: bool = False
    """Honours If-Match."""
    tagged: bool = False
    """Answers with an ETag."""
    charged: bool = False
    """Is charged to the caller's allowance, where it changes something or shows the market."""
    revalidated: bool = False
    """Honours If-None-Match."""

    @property
    def key(self) -> str:
        """The gateway's route key, as in `GET /leads/{lead_id}`."""
        return f"{self.method} {self.path}"


ROUTES = (
    Route("POST", "/auth/register", "auth", public=True, takes_body=True),
    Route("POST", "/auth/telegram", "auth", public=True, takes_body=True),
    Route("POST", "/auth/logout", "auth"),
    Route("GET", "/me", "me", tagged=True),
    Route("DELETE", "/me", "auth"),
    Route("PUT", "/me", "me", takes_body=True, conditional=True, tagged=True, charged=True),
    Route("GET", "/me/export", "me", charged=True),
    Route("PUT", "/me/pushes", "me", takes_body=True, charged=True),
    Route("POST", "/leads", "leads", takes_body=True, keyed=True, tagged=True, charged=True),
    Route("GET", "/leads", "leads"),
    Route("GET", "/leads/{lead_id}", "leads", tagged=True),
    Route(
        "PUT",
        "/leads/{lead_id}",
        "leads",
        takes_body=True,
        conditional=True,
        tagged=True,
        charged=True,
    ),
    Route("POST", "/leads/{lead_id}/archive", "leads", conditional=True, tagged=True, charged=True),
    Route(
        "POST", "/properties", "properties", takes_body=True, keyed=True, tagged=True, charged=True
    ),
    Route("GET", "/properties", "properties"),
    Route("GET", "/properties/{property_id}", "properties", tagged=True),
    Route(
        "PUT",
        "/properties/{property_id}",
        "properties",
        takes_body=True,
        conditional=True,
        tagged=True,
        charged=True,
    ),
    Route(
        "PUT",
        "/properties/{property_id}/archive",
        "properties",
        conditional=True,
        tagged=True,
        charged=True,
    ),
    Route("GET", "/leads/{lead_id}/property-recommendations", "recommendations", charged=True),
    Route("GET", "/properties/{property_id}/lead-recommendations", "recommendations", charged=True),
    Route(
        "GET",
        "/leads/{lead_id}/property-recommendations/{property_id}",
        "recommendations",
        charged=True,
    ),
    Route(
        "GET",
        "/properties/{property_id}/lead-recommendations/{lead_id}",
        "recommendations",
        charged=True,
    ),
    Route("GET", "/leads/{lead_id}/what-if", "insights", charged=True),
    Route("GET", "/properties/{property_id}/demand", "insights", charged=True),
    Route(
        "POST",
        "/leads/{lead_id}/property-recommendations/{property_id}/action",
        "actions",
        takes_body=True,
        charged=True,
    ),
    Route(
        "POST",
        "/properties/{property_id}/lead-recommendations/{lead_id}/action",
        "actions",
        takes_body=True,
        charged=True,
    ),
    Route(
        "DELETE",
        "/leads/{lead_id}/property-recommendations/{property_id}/action",
        "actions",
        charged=True,
    ),
    Route(
        "DELETE",
        "/properties/{property_id}/lead-recommendations/{lead_id}/action",
        "actions",
        charged=True,
    ),
    Route("GET", "/leads/{lead_id}/decisions", "actions"),
    Route("GET", "/properties/{property_id}/decisions", "actions"),
    Route("GET", "/matches", "matches"),
    Route("GET", "/leads/{lead_id}/matches", "matches"),
    Route("GET", "/properties/{property_id}/matches", "matches"),
    Route("GET", "/matches/{match_id}", "matches"),
    Route("POST", "/matches/{match_id}/complete", "matches", charged=True),
    Route("GET", "/notifications", "notifications", tagged=True, revalidated=True),
    Route("POST", "/notifications/{notification_id}/read", "notifications"),
    Route("POST", "/notifications/read-all", "notifications"),
    Route("PUT", "/realtors/{realtor_id}/block", "blocks", charged=True),
    Route("DELETE", "/realtors/{realtor_id}/block", "blocks", charged=True),
    Route("GET", "/me/blocks", "blocks"),
)

PAGES = (
    Route("GET", "/docs", "docs", public=True),
    Route("GET", "/docs/{file}", "docs", public=True),
    Route("GET", "/openapi.json", "docs", public=True),
)
"""What people and generators read of the contract, where the stage serves it: not the API itself.
"""

_ID = re.compile(r"\{(\w+)\}")
_PATTERNS = {route: re.compile(_ID.sub(r"(?P<\1>[^/]+)", route.path)) for route in ROUTES}


def route_of(method: str, path: str) -> tuple[Route, Mapping[str, str]]:
    """Return the route that is meant, and the ids in the path. Raises NotFound or WrongVerb."""
    here = {
        route: match.groupdict()
        for route, pattern in _PATTERNS.items()
        if (match := pattern.fullmatch(path))
    }
    for route, ids in here.items():
        if route.method == method:
            return route, ids
    if here:
        raise errors.WrongVerb(tuple(route.method for route in here))
    raise errors.NotFound
