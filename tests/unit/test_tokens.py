"""Access tokens: what one holds, and every way in which another is not one. Each hostile token is
rightly signed, or right but for its signature.
"""

import base64
import hmac
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cobroke.domain.errors import Unauthorized
from cobroke.edge import tokens
from cobroke.edge.tokens import LIFETIME_S, Claim

type Json = dict[str, Any]

NOW = 1_764_000_000
KEY, STRANGER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
REALTOR = "0123456789abe"
CLAIMS = {
    "iss": "cobroke/test",
    "aud": "cobroke-api",
    "sub": REALTOR,
    "iat": NOW,
    "nbf": NOW,
    "exp": NOW + LIFETIME_S,
    "jti": "unique",
    "ver": 3,
}
HEADER = {"alg": "EdDSA", "typ": "JWT", "kid": "ours"}


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


PUBLIC = text(KEY.public_key().public_bytes_raw())
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
JWK = {"kty": "OKP", "crv": "Ed25519", "x": text(STRANGER.public_key().public_bytes_raw())}
KEYS = {"ours": PUBLIC}


@pytest.fixture(autouse=True)
def _at_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cobroke.edge.tokens.time.time", lambda: NOW)


def unsigned(claims: Any, header: Any) -> str:
    return ".".join(text(json.dumps(part).encode()) for part in (header, claims))


def signed(claims: Any, header: Any = HEADER, key: Ed25519PrivateKey = KEY) -> str:
    what = unsigned(claims, header)
    return f"{what}.{text(key.sign(what.encode()))}"


def mac(secret: bytes) -> str:
    what = unsigned(CLAIMS, HEADER | {"alg": "HS256"})
    return f"{what}.{text(hmac.digest(secret, what.encode(), 'sha256'))}"


def changed(**claims: Any) -> str:
    return signed(CLAIMS | claims)


def headed(**header: Any) -> str:
    return signed(CLAIMS, HEADER | header)


def without(name: str) -> Json:
    return {claim: value for claim, value in CLAIMS.items() if claim != name}


def is_refused(token: str, keys: Json = KEYS) -> bool:
    try:
        tokens.verify(token, keys, "test")
    except Unauthorized:
        return True
    return False


def test_a_token_says_who_and_of_which_version_for_a_day() -> None:
    token = tokens.sign(
        Claim(REALTOR, 3), "ours", text(KEY.private_bytes_raw()), "test", NOW, "unique"
    )
    header, claims = (
        json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]
    )
    assert (header, claims) == (HEADER, CLAIMS)
    assert tokens.verify(token, KEYS, "test") == Claim(REALTOR, 3)


def test_the_tokens_of_these_tests_verify_but_for_what_is_wrong_with_them() -> None:
    assert tokens.verify(signed(CLAIMS), {"other": JWK["x"]} | KEYS, "test") == Claim(REALTOR, 3)
    assert not is_refused(changed(more=[1]))


@pytest.mark.parametrize("claim", CLAIMS)
def test_no_claim_may_be_missing(claim: str) -> None:
    assert is_refused(signed(without(claim)))
    assert is_refused(changed(**{claim: None}))


