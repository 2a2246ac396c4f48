"""The contract's words about itself, about parameters and about headers."""

from typing import Any

type Json = dict[str, Any]

INFO: Json = {
    "title": "Cobroke",
    "version": "1",
    "contact": {"name": "The developers of Cobroke"},
    "license": {"name": "Proprietary", "identifier": "LicenseRef-Cobroke"},
}
ABOUT = """\
Realtors close deals together: one has a buyer, another has a listing. \
This API finds the pairs, scores them,
and takes both sides through the agreement on the commission.

Every call but the first two needs a token: \
`POST /auth/register` and `POST /auth/telegram` answer one, for
`Authorization: Bearer …`.

Money is in roubles, areas in square metres, \
a share in percent of the listing side's commission that goes to the
buyer's realtor. Numbers are exact: they leave as they came. \
A field that may be null is always present in an answer.
Unknown members of a body and unknown query names are ignored. \
`x-added` marks what came after the API's first page.

Every error is `application/problem+json` (RFC 9457). \
An unknown path is a 404, a wrong verb a 405 with `Allow`, a fault
of ours a 500 `internal_error`. Every answer has an `X-Request-Id`, which `instance` repeats. \
The gateway's own answers,
a throttled 429, an over-long header or a body over 6 MB, are outside this promise."""
_TAG = r'(W/)?"[\x21\x23-\x7e]*"'
_TAGS: Json = {
    "type": "string",
    "format": "if-match",
    "pattern": rf"^(\*|(,[ \t,]*)?{_TAG}([ \t]*,[ \t,]*{_TAG})*([ \t,]*,)?)$",
}
PARAMETERS: dict[str, Json] = {
    "page": {"description": "Which page, from 1. Past the end it is empty."},
    "limit": {"description": "How many rows a page has."},
    "status": {"description": "Only those with this status; absent: all."},
    "awaiting": {"description": "Only those that wait for the caller, or for the other side."},
    "after": {"description": "Go on behind the part that had this as `next`."},
    "unread_only": {"description": "Only what has not been read."},
    "Idempotency-Key": {
        "description": "The same key with the same body gets the same answer again, for 24 hours.",
        "schema": {"type": "string", "pattern": r"^[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?$"},
        "example": "3f0c9a52-6d1e-4c0b-9b8e-5a2f7d41c6e0",
    },
    "If-Match": {
        "description": "Write only over this version: an ETag as the last answer gave it.",
        "schema": _TAGS,
        "example": '"1"',
    },
    "If-None-Match": {
        "description": "Answer only if it is another than this: an ETag as the last answer to the "
        "same question gave it.",
        "schema": _TAGS,
        "example": 'W/"6f1c0d7a5b3e9a8c4d2f1e0b"',
    },
}
ETAG = {
    "description": "The version of what its owner wrote.",
    "required": True,
    "schema": {"type": "string", "pattern": '^"[0-9]+"$'},
}
ANSWERS_ETAG = {
    "description": "The version of this answer: another page has another.",
    "required": True,
    "schema": {"type": "string", "pattern": '^W/"[0-9a-f]+"$'},
}
NOT_MODIFIED: Json = {
    "description": "The answer is the one that the caller has, but for what expired today.",
    "headers": {"ETag": ANSWERS_ETAG},
}
SERVERS = [
    {"url": "http://127.0.0.1:4566/_aws/execute-api/c0b40ce0", "description": "`make run`"},
    {
        "url": "https://{api}.execute-api.{region}.amazonaws.com",
        "description": "A stage on AWS",
        "variables": {"api": {"default": "api"}, "region": {"default": "eu-central-1"}},
    },
]
