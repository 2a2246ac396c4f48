"""Secrets, from SSM's SecureStrings, remembered for five minutes. What a role may not read, its
function cannot.
"""

from cobroke.clock import now_ms
from cobroke.domain.errors import Busy
from cobroke.storage import client

REMEMBERED_MS = 300_000
ssm = client.connect("ssm")
"""In as little time as the table, so that a request is answered before the gateway gives up."""
_remembered: dict[str, tuple[str, int]] = {}


def secret(parameter: str) -> str:
    """Return the text of a SecureString. Raises Busy where it cannot be had now."""
    text, read_at = _remembered.get(parameter, ("", 0))
    now = now_ms()
    if not 0 <= now - read_at <= REMEMBERED_MS:
        text = _read(parameter)
        _remembered[parameter] = text, now
    return text


def _read(parameter: str) -> str:
    try:
        return str(ssm.get_parameter(Name=parameter, WithDecryption=True)["Parameter"]["Value"])
    except Exception as error:
        if client.is_busy(error) or client.code(error):
            raise Busy from None
        raise
