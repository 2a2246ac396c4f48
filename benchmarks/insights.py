"""What the market answers beyond its lists, beside scoring all again for every step."""

import gc
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from typing import NamedTuple

from benchmarks import market
from benchmarks.cities import Lead, Listing, city, packed_leads, packed_listings
from benchmarks.report import Section, publish, verdict
from cobroke.domain.ids import owner_of
from cobroke.domain.insights.buyers import Buyers
from cobroke.domain.insights.demand import at_its_lowest, demand
from cobroke.domain.insights.fitting import FITS, Hides
from cobroke.domain.insights.price_curve import range_around, stretches
from cobroke.domain.insights.steps import Step, widened
from cobroke.domain.insights.what_if import what_if
from cobroke.domain.matching.market import highest_price, prices
from cobroke.domain.matching.score import score
from cobroke.domain.matching.top_list import PackedRow
from cobroke.domain.postings.features import (
    LeadFeatures,
    PropertyFeatures,
    unpack_lead,
    unpack_property,
)
from cobroke.domain.postings.places import NOWHERE, Place, PlaceType, place

REAL, LARGE = 22_963, 100_000
LEADS = 5_000
"""In a city of the real size; in a larger one as many more."""
SAMPLE = 12
GOAL = 50
"""Times our own."""
DRAWN = 12
"""Of the steps that the anchor is not given."""
COUNTS = range(51)
"""Of rooms."""


class Scene(NamedTuple):
    """A city, packed and unpacked, by ids, and how its places are spelt."""

    listings: Sequence[PackedRow]
    offers: Mapping[str, PropertyFeatures]
    leads: Sequence[PackedRow]
    wishes: Mapping[str, LeadFeatures]

    names: Mapping[Place, str]


class Times(NamedTuple):
    """CPU seconds; of how many steps."""

    ours: float
    anchor: float
    steps: int


def measure() -> Section:
    rng = Random(1)
    listings, leads = packed_listings(rng), packed_leads(rng)
    asked = rng.sample(leads, SAMPLE), rng.sample(listings, SAMPLE)
    columns = [_measured(_scene(listings, leads, size, rng), *asked, rng) for size in (REAL, LARGE)]
    names = ("a what-if", "a demand")
    return Section(
        "What the market answers",
        f"What-if for {SAMPLE} buyers, demand for {SAMPLE} listings. The anchor scores, with our "
        "own score, every counterpart again for every step: of a what-if each number of rooms, "
        "district and station that may be one, and each new bound that we found, which it is "
        "given; of a demand each stretch of the whole curve. Of those that it is not given it does "
        f"{DRAWN} for each question, drawn by chance: the rest is taken to be like them. Both get "
        "what the market read leaves, we packed, it unpacked. The numbers are the same. CPU time "
        "as a multiple of ours, and the steps of one question.",
        ("question", *(f"{size:,} listings" for size in (REAL, LARGE))),
        [
            (name, *(_told(column[number]) for column in columns))
            for number, name in enumerate(names)
        ],
    )


def _told(times: Times) -> str:
    return f"{verdict(times.anchor / times.ours, GOAL)}, {times.steps / SAMPLE:,.0f} steps"


