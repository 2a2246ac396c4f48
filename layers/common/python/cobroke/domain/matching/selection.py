"""The best of a packed market for a lead or a listing: the same list as scoring every row, in a
fraction of the time.

Two passes: first the rows in a wished place; then, unless those have filled the list above the cap,
the others.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from struct import Struct

from cobroke.domain.matching.points import ALWAYS, KINDS, kind_of, of_kind, of_rooms
from cobroke.domain.matching.score import (
    LOCATION_CAP,
    UNKNOWN_METRO,
    WEIGHTS,
    area_credit,
    budget_credit,
    district_credit,
    location_credit,
    metro_credit,
    rooms_credit,
)
from cobroke.domain.matching.shortlist import (
    OUT,
    ByPlace,
    Hidden,
    Reading,
    Row,
    Selection,
    Shortlist,
)
from cobroke.domain.postings.features import LeadFeatures, PropertyFeatures
from cobroke.domain.postings.places import NOWHERE

NONE_HIDDEN: Mapping[str, Hidden] = {}

# Where pack_property and pack_lead put what is read here without unpacking the rest.
_PRICE_AREA, _LISTING_ROOMS_KIND = Struct(">QI"), slice(12, 14)
_DISTRICT, _METRO = slice(14, 22), slice(22, 30)
_BUDGET_AREA, _LEAD_ROOMS_KIND = Struct(">QQII"), slice(24, 33)
_DISTRICTS, _METROS, _PLACES, _PLACE = 33, 34, 35, 8

_BUDGET, _AREA = WEIGHTS["budget"], WEIGHTS["area"]


def best_properties(
    lead: LeadFeatures,
    owner: str,
    candidates: Iterable[Row],
    most: int,
    hidden: Mapping[str, Hidden] = NONE_HIDDEN,
) -> Selection:
    """The best `most` (at least 1) listings for this owner's lead. Candidates: of its market, ids
    distinct.
    """
    lowest, highest, smallest, largest = (
        lead.budget_min,
        lead.budget_max,
        lead.area_min,
        lead.area_max,
    )
    kinds = [of_kind(kind_of(lead), offered) for offered in range(KINDS)]
    price_area = _PRICE_AREA.unpack_from

    def fixed(part: bytes) -> tuple[int, int]:
        return _of_rooms_and_kind(rooms_credit(lead.rooms, part[0]), kinds[part[1]])

    def numbers(packed: bytes) -> int:
        price, area = price_area(packed)
        return _of_numbers(
            budget_credit(lowest, highest, price), area_credit(smallest, largest, area)
        )

    reading = Reading(_LISTING_ROOMS_KIND, fixed, numbers)
    return _select(_listings(lead, candidates), reading, Shortlist(owner, most, hidden))


def best_leads(
    listing: PropertyFeatures,
    owner: str,
    candidates: Iterable[Row],
    most: int,
    hidden: Mapping[str, Hidden] = NONE_HIDDEN,
) -> Selection:
    """The best `most` (at least 1) leads for this owner's listing. Candidates: of its market, ids
    distinct.
    """
    price, area = listing.price, listing.area
    kinds = [of_kind(wished, kind_of(listing)) for wished in range(KINDS)]
    # By bits: one room fewer, as many, one more.
    near = [
        rooms_credit(frozenset(bit for bit in range(3) if bits >> bit & 1), 1) for bits in range(8)
    ]
    budget_area = _BUDGET_AREA.unpack_from

    def fixed(part: bytes) -> tuple[int, int]:
        wished = int.from_bytes(part[:-1])
        bits = wished << 1 >> listing.rooms & 7
        return _of_rooms_and_kind(near[bits] if bits or not wished else 0, kinds[part[-1]])

    def numbers(packed: bytes) -> int:
        lowest, highest, smallest, largest = budget_area(packed)
        return _of_numbers(
            budget_credit(lowest, highest, price), area_credit(smallest, largest, area)
        )

    reading = Reading(_LEAD_ROOMS_KIND, fixed, numbers)
    return _select(_leads(listing, candidates), reading, Shortlist(owner, most, hidden))


def _select(passes: Iterator[ByPlace], reading: Reading, shortlist: Shortlist) -> Selection:
    for by_place in passes:
        shortlist.fill(by_place, reading)
        if shortlist.bound[0] > LOCATION_CAP:
            break
    return shortlist.selection()


def _of_rooms_and_kind(rooms: int | None, kind: int) -> tuple[int, int]:
    points, weight, _ = of_rooms(rooms)
    return kind + points, ALWAYS + weight


def _of_numbers(budget: int, area: int) -> int:
    return _BUDGET * budget + _AREA * area if budget and area else OUT


def _listings(lead: LeadFeatures, rows: Iterable[Row]) -> Iterator[ByPlace]:
    """Those in a wished place, or all where none is wished; then the others."""
    districts, metros = lead.districts, lead.metros
    if not districts and not metros:
        yield {None: list(rows)}
        return

    def location(packed: bytes) -> int | None:
        district, metro = packed[_DISTRICT], packed[_METRO]
        return location_credit(district_credit(districts, district), metro_credit(metros, metro))

    hits: list[Row] = []
    misses: list[Row] = []
    for row in rows:
        hit = row[1][_DISTRICT] in districts or (metros and row[1][_METRO] in metros)
        (hits if hit else misses).append(row)
    yield _grouped(hits, location)
    if metros:
        nowhere = location_credit(0 if districts else None, UNKNOWN_METRO)
        yield _grouped(misses, lambda packed: nowhere if packed[_METRO] == NOWHERE else 0)
    else:
        yield {0: misses}


def _leads(listing: PropertyFeatures, rows: Iterable[Row]) -> Iterator[ByPlace]:
    """Those that wish its place or none; then the others."""
    district, metro = listing.district, listing.metro

    def location(packed: bytes) -> int | None:
        places = [packed[at : at + _PLACE] for at in range(_PLACES, len(packed), _PLACE)]
        districts, metros = (
            frozenset(places[: packed[_DISTRICTS]]),
            frozenset(places[packed[_DISTRICTS] :]),
        )
        return location_credit(district_credit(districts, district), metro_credit(metros, metro))

    def missed(packed: bytes) -> int | None:
        return location_credit(
            0 if packed[_DISTRICTS] else None, UNKNOWN_METRO if packed[_METROS] else None
        )

    anywhere: list[Row] = []
    hits: list[Row] = []
    misses: list[Row] = []
    for row in rows:
        packed = row[1]
        if len(packed) == _PLACES:
            anywhere.append(row)
        else:
            hit = packed.find(district, _PLACES) >= 0 or packed.find(metro, _PLACES) >= 0
            (hits if hit else misses).append(row)
    yield {None: anywhere, **_grouped(hits, location)}
    yield _grouped(misses, missed) if metro == NOWHERE else {0: misses}


def _grouped(rows: Iterable[Row], location: Callable[[bytes], int | None]) -> ByPlace:
    found = defaultdict(list)
    for row in rows:
        found[location(row[1])].append(row)
    return found
