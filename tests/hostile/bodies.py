"""Bodies that are no JSON, or hold what no member of theirs may be."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cobroke.routes import ROUTES, Route
from tests.builders import Json, a_lead, a_property, a_registration
from tests.hostile.request import BEARER, CANARY, JSON, Hostile

_TEXT = CANARY.encode()
_LONG = b'{"notes":"' + _TEXT * 30_000 + b'"}'

RAW_BODIES: tuple[tuple[bytes, int], ...] = (
    (b"", 400),
    (b" \t\r\n", 400),
    (b"{", 400),
    (b"}", 400),
    (b"{}{}", 400),
    (b"{},", 400),
    (b'{"' + _TEXT, 400),
    (b'{"' + _TEXT + b'":}', 400),
    (b"{'" + _TEXT + b"': 1}", 400),
    (b"{" + _TEXT + b": 1}", 400),
    (b'{"' + _TEXT + b'": 1,}', 400),
    (b'{"a": 1} // ' + _TEXT, 400),
    (b'{"a": NaN}', 400),
    (b'{"a": Infinity}', 400),
    (b'{"a": -Infinity}', 400),
    (b'{"a": 1e999}', 400),
    (b'{"a": -1e31}', 400),
    (b'{"a": 1' + b"0" * 29 + b"1}", 400),
    (b'{"a": 1e99999999999999999999}', 400),
    (b'{"a": 1e-999999999}', 400),
    (b'{"a": ' + b"1" * 65 + b"}", 400),
    (b'{"a": ' + b"9" * 5_000 + b"}", 400),
    (b'{"a": 0.' + b"3" * 100_000 + b"}", 400),
    (b'{"a": 01}', 400),
    (b'{"a": +1}', 400),
    (b'{"a": .5}', 400),
    (b'{"a": 1.}', 400),
    (b'{"a": 0x10}', 400),
    (b'{"' + _TEXT + b'": 1, "' + _TEXT + b'": 1}', 400),
    (b'{"a": [{"b": 1, "b": 2}]}', 400),
    (b'{"a": 1, "\\u0061": 1}', 400),
    (b'{"a": "\\ud800"}', 400),
    (b'{"\\udfff": 1}', 400),
    (b'{"a": "\\udc00\\ud800"}', 400),
    (b'{"a": "\\u0000' + _TEXT + b'"}', 400),
    (b'{"a": "\\u001f"}', 400),
    (b'{"\\u007f": 1}', 400),
    (b'{"a": "\x7f"}', 400),
    (b'{"a": "\n"}', 400),
    (b'{"a": "\\x41"}', 400),
    (b"\xff", 400),
    (b'\xef\xbb\xbf{"a": 1}', 400),
    ('{"a": 1}'.encode("utf-16"), 400),
    (b"\x1f\x8b\x08\x00\x00\x00\x00\x00", 400),
    (b"[" * 13 + b"]" * 13, 400),
    (b'{"a":' * 13 + b"1" + b"}" * 13, 400),
    (b"[" * 100_000, 400),
    (b'{"a":' * 50_000, 400),
    (b"a=" + _TEXT + b"&b=1", 400),
    (b"<?xml version='1.0'?><a>" + _TEXT + b"</a>", 400),
    (b"null" + _TEXT, 400),
    (_LONG, 413),
    (b" " * 262_143 + b"{}", 413),
    (b"[" * 262_145, 413),
    (b"[]", 422),
    (b'[{"' + _TEXT + b'": 1}]', 422),
    (b"null", 422),
    (b"true", 422),
    (b"-0", 422),
    (b'"' + _TEXT + b'"', 422),
    (b"{}", 422),
    (b'{"' + _TEXT + b'": "' + _TEXT + b'"}', 422),
    (b'{"__proto__": {"' + _TEXT + b'": 1}, "": null}', 422),
    (b'{"a": 0e999999999}', 422),
)

_NEVER_VALID: tuple[Any, ...] = (
    {CANARY: [CANARY]},
    [[CANARY]],
    True,
    10**29,
    -0.001,
    f"{CANARY} " * 1_500,
)
"""Fit for no member of any body."""

_PROOF = {"init_data": f"user={CANARY}&hash={'0' * 64}"}
_BODIES: Mapping[str, Json] = {
    "/auth/register": a_registration(email="a@b.ru", agency_name="Дом", telegram_auth_data=_PROOF),
    "/auth/telegram": {"telegram_auth_data": _PROOF},
    "/leads": a_lead(client_name="Анна", client_contacts="+7", notes="нет", additional_requirements="нет"),
    "/properties": a_property(photos=["https://a.ru/1.jpg"], description="Дом"),
    "action": {"action": "LIKE", "proposed_commission": 50, "notes": "Добрый день"},
}


def a_body(route: Route) -> Json:
    """One that is valid, with every member."""
    return _BODIES["action" if route.path.endswith("action") else route.path.partition("/{")[0]]


def spoilt(body: Json, value: Any) -> Iterator[tuple[str, Json]]:
    """The body with the value in place of one member, of any depth; each time another."""
    for name, member in body.items():
        yield name, body | {name: value}
        if isinstance(member, dict) and name != "telegram_auth_data":
            yield from ((f"{name}.{inner}", body | {name: changed}) for inner, changed in spoilt(member, value))


def with_bodies() -> Iterator[Hostile]:
    for route in ROUTES:
        if not route.takes_body:
            continue
        headers = JSON if route.public else BEARER + JSON
        for number, (sent, status) in enumerate(RAW_BODIES):
            what = f"{route.key}: raw body {number}"
            yield Hostile(what, status, route.method, route.path, headers=headers, body=sent)
        for number, value in enumerate(_NEVER_VALID):
            for name, body in spoilt(a_body(route), value):
                sent = json.dumps(body, ensure_ascii=False).encode()
                what = f"{route.key}: {name} is never-valid {number}"
                yield Hostile(what, 422, route.method, route.path, headers=headers, body=sent)


def with_bodies_nobody_reads() -> Iterator[Hostile]:
    for sent in (CANARY.encode(), b"\xff", b"[" * 100_000, _LONG):
        for headers in (BEARER, BEARER + JSON):
            yield Hostile("read-all, a body", 200, "POST", "/notifications/read-all", "", headers, sent)
