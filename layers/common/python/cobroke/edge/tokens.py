"""Access tokens: JWTs signed with Ed25519. Only the auth function can sign; every function can
verify.
"""

import base64
from collections.abc import Mapping
from typing import Any, NamedTuple

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from cobroke.domain.errors import Unauthorized
from cobroke.domain.ids import is_realtor_id

LIFETIME_S = 24 * 3600
LEEWAY_S = 5
AUDIENCE = "cobroke-api"
_ALGORITHM = "EdDSA"
_MAX_BYTES = 2048
_CLAIMS = ["iss", "aud", "sub", "iat", "nbf", "exp", "jti", "ver"]


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
    key = Ed25519PrivateKey.from_private_bytes(_bytes(private_key))
    return jwt.encode(claims, key, algorithm=_ALGORITHM, headers={"kid": key_id})


def verify(token: str, public_keys: Mapping[str, str], stage: str) -> Claim:
    """Return what the token says. The key comes from `public_keys` (key id → 32 bytes in base64url)
    alone. Raises Unauthorized.
    """
    try:
        return _verify(token, public_keys, stage)
    except Exception:  # noqa: BLE001 - whatever is wrong with a token, the answer is the same
        raise Unauthorized from None


def _verify(token: str, public_keys: Mapping[str, str], stage: str) -> Claim:
    if len(token) > _MAX_BYTES:
        raise Unauthorized
    key_id = jwt.get_unverified_header(token)["kid"]
    claims: dict[str, Any] = jwt.decode(
        token,
        Ed25519PublicKey.from_public_bytes(_bytes(public_keys[key_id])),
        algorithms=[_ALGORITHM],
        audience=AUDIENCE,
        issuer=issuer(stage),
        leeway=LEEWAY_S,
        options={"require": _CLAIMS, "strict_aud": True},
    )
    whole = all(type(claims[name]) is int for name in ("iat", "nbf", "exp", "ver"))
    if not whole or claims["exp"] - claims["iat"] > LIFETIME_S or not is_realtor_id(claims["sub"]):
        raise Unauthorized
    return Claim(claims["sub"], claims["ver"])


def _bytes(key: str) -> bytes:
    """Decode a key of 43 letters, which want one more."""
    return base64.urlsafe_b64decode(key + "=")
