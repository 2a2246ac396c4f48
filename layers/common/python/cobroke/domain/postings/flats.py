"""The same flat, offered by several: which listings are alike, and what one of them is shown of the
others.
"""

import hashlib
import re
from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any, NamedTuple

from cobroke.domain.ids import owner_of
from cobroke.domain.postings.features import Group
from cobroke.domain.postings.places import LOOKALIKES, normalised, words_of

type Fingerprint = bytes
"""16 bytes (BLAKE2b), equal where all but the area of two flats is."""

MOST_SHOWN = 10
_STREETS = frozenset(
    {"улица", "ул", "проспект", "пр-т", "пр-кт", "просп", "переулок", "пер", "бульвар", "б-р"}
    | {"шоссе", "ш", "площадь", "пл", "набережная", "наб", "проезд", "пр-д"}
)
"""Kinds of street: where they stand, and whether, tells no two apart."""
_PARTS = {
    **dict.fromkeys(("корпус", "корп", "к"), "к"),
    **dict.fromkeys(("строение", "стр", "с"), "с"),
    **dict.fromkeys(("литер", "лит"), "л"),
}
"""Of a house."""
_RUNS = re.compile(r"[^\W\d_]+|\d+|[^\w\s]|_")
HALF_A_METRE = 50


class Offer(NamedTuple):
    """A listing in the market: area in hundredths of m², price in kopecks."""

    id: str
    fingerprint: Fingerprint
    area: int
    price: int


class SameFlat(NamedTuple):
    """How many others offer the flat, the lowest of their prices in kopecks, and the ids of those
    that may be shown, by price and id.
    """

    others: int
    lowest_price: int
    property_ids: list[str]


def street_key(street: str) -> str:
    """Return the words of a street that name it, in the order of letters."""
    return " ".join(sorted(word for word in words_of(street) if word not in _STREETS))


def house_key(number: str) -> str:
    """Return a house's number without spaces but between two numbers, with one letter for each kind
    of its parts; a letter that looks like a Cyrillic one is one.
    """
    runs = _RUNS.findall(" ".join(words_of(number)).translate(LOOKALIKES))
    joined = " ".join(_PARTS.get(run, run) for run in runs)
    return re.sub(r"(?<!\d) | (?!\d)", "", joined)


def fingerprint(body: Mapping[str, Any], group: Group) -> Fingerprint:
    """Return what the listings of one flat share, whatever the spelling of its address: city,
    street, house, floor, floors in all, rooms and group. The body is that of a property.
    """
    address, details = body["address"], body["details"]
    key = (
        normalised(address["city"], "city"),
        street_key(address["street"]),
        house_key(address["house_number"]),
        *(str(details[name]) for name in ("floor", "total_floors", "rooms")),
        group.name,
    )
    return hashlib.blake2b("\n".join(key).encode(), digest_size=16).digest()


def alike(one: Offer, other: Offer) -> bool:
    """Return whether both may be the same flat: areas differ by at most 0.5 m², or 1 % of the
    larger.
    """
    apart, larger = abs(one.area - other.area), max(one.area, other.area)
    return one.fingerprint == other.fingerprint and 100 * apart <= max(100 * HALF_A_METRE, larger)


def same_flat(
    own: Offer,
    others: Iterable[Offer],
    left_out: Callable[[str], bool],
    shown: Container[str],
) -> SameFlat | None:
    """Return what a reader is told of the others that offer this flat, None where there is none.
    Among them may be the listing itself.

    Nothing is said where one owner offers two that are alike: twins of a new building. Left out, by
    ids, are the reader's own and those of whom a block parts them; shown are the ids of those that
    the reader sees anyway.
    """
    found = [other for other in others if other.id != own.id and alike(own, other)]
    owners = [owner_of(each.id) for each in (own, *found)]
    if len(set(owners)) < len(owners):
        return None
    told = sorted((other.price, other.id) for other in found if not left_out(other.id))
    if not told:
        return None
    ids = [an_id for _, an_id in told if an_id in shown]
    return SameFlat(len(told), told[0][0], ids[:MOST_SHOWN])
