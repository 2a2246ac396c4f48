"""The errors of the contract: RFC 9457 problem documents, with examples that `problem` makes."""

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, get_args

from cobroke.domain import errors
from cobroke.edge.problems import PROBLEM_JSON, problem, status_of
from tools.contract.glossary import CONFLICTS
from tools.contract.schemas import REF

type Json = dict[str, Any]
type Kind = type[errors.Refusal]

SCHEMAS: dict[str, Json] = {
    "Problem": {
        "description": "RFC 9457. `code` is for programs, `title` for people. "
        "Never holds what the caller sent.",
        "type": "object",
        "properties": {
            "type": {"type": "string", "pattern": "^urn:cobroke:problem:[a-z_]+$"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "code": {"type": "string", "pattern": "^[a-z_]+$"},
            "instance": {"type": "string", "pattern": "^urn:req:"},
        },
        "required": ["type", "title", "status", "code", "instance"],
    },
    "InvalidProblem": {
        "allOf": [{"$ref": f"{REF}Problem"}],
        "properties": {"errors": {"type": "array", "items": {"$ref": f"{REF}FieldError"}}},
        "required": ["errors"],
    },
    "MalformedProblem": {
        "description": "`errors` where it is the body, not a header.",
        "allOf": [{"$ref": f"{REF}Problem"}],
        "properties": {
            "errors": {
                "type": "array",
                "minItems": 1,
                "maxItems": 1,
                "items": {"$ref": f"{REF}BodyFault"},
            }
        },
    },
    "BodyFault": {
        "description": "The rule that the body breaks, and where: `at` is the offset from 0, "
        "in the body as it reached us, of the first byte that breaks it "
        "(of a repeated member its second name; the end of a body that is cut).",
        "type": "object",
        "properties": {
            "pointer": {"const": ""},
            "code": {"enum": list(get_args(errors.Rule.__value__))},
            "at": {"type": "integer", "minimum": 0},
        },
        "required": ["pointer", "code", "at"],
    },
    "FieldError": {
        "description": "One thing wrong with one field, by its JSON pointer; "
        "of a parameter, its name.",
        "type": "object",
        "properties": {name: {"type": "string"} for name in errors.FieldError._fields},
        "required": list(errors.FieldError._fields),
    },
}
SHARED = (
    errors.Malformed,
    errors.Unauthorized,
    errors.NotFound,
    errors.Archived,
    errors.PreconditionFailed,
    errors.TooLarge,
    errors.NotJson,
    errors.Invalid,
    errors.RateLimited,
    errors.Busy,
)
"""The refusals that stand alone with their status, and often."""
_EXAMPLES: dict[Kind, errors.Refusal] = {
    errors.Invalid: errors.Invalid(
        errors.FieldError("/details/price", "greater_than", "Input should be greater than 0")
    ),
    errors.RateLimited: errors.RateLimited(wait_ms=6_000),
    errors.Malformed: errors.Malformed(errors.BodyFault("repeated_member", 42)),
}
_OF_A_KIND = {
    HTTPStatus.UNPROCESSABLE_ENTITY: "InvalidProblem",
    HTTPStatus.BAD_REQUEST: "MalformedProblem",
}
HEADERS = {
    "WWW-Authenticate": {"const": "Bearer"},
    "Retry-After": {"type": "integer", "description": "Seconds."},
}


def refused(kinds: Iterable[Kind]) -> Json:
    """Return the answers with these refusals, by their status."""
    by_status: dict[HTTPStatus, list[Kind]] = {}
    for kind in kinds:
        by_status.setdefault(status_of(_fact(kind)), []).append(kind)
    return {
        str(status.value): {"$ref": f"#/components/responses/{same[0].__name__}"}
        if len(same) == 1 and same[0] in SHARED
        else _answer(*same)
        for status, same in sorted(by_status.items())
    }


def shared() -> Json:
    """Return the answers that operations refer to."""
    return {kind.__name__: _answer(kind) for kind in SHARED}


def _answer(*kinds: Kind) -> Json:
    made = [problem(_fact(kind), "5f9b1c1e") for kind in kinds]
    status, *_ = made[0]
    headers = [said for _, said, _ in made]
    documents = {
        document["code"]: document for document in (json.loads(body) for _, _, body in made)
    }
    schema = _OF_A_KIND.get(status, "Problem")
    told = {"status": {"const": status.value}, "code": {"enum": list(documents)}}
    media = {
        "schema": {"allOf": [{"$ref": f"{REF}{schema}"}], "properties": told},
        "examples": {code: {"value": document} for code, document in documents.items()},
    }
    answer: Json = {
        "description": _when(status, documents),
        "content": {PROBLEM_JSON: media},
    }
    own = {
        name: {"required": all(name in said for said in headers), "schema": schema}
        for name, schema in HEADERS.items()
        if any(name in said for said in headers)
    }
    return answer | ({"headers": own} if own else {})


def _when(status: HTTPStatus, documents: Json) -> str:
    """Say when it is answered; of a conflict, what to do as well."""
    if status is not HTTPStatus.CONFLICT:
        return " ".join(document["title"] for document in documents.values())
    rows = [f"| `{code}` | {' | '.join(CONFLICTS[code])} |" for code in documents]
    return "\n".join(["| code | when | what to do |", "|---|---|---|", *rows])


def _fact(kind: Kind) -> errors.Refusal:
    return _EXAMPLES.get(kind) or kind()
