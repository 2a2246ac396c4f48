"""The best of a packed market for a lead or a listing: the same list as scoring every row, in a
fraction of the time.

Two passes: first the rows in a wished place; then, unless those have filled the list above the cap,
the others. O(rows), a row scored only while its cell can still get in.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from cobroke.domain.matching.cells import ByPlace, Reading, fill
from cobroke.domain.matching.points import (
    ALWAYS,
    OUT,
    Wished,
    of_offered_classes,
    of_rooms,
    of_wished_classes,
    of_wished_rooms,
)
from cobroke.domain.matching.score import (
    LISTED,
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
from cobroke.domain.matching.top_list import (
    NONE_HIDDEN,
    Hidden,
    PackedRow,
    Ranked,
    Selection,
    TopList,
)
from cobroke.domain.parted import FROM_NOBODY, Parted
from cobroke.domain.postings.features import (
    LEAD_BUDGET_AREA,
    LEAD_DISTRICTS,
    LEAD_METROS,
    LEAD_PLACES,
    LEAD_ROOMS_KIND,
    LISTING_DISTRICT,
    LISTING_METRO,
    LISTING_PRICE_AREA,
    LISTING_ROOMS_KIND,
    PLACE_BYTES,
    LeadFeatures,
    PropertyFeatures,
    class_byte,
)
from cobroke.domain.postings.places import NOWHERE

_BUDGET, _AREA = WEIGHTS["budget"], WEIGHTS["area"]


def best_properties(
    lead: LeadFeatures,
    owner: str,
    candidates: Iterable[PackedRow],
    most: int,
    hidden: Mapping[str, Hidden] = NONE_HIDDEN,
    parted: Parted = FROM_NOBODY,
) -> Selection:
    """Return the best `most` (at least 1) listings for this owner's lead. The candidates are of its
    market, their ids distinct.
    """
    lowest, highest, smallest, largest = (
        lead.budget_min,
        lead.budget_max,
        lead.area_min,
        lead.area_max,
    )
    kinds = of_offered_classes(class_byte(lead))
    price_area = LISTING_PRICE_AREA.unpack_from

    def fixed(part: bytes) -> tuple[int, int]:
        return _of_rooms_and_kind(of_rooms(rooms_credit(lead.rooms, part[0])), kinds[part[1]])

    def numbers(packed: bytes) -> int:
        price, area = price_area(packed)
        return _of_numbers(
            budget_credit(lowest, highest, price), area_credit(smallest, largest, area)
        )

    reading = Reading(LISTING_ROOMS_KIND, fixed, numbers)
    top_list = TopList((LISTED, ""), owner, most, hidden, parted)
    return _select(_listings(lead, candidates), reading, top_list)


def best_leads(
    listing: PropertyFeatures,
    owner: str,
    candidates: Iterable[PackedRow],
    most: int,
    hidden: Mapping[str, Hidden] = NONE_HIDDEN,
    parted: Parted = FROM_NOBODY,
) -> Selection:
    """Return the best `most` (at least 1) leads for this owner's listing. The candidates are of its
    market, their ids distinct.
    """
    price, area = listing.price, listing.area
    kinds = of_wished_classes(class_byte(listing))
    budget_area = LEAD_BUDGET_AREA.unpack_from

    def fixed(part: bytes) -> tuple[int, int]:
        wished = int.from_bytes(part[:-1])
        return _of_rooms_and_kind(of_wished_rooms(wished, listing.rooms), kinds[part[-1]])

    def numbers(packed: bytes) -> int:
        lowest, highest, smallest, largest = budget_area(packed)
        return _of_numbers(
            budget_credit(lowest, highest, price), area_credit(smallest, largest, area)
        )

    reading = Reading(LEAD_ROOMS_KIND, fixed, numbers)
    top_list = TopList((LISTED, ""), owner, most, hidden, parted)
    return _select(_leads(listing, candidates), reading, top_list)


def _select(
    passes: Iterator[ByPlace], reading: Reading, top_list: TopList[tuple[int, str]]
) -> Selection:
    for by_place in passes:
        fill(top_list, by_place, reading)
        if top_list.bound[0] > LOCATION_CAP:
            break
    return Selection([Ranked(*place) for place in top_list.best], top_list.was_cut)


def _of_rooms_and_kind(rooms: Wished, kind: int) -> tuple[int, int]:
    points, weight, _ = rooms
    return kind + points, ALWAYS + weight


def _of_numbers(budget: int, area: int) -> int:
    return _BUDGET * budget + _AREA * area if budget and area else OUT


def _listings(lead: LeadFeatures, rows: Iterable[PackedRow]) -> Iterator[ByPlace]:
    """Yield the listings in a wished place, or all where none is wished; then the others."""
    districts, metros = lead.districts, lead.metros
    if not districts and not metros:
        yield {None: list(rows)}
        return

    def location(packed: bytes) -> int | None:
        district, metro = packed[LISTING_DISTRICT], packed[LISTING_METRO]
        return location_credit(district_credit(districts, district), metro_credit(metros, metro))

    hits: list[PackedRow] = []
    misses: list[PackedRow] = []
    for row in rows:
        hit = row[1][LISTING_DISTRICT] in districts or (metros and row[1][LISTING_METRO] in metros)
        (hits if hit else misses).append(row)
    yield _grouped(hits, location)
    if metros:
        nowhere = location_credit(0 if districts else None, UNKNOWN_METRO)
        yield _grouped(misses, lambda packed: nowhere if packed[LISTING_METRO] == NOWHERE else 0)
    else:
        yield {0: misses}


def _leads(listing: PropertyFeatures, rows: Iterable[PackedRow]) -> Iterator[ByPlace]:
    """Yield the leads that wish the listing's place or none; then the others."""
    district, metro = listing.district, listing.metro

    def location(packed: bytes) -> int | None:
        places = [
            packed[at : at + PLACE_BYTES] for at in range(LEAD_PLACES, len(packed), PLACE_BYTES)
        ]
        districts, metros = (
            frozenset(places[: packed[LEAD_DISTRICTS]]),
            frozenset(places[packed[LEAD_DISTRICTS] :]),
        )
        return location_credit(district_credit(districts, district), metro_credit(metros, metro))

    def missed(packed: bytes) -> int | None:
        return location_credit(
            0 if packed[LEAD_DISTRICTS] else None, UNKNOWN_METRO if packed[LEAD_METROS] else None
        )

    anywhere: list[PackedRow] = []
    hits: list[PackedRow] = []
    misses: list[PackedRow] = []
    for row in rows:
        packed = row[1]
        if len(packed) == LEAD_PLACES:
            anywhere.append(row)
        else:
            hit = packed.find(district, LEAD_PLACES) >= 0 or packed.find(metro, LEAD_PLACES) >= 0
            (hits if hit else misses).append(row)
    yield {None: anywhere, **_grouped(hits, location)}
    yield _grouped(misses, missed) if metro == NOWHERE else {0: misses}


def _grouped(rows: Iterable[PackedRow], location: Callable[[bytes], int | None]) -> ByPlace:
    found = defaultdict(list)
    for row in rows:
        found[location(row[1])].append(row)
    return found
