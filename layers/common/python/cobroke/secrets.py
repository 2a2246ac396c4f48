"""Secrets, from SSM's SecureStrings, remembered for five minutes. What a role may not read, its function cannot."""

from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

from cobroke.domain.errors import Busy

REMEMBERED_S = 300


def secret(parameter: str) -> str:
    """The text of a SecureString, or Busy where it cannot be had now."""
    try:
        value: str = parameters.get_parameter(parameter, decrypt=True, max_age=REMEMBERED_S)
    except GetParameterError:
        raise Busy from None
    return value
