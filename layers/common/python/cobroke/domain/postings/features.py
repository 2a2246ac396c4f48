"""What the score and the market know of a lead and of a property: integers and place digests,
packed small.

Money in kopecks, areas in hundredths of m². A packed property is 30 bytes, a packed lead 35 and 8 a
place.
"""

import struct
from collections.abc import Callable, Mapping
from enum import IntEnum
from typing import Any, NamedTuple

from cobroke.domain.postings.kinds import Kind
from cobroke.domain.postings.places import NOWHERE, Place


class Group(IntEnum):
    """Kinds of property that can match each other."""

    FLAT = 0
    HOUSE = 1


TYPES = ("APARTMENT", "APARTMENTS", "HOUSE", "TOWNHOUSE")
"""Two of each group, in its order."""
CLASSES = ("ECONOMY", "COMFORT", "BUSINESS", "ELITE")
CONDITIONS = ("ROUGH", "PRE_FINISHING", "FINISHING", "DESIGN")

PLACE_BYTES = len(NOWHERE)

_PROPERTY = struct.Struct(">QIBB8s8s")
# What of it is read without unpacking the rest:
LISTING_PRICE_AREA = struct.Struct(">QI")
LISTING_ROOMS_KIND = slice(12, 14)
LISTING_DISTRICT, LISTING_METRO = slice(14, 22), slice(22, 30)

_LEAD = struct.Struct(">QQIIQBBB")
"""The two numbers of places come last, before the places."""
LEAD_BUDGET_AREA = struct.Struct(">QQII")
LEAD_ROOMS_KIND = slice(24, 33)
LEAD_DISTRICTS, LEAD_METROS, LEAD_PLACES = 33, 34, _LEAD.size


class Market(NamedTuple):
    """Where a lead and a property can meet: a normalised city and a group."""

    city: str
    group: Group


class PropertyFeatures(NamedTuple):
    city: str
    type: int
    klass: int
    condition: int
    price: int
    area: int
    rooms: int
    district: Place
    metro: Place

    @property
    def kind(self) -> Kind:
        return "PROPERTY"

    @property
    def market(self) -> Market:
        return Market(self.city, Group(self.type // 2))


class LeadFeatures(NamedTuple):
    """Empty rooms, districts and metros: no such wish."""

    city: str
    type: int
    klass: int
    condition: int
    budget_min: int
    budget_max: int
    area_min: int
    area_max: int
    rooms: frozenset[int]
    districts: frozenset[Place]
    metros: frozenset[Place]

    @property
    def kind(self) -> Kind:
        return "LEAD"

    @property
    def market(self) -> Market:
        return Market(self.city, Group(self.type // 2))


type Features = LeadFeatures | PropertyFeatures


CLASS_BYTES = 64


def class_byte(of: Features) -> int:
    """Return type, class and condition in one number below CLASS_BYTES."""
    return of.type << 4 | of.klass << 2 | of.condition


def pack_property(of: PropertyFeatures) -> bytes:
    """Pack everything but the city, which the market's key holds, in 30 bytes."""
    return _PROPERTY.pack(of.price, of.area, of.rooms, class_byte(of), of.district, of.metro)


def unpack_property(city: str, packed: bytes) -> PropertyFeatures:
    price, area, rooms, kind, district, metro = _PROPERTY.unpack(packed)
    return PropertyFeatures(
        city, kind >> 4, kind >> 2 & 3, kind & 3, price, area, rooms, district, metro
    )


def price_of(packed: bytes) -> int:
    """Return the price (kopecks) of a packed property, without unpacking the rest."""
    return int.from_bytes(packed[:8])


def pack_lead(of: LeadFeatures) -> bytes:
    """Pack everything but the city, which the market's key holds, in 35 bytes and 8 a place. Rooms
    are a set of bits.
    """
    rooms = sum(1 << count for count in of.rooms)
    head = (
        of.budget_min,
        of.budget_max,
        of.area_min,
        of.area_max,
        rooms,
        class_byte(of),
        len(of.districts),
        len(of.metros),
    )
    return _LEAD.pack(*head) + b"".join(sorted(of.districts)) + b"".join(sorted(of.metros))


def unpack_lead(city: str, packed: bytes) -> LeadFeatures:
    low, high, smallest, largest, rooms, kind, district_count, metro_count = _LEAD.unpack_from(
        packed
    )
    places = [packed[at : at + PLACE_BYTES] for at in range(_LEAD.size, len(packed), PLACE_BYTES)]
    return LeadFeatures(
        city=city,
        type=kind >> 4,
        klass=kind >> 2 & 3,
        condition=kind & 3,
        budget_min=low,
        budget_max=high,
        area_min=smallest,
        area_max=largest,
        rooms=frozenset(count for count in range(rooms.bit_length()) if rooms >> count & 1),
        districts=frozenset(places[:district_count]),
        metros=frozenset(places[district_count : district_count + metro_count]),
    )


def pack(of: Features) -> bytes:
    return _PACK[of.kind](of)


def unpack(kind: Kind, city: str, packed: bytes) -> Features:
    return _UNPACK[kind](city, packed)


_PACK: Mapping[Kind, Callable[[Any], bytes]] = {"LEAD": pack_lead, "PROPERTY": pack_property}
_UNPACK: Mapping[Kind, Callable[[str, bytes], Features]] = {
    "LEAD": unpack_lead,
    "PROPERTY": unpack_property,
}


def lead_and_listing(own: Features, counterpart: Features) -> tuple[LeadFeatures, PropertyFeatures]:
    """Return the two in this order, whichever of them is which. Raises TypeError where both are of
    one kind.
    """
    match own, counterpart:
        case (LeadFeatures() as lead, PropertyFeatures() as listing):
            return lead, listing
        case (PropertyFeatures() as listing, LeadFeatures() as lead):
            return lead, listing
    raise TypeError("a lead and a listing are needed")