HOSTILE = {
    "of another stage": changed(iss="cobroke/prod"),
    "of an issuer that begins alike": changed(iss="cobroke/test2"),
    "of a list of issuers": changed(iss=["cobroke/test"]),
    "for somebody else": changed(aud="cobroke"),
    "for a list with us in it": changed(aud=["cobroke-api"]),
    "for an empty list": changed(aud=[]),
    "of a subject that is no realtor": changed(sub="anna"),
    "of an object": changed(sub="0" * 26),
    "of a realtor in upper case": changed(sub=REALTOR.upper()),
    "of a number": changed(sub=123),
    "of a list of realtors": changed(sub=[REALTOR]),
    "of version true": changed(ver=True),
    "of version 3.0": changed(ver=3.0),
    "of version '3'": changed(ver="3"),
    "of a list of versions": changed(ver=[3]),
    "begun at a fraction": changed(iat=NOW + 0.5),
    "begun in words": changed(iat=str(NOW)),
    "valid from a fraction": changed(nbf=NOW - 0.5),
    "valid from, in words": changed(nbf=str(NOW)),
    "valid until a fraction": changed(exp=NOW + 60.5),
    "valid until, in words": changed(exp=str(NOW + 60)),
    "valid from true": changed(nbf=True),
    "for a second more than a day": changed(exp=NOW + LIFETIME_S + 1),
    "for ever": changed(exp=2**62),
    "for a day, begun in the past by its word": changed(iat=NOW - 1, exp=NOW + LIFETIME_S),
    "expired": changed(iat=NOW - LIFETIME_S, exp=NOW - 5),
    "not yet valid": changed(nbf=NOW + 6),
    "not yet begun": changed(iat=NOW + 6),
    "with a number for its name": changed(jti=7),
    "of a list": signed([CLAIMS]),
    "of a text": signed("claims"),
    "of an unknown key": headed(kid="other"),
    "of no key": signed(CLAIMS, {"alg": "EdDSA", "typ": "JWT"}),
    "of a null key": headed(kid=None),
    "of key 0": headed(kid=0),
    "of a list of keys": headed(kid=["ours"]),
    "of a key by its path": headed(kid="./ours"),
    "of a blank key": headed(kid=""),
    "of a stranger's key": signed(CLAIMS, HEADER, STRANGER),
    "of a stranger's key, brought along": signed(CLAIMS, HEADER | {"jwk": JWK}, STRANGER),
    "of a stranger's key, to be fetched": signed(
        CLAIMS, HEADER | {"jku": "https://example.com/keys"}, STRANGER
    ),
    "of a stranger's certificate": signed(
        CLAIMS, HEADER | {"x5u": "https://example.com/key.pem"}, STRANGER
    ),
    "with an extension that must be understood": headed(crit=["exp"]),
    "with its payload apart": headed(b64=False, crit=["b64"]),
    "without an algorithm": signed(CLAIMS, {"typ": "JWT", "kid": "ours"}),
    "of algorithm none": unsigned(CLAIMS, HEADER | {"alg": "none"}) + ".",
    "of algorithm None": unsigned(CLAIMS, HEADER | {"alg": "None"}) + ".",
    "of algorithm none, signed": headed(alg="none"),
    "of algorithm RS256": headed(alg="RS256"),
    "of algorithm ES256": headed(alg="ES256"),
    "of algorithm Ed25519": headed(alg="Ed25519"),
    "of algorithm eddsa": headed(alg="eddsa"),
    "of a list of algorithms": headed(alg=["EdDSA"]),
    "with the public key for a secret": mac(KEY.public_key().public_bytes_raw()),
    "with the public key's text for a secret": mac(PUBLIC.encode()),
    "with the public key's PEM for a secret": mac(PEM),
    "unsigned": signed(CLAIMS).rpartition(".")[0] + ".",
    "with another's signature": signed(CLAIMS).rpartition(".")[0]
    + "."
    + changed(ver=4).rpartition(".")[2],
    "with another's claims": ".".join(
        own if place != 1 else other
        for place, (own, other) in enumerate(
            zip(signed(CLAIMS).split("."), changed(ver=4).split("."), strict=True)
        )
    ),
    "nothing": "",
    "a dot": ".",
    "three empty parts": "..",
    "one part": "token",
    "two parts": signed(CLAIMS).rpartition(".")[0],
    "four parts": signed(CLAIMS) + ".AAAA",
    "a header that is no JSON": "AAAA." + signed(CLAIMS).partition(".")[2],
    "a header that is a list": signed(CLAIMS, [HEADER]),
    "a letter beyond ASCII": signed(CLAIMS) + "é",
    "letters beyond ASCII within": signed(CLAIMS)[:-3] + "éé" + signed(CLAIMS)[-3:],
    "half of a surrogate pair": signed(CLAIMS) + "\ud800",
    "a space before": " " + signed(CLAIMS),
    "spaces after": signed(CLAIMS) + "    ",
    "a newline after": signed(CLAIMS) + "\n",
    "a comma and another": f"{signed(CLAIMS)},{signed(CLAIMS)}",
    "more after the signature": signed(CLAIMS) + "AAAA",
}


@pytest.mark.parametrize("token", HOSTILE.values(), ids=HOSTILE)
def test_a_token_that_is_none_is_refused(token: str) -> None:
    assert is_refused(token)


@pytest.mark.parametrize(
    "header", [{"jwk": JWK}, {"jku": "https://example.com"}, {"x5u": "https://example.com"}]
)
def test_a_key_that_a_token_brings_along_is_not_looked_at(header: Json) -> None:
    assert not is_refused(headed(**header))


def test_clocks_may_differ_by_five_seconds() -> None:
    assert not is_refused(changed(iat=NOW - LIFETIME_S, exp=NOW - 4))
    assert not is_refused(changed(nbf=NOW + 5))
    assert not is_refused(changed(iat=NOW + 5))


def _of_length(length: int) -> str:
    """A right token of `length` letters: base64 leaves gaps, so both parts are filled up."""
    tries = (
        signed(CLAIMS | {"more": "x" * fill}, HEADER | {"more": "x" * odd})
        for odd in range(3)
        for fill in range(1400)
    )
    return next(token for token in tries if len(token) == length)


def test_a_token_has_at_most_2048_letters() -> None:
    assert not is_refused(_of_length(2048))
    assert is_refused(_of_length(2049))


@pytest.mark.parametrize("key", ["", "AAAA", "no base64 at all!", None, 7])
def test_whatever_goes_wrong_the_token_is_refused(key: Any) -> None:
    assert is_refused(signed(CLAIMS), {"ours": key})


def test_a_library_reads_what_we_sign_and_we_what_it_signs() -> None:
    private = text(KEY.private_bytes_raw())
    ours = tokens.sign(Claim(REALTOR, 3), "ours", private, "test", NOW, "unique")
    unchecked: Any = {"verify_exp": False, "verify_aud": False}
    assert jwt.decode(ours, KEY.public_key(), ["EdDSA"], options=unchecked) == CLAIMS
    theirs = jwt.encode(CLAIMS, KEY, "EdDSA", {"kid": "ours"})
    assert tokens.verify(theirs, KEYS, "test") == Claim(REALTOR, 3)


def test_a_token_has_one_spelling() -> None:
    """64 bytes fill 86 letters but for the last four bits."""
    right = signed(CLAIMS)
    others = [f"{right[:-1]}{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0189-_"]
    assert [other for other in others if not is_refused(other)] == [right] * (right in others)


def test_any_error_on_the_way_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("secret text")

    monkeypatch.setattr("cobroke.edge.tokens.json.loads", broken)
    with pytest.raises(Unauthorized) as refused:
        tokens.verify(signed(CLAIMS), KEYS, "test")
    assert (str(refused.value), refused.value.__cause__) == ("", None)
