"""How much faster the best of a packed market is found than by scoring every row, or every body."""

import heapq
import math
import statistics
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from benchmarks import market
from benchmarks.report import Section, publish
from cobroke.domain.ids import owner_of, posting_id, realtor_id
from cobroke.domain.matching.market import highest_price, prices, rooms_key, rooms_keys
from cobroke.domain.matching.score import LISTED, score
from cobroke.domain.matching.selection import best_leads, best_properties
from cobroke.domain.matching.top_list import PackedRow, Selection
from cobroke.domain.postings import features
from cobroke.domain.postings.features import LeadFeatures, PropertyFeatures
from cobroke.edge.models.lead import LeadBody
from cobroke.edge.models.property import PropertyBody

type Json = dict[str, Any]
type Selecting = Callable[[], Selection]

SAMPLE, MOST, REALTORS = 60, 200, 500

CLASSES = ["ECONOMY", "COMFORT", "BUSINESS", "ELITE"]
CONDITIONS = ["ROUGH", "PRE_FINISHING", "FINISHING", "DESIGN"]
HALF_FITTING = {("APARTMENT", "APARTMENTS"), ("HOUSE", "TOWNHOUSE"), ("TOWNHOUSE", "HOUSE")}
BY_STEPS = {-3: 0, -2: 2000, -1: 5000, 0: 10000, 1: 8000, 2: 6000, 3: 4000}


class Entry[F](NamedTuple):
    """An object of the market, whole and packed."""

    id: str
    body: Json
    features: F
    row: PackedRow


type Lead = Entry[LeadFeatures]
type Listing = Entry[PropertyFeatures]


class Lists(NamedTuple):
    """Three ways to one list."""

    rows: int
    two_passes: Selecting
    every_row: Selecting
    every_body: Selecting


def measure() -> Section:
    rng = Random(1)
    listings, leads = packed_listings(rng), packed_leads(rng)
    for_buyers = [_for_a_buyer(lead, listings) for lead in rng.sample(leads, SAMPLE)]
    for_listings = [_for_a_listing(listing, leads) for listing in rng.sample(listings, SAMPLE)]
    return Section(
        "The best of a packed market",
        f"The best {MOST} of {len(listings):,} listings for {SAMPLE} buyers, "
        f"of {len(leads):,} buyers for {SAMPLE} listings. CPU time against that of the two passes "
        "over the packed rows of a market read: of scoring all these rows, "
        "and of a plain loop in Decimal over all bodies. The lists are the same.",
        ("list", "rows read, median", "every row scored", "every body scored, in Decimal"),
        [
            ("listings for a buyer", *_measured(for_buyers)),
            ("buyers for a listing", *_measured(for_listings)),
        ],
    )


def _measured(lists: Sequence[Lists]) -> Sequence[str]:
    """Select in three ways in turns: what slows the machine slows them all."""
    spent = [0.0, 0.0, 0.0]
    for each in lists:
        answers = []
        for number, select in enumerate(each[1:]):
            start = time.process_time()
            answers.append(select())
            spent[number] += time.process_time() - start
        assert answers[0] == answers[1] == answers[2]  # noqa: S101
    median = statistics.median(each.rows for each in lists)
    return f"{median:,.0f}", *(f"{other / spent[0]:.1f} ×" for other in spent[1:])


def _for_a_buyer(lead: Lead, listings: Sequence[Listing]) -> Lists:
    own, owner, (lowest, highest) = lead.features, owner_of(lead.id), prices(lead.features)
    near = rooms_keys(own)
    rows = [
        each.row
        for each in listings
        if rooms_key(each.features.rooms) in near and lowest <= each.features.price <= highest
    ]
    wish = lead.body["requirements"]
    return Lists(
        len(rows),
        lambda: best_properties(own, owner, rows, MOST),
        lambda: _best(
            owner,
            ((score(own, features.unpack_property(own.city, row)), an_id) for an_id, row in rows),
        ),
        lambda: _best(owner, ((_in_decimal(wish, each.body), each.id) for each in listings)),
    )


def _for_a_listing(listing: Listing, leads: Sequence[Lead]) -> Lists:
    own, owner = listing.features, owner_of(listing.id)
    rows = [each.row for each in leads if highest_price(each.features) >= own.price]
    return Lists(
        len(rows),
        lambda: best_leads(own, owner, rows, MOST),
        lambda: _best(
            owner, ((score(features.unpack_lead(own.city, row), own), an_id) for an_id, row in rows)
        ),
        lambda: _best(
            owner,
            ((_in_decimal(each.body["requirements"], listing.body), each.id) for each in leads),
        ),
    )


