"""How AWS is asked, and how long that may take: see docs/decisions/0005-time-for-a-request.md."""

import os
from typing import Any

from cobroke.storage.connections import CONNECT_SECONDS
from cobroke.storage.lean_client import SERVER_FAULT, LeanClient
from cobroke.storage.signer import PROTOCOLS

REQUEST_SECONDS = 11.0
"""No call begins later than this after its request: with the longest call below, an answer is there
within 26 s.
"""

RESEND_SECONDS = 5.0
"""No resend begins later than this after its first try: with the longest call below, it commits
within 20 s.
"""
ATTEMPTS = 3
READ_TIMEOUT_S = float(os.environ.get("STORE_TIMEOUT_S", "2.5"))
"""Attempts × time-outs and the pauses between them stay under 15 s."""
BUSY_CODES = frozenset(
    {
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)
REFUSED = {"ConditionalCheckFailedException", "TransactionConflictException"}
"""What a single write says where its condition did not hold, or a transaction has the item."""
CONTENDED = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
"""Why a transaction is cancelled that may be sent again."""


def connect(  # boto3's own shapes, whichever it is
    service: str, read_timeout: float = READ_TIMEOUT_S, attempts: int = ATTEMPTS
) -> Any:  # noqa: ANN401
    """Make a client of `dynamodb`, `sqs` or `ssm`: the lean one where STORE_CLIENT is `lean`, else
    boto3's, whose import alone takes longer than all the rest of a function. Of what speaks another
    protocol, `scheduler`, it is boto3's.
    """
    if os.environ.get("STORE_CLIENT") == "lean" and service in PROTOCOLS:
        return LeanClient(service, read_timeout=read_timeout, attempts=attempts, busy=BUSY_CODES)
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=read_timeout,
        retries={"mode": "standard", "total_max_attempts": attempts},
        tcp_keepalive=True,
    )
    return boto3.client(service, config=config)  # type: ignore[call-overload]


def code(error: Exception) -> str:
    """Return the code of AWS's refusal; empty where it is none."""
    return str(_response(error).get("Error", {}).get("Code", ""))


def reasons(error: Exception) -> set[str | None]:
    """Return why a transaction was cancelled; empty where it was not."""
    return {reason.get("Code") for reason in _response(error).get("CancellationReasons", ())}


def is_busy(error: Exception) -> bool:
    """Tell whether AWS gave no answer, or is to be asked again later."""
    # Where all goes well a function starts without these.
    from botocore.exceptions import ConnectionError as ConnectFailed  # noqa: PLC0415
    from botocore.exceptions import HTTPClientError  # noqa: PLC0415

    if isinstance(error, HTTPClientError | ConnectFailed) or code(error) in BUSY_CODES:
        return True
    # What stands before AWS's services answers in words of its own.
    status = _response(error).get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return bool(status >= SERVER_FAULT)


def _response(error: Exception) -> dict[str, Any]:
    return getattr(error, "response", None) or {}
