"""Every route of the API as data: infra makes the gateway from it, the functions ask it who may
call what.
"""

from typing import NamedTuple

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
    revalidated: bool = False
    """Honours If-None-Match."""

    @property
    def key(self) -> str:
        """The gateway's route key, as in `GET /leads/{lead_id}`."""
        return f"{self.method} {self.path}"


ROUTES = (
    Route("POST", "/auth/register", "auth", public=True, takes_body=True),
    Route("POST", "/auth/telegram", "auth", public=True, takes_body=True),
    Route("GET", "/me", "auth"),
    Route("POST", "/leads", "leads", takes_body=True, keyed=True, tagged=True),
    Route("GET", "/leads", "leads"),
    Route("GET", "/leads/{lead_id}", "leads", tagged=True),
    Route("PUT", "/leads/{lead_id}", "leads", takes_body=True, conditional=True, tagged=True),
    Route("POST", "/leads/{lead_id}/archive", "leads", conditional=True, tagged=True),
    Route("POST", "/properties", "properties", takes_body=True, keyed=True, tagged=True),
    Route("GET", "/properties", "properties"),
    Route("GET", "/properties/{property_id}", "properties", tagged=True),
    Route(
        "PUT",
        "/properties/{property_id}",
        "properties",
        takes_body=True,
        conditional=True,
        tagged=True,
    ),
    Route("PUT", "/properties/{property_id}/archive", "properties", conditional=True, tagged=True),
    Route("GET", "/leads/{lead_id}/property-recommendations", "recommendations"),
    Route("GET", "/properties/{property_id}/lead-recommendations", "recommendations"),
    Route("GET", "/leads/{lead_id}/property-recommendations/{property_id}", "recommendations"),
    Route("GET", "/properties/{property_id}/lead-recommendations/{lead_id}", "recommendations"),
    Route(
        "POST",
        "/leads/{lead_id}/property-recommendations/{property_id}/action",
        "matches",
        takes_body=True,
    ),
    Route(
        "POST",
        "/properties/{property_id}/lead-recommendations/{lead_id}/action",
        "matches",
        takes_body=True,
    ),
    Route("GET", "/leads/{lead_id}/matches", "matches"),
    Route("GET", "/properties/{property_id}/matches", "matches"),
    Route("GET", "/matches/{match_id}", "matches"),
    Route("POST", "/matches/{match_id}/complete", "matches"),
    Route("GET", "/notifications", "notifications", tagged=True, revalidated=True),
    Route("POST", "/notifications/{notification_id}/read", "notifications"),
    Route("POST", "/notifications/read-all", "notifications"),
)

PAGES = (
    Route("GET", "/docs", "docs", public=True),
    Route("GET", "/docs/{file}", "docs", public=True),
    Route("GET", "/openapi.json", "docs", public=True),
)
"""What people and generators read of the contract, where the stage serves it: not the API itself.
"""
