"""Where what parts realtors lives."""

from cobroke.storage import keys
from cobroke.storage.table import Key

CHANGES = "CHANGES#BLOCKS"
"""The partition of who has blocked or unblocked whom, in order of time."""


def blocks(realtor_id: str) -> Key:
    return keys.realtor(realtor_id)[0], "BLOCKS"


def blocks_part(realtor_id: str, number: int) -> Key:
    """Return the key of a further part of those who have blocked them."""
    pk, sk = blocks(realtor_id)
    return pk, f"{sk}#{number}"


def change(ms: int, blocker: str, blocked: str) -> Key:
    return CHANGES, f"{keys.moment(ms)}#{blocker}#{blocked}"


def change_in(sort_key: str) -> tuple[int, str, str]:
    """Return when (ms) who has blocked or unblocked whom."""
    ms, blocker, blocked = sort_key.split("#")
    return int(ms), blocker, blocked
