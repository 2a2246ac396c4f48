"""Bodies that are no JSON, or hold what no member of theirs may be."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cobroke.edge.routes import ROUTES, Route
from tests.builders import Json, a_lead, a_property, a_registration
from tests.hostile.broken_bodies import BOM, BROKEN
from tests.hostile.request import BEARER, CANARY, JSON, Hostile

_TEXT = CANARY.encode()
_LONG = b'{"notes":"' + _TEXT * 30_000 + b'"}'

RAW_BODIES: tuple[tuple[bytes, int], ...] = (
    *((broken.body, 400) for broken in BROKEN),
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
    (BOM + b"{}", 422),
    (b'{"a": "\\\\ufffd"}', 422),
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
"""Fit for no member of any body, but True for a switch."""

_PROOF = {"init_data": f"user={CANARY}&hash={'0' * 64}"}
_BODIES: Mapping[str, Json] = {
    "/auth/register": a_registration(email="a@b.ru", agency_name="Дом", telegram_auth_data=_PROOF),
    "/auth/telegram": {"telegram_auth_data": _PROOF},
    "/me": {"phone": "+79161234567", "email": "a@b.ru", "agency_name": "Дом"},
    "/me/pushes": {
        "pushes": {
            "enabled": True,
            "time_zone": "Asia/Kolkata",
            "quiet": {"from": "22:00", "to": "08:00"},
            "daily_at": "09:30",
        }
    },
    "/leads": a_lead(
        client_name="Анна", client_contacts="+7", notes="нет", additional_requirements="нет"
    ),
    "/properties": a_property(photos=["https://a.ru/1.jpg"], description="Дом"),
    "action": {"action": "LIKE", "proposed_commission": 50, "notes": "Добрый день"},
}


def a_body(route: Route) -> Json:
    """One that is valid, with every member."""
    return _BODIES["action" if route.path.endswith("action") else route.path.partition("/{")[0]]


def spoilt(body: Json, value: Any) -> Iterator[tuple[str, Json]]:
    """The body with the value in place of one member, of any depth, each time another, but not
    of a switch that is on by True.
    """
    for name, member in body.items():
        if member is not value:
            yield name, body | {name: value}
        if isinstance(member, dict) and name != "telegram_auth_data":
            yield from (
                (f"{name}.{inner}", body | {name: changed})
                for inner, changed in spoilt(member, value)
            )


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
            yield Hostile(
                "read-all, a body", 200, "POST", "/notifications/read-all", "", headers, sent
            )
