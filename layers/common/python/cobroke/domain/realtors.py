"""Realtors: what Telegram proves of them."""

from typing import NamedTuple


class Proof(NamedTuple):
    """A verified identity: the Telegram id in decimal, the names at that moment, and the moment (s
    since 1970).
    """

    telegram_id: str
    name: str | None
    username: str | None
    auth_date: int