def _scene(listings: Sequence[Listing], leads: Sequence[Lead], size: int, rng: Random) -> Scene:
    offered, wanted = city(listings, size, rng), city(leads, LEADS * size // REAL, rng)
    name = leads[0].features.city
    offers = {an_id: unpack_property(name, packed) for an_id, packed in offered}
    wishes = {an_id: unpack_lead(name, packed) for an_id, packed in wanted}
    return Scene(offered, offers, wanted, wishes, _names())


def _names() -> Mapping[Place, str]:
    addresses = [body["address"] for body in market.listings()]
    stations = {address["metro_station"] for address in addresses} - {None}
    districts = {address["district"] for address in addresses}
    return {place(name, "district"): name for name in districts} | {
        place(name, "station"): name for name in stations
    }


def _measured(
    scene: Scene, buyers: Sequence[Lead], sellers: Sequence[Listing], rng: Random
) -> tuple[Times, Times]:
    gc.freeze()
    return (
        _summed([_of_what_if(scene, lead, rng) for lead in buyers]),
        _summed([_of_demand(scene, listing, rng) for listing in sellers]),
    )


def _summed(times: Sequence[Times]) -> Times:
    ours, anchor, steps = zip(*times, strict=True)
    return Times(sum(ours), sum(anchor), sum(steps))


def _timed[T](deed: Callable[[], T]) -> tuple[float, T]:
    """Return its CPU time in seconds, and what it returned."""
    start = time.process_time()
    done = deed()
    return time.process_time() - start, done


def _of_what_if(scene: Scene, lead: Lead, rng: Random) -> Times:
    own, (low, high) = lead.features, prices(widened(lead.features))
    near = {an_id: offer for an_id, offer in scene.offers.items() if low <= offer.price <= high}
    rows = [row for row in scene.listings if row[0] in near]
    hides = _own(lead.id)

    def spell(ids: Sequence[str], of: PlaceType) -> Mapping[str, str]:
        found = {an_id: near[an_id] for an_id in ids}
        return {
            an_id: scene.names[offer.district if of == "district" else offer.metro]
            for an_id, offer in found.items()
        }

    ours, answer = _timed(lambda: what_if(own, rows, hides, spell, lambda *_: True))
    given = {_after(own, step): step.fitting for step in answer.steps}
    bounds = [after for after in given if after[4:8] != own[4:8]]
    wishes = [*_wishes(own, scene)]
    drawn = [*bounds, *rng.sample(wishes, min(DRAWN, len(wishes)))]
    others = [offer for an_id, offer in near.items() if not hides(an_id, None)]
    seconds, counts = _timed(lambda: [_fitting(after, others) for after in drawn])
    told = [given.get(after, count) for after, count in zip(drawn, counts, strict=True)]
    assert told == counts, lead  # noqa: S101 - else it measures nothing
    steps = len(bounds) + len(wishes)
    return Times(ours, seconds / len(drawn) * steps, steps)


def _of_demand(scene: Scene, listing: Listing, rng: Random) -> Times:
    own, lowest = listing.features, at_its_lowest(listing.features).price
    near = {an_id: wish for an_id, wish in scene.wishes.items() if highest_price(wish) >= lowest}
    rows = [row for row in scene.leads if row[0] in near]
    shelf = [row for row in scene.listings if scene.offers[row[0]].rooms == own.rooms]
    hides = _own(listing.id)
    ours, answer = _timed(lambda: demand(listing.id, own, rows, hides, shelf))
    within = range_around(own.price)
    buyers = Buyers(own, within, hides)
    buyers.read(rows)
    curve = stretches(buyers.fits, within)
    drawn = rng.sample(curve, min(DRAWN, len(curve)))
    others = [wish for an_id, wish in near.items() if not hides(an_id, None)]
    seconds, counts = _timed(lambda: [_buyers(own, each.highest, others) for each in drawn])
    assert counts == [each.buyers for each in drawn], listing  # noqa: S101 - as above
    assert set(answer.price_curve) <= set(curve)  # noqa: S101
    return Times(ours, seconds / len(drawn) * len(curve), len(curve))


def _own(an_id: str) -> Hides:
    owner = owner_of(an_id)
    return lambda other, _: owner_of(other) == owner


def _fitting(lead: LeadFeatures, offers: Sequence[PropertyFeatures]) -> int:
    return sum((score(lead, offer) or 0) >= FITS for offer in offers)


def _buyers(listing: PropertyFeatures, price: int, wishes: Sequence[LeadFeatures]) -> int:
    at = listing._replace(price=price)
    return sum((score(wish, at) or 0) >= FITS for wish in wishes)


def _wishes(lead: LeadFeatures, scene: Scene) -> Iterator[LeadFeatures]:
    """Yield the lead with each count and each place of the market that it may wish besides."""
    for count in COUNTS if lead.rooms else ():
        yield lead._replace(rooms=lead.rooms | {count})
    offers = scene.offers.values()
    for district in {offer.district for offer in offers} if lead.districts else ():
        yield lead._replace(districts=lead.districts | {district})
    for metro in {offer.metro for offer in offers} - {NOWHERE} if lead.metros else ():
        yield lead._replace(metros=lead.metros | {metro})


def _after(lead: LeadFeatures, step: Step) -> LeadFeatures:
    match step.change, step.to:
        case "ROOMS", int(count):
            return lead._replace(rooms=lead.rooms | {count})
        case "DISTRICT", str(name):
            return lead._replace(districts=lead.districts | {place(name, "district")})
        case "METRO_STATION", str(name):
            return lead._replace(metros=lead.metros | {place(name, "station")})
        case bound, to:
            return LeadFeatures(**lead._asdict() | {bound.lower(): to})


if __name__ == "__main__":
    publish(measure)
