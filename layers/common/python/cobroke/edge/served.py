"""What answers each route that was imported: the contract is written from it (tools/openapi.py)."""

from collections.abc import Callable
from typing import NamedTuple

from pydantic import BaseModel

from cobroke.domain.errors import Refusal


class Served(NamedTuple):
    """The function, the status of its answer, and why it refuses what the edge let in."""

    function: Callable[..., BaseModel | str]
    status: int
    refuses: tuple[type[Refusal], ...]
    written: type[BaseModel] | None = None
    """What its text says, where it returns JSON and no model."""


SERVED: dict[str, Served] = {}
"""By the key of ROUTES."""
