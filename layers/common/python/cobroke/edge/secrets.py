"""Secrets, from SSM's SecureStrings, remembered for five minutes. What a role may not read, its
function cannot.
"""

from aws_lambda_powertools.utilities.parameters import SSMProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

from cobroke.domain.errors import Busy
from cobroke.storage.client import CLIENT

REMEMBERED_S = 300
provider = SSMProvider(boto_config=CLIENT)
"""In as little time as the table, so that a request is answered before the gateway gives up."""


def secret(parameter: str) -> str:
    """Return the text of a SecureString. Raises Busy where it cannot be had now."""
    try:
        return str(provider.get(parameter, decrypt=True, max_age=REMEMBERED_S))
    except GetParameterError:
        raise Busy from None
