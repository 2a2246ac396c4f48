"""Headers that are wrong, twice, in another case, or nobody's business."""

from collections.abc import Iterator

from tests.hostile.request import BEARER, CANARY, JSON, Headers, Hostile

_CONTENT_TYPES: tuple[tuple[tuple[str, ...], int], ...] = (
    ((), 415),
    (("",), 415),
    ((";",), 415),
    (("*/*",), 415),
    (("text/json",), 415),
    (("text/plain",), 415),
    (("application/jsonx",), 415),
    (("application/json5",), 415),
    (("application/ json",), 415),
    (("application/jſon",), 415),
    (("\u00a0application/json",), 415),
    (("application/problem+json",), 415),
    (("application/json-patch+json",), 415),
    (("application/x-www-form-urlencoded",), 415),
    ((f"multipart/form-data; boundary={CANARY}",), 415),
    ((f"{CANARY}/{CANARY}; application/json",), 415),
    (("application/json", "application/json"), 415),
    (("application/json; charset=utf-8", "application/json"), 415),
    (("application/json; charset=utf-8", "text/plain"), 415),
    (("text/plain", "application/json"), 415),
    (("application/json; charset=utf-8, text/plain",), 415),
    (("application/json; charset=utf-8",), 422),
    (("application/json ;charset=UTF-8",), 422),
    (("application/json;",), 422),
    (("APPLICATION/JSON",), 422),
)
_AUTHORIZATIONS: tuple[tuple[tuple[str, ...], int], ...] = (
    ((), 401),
    (("",), 401),
    (("Bearer",), 401),
    (("Bearer  {token}",), 401),
    (("{token}",), 401),
    (("Basic {token}",), 401),
    ((f"Bearer {CANARY}",), 401),
    (("Bearer a.b.c",), 401),
    (("Bearer ..",), 401),
    (("Bearer {token}.",), 401),
    (("Bearer {token} {token}",), 401),
    (("Bearer {token}", "Bearer {token}"), 401),
    (("Bearer {token}", f"Bearer {CANARY}"), 401),
    ((f"Bearer {CANARY * 400}",), 401),
    (("Bearer ключ",), 401),
    (("bearer {token}",), 200),
    (("BEARER {token}",), 200),
)
_IF_MATCHES = (
    "1",
    '"1',
    "W/",
    'w/"1"',
    ",",
    ", \t,",
    '"1", "2" "3"',
    ',"1", 2,',
    '"1" "2"',
    "*,",
    "*, *",
    '*, "1"',
    f"{CANARY}",
    '"ё"',
    "W/*",
    "'1'",
    "\u00a0*",
    '\u2009"1"',
)
_KEYS = ("x" * 256, CANARY + "ё", "a\x7f", "a\tb")
_OTHERS: Headers = (
    ("x-http-method-override", "DELETE"),
    ("x-forwarded-host", CANARY),
    ("accept", f"text/{CANARY}"),
    ("accept-language", CANARY),
    ("content-encoding", "gzip"),
    ("if-none-match", "*"),
    ("range", "bytes=0-1"),
    ("cookie", f"{CANARY}; =; a"),
    ("origin", f"https://{CANARY}"),
    ("content-type", f"multipart/form-data; boundary={CANARY}"),
    ("if-match", CANARY),
    ("idempotency-key", "x" * 256),
)
"""Nothing to a read."""


def with_headers() -> Iterator[Hostile]:
    for number, (types, status) in enumerate(_CONTENT_TYPES):
        headers = BEARER + tuple(("content-type", one) for one in types)
        yield Hostile(f"content type {number}", status, "POST", "/leads", "", headers, b"{}")
    for number, (values, status) in enumerate(_AUTHORIZATIONS):
        headers = tuple(("authorization", one) for one in values)
        yield Hostile(f"authorization {number}", status, "GET", "/me", "", headers)
    loud = (("AUTHORIZATION", "Bearer {token}"), ("Content-TYPE", "application/json"))
    yield Hostile("headers in another case", 422, "POST", "/leads", "", loud, b"{}")
    for form in _IF_MATCHES:
        headers = (*BEARER, *JSON, ("If-Match", form))
        yield Hostile(f"If-Match: {form}", 400, "PUT", "/leads/{lead_id}", "", headers, b"{}")
        path = "/properties/{property_id}/archive"
        yield Hostile(f"archive, If-Match: {form}", 400, "PUT", path, "", headers)
    for form in _KEYS:
        for path in ("/leads", "/properties"):
            headers = (*BEARER, *JSON, ("IDEMPOTENCY-KEY", form))
            yield Hostile(f"{path}, a key {form[:9]!r}", 400, "POST", path, "", headers, b"{}")
    for name, value in _OTHERS:
        yield Hostile(f"{name} on a read", 200, "GET", "/me", "", (*BEARER, (name, value)))
        yield Hostile(
            f"{name}, unknown path",
            404,
            "GET",
            f"/{CANARY}",
            CANARY,
            ((name, value),),
            CANARY.encode(),
        )
