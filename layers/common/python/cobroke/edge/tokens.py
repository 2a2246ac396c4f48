"""Access tokens: JWTs (RFC 7519) signed with Ed25519 (RFC 8037), and no others. Only the auth
function can sign; every function can verify.
"""

import base64
import json
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from cobroke.domain.errors import Unauthorized
from cobroke.domain.ids import is_realtor_id

LIFETIME_S = 24 * 3600
LEEWAY_S = 5
AUDIENCE = "cobroke-api"
_ALGORITHM = "EdDSA"
_MAX_BYTES = 2048


class Claim(NamedTuple):
    """What a verified token says: a realtor, as of a version of their tokens."""

    realtor_id: str
    token_version: int


def issuer(stage: str) -> str:
    return f"cobroke/{stage}"


def sign(claim: Claim, key_id: str, private_key: str, stage: str, now: int, unique: str) -> str:
    """Make a token of 24 h from `now` (s since 1970). `private_key` is 32 bytes in base64url."""
    claims = {
        "iss": issuer(stage),
        "aud": AUDIENCE,
        "sub": claim.realtor_id,
        "iat": now,
        "nbf": now,
        "exp": now + LIFETIME_S,
        "jti": unique,
        "ver": claim.token_version,
    }
    header = {"alg": _ALGORITHM, "kid": key_id, "typ": "JWT"}
    told = f"{_text(header)}.{_text(claims)}"
    key = Ed25519PrivateKey.from_private_bytes(_bytes(private_key))
    return f"{told}.{_base64url(key.sign(told.encode()))}"


def verify(token: str, public_keys: Mapping[str, str], stage: str) -> Claim:
    """Return what the token says. The key comes from `public_keys` (key id → 32 bytes in base64url)
    alone. Raises Unauthorized.
    """
    try:
        return _verify(token, public_keys, stage)
    except Exception:  # noqa: BLE001 - whatever is wrong with a token, the answer is the same
        raise Unauthorized from None


def _verify(token: str, public_keys: Mapping[str, str], stage: str) -> Claim:
    """Check the signature before anything is believed, but which of our keys it should be of."""
    if len(token) > _MAX_BYTES:
        raise Unauthorized
    told, _, signature = token.rpartition(".")
    header, claims = map(_said, told.split("."))
    if header["alg"] != _ALGORITHM or "crit" in header:
        raise Unauthorized
    key = Ed25519PublicKey.from_public_bytes(_bytes(public_keys[header["kid"]]))
    key.verify(_bytes(signature), told.encode())
    whole = all(type(claims[name]) is int for name in ("iat", "nbf", "exp", "ver"))
    if not whole or not _is_ours(claims, stage) or not _is_now(claims, time.time()):
        raise Unauthorized
    return Claim(claims["sub"], claims["ver"])


def _is_ours(claims: Mapping[str, Any], stage: str) -> bool:
    return (
        claims["iss"] == issuer(stage)
        and claims["aud"] == AUDIENCE
        and isinstance(claims["jti"], str)
        and is_realtor_id(claims["sub"])
    )


def _is_now(claims: Mapping[str, int], now: float) -> bool:
    return (
        max(claims["iat"], claims["nbf"]) <= now + LEEWAY_S
        and now - LEEWAY_S < claims["exp"] <= claims["iat"] + LIFETIME_S
    )


def _text(part: Mapping[str, Any]) -> str:
    return _base64url(json.dumps(part, separators=(",", ":")).encode())


def _said(part: str) -> Any:  # noqa: ANN401 - whatever somebody wrote
    return json.loads(_bytes(part))


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _bytes(text: str) -> bytes:
    """Decode base64url without padding. Raises ValueError for what encoding does not write."""
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _base64url(raw) != text:
        raise ValueError(len(text))
    return raw