def _best(owner: str, scored: Iterable[tuple[int | None, str]]) -> Selection:
    listed = [
        (points, an_id) for points, an_id in scored if points is not None and points >= LISTED
    ]
    found = [place for place in listed if owner_of(place[1]) != owner]
    return Selection(heapq.nlargest(MOST, found), len(found) > MOST)  # type: ignore[arg-type]


def _in_decimal(wish: Json, offer: Json) -> int | None:
    """Score by the formulas of docs/scoring.md as they are written there. All names in the data are
    spelled alike.
    """
    details = offer["details"]
    low, high = Decimal(wish["budget"]["min"]), Decimal(wish["budget"]["max"])
    smallest, largest = Decimal(wish["area"]["min"]), Decimal(wish["area"]["max"])
    price, area = Decimal(details["price"]), Decimal(details["area"])
    kind = wish["property_type"], details["property_type"]
    rooms = _rooms(wish["rooms"], details["rooms"])
    if wish["location"]["city"] != offer["address"]["city"] or rooms == 0:
        return None
    if kind[0] != kind[1] and kind not in HALF_FITTING:
        return None
    if not Decimal("0.6") * low <= price <= Decimal("1.1") * high:
        return None
    if area < Decimal("0.8") * smallest:
        return None
    location = _location(wish["location"], offer["address"])
    earned = [
        (30, _budget(low, high, price)),
        (25, location),
        (15, rooms),
        (12, _area(smallest, largest, area)),
        (8, 10000 if kind[0] == kind[1] else 5000),
        (5, _steps(CLASSES, wish["property_class"], details["property_class"])),
        (5, _steps(CONDITIONS, wish["condition"], details["condition"])),
    ]
    stated = [(weight, credit) for weight, credit in earned if credit is not None]
    weights = sum(weight for weight, _ in stated)
    points = sum(weight * credit for weight, credit in stated) // weights
    return points if location is None or location >= 5000 else min(points, 6000)


def _steps(order: Sequence[str], wished: str, offered: str) -> int:
    return BY_STEPS[order.index(offered) - order.index(wished)]


def _budget(low: Decimal, high: Decimal, price: Decimal) -> int:
    if price > high:
        return math.floor(10000 * (1 - 8 * (price - high) / high))
    return math.floor(10000 * (1 - 2 * (low - price) / low)) if price < low else 10000


def _location(where: Json, address: Json) -> int | None:
    district = 10000 if address["district"] in where["districts"] else 0
    station = address["metro_station"]
    metro = 3000 if station is None else 10000 if station in where["metro_stations"] else 0
    if where["districts"] and where["metro_stations"]:
        return (85 * max(district, metro) + 15 * min(district, metro)) // 100
    return district if where["districts"] else metro if where["metro_stations"] else None


def _rooms(wished: list[int], rooms: int) -> int | None:
    return max(
        ({0: 10000, 1: 6000, -1: 4000}.get(rooms - each, 0) for each in wished), default=None
    )


def _area(smallest: Decimal, largest: Decimal, area: Decimal) -> int:
    if area < smallest:
        return math.floor(10000 * (1 - 4 * (smallest - area) / smallest))
    return (
        max(4000, math.floor(10000 * (1 - (area - largest) / largest))) if area > largest else 10000
    )


def packed_listings(rng: Random) -> list[Listing]:
    """Make them in the order of a market's keys."""
    bodies = market.listings()
    known = [PropertyBody.model_validate(body).features() for body in bodies]
    made = _entries(bodies, known, features.pack_property, rng)
    return sorted(
        made, key=lambda each: (rooms_key(each.features.rooms), each.features.price, each.id)
    )


def packed_leads(rng: Random) -> list[Lead]:
    """Make them in the order of a market's keys."""
    bodies = market.buyers()
    known = [LeadBody.model_validate(body).features() for body in bodies]
    made = _entries(bodies, known, features.pack_lead, rng)
    return sorted(made, key=lambda each: (highest_price(each.features), each.id))


def _entries[F](
    bodies: list[Json], known: list[F], pack: Callable[[F], bytes], rng: Random
) -> Iterator[Entry[F]]:
    owners = [realtor_id(rng.randbytes(8)) for _ in range(REALTORS)]
    for number, (body, each) in enumerate(zip(bodies, known, strict=True)):
        an_id = posting_id(number, rng.randbytes(2), rng.choice(owners))
        yield Entry(an_id, body, each, (an_id, pack(each)))


if __name__ == "__main__":
    publish(measure)
