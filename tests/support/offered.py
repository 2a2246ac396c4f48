"""Who offers which flat by the listings themselves: what the table keeps of it must agree."""

from collections import defaultdict
from collections.abc import Iterable

from cobroke.domain.postings.posting import Posting
from cobroke.storage import keys
from cobroke.storage.notation import Item
from cobroke.storage.postings import flats, posting
from cobroke.storage.table import Key
from tests.memory_table import MemoryTable

type Offers = dict[Key, set[tuple[str, int, int]]]
"""By flat: id, area and price of each."""


def by_listings(listings: Iterable[Posting]) -> Offers:
    found: Offers = defaultdict(set)
    for offer in filter(None, map(flats.offered_by, listings)):
        found[keys.flat(offer.fingerprint)].add((offer.id, offer.area, offer.price))
    return dict(found)


def kept(items: Iterable[Item]) -> Offers:
    return {
        (item["PK"], item["SK"]): {
            (offer.id, offer.area, offer.price)
            for offer in flats.unpacked((item["PK"], item["SK"]), item["offers"])
        }
        for item in items
    }


def agree(table: MemoryTable) -> bool:
    items = [*table.items()]
    listings = [posting.of_item(item) for item in items if item["entity"] == "PROPERTY"]
    return kept(item for item in items if item["entity"] == "FLAT") == by_listings(listings)
