"""Secrets, from SSM's SecureStrings, remembered for five minutes. What a role may not read, its function cannot."""

from aws_lambda_powertools.utilities.parameters import SSMProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.config import Config

from cobroke.domain.errors import Busy

REMEMBERED_S = 300
provider = SSMProvider(
    boto_config=Config(connect_timeout=1, read_timeout=2.5, retries={"mode": "standard", "total_max_attempts": 3})
)
"""In as little time as the table, so that a request is answered before the gateway gives up."""


def secret(parameter: str) -> str:
    """The text of a SecureString, or Busy where it cannot be had now."""
    try:
        return str(provider.get(parameter, decrypt=True, max_age=REMEMBERED_S))
    except GetParameterError:
        raise Busy from None
