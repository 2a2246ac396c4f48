"""The body of a request, read strictly. Good ones cost one pass; a refused one is gone through
again, to say why.
"""

import base64
import re
from contextlib import suppress

from cobroke.domain import errors
from cobroke.edge.json_faults import BOM, first_fault
from cobroke.edge.request import Request
from cobroke.exact_json import Json, loads_strictly

MAX_BODY_BYTES = 262_144
# A comma says that the header came twice.
_JSON_TYPE = re.compile(r"[ \t]*application/json[ \t]*(;[^,]*)?", re.ASCII | re.IGNORECASE)
# Perhaps U+FFFD: behind a second backslash it is a text that speaks of it.
_REPLACED = re.compile(rb"\xef\xbf\xbd|\\u[fF]{3}[dD]")


def read_body(request: Request) -> Json:
    """Read the body. Raises NotJson, TooLarge, or Malformed with the rule and the place."""
    if not _JSON_TYPE.fullmatch(request.headers.get("content-type", "")):
        raise errors.NotJson
    body = _as_it_came(request)
    if len(body) > MAX_BODY_BYTES:
        raise errors.TooLarge
    return json_of(body)


def json_of(body: bytes) -> Json:
    """Return what the body says. Raises Malformed."""
    text = body.removeprefix(BOM)
    if not _REPLACED.search(body):
        with suppress(errors.Malformed):
            return loads_strictly(text)
    if fault := first_fault(body):
        raise errors.Malformed(fault)
    return loads_strictly(text)


def _as_it_came(request: Request) -> bytes:
    if not request.is_base64:
        return request.body.encode(
            errors="surrogatepass"
        )  # half a pair is then found to be no UTF-8, in its place
    try:
        return base64.b64decode(request.body, validate=True)
    except ValueError:
        raise errors.Malformed(errors.BodyFault("not_json", 0)) from None
