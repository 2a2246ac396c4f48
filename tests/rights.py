"""Who may do what, as data: a row for every route, a column for every kind of caller, and the
answer they get.

An answer is a status, and its code where another code of that status would be wrong. `owner` has
proven their Telegram, `unverified` has not, and both ask of objects of their own; `other` and
`stranger` (who has no token) ask of the owner's; `archived` is an owner whose objects are archived.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Row(NamedTuple):
    owner: str
    other: str
    unverified: str
    stranger: str
    archived: str


CALLERS = Row._fields

_NO_TOKEN = "401 unauthorized"
_NOT_YOURS = "404 not_found"


def _everyones(answer: str) -> Row:
    """About the caller alone: only a token is asked for."""
    return Row(answer, answer, answer, _NO_TOKEN, answer)


def _owners(archived: str = "200") -> Row:
    return Row("200", _NOT_YOURS, "200", _NO_TOKEN, archived)


RIGHTS: Mapping[str, Row] = {
    "POST /auth/register": Row(*("409 already_registered",) * 3, "201", "409 already_registered"),
    "POST /auth/telegram": Row("200", "200", "200", "404 not_registered", "200"),
    "POST /auth/logout": _everyones("200"),
    "GET /me": _everyones("200"),
    "DELETE /me": _everyones("202"),
    "PUT /me": _everyones("200"),
    "GET /me/export": _everyones("200"),
    "PUT /me/pushes": _everyones("200"),
    "POST /leads": _everyones("201"),
    "GET /leads": _everyones("200"),
    "GET /leads/{lead_id}": _owners(),
    "PUT /leads/{lead_id}": _owners("409 archived"),
    "POST /leads/{lead_id}/archive": _owners(),
    "POST /properties": _everyones("201"),
    "GET /properties": _everyones("200"),
    "GET /properties/{property_id}": _owners(),
    "PUT /properties/{property_id}": _owners("409 archived"),
    "PUT /properties/{property_id}/archive": _owners(),
    "GET /leads/{lead_id}/property-recommendations": _owners(),
    "GET /properties/{property_id}/lead-recommendations": _owners(),
    "GET /leads/{lead_id}/property-recommendations/{property_id}": _owners("404 not_found"),
    "GET /properties/{property_id}/lead-recommendations/{lead_id}": _owners("404 not_found"),
    "GET /leads/{lead_id}/what-if": _owners(),
    "GET /properties/{property_id}/demand": _owners(),
    "POST /leads/{lead_id}/property-recommendations/{property_id}/action": _owners("409 archived"),
    "POST /properties/{property_id}/lead-recommendations/{lead_id}/action": _owners("409 archived"),
    "DELETE /leads/{lead_id}/property-recommendations/{property_id}/action": _owners(
        "409 archived"
    ),
    "DELETE /properties/{property_id}/lead-recommendations/{lead_id}/action": _owners(
        "409 archived"
    ),
    "GET /leads/{lead_id}/decisions": _owners(),
    "GET /properties/{property_id}/decisions": _owners(),
    "GET /matches": _everyones("200"),
    "GET /leads/{lead_id}/matches": _owners(),
    "GET /properties/{property_id}/matches": _owners(),
    "GET /matches/{match_id}": _owners(),
    "POST /matches/{match_id}/complete": _owners(),
    "GET /notifications": _everyones("200"),
    "POST /notifications/{notification_id}/read": _owners(),
    "POST /notifications/read-all": _everyones("200"),
    "PUT /realtors/{realtor_id}/block": _everyones("200"),
    "DELETE /realtors/{realtor_id}/block": _everyones("200"),
    "GET /me/blocks": _everyones("200"),
}

ENDINGS = frozenset(
    {
        "POST /leads/{lead_id}/archive",
        "PUT /properties/{property_id}/archive",
        "POST /matches/{match_id}/complete",
    }
)
"""What changes its object for good: who may, does it to objects that nobody else in the walk asks
of.
"""
