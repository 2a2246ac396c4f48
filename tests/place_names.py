"""Names of places compared once more, word by word from the page: slow, obvious, none of the
product in it.
"""

import unicodedata
from functools import cache
from typing import Literal

type PlaceType = Literal["city", "district", "station"]

WHITE_SPACE = [chr(code) for code in (*range(9, 14), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B))]
WHITE_SPACE += [chr(code) for code in (0x2028, 0x2029, 0x202F, 0x205F, 0x3000)]
QUOTES = "«»„“”‘’\"'"
HYPHENS = [chr(code) for code in (*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63, 0xFF0D)]
LATIN = {"a": "а", "c": "с", "e": "е", "ë": "е", "o": "о", "p": "р", "x": "х"}
LATIN |= {"y": "у", "k": "к", "m": "м", "t": "т", "h": "н", "b": "в"}
CITY_IN_FRONT = (
    "г|гор|город|г о|го|городской округ|пос|поселок|поселок городского типа"
    "|городской поселок|пгт|рп|рабочий поселок|д|дер|деревня|с|село|ст-ца|станица|х|хутор|аул"
)
CITY_AT_THE_END = "г|го|г о|пос|пгт|рп|д|дер|с|ст-ца|х"
DISTRICT = "р-н|район|мкр|мкр-н|микрорайон|м о|мо|муниципальный округ"
STATION = "м|метро|ст|станция|ст м|станция метро"
KINDS = {
    "city": (CITY_IN_FRONT, CITY_AT_THE_END),
    "district": (DISTRICT, DISTRICT),
    "station": (STATION, STATION),
}


@cache
def normalised(name: str, of: PlaceType) -> str:
    """A place name as section 1 of the API compares it."""
    words = [_in_cyrillic(word) for word in _plain(name).split(" ")]
    in_front, at_the_end = ([kind.split(" ") for kind in kinds.split("|")] for kinds in KINDS[of])
    for length in range(len(words) - 1, 0, -1):
        if words[:length] in in_front:
            return " ".join(words[length:])
    for length in range(len(words) - 1, 0, -1):
        if words[-length:] in at_the_end:
            return " ".join(words[:-length])
    return " ".join(words)


def _plain(name: str) -> str:
    """The first step."""
    text = "".join(sign for sign in name if unicodedata.category(sign) != "Cf")
    for space in WHITE_SPACE:
        text = text.replace(space, " ")
    text = unicodedata.normalize("NFC", text).casefold().replace("ё", "е")
    for quote in QUOTES:
        text = text.replace(quote, "")
    text = text.replace(".", " ").replace(",", " ")
    for hyphen in HYPHENS:
        text = text.replace(hyphen, "-")
    while "  " in text:
        text = text.replace("  ", " ")
    text = text.strip(" ")
    while " -" in text or "- " in text:
        text = text.replace(" -", "-").replace("- ", "-")
    return text


def _in_cyrillic(word: str) -> str:
    """The second step."""
    if not any(sign.isalpha() and "CYRILLIC" in unicodedata.name(sign, "") for sign in word):
        return word
    return "".join(LATIN.get(sign, sign) for sign in word)
