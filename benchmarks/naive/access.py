"""Who calls: pyjwt checks the token, and its version is remembered for 30 s as ours is."""

import base64
import json
import os
import time
from typing import Annotated

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi import Depends, Header, HTTPException  # type: ignore[import-not-found]

from benchmarks.naive import table

REMEMBERED_S = 30
_KEYS = {
    name: Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(f"{key}="))
    for name, key in json.loads(os.environ["PUBLIC_KEYS"]).items()
}
_CLAIMS = ["iss", "aud", "sub", "iat", "nbf", "exp", "jti", "ver"]
_versions: dict[str, tuple[int, float]] = {}


def _caller(authorization: Annotated[str, Header()]) -> str:
    try:
        token = authorization.removeprefix("Bearer ")
        claims = jwt.decode(
            token,
            _KEYS[jwt.get_unverified_header(token)["kid"]],
            algorithms=["EdDSA"],
            audience="cobroke-api",
            issuer=f"cobroke/{os.environ['STAGE']}",
            leeway=5,
            options={"require": _CLAIMS},
        )
    except (KeyError, jwt.InvalidTokenError):
        raise HTTPException(401) from None
    realtor_id: str = claims["sub"]
    if claims["ver"] != _version(realtor_id):
        raise HTTPException(401)
    return realtor_id


def _version(realtor_id: str) -> int:
    version, read_at = _versions.get(realtor_id, (0, 0.0))
    if time.time() - read_at > REMEMBERED_S:
        realtor = table.get(f"REALTOR#{realtor_id}", "PROFILE")
        if realtor is None:
            raise HTTPException(401)
        version = int(realtor["token_version"])
        _versions[realtor_id] = version, time.time()
    return version


Caller = Annotated[str, Depends(_caller)]
