"""How AWS is asked, and how long that may take: see docs/decisions/0005-time-for-a-request.md."""

import os

from botocore.config import Config
from botocore.exceptions import ClientError

REQUEST_SECONDS = 11.0
"""No call begins later than this after its request: with the longest call below, an answer is there
within 26 s.
"""

RESEND_SECONDS = 5.0
"""No resend begins later than this after its first try: with the longest call below, it commits
within 20 s.
"""
CLIENT = Config(
    connect_timeout=1,
    read_timeout=float(os.environ.get("STORE_TIMEOUT_S", "2.5")),
    retries={"mode": "standard", "total_max_attempts": 3},
    tcp_keepalive=True,
)
"""Attempts × time-outs and the pauses between them stay under 15 s."""
BUSY_CODES = {
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingException",
    "TransactionInProgressException",
}
REFUSED = {"ConditionalCheckFailedException", "TransactionConflictException"}
"""What a single write says where its condition did not hold, or a transaction has the item."""
CONTENDED = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
"""Why a transaction is cancelled that may be sent again."""


def reasons(error: ClientError) -> set[str | None]:
    """Return why a transaction was cancelled."""
    return {reason.get("Code") for reason in error.response.get("CancellationReasons", ())}
