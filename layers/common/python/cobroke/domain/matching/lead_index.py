"""All leads of one market, indexed for finding the best ones for a listing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from heapq import heapreplace
from itertools import product
from operator import itemgetter
from typing import NamedTuple

from cobroke.domain.matching.best_first import (
    SHIFT,
    Best,
    Index,
    most_promising_first,
    newest_first,
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
    of_places,
    of_wished_classes,
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
from cobroke.domain.matching.top_list import PackedRow
from cobroke.domain.postings.features import (
    LeadFeatures,
    PropertyFeatures,
    class_byte,
    unpack_lead,
)
from cobroke.domain.postings.places import NOWHERE, Place

type _Lead = tuple[int, int, int, int, int, int, int, frozenset[Place], frozenset[Place]]
"""Number, the least and the greatest budget and area, kind, which places are wished, districts and
metros.
"""
type _Steps = defaultdict[int, list[_Lead]]
"""By the steps of price that they may see, the newest first."""
type _Shelves[K] = defaultdict[tuple[K, int], _Steps]
"""By a key and their rooms as bits."""

_DISTRICTS, _METROS = 2, 1
"""Bits: of which kinds of place a lead wishes some; of which the listing is one."""


type _Cell = tuple[int, list[_Lead], tuple[int, int, int]]
"""A place that none of the leads exceeds; the leads, who wish the same rooms, all with some place
or all without; and what they earn by their rooms (points), what all their wishes weigh, and of
which kinds of place (bits) those that the listing hits stand in other cells.
"""


class _Offer(NamedTuple):
    """What leads give to a listing, in points."""

    listing: PropertyFeatures
    kinds: Sequence[int]
    places: Sequence[int]
    """By the kinds of place that are wished, two bits, and those of them that are hit, two bits."""


class LeadIndex(Index[PropertyFeatures]):
    """Of a market as it is: after changes another one is built, in O(n log n) and for each lead a
    row under every step of price and every place that it wishes.

    A list costs O(cells · log cells + rows read).
    """

    def __init__(self, candidates: Iterable[PackedRow]) -> None:
        """Candidates: of one market, ids distinct."""
        self._rows = sorted(candidates, key=itemgetter(0))
        self._by_district: _Shelves[Place] = defaultdict(_steps)
        self._by_metro: _Shelves[Place] = defaultdict(_steps)
        self._without_place: _Shelves[int] = defaultdict(_steps)
        """By kind."""
        self._by_rooms: defaultdict[int, _Steps] = defaultdict(_steps)
        """All that wish a place."""
        for number, packed in newest_first(self._rows):
            self._put(number, packed)

    def _fill(self, best: Best, seeker: PropertyFeatures) -> None:
        offer, step = _offered(seeker), step_of(seeker.price)
        _read(best, offer, self._near(offer, step))
        if best.score_to_beat <= LOCATION_CAP:
            _read(best, offer, self._elsewhere(offer, step), LOCATION_CAP)

    def _put(self, number: int, packed: bytes) -> None:
        lead = unpack_lead("", packed)
        lowest, highest = prices(lead)
        wished = _DISTRICTS * bool(lead.districts) | _METROS * bool(lead.metros)
        row = number, *lead[4:8], class_byte(lead), wished << 2, lead.districts, lead.metros
        steps = range(step_of(lowest), step_of(highest) + 1)
        for shelf in self._shelves_of(lead):
            for step in steps:
                shelf[step].append(row)

    def _shelves_of(self, lead: LeadFeatures) -> Iterator[_Steps]:
        rooms = sum(1 << count for count in lead.rooms)
        if not lead.districts and not lead.metros:
            yield self._without_place[class_byte(lead), rooms]
            return
        yield self._by_rooms[rooms]
        for district in lead.districts:
            yield self._by_district[district, rooms]
        for metro in lead.metros:
            yield self._by_metro[metro, rooms]

    def _near(self, offer: _Offer, step: int) -> Iterator[_Cell]:
        """Yield the cells of the leads that wish the listing's place or none."""
        district, metro = offer.listing.district, offer.listing.metro
        for rooms in self._by_rooms:
            if leads := self._by_district.get((district, rooms), _NONE).get(step):
                yield from _cell(leads, offer, rooms, LOCATION, 0)
            if leads := self._by_metro.get((metro, rooms), _NONE).get(step):
                yield from _cell(leads, offer, rooms, LOCATION, _DISTRICTS)
        for (kind, rooms), shelf in self._without_place.items():
            earned = offer.kinds[kind]
            if earned >= 0 and (leads := shelf.get(step)):
                yield from _cell(leads, offer, rooms, 0, 0, kind=earned)

    def _elsewhere(self, offer: _Offer, step: int) -> Iterator[_Cell]:
        """Yield the cells of all that wish a place, of which the near ones are left out when
        read.
        """
        for rooms, shelf in self._by_rooms.items():
            if leads := shelf.get(step):
                told = _DISTRICTS | _METROS
                yield from _cell(leads, offer, rooms, LOCATION, told, cap=LOCATION_CAP)


def _offered(listing: PropertyFeatures) -> _Offer:
    offered, missed = class_byte(listing), UNKNOWN_METRO if listing.metro == NOWHERE else 0
    places = []
    for wished, hit in product(range(4), repeat=2):
        district = (FULL if hit & _DISTRICTS else 0) if wished & _DISTRICTS else None
        metro = (FULL if hit & _METROS else missed) if wished & _METROS else None
        places.append(of_places(district, metro).points)
    return _Offer(listing, of_wished_classes(offered), places)


def _cell(
    leads: list[_Lead],
    offer: _Offer,
    wished: int,
    location: int,
    told: int,
    cap: int = FULL,
    *,
    kind: int = FULL_KIND,
) -> Iterator[_Cell]:
    """Yield the cell of leads of these wished rooms (bits), unless they knock out. They weigh the
    location so much, and give at most so many points for the kind.
    """
    points, rooms_weight, _ = of_wished_rooms(wished, offer.listing.rooms)
    if points >= 0:
        weight = ALWAYS + rooms_weight + location
        most = kind + points + location * FULL + FULL_BUDGET + FULL_AREA
        yield promise(min(most // weight, cap), leads), leads, (points, weight, told)


def _read(  # noqa: C901, PLR0912 - one loop: see below
    best: Best, offer: _Offer, cells: Iterable[_Cell], cap: int = FULL
) -> None:
    """Take the cells' leads as far as they get in; none scores more than `cap`. What
    `budget_credit`, `area_credit` and `offer` say stands here once more: to call them takes a third
    longer.
    """
    (_, _, _, _, price, area, _, district, metro), kinds, places = offer
    dear, cheap, wide, narrow = 80_000 * price, 20_000 * price, 10_000 * area, 40_000 * area
    all_rows, kept, hidden, ending = best.rows, best.kept, best.hidden, best.ending
    bound = best.bound
    for leads, (rooms, weight, told) in most_promising_first(cells, best):
        least = (bound >> SHIFT) * weight - FULL_BUDGET - FULL_AREA
        for number, low, high, smallest, largest, kind, wished, districts, metros in leads:
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
            if place > bound:
                row = all_rows[number]
                suspect = row[0].endswith(ending) or row[0] in hidden
                if not suspect or not best.leaves_out(place >> SHIFT, row):
                    heapreplace(kept, place)
                    bound = kept[0]


def _steps() -> _Steps:
    return defaultdict(list)


_NONE = _steps()
