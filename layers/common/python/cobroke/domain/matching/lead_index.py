"""All leads of one market, indexed for finding the best ones for a listing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from cobroke.domain.matching.best_first import (
    SHIFT,
    Best,
    Numbered,
    limits,
    most_promising_first,
    promise,
    step_of,
)
from cobroke.domain.matching.market import prices
from cobroke.domain.matching.points import (
    ALWAYS,
    AREA,
    BUDGET,
    FULL_AREA,
    FULL_BUDGET,
    FULL_KIND,
    LOCATION,
    of_classes,
    of_places,
    of_wished_rooms,
)
from cobroke.domain.matching.score import (
    CHEAPEST,
    DEAREST,
    FULL,
    LEAST_AREA,
    LOCATION_CAP,
    SMALLEST,
    UNKNOWN_METRO,
)
from cobroke.domain.matching.top_list import NONE_HIDDEN, Hidden, PackedRow, Selection
from cobroke.domain.postings.features import CLASS_BYTES, PropertyFeatures, class_byte, unpack_lead
from cobroke.domain.postings.places import NOWHERE, Place

type _Lead = tuple[int, int, int, int, int, int, int, frozenset[Place], frozenset[Place]]
"""Number, the least and the greatest budget and area, kind, which places are wished, districts and
metros.
"""
type _Shelf = defaultdict[int, list[_Lead]]
"""By their rooms as bits, the newest first."""

_DISTRICTS, _METROS = 2, 1
"""Bits: of which kinds of place a lead wishes some; of which the listing is one."""


class _Step:
    """The leads that may see a listing whose price is of one step."""

    def __init__(self) -> None:
        self.by_district: defaultdict[Place, _Shelf] = defaultdict(_shelf)
        self.by_metro: defaultdict[Place, _Shelf] = defaultdict(_shelf)
        self.by_rooms: _Shelf = _shelf()
        """All that wish a place."""
        self.without_place: defaultdict[int, _Shelf] = defaultdict(_shelf)
        """By kind."""

    def put(self, lead: _Lead, rooms: int) -> None:
        *_, kind, _, districts, metros = lead
        if not districts and not metros:
            self.without_place[kind][rooms].append(lead)
            return
        for district in districts:
            self.by_district[district][rooms].append(lead)
        for metro in metros:
            self.by_metro[metro][rooms].append(lead)
        self.by_rooms[rooms].append(lead)


type _Cell = tuple[int, list[_Lead], int, int, int]
"""A place that none of the leads exceeds; the leads, who wish the same rooms, all with some place
or all without; what they earn by their rooms (points), what all their wishes weigh, and of which
kinds of place (bits) those that the listing hits stand in other cells.
"""


class _Offer(NamedTuple):
    """What leads give to a listing, in points."""

    listing: PropertyFeatures
    kinds: Sequence[int]
    places: Sequence[int]
    """By the kinds of place that are wished, two bits, and those of them that are hit, two bits."""


class LeadIndex:
    """Of a market as it is: after changes another one is built, in O(n log n) and for each lead a
    row under every step of price and every place that it wishes.

    A list costs O(cells · log cells + rows read).
    """

    def __init__(self, candidates: Iterable[PackedRow]) -> None:
        """Candidates: of one market, ids distinct."""
        self._rows = Numbered(candidates)
        self._by_step: defaultdict[int, _Step] = defaultdict(_Step)
        for number, packed in self._rows.newest_first():
            self._put(number, packed)

    def best(
        self,
        listing: PropertyFeatures,
        owner: str,
        most: int,
        hidden: Mapping[str, Hidden] = NONE_HIDDEN,
    ) -> Selection:
        """Return the same as `best_leads` of all the candidates."""
        best, offer = Best(self._rows, owner, most, hidden), _offered(listing)
        step = self._by_step.get(step_of(listing.price), _NO_LEADS)
        _read(best, offer, _near(offer, step))
        if best.score_to_beat <= LOCATION_CAP:
            cells = _cells(step.by_rooms, offer, LOCATION, _DISTRICTS | _METROS, cap=LOCATION_CAP)
            _read(best, offer, cells, LOCATION_CAP)
        return best.selection()

    def _put(self, number: int, packed: bytes) -> None:
        lead = unpack_lead("", packed)
        lowest, highest = prices(lead)
        wished = _DISTRICTS * bool(lead.districts) | _METROS * bool(lead.metros)
        row = number, *lead[4:8], class_byte(lead), wished << 2, lead.districts, lead.metros
        rooms = sum(1 << count for count in lead.rooms)
        for step in range(step_of(lowest), step_of(highest) + 1):
            self._by_step[step].put(row, rooms)


def _offered(listing: PropertyFeatures) -> _Offer:
    offered, missed = class_byte(listing), UNKNOWN_METRO if listing.metro == NOWHERE else 0
    places = []
    for wished, hit in product(range(4), repeat=2):
        district = (FULL if hit & _DISTRICTS else 0) if wished & _DISTRICTS else None
        metro = (FULL if hit & _METROS else missed) if wished & _METROS else None
        places.append(of_places(district, metro).points)
    kinds = [of_classes(wished, offered) for wished in range(CLASS_BYTES)]
    return _Offer(listing, kinds, places)


def _near(offer: _Offer, step: _Step) -> Iterator[_Cell]:
    """Yield the cells of the leads that wish the listing's place or none."""
    yield from _cells(step.by_district.get(offer.listing.district, {}), offer, LOCATION, 0)
    yield from _cells(step.by_metro.get(offer.listing.metro, {}), offer, LOCATION, _DISTRICTS)
    for kind, shelf in step.without_place.items():
        if offer.kinds[kind] >= 0:
            yield from _cells(shelf, offer, 0, 0, kind=offer.kinds[kind])


