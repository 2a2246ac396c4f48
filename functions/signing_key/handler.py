"""The custom resource behind the tokens: makes an Ed25519 key pair once, and never replaces or
deletes one.

Create and Update answer with the key that is there, or make it; Delete, a rollback's too, does
nothing. The private key is put before the public one, under a name of its own: whoever's public key
is there first has its private key.
"""

import base64
import hashlib
import json
import os
import time
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.parameters import SSMProvider
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ANSWER_TIMEOUT_S = 20
SPREADING_S = 38
"""For how long IAM may take to spread a right: with the answer less than the function's minute."""
PAUSE_S = 2

logger = Logger(service="signing_key", utc=True)
ssm = SSMProvider().client

type Event = Mapping[str, Any]


def handler(event: Event, context: Any) -> None:  # noqa: ANN401, ARG001 - Lambda's own
    """Answer CloudFormation, whatever happens: without an answer the deploy waits until its time is
    up.
    """
    name = event["ResourceProperties"]["KeyName"]
    answer: dict[str, Any] = {"Status": "SUCCESS", "PhysicalResourceId": f"signing-key-{name}"}
    if event["RequestType"] != "Delete":
        try:
            answer["Data"] = _key(name)
        except Exception as failure:  # noqa: BLE001 - CloudFormation is told of every one
            kind = type(failure).__name__
            logger.error("no key", key_name=name, kind=kind)  # noqa: TRY400 - never its text
            answer |= {"Status": "FAILED", "Reason": f"{kind} while making the signing key {name}"}
    _answer(event, answer)


def _key(name: str) -> dict[str, str]:
    """The id, the public key and where the private one lies."""
    known = _once_allowed(lambda: _published(name) or _publish(name))
    return {
        "KeyId": known["kid"],
        "Key": known["key"],
        "Parameter": _private_name(name, known["kid"]),
    }


def _once_allowed[Result](attempt: Callable[[], Result]) -> Result:
    """Return what it returns. A new right is not everywhere at once: where IAM refuses, it is tried
    again for a while.
    """
    until = time.monotonic() + SPREADING_S
    while True:
        try:
            return attempt()
        except ssm.exceptions.ClientError as error:
            denied = error.response["Error"]["Code"] == "AccessDeniedException"
            if not denied or time.monotonic() + PAUSE_S > until:
                raise
            time.sleep(PAUSE_S)


def _published(name: str) -> dict[str, str] | None:
    try:
        found = ssm.get_parameter(Name=_public_name(name))
    except ssm.exceptions.ParameterNotFound:
        return None
    known: dict[str, str] = json.loads(found["Parameter"]["Value"])
    return known


def _publish(name: str) -> dict[str, str]:
    made = Ed25519PrivateKey.generate()
    public = made.public_key().public_bytes_raw()
    kid = _text(hashlib.sha256(public).digest()[:9])
    private = _text(made.private_bytes_raw())
    ssm.put_parameter(
        Name=_private_name(name, kid), Value=private, Type="SecureString", Overwrite=False
    )
    key = {"kid": kid, "key": _text(public)}
    try:
        ssm.put_parameter(
            Name=_public_name(name), Value=json.dumps(key), Type="String", Overwrite=False
        )
    except ssm.exceptions.ParameterAlreadyExists:
        # Another was faster: its key is the one, and ours signs nothing, ever.
        return _published(name) or key
    logger.info("key made", key_name=name, kid=kid)
    return key


def _private_name(name: str, kid: str) -> str:
    return f"{os.environ['PRIVATE_KEYS']}/{name}/{kid}"


def _public_name(name: str) -> str:
    return f"{os.environ['PUBLIC_KEYS']}/{name}"


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _answer(event: Event, answer: Mapping[str, Any]) -> None:
    same = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    request = urllib.request.Request(  # noqa: S310 - CloudFormation's own URL
        event["ResponseURL"],
        json.dumps(same | dict(answer)).encode(),
        {"Content-Type": ""},
        method="PUT",
    )
    with urllib.request.urlopen(request, timeout=ANSWER_TIMEOUT_S):  # noqa: S310  # nosec B310
        pass
