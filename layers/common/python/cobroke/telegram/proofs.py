"""Proofs of identity from Telegram, checked as Telegram documents them.

Mini Apps: https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app
Login Widget: https://core.telegram.org/widgets/login#checking-authorization
A proof that does not verify raises BadProof, whose reason is for the log alone.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_to_bytes

from cobroke.domain.errors import Malformed
from cobroke.domain.realtors import Proof
from cobroke.domain.texts import line
from cobroke.exact_json import loads_strictly

MINI_APP_AGE_S = 24 * 3600
WIDGET_AGE_S = 3600
AHEAD_S = 30
_MAX_BYTES = 8 * 1024
_MAX_FIELDS = 32
_MAX_ID = 2**52 - 1
_MINI_APP_NEEDS = {"user", "auth_date", "hash"}
_WIDGET_NEEDS = {"id", "auth_date", "hash"}
_WIDGET_KNOWS = _WIDGET_NEEDS | {"first_name", "last_name", "username", "photo_url"}
_KEY = re.compile(r"[a-z_]{1,32}")
_HASH = re.compile(r"[0-9a-f]{64}")
_WHOLE = re.compile(r"[1-9][0-9]{0,15}")


class BadProof(Exception):
    """The proof does not verify."""


def verify(auth_data: dict[str, Any], bot_token: str, now: int) -> Proof:
    """Find the identity proven by `telegram_auth_data` at `now` (s since 1970). Raises BadProof."""
    init_data = auth_data.get("init_data")
    if isinstance(init_data, str):
        return _of_mini_app(init_data, bot_token, now)
    return _of_widget(auth_data, bot_token, now)


def _of_mini_app(init_data: str, bot_token: str, now: int) -> Proof:
    fields = _parse(init_data)
    _must_have(fields, _MINI_APP_NEEDS)
    secret = hmac.digest(b"WebAppData", bot_token.encode(), hashlib.sha256)
    _check_hash(fields, secret)
    auth_date = _fresh(fields["auth_date"], MINI_APP_AGE_S, now)
    try:
        user = loads_strictly(fields["user"].encode())
    except Malformed:
        raise BadProof("user is not JSON") from None
    if not isinstance(user, dict) or user.get("is_bot", False) is not False:
        raise BadProof("user is no person")
    identity = user.get("id")
    if type(identity) is not int:
        raise BadProof("id is no integer")
    return _proof(identity, user, auth_date)


def _of_widget(given: dict[str, Any], bot_token: str, now: int) -> Proof:
    sent = {name: value for name, value in given.items() if value is not None}
    if not sent.keys() <= _WIDGET_KNOWS:
        raise BadProof("a field is unknown")
    _must_have(sent, _WIDGET_NEEDS)
    if not all(type(value) in (str, int) for value in sent.values()):
        raise BadProof("a value is neither text nor integer")
    fields = {name: str(value) for name, value in sent.items()}
    if any("\n" in value for value in fields.values()):
        raise BadProof("a value has a newline")
    _must_be_short("".join(fields.values()))
    _check_hash(fields, hashlib.sha256(bot_token.encode()).digest())
    auth_date = _fresh(fields["auth_date"], WIDGET_AGE_S, now)
    if not _WHOLE.fullmatch(fields["id"]):
        raise BadProof("id is no integer")
    return _proof(int(fields["id"]), fields, auth_date)


def _parse(init_data: str) -> dict[str, str]:
    """Return the fields of a query string, decoded once, in strict UTF-8. Raises BadProof."""
    _must_be_short(init_data)
    parts = init_data.split("&")
    if len(parts) > _MAX_FIELDS:
        raise BadProof("too many fields")
    fields: dict[str, str] = {}
    for part in parts:
        name, equals, value = part.partition("=")
        if not equals or not _KEY.fullmatch(name):
            raise BadProof("a key is odd")
        if name in fields:
            raise BadProof("a key stands twice")
        try:
            decoded = unquote_to_bytes(value.replace("+", " ")).decode()
        except UnicodeDecodeError:
            raise BadProof("not UTF-8") from None
        if "\n" in decoded:
            raise BadProof("a value has a newline")
        fields[name] = decoded
    return fields


def _must_be_short(text: str) -> None:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise BadProof("not UTF-8") from None
    if size > _MAX_BYTES:
        raise BadProof("too long")


def _must_have(fields: Mapping[str, Any], names: set[str]) -> None:
    if not names <= fields.keys():
        raise BadProof("a field is missing")


def _check_hash(fields: dict[str, str], secret: bytes) -> None:
    claimed = fields["hash"]
    if not _HASH.fullmatch(claimed):
        raise BadProof("hash has no form")
    lines = sorted(f"{name}={value}" for name, value in fields.items() if name != "hash")
    expected = hmac.digest(secret, "\n".join(lines).encode(), hashlib.sha256).hex()
    if not hmac.compare_digest(expected, claimed):
        raise BadProof("hash does not fit")


def _fresh(auth_date: str, age: int, now: int) -> int:
    if not _WHOLE.fullmatch(auth_date):
        raise BadProof("auth_date is no time")
    if not now - age <= int(auth_date) <= now + AHEAD_S:
        raise BadProof("too old, or ahead of time")
    return int(auth_date)


def _proof(identity: int, person: dict[str, Any], auth_date: int) -> Proof:
    if not 1 <= identity <= _MAX_ID:
        raise BadProof("id out of range")
    names = [
        part
        for part in (person.get("first_name"), person.get("last_name"))
        if isinstance(part, str)
    ]
    name = line(" ".join(names))
    username = person.get("username")
    return Proof(
        str(identity),
        name or None,
        username if isinstance(username, str) and username else None,
        auth_date,
    )
