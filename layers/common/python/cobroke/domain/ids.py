"""Ids: opaque outside. Inside, an object's id begins with its creation time and ends with its owner's id.

A realtor's id is 8 random bytes; an object's is 16: 6 of time (ms since 1970), 2 random, 8 of its owner.
Written in base32hex, which sorts as its bytes do: a newer object's id sorts later.
"""

import base64
import binascii

REALTOR_BYTES = 8
OBJECT_BYTES = 16


def _write(raw: bytes) -> str:
    return base64.b32hexencode(raw).decode().rstrip("=").lower()


def _read(text: str, length: int) -> bytes | None:
    """The bytes of an id in its one spelling, or None."""
    try:
        raw = base64.b32hexdecode(text.upper() + "=" * (-len(text) % 8))
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == length and _write(raw) == text else None


def realtor_id(entropy: bytes) -> str:
    """From 8 random bytes."""
    return _write(entropy)


def object_id(created_at: int, entropy: bytes, owner: str) -> str:
    """From the time of creation in ms, 2 random bytes and the id of the owner."""
    return _write(created_at.to_bytes(6) + entropy + base64.b32hexdecode(owner.upper() + "==="))


def is_realtor_id(text: str) -> bool:
    return _read(text, REALTOR_BYTES) is not None


def is_object_id(text: str) -> bool:
    return _read(text, OBJECT_BYTES) is not None


def owner_of(an_object: str) -> str:
    """The id of the realtor who owns the lead or property with this (well-formed) id."""
    return _write(_bytes_of(an_object)[OBJECT_BYTES - REALTOR_BYTES :])


def created_at(an_object: str) -> int:
    """When the lead or property with this (well-formed) id was created, in ms since 1970."""
    return int.from_bytes(_bytes_of(an_object)[:6])


def _bytes_of(an_object: str) -> bytes:
    return base64.b32hexdecode(an_object.upper() + "======")
