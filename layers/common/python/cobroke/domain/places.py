"""Names of cities, districts and metro stations: compared normalised, by equality, shown as typed."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

type Place = bytes
"""A normalised name as 8 bytes (BLAKE2b): fixed in size, equal where the names are."""

NOWHERE: Place = bytes(8)
"""In place of a metro station that a listing does not name."""

_PREFIX = re.compile(r"(?:[гм]\.|(?:город|метро|р-н|район) )")


def normalised(name: str) -> str:
    """NFC, casefold, ё→е, spaces collapsed and trimmed, then one leading `г.`, `м.` or kind of place taken off."""
    folded = unicodedata.normalize("NFC", name).casefold().replace("ё", "е")
    collapsed = " ".join(folded.split())
    prefix = _PREFIX.match(collapsed)
    return collapsed[prefix.end() :].strip() if prefix else collapsed


def place(name: str) -> Place:
    """What the score compares instead of the name."""
    return hashlib.blake2b(normalised(name).encode(), digest_size=8).digest()


def merged(names: Iterable[str]) -> list[str]:
    """The names in their order; of those equal after normalising, the first spelling only."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(normalised(name), name)
    return list(first.values())
