"""Ids: opaque outside. Inside, an object's begins with its creation time and ends with its owner's.

A realtor's id is 8 random bytes; an object's is 16: 6 of time (ms since 1970), 2 random, 8 of its
owner. Written in base32hex, which sorts as its bytes do: a newer object's id sorts later.
"""

import re
from collections.abc import Callable, Mapping

REALTOR_BYTES = 8
POSTING_BYTES = 16
OWNERS_ALONE = -12
"""From here on the characters of a posting's id hold nothing but its owner's."""
_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_SHIFTS = {13: range(50, -1, -10), 26: range(120, -1, -10)}
"""Where the pairs of so many digits stand; of an odd number one is before them."""
_LOW_65 = (1 << 65) - 1
_PAIRS = [first + second for first in _DIGITS for second in _DIGITS]
_NOTICE = re.compile("[0-9]{13}-[0-9a-f]{16}")


def spelled(raw: bytes) -> str:
    """Write an id of these bytes: 8, or 16."""
    bits = 8 * len(raw)
    digits = -(-bits // 5)
    return _digits(int.from_bytes(raw) << 5 * digits - bits, digits)


def _digits(number: int, count: int) -> str:
    """Write a number of 13 digits, or of 26."""
    pairs = "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS[count]])
    return _DIGITS[number >> 60] + pairs if count == 13 else pairs


def _read(text: str, length: int) -> bytes | None:
    """Return the bytes of an id in its one spelling, else None."""
    if not text.isascii() or len(text) != -(-8 * length // 5):
        return None
    try:
        raw = _bytes(text, length)
    except (ValueError, OverflowError):  # no digits; a sign
        return None
    return raw if spelled(raw) == text else None


def _bytes(text: str, length: int) -> bytes:
    """Return the bytes that so many bits of the digits are, without the last ones. Python reads
    numbers to the base of 32 in the digits of base32hex, and many times as fast as base64 does.
    """
    return (int(text, 32) >> 5 * len(text) - 8 * length).to_bytes(length)


def realtor_id(entropy: bytes) -> str:
    """Make one from 8 random bytes."""
    return spelled(entropy)


def posting_id(created_at: int, entropy: bytes, owner: str) -> str:
    """Make one from the time of creation in ms, 2 random bytes and the id of the owner."""
    return spelled(created_at.to_bytes(6) + entropy + _bytes(owner, REALTOR_BYTES))


def is_realtor_id(text: str) -> bool:
    return _read(text, REALTOR_BYTES) is not None


def is_posting_id(text: str) -> bool:
    return _read(text, POSTING_BYTES) is not None


def owner_of(posting_id: str) -> str:
    """Return the id of the realtor who owns the posting with this (well-formed) id."""
    # The owner's 64 bits end two bits before its last digit's end, those of a realtor's id one.
    return _digits(int(posting_id[-14:], 32) >> 1 & _LOW_65, 13)


def created_at(posting_id: str) -> int:
    """Return when the posting with this (well-formed) id was created, in ms since 1970."""
    return int.from_bytes(bytes_of(posting_id)[:6])


def raw_realtor_id(realtor_id: str) -> bytes:
    """Return the 8 bytes of a (well-formed) realtor's id."""
    return _bytes(realtor_id, REALTOR_BYTES)


def raw_owner_of(posting_id: str) -> bytes:
    """Return the same of who owns the posting with this (well-formed) id."""
    return bytes_of(posting_id)[-REALTOR_BYTES:]


def bytes_of(posting_id: str) -> bytes:
    """Return the 16 bytes of a (well-formed) posting's id: they sort as the ids do."""
    return _bytes(posting_id, POSTING_BYTES)


def match_id(lead_id: str, property_id: str) -> str:
    """Join the two ids: a pair makes one match, ever."""
    return lead_id + property_id


def pair_of(a_match: str) -> tuple[str, str] | None:
    """Return the lead's and the property's id, None where it is no match's."""
    middle = len(a_match) // 2
    lead_id, property_id = a_match[:middle], a_match[middle:]
    return (lead_id, property_id) if is_posting_id(lead_id) and is_posting_id(property_id) else None


def is_notice_id(text: str) -> bool:
    """Return whether it is a notice's: its time in ms, and 16 hexadecimal digits."""
    return _NOTICE.fullmatch(text) is not None


_FORMS: Mapping[str, Callable[[str], bool]] = {
    "lead_id": is_posting_id,
    "property_id": is_posting_id,
    "match_id": lambda text: pair_of(text) is not None,
    "notification_id": is_notice_id,
    "realtor_id": is_realtor_id,
}


def is_well_formed(name: str, text: str) -> bool:
    """Return whether an id in a path can be one of the kind that the route names."""
    return _FORMS[name](text)
