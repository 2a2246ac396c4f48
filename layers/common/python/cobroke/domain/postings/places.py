"""Names of cities, districts and metro stations: compared normalised, by equality, shown as
stored.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Literal

from cobroke.domain.texts import line

type Place = bytes
"""A normalised name as 8 bytes (BLAKE2b): fixed in size, equal where the names are."""

NOWHERE: Place = bytes(8)
"""In place of a metro station that a listing does not name."""

type PlaceType = Literal["city", "district", "station"]

# Kinds of place, as they are left when a name is compared: without dots, small, ё→е.
_CITY_SHORT = ("г", "го", "г о", "пос", "пгт", "рп", "д", "дер", "с", "ст-ца", "х")
_CITY = (
    *_CITY_SHORT,
    *("гор", "город", "городской округ", "поселок", "поселок городского типа", "городской поселок"),
    *("рабочий поселок", "деревня", "село", "станица", "хутор", "аул"),
)
_DISTRICT = ("р-н", "район", "мкр", "мкр-н", "микрорайон", "м о", "мо", "муниципальный округ")
_STATION = ("м", "метро", "ст", "станция", "ст м", "станция метро")
PLACE_TYPES: Mapping[PlaceType, tuple[Iterable[str], Iterable[str]]] = {
    "city": (_CITY, _CITY_SHORT),
    "district": (_DISTRICT, _DISTRICT),
    "station": (_STATION, _STATION),
}
"""In front and at the end. «Красное Село» and «Новая Деревня» are names: no whole word is a city's
kind at its end.
"""


def _one_of(kinds: Iterable[str]) -> str:
    return f"(?:{'|'.join(sorted(kinds, key=len, reverse=True))})"


# A space beside the kind: something of the name is left. The leftmost that reaches the end is the
# longest.
_KINDS = {
    of: (re.compile(rf"\A{_one_of(in_front)} "), re.compile(rf" {_one_of(at_the_end)}\Z"))
    for of, (in_front, at_the_end) in PLACE_TYPES.items()
}
_HYPHENS = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_SIGNS = str.maketrans(
    {"ё": "е", ".": " ", ",": " "} | dict.fromkeys("«»„“”‘’\"'") | dict.fromkeys(_HYPHENS, "-")
)
_CYRILLIC = re.compile(
    "[Ѐ-ҁҊ-ԯ\u1c80-\u1c88\u1d2b\u1d78\ua640-\ua66e\ua67f-\ua69d\U0001e030-\U0001e06d]"
)
LOOKALIKES = str.maketrans("aceëopxykmthb", "асееорхукмтнв")


def normalised(name: str, of: PlaceType) -> str:
    """Return the name as the contract compares it, in its three steps. Done again, it may change
    more: each time one kind of place is taken off.
    """
    spelled = " ".join(words_of(name))
    in_front, at_the_end = _KINDS[of]
    rest = in_front.sub("", spelled)
    return rest if rest != spelled else at_the_end.sub("", spelled)


def words_of(name: str) -> list[str]:
    """Return the words of a name as they are compared: small, without quotes, dots and commas,
    Cyrillic in Cyrillic letters alone.
    """
    plain = " ".join(filter(None, line(name).casefold().translate(_SIGNS).split(" ")))
    words = re.sub(" ?- ?", "-", plain).split(" ")
    return [word.translate(LOOKALIKES) if _CYRILLIC.search(word) else word for word in words]


def place(name: str, of: PlaceType) -> Place:
    """Return the 8 bytes that the score compares instead of the name."""
    return hashlib.blake2b(normalised(name, of).encode(), digest_size=8).digest()


def merged(names: Iterable[str], of: PlaceType) -> list[str]:
    """Return the names in their order, of those equal after normalising the first spelling only."""
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(normalised(name, of), name)
    return list(first.values())
