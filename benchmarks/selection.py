"""How much faster the best of a packed market is found than by scoring every row that was read."""

import gc
import heapq
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from random import Random
from typing import NamedTuple

from benchmarks.anchors import decimals, loops
from benchmarks.anchors.first_build import FirstBuild, first_build
from benchmarks.anchors.turns import Contestant, Times, spent
from benchmarks.anchors.wanted import LISTED, MOST, Codes, PackedCodes, Wish
from benchmarks.cities import Entry, Lead, Listing, city, packed_leads, packed_listings
from benchmarks.report import Section, publish, verdict
from cobroke.domain.ids import owner_of
from cobroke.domain.matching.market import highest_price, prices, rooms_key, rooms_keys
from cobroke.domain.matching.score import score
from cobroke.domain.matching.selection import best_leads, best_properties
from cobroke.domain.matching.top_list import PackedRow, Selection
from cobroke.domain.postings import features
from cobroke.domain.postings.features import LeadFeatures, PropertyFeatures

SAMPLE, LARGE = 60, 100_000
OURS, EVERY_ROW = "two passes", "every row by `score`"
GOALS = {  # times our own: of the real city's listings, of the large one's, of the real buyers
    decimals.NAME: (15, 25, None),
    loops.NAME: (2, 2.86, None),
    EVERY_ROW: (None, None, None),
    FirstBuild.name: (None, None, None),
}


class Read[F](NamedTuple):
    """Who looks, and what it reads of a market: rows, and their numbers there."""

    of: Entry[F]
    owner: str
    numbers: Sequence[int]
    rows: Sequence[PackedRow]


def measure() -> Section:
    rng = Random(1)
    listings, leads = packed_listings(rng), packed_leads(rng)
    buyers, offered = rng.sample(leads, SAMPLE), rng.sample(listings, SAMPLE)
    gc.freeze()
    with first_build() as first:
        columns = {
            f"{size:,} listings": _of_listings(_as_read(city(listings, size, rng)), buyers, first)
            for size in (len(listings), LARGE)
        }
        rows = _as_read([lead.row for lead in leads])
        columns[f"{len(leads):,} buyers"] = _of_leads(rows, offered, first)
    return Section(
        "The best of a packed market",
        f"The best {MOST} listings for {SAMPLE} buyers, the best {MOST} buyers for {SAMPLE} "
        "listings, of the packed rows that a market read leaves. All begin with these rows, one "
        "after the other unpacked, but the loop in Decimal over buyers, who are given to it all "
        "and in Decimal. CPU time of others (of our first build, that of its own process) as a "
        "multiple of that of our two passes, in turns of ten lists, which are the same.",
        ("contestant", *columns),
        [
            (name, *map(partial(_beside, name), columns.values(), goals))
            for name, goals in GOALS.items()
        ],
    )


def _beside(name: str, times: Times, goal: float | None) -> str:
    return verdict(times[name] / times[OURS], goal) if name in times else "–"


def _of_listings(
    rows: Sequence[PackedRow], leads: Sequence[Lead], first: FirstBuild | None
) -> Times:
    codes = PackedCodes()

    def wish(by: Read[LeadFeatures]) -> Wish:
        return codes.wish(by.of.id, by.of.features)

    contestants: list[Contestant[Read[LeadFeatures]]] = [
        Contestant(OURS, lambda by: best_properties(by.of.features, by.owner, by.rows, MOST)),
        _plain(decimals.NAME, lambda by: decimals.listed_of_packed(wish(by), by.rows)),
        _plain(loops.NAME, lambda by: loops.listed_of_packed(wish(by), by.rows)),
        _plain(
            EVERY_ROW,
            lambda by: (
                (score(by.of.features, features.unpack_property(by.of.features.city, row)), an_id)
                for an_id, row in by.rows
            ),
        ),
    ]
    if first:
        first.load("PROPERTY", rows)
        contestants.append(_first(first))
    return spent(contestants, reads_of_listings(leads, rows))


def _of_leads(
    rows: Sequence[PackedRow], listings: Sequence[Listing], first: FirstBuild | None
) -> Times:
    codes = Codes()
    wishes = [codes.wish(an_id, features.unpack_lead("", packed)) for an_id, packed in rows]
    loop = decimals.DecimalLoopOverLeads(wishes)

    def in_decimal(by: Read[PropertyFeatures]) -> Iterable[tuple[int, str]]:
        offer = codes.offers([(by.of.id, by.of.features)])[0]
        return ((points, rows[number][0]) for points, number in loop.listed(offer))

    contestants: list[Contestant[Read[PropertyFeatures]]] = [
        Contestant(OURS, lambda by: best_leads(by.of.features, by.owner, by.rows, MOST)),
        _plain(decimals.NAME, in_decimal),
        _plain(
            EVERY_ROW,
            lambda by: (
                (score(features.unpack_lead(by.of.features.city, row), by.of.features), an_id)
                for an_id, row in by.rows
            ),
        ),
    ]
    if first:
        first.load("LEAD", rows)
        contestants.append(_first(first))
    return spent(contestants, reads_of_leads(listings, rows))


def _plain[F](
    name: str, scored: Callable[[Read[F]], Iterable[tuple[int | None, str]]]
) -> Contestant[Read[F]]:
    return Contestant(name, lambda by: best_of(by.owner, scored(by)))


def _first[F](first: FirstBuild) -> Contestant[Read[F]]:
    return Contestant(first.name, lambda by: first.best(by.of.row, by.numbers), first.cpu_seconds)


def reads_of_listings(leads: Iterable[Lead], rows: Sequence[PackedRow]) -> list[Read[LeadFeatures]]:
    known = [features.unpack_property("", packed) for _, packed in rows]
    places = [(rooms_key(each.rooms), each.price) for each in known]
    reads = []
    for lead in leads:
        near, (lowest, highest) = rooms_keys(lead.features), prices(lead.features)
        numbers = [
            number
            for number, (shelf, price) in enumerate(places)
            if lowest <= price <= highest and shelf in near
        ]
        reads.append(_read(lead, numbers, rows))
    return reads


def reads_of_leads(
    listings: Iterable[Listing], rows: Sequence[PackedRow]
) -> list[Read[PropertyFeatures]]:
    most = [highest_price(features.unpack_lead("", packed)) for _, packed in rows]
    return [
        _read(
            listing,
            [number for number, price in enumerate(most) if price >= listing.features.price],
            rows,
        )
        for listing in listings
    ]


def _as_read(rows: Sequence[PackedRow]) -> list[PackedRow]:
    """Lay them anew, one behind the other, as a read leaves them."""
    return [(an_id.encode().decode(), bytes(bytearray(packed))) for an_id, packed in rows]


def _read[F](of: Entry[F], numbers: Sequence[int], rows: Sequence[PackedRow]) -> Read[F]:
    return Read(of, owner_of(of.id), numbers, [rows[number] for number in numbers])


def best_of(owner: str, scored: Iterable[tuple[int | None, str]]) -> Selection:
    """Return the best MOST of what may be shown to this realtor."""
    listed = [
        (points, an_id) for points, an_id in scored if points is not None and points >= LISTED
    ]
    found = [place for place in listed if owner_of(place[1]) != owner]
    return Selection(heapq.nlargest(MOST, found), len(found) > MOST)  # type: ignore[arg-type]


if __name__ == "__main__":
    publish(measure)