def _cells(
    shelf: Mapping[int, list[_Lead]],
    offer: _Offer,
    location: int,
    told: int,
    cap: int = FULL,
    *,
    kind: int = FULL_KIND,
) -> Iterator[_Cell]:
    """Yield the cells of a shelf whose leads weigh the location so much, and give at most so many
    points for the kind.
    """
    most = kind + location * FULL + FULL_BUDGET + FULL_AREA
    for wished, rows in shelf.items():
        points, rooms_weight, _ = of_wished_rooms(wished, offer.listing.rooms)
        if points >= 0:
            weight = ALWAYS + rooms_weight + location
            top = min((most + points) // weight, cap)
            yield promise(top, rows), rows, points, weight, told


def _read(  # noqa: C901, PLR0912 - one loop: see below
    best: Best, offer: _Offer, cells: Iterable[_Cell], cap: int = FULL
) -> None:
    """Take the cells' leads, the most promising cell first, as far as they may get in; none scores
    more than `cap`. What `of_budget` and `of_area` say stands here once more: a call a row would be
    a third of the time.
    """
    (_, _, _, _, price, area, _, district, metro), kinds, places = offer
    bound = best.bound
    dear, cheap, wide, narrow = 80_000 * price, 20_000 * price, 10_000 * area, 40_000 * area
    for promised, rows, rooms, weight, told in most_promising_first(cells):
        if promised <= bound:
            break
        top = promised >> SHIFT
        least, oldest = limits(bound, top, weight)
        for number, low, high, smallest, largest, kind, wished, districts, metros in rows:
            if number < oldest:
                break
            hit = (_DISTRICTS if district in districts else 0) | (metro in metros)
            if hit & told:
                continue
            points = rooms + kinds[kind] + places[wished | hit]
            if points < least:
                continue
            if price > high:
                if 10 * price > DEAREST * high:
                    continue
                points += BUDGET * ((90_000 * high - dear) // high)
            elif price < low:
                if 10 * price < CHEAPEST * low:
                    continue
                points += BUDGET * ((cheap - 10_000 * low) // low)
            else:
                points += FULL_BUDGET
            if area > largest:
                credit = (20_000 * largest - wide) // largest
                points += AREA * (credit if credit > LEAST_AREA else LEAST_AREA)
            elif area < smallest:
                if 10 * area < SMALLEST * smallest:
                    continue
                points += AREA * ((narrow - 30_000 * smallest) // smallest)
            else:
                points += FULL_AREA
            score = points // weight
            place = (score if score < cap else cap) << SHIFT | number
            if place > bound and (raised := best.take(place)) > bound:
                bound = raised
                least, oldest = limits(bound, top, weight)


def _shelf() -> _Shelf:
    return defaultdict(list)


_NO_LEADS = _Step()
