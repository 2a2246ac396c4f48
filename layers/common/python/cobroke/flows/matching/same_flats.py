"""Who else offers the flat of a listing, as a reader is told."""

from collections.abc import Container, Iterable, Mapping
from typing import NamedTuple

from cobroke.domain.ids import owner_of
from cobroke.domain.parted import Parted
from cobroke.domain.postings.flats import Offer, SameFlat, same_flat
from cobroke.domain.postings.posting import Posting
from cobroke.storage import keys
from cobroke.storage.parting import parted
from cobroke.storage.postings import flats
from cobroke.storage.table import Key, Table


class Reader(NamedTuple):
    """A realtor, and of whom they are parted."""

    id: str
    parted: Parted

    def may_not_know_of(self, posting_id: str) -> bool:
        return owner_of(posting_id) == self.id or self.parted.from_owner_of(posting_id)


class SameFlats:
    """The flats of some listings in the market as they are now: asked for when it is made, waited
    for by `end`.
    """

    def __init__(self, table: Table, listings: Iterable[Posting]) -> None:
        offered = map(flats.offered_by, listings)
        self._offers = {each.id: (keys.flat(each.fingerprint), each) for each in offered if each}
        self._begun = table.begin_many(key for key, _ in self._offers.values())

    def end(self, reader: Reader, shown: Container[str] = ()) -> Mapping[str, SameFlat]:
        """Return what the reader is told of each listing, by its id: nothing where nobody else
        offers it, or as many do as are kept. `shown` are the ids that they see anyway.
        """
        items = self._begun()
        there = {key: flats.unpacked(key, item["offers"]) for key, item in items.items()}
        found = {
            an_id: same_flat(own, _all_of(there, key), reader.may_not_know_of, shown)
            for an_id, (key, own) in self._offers.items()
        }
        return {an_id: told for an_id, told in found.items() if told}


def of_own(table: Table, listing: Posting) -> SameFlat | None:
    """Return what the owner of a listing is told; nothing of one out of the market."""
    if not listing.in_market:
        return None
    begun = SameFlats(table, [listing])
    reader = Reader(listing.owner, parted.load(table, listing.owner))
    return begun.end(reader).get(listing.id)


def _all_of(there: Mapping[Key, list[Offer]], key: Key) -> list[Offer]:
    """Return the offers of a flat; none where there may be more."""
    found = there.get(key, [])
    return found if len(found) < flats.MOST else []
