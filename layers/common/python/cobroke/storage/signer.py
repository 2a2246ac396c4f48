"""Signature Version 4: how AWS knows who asks.

https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
"""

import hashlib
import hmac
import os
import time

PROTOCOLS = {
    "dynamodb": ("DynamoDB_20120810", "application/x-amz-json-1.0"),
    "sqs": ("AmazonSQS", "application/x-amz-json-1.0"),
    "ssm": ("AmazonSSM", "application/x-amz-json-1.1"),
}
"""By the service: what an operation's name follows in `X-Amz-Target`, and the content type."""


class Signer:
    """Signs requests of one host by AWS's Signature Version 4, with the credentials of the
    environment: those of a Lambda function stay while it runs.
    """

    def __init__(self, service: str, region: str, host: str) -> None:
        self._scope = f"{region}/{service}/aws4_request"
        self._host = host
        self._target, self._content_type = PROTOCOLS[service]
        self._id = os.environ["AWS_ACCESS_KEY_ID"]
        self._secret = os.environ["AWS_SECRET_ACCESS_KEY"]
        self._token = os.environ.get("AWS_SESSION_TOKEN", "")
        self._key_of_day = "", b""

    def headers(self, operation: str, body: bytes) -> dict[str, str]:
        """Return all headers of a POST to the root of the host, signed."""
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time()))
        signed = {"content-type": self._content_type, "host": self._host, "x-amz-date": stamp}
        if self._token:
            signed["x-amz-security-token"] = self._token
        signed["x-amz-target"] = f"{self._target}.{operation}"  # in the order of names
        names = ";".join(signed)
        lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
        request = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(body).hexdigest()}"
        scope = f"{stamp[:8]}/{self._scope}"
        text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        signature = _hmac(self._key_of(stamp[:8]), text).hex()
        signed["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self._id}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        )
        return signed

    def _key_of(self, day: str) -> bytes:
        made_for, key = self._key_of_day
        if made_for != day:
            key = f"AWS4{self._secret}".encode()
            for part in (day, *self._scope.split("/")):
                key = _hmac(key, part)
            self._key_of_day = day, key
        return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
