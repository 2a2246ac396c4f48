"""What a caller gets instead of an answer: RFC 9457 problem documents. No text of the caller's is
ever in one.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from cobroke.domain import errors
from cobroke.exact_json import dumps

PROBLEM_JSON = "application/problem+json"
ALWAYS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
"""Headers of every answer, refusal or not; with them goes X-Request-Id."""

_STATUS: Mapping[type[errors.Refusal], HTTPStatus] = {
    errors.Malformed: HTTPStatus.BAD_REQUEST,
    errors.Unauthorized: HTTPStatus.UNAUTHORIZED,
    errors.TelegramProofRequired: HTTPStatus.FORBIDDEN,
    errors.Suspended: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.WrongVerb: HTTPStatus.METHOD_NOT_ALLOWED,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.PreconditionFailed: HTTPStatus.PRECONDITION_FAILED,
    errors.LimitReached: HTTPStatus.TOO_MANY_REQUESTS,
    errors.RateLimited: HTTPStatus.TOO_MANY_REQUESTS,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.NotJson: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Busy: HTTPStatus.SERVICE_UNAVAILABLE,
}
_BUG = ("internal_error", "Something went wrong here.", HTTPStatus.INTERNAL_SERVER_ERROR)


def status_of(refusal: errors.Refusal) -> HTTPStatus:
    return next(_STATUS[kind] for kind in type(refusal).__mro__ if kind in _STATUS)


def problem(fact: Exception, request_id: str) -> tuple[HTTPStatus, dict[str, str], str]:
    """Return the status, headers and body that say a refusal; anything else is a bug and says
    nothing.
    """
    if isinstance(fact, errors.Refusal):
        code, title, status = fact.code, fact.title, status_of(fact)
    else:
        code, title, status = _BUG
    document: dict[str, Any] = {
        "type": f"urn:cobroke:problem:{code}",
        "title": title,
        "status": status.value,
        "code": code,
        "instance": f"urn:req:{request_id}",
    }
    if isinstance(fact, errors.Invalid):
        document["errors"] = [error._asdict() for error in fact.errors]
    if isinstance(fact, errors.Malformed) and fact.errors:
        document["errors"] = [{"pointer": "", **fault._asdict()} for fault in fact.errors]
    return status, {"Content-Type": PROBLEM_JSON, **_headers(fact)}, dumps(document)


def _headers(fact: Exception) -> dict[str, str]:
    match fact:
        case errors.Unauthorized():
            return {"WWW-Authenticate": "Bearer"}
        case errors.WrongVerb(allowed=allowed):
            return {"Allow": ", ".join(allowed)}
        case errors.RateLimited(wait_s=wait_s):
            return {"Retry-After": str(wait_s)}
        case errors.Busy():
            return {"Retry-After": "1"}
    return {}
