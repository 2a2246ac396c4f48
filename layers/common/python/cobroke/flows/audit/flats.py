"""The offers of each flat against the listings in the market: each stands among those of its flat,
as it is, and nowhere else.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from cobroke.domain.postings.flats import Offer
from cobroke.domain.postings.posting import Posting
from cobroke.flows.audit.unpaired import Unpaired
from cobroke.storage import keys
from cobroke.storage.conditions import ABSENT
from cobroke.storage.notation import Item
from cobroke.storage.postings import flats, posting, postings
from cobroke.storage.postings.flats import Seen
from cobroke.storage.retry import try_transact
from cobroke.storage.table import Key, Table


class Misplaced(NamedTuple):
    """A listing, and which flats have offers of it that are not as it says."""

    id: str
    found: frozenset[Key]


class WrongOffers(NamedTuple):
    """A listing (None: there is none), what it offers, and the offers of the flats where it stands
    wrongly, or is missing.
    """

    id: str
    stored: Posting | None
    offered: Offer | None
    seen: Seen


@dataclass
class Stated:
    """What listings and the offers of flats state of each other."""

    _offers: Unpaired[tuple[str, Key | None]] = field(default_factory=Unpaired)

    def take(self, item: Item) -> None:
        key = item["PK"], item["SK"]
        for offer in flats.unpacked(key, item["offers"]):
            self._offers.state(offer, (offer.id, key))

    def take_posting(self, own: Posting) -> None:
        if offered := flats.offered_by(own):
            self._offers.state(offered, (own.id, None))

    @property
    def misplaced(self) -> set[Misplaced]:
        found: dict[str, set[Key]] = defaultdict(set)
        for an_id, key in self._offers.left():
            found[an_id].update([key] if key else ())
        return {Misplaced(an_id, frozenset(there)) for an_id, there in found.items()}


def wrong(table: Table, suspect: Misplaced) -> WrongOffers | None:
    """Return what is wrong: nothing where a flat has as many offers as are kept, and lacks it."""
    item = table.get(keys.owned("PROPERTY", suspect.id))
    stored = posting.of_item(item) if item else None
    offered = flats.offered_by(stored)
    own = {keys.flat(offered.fingerprint)} if offered else set[Key]()
    bad = {
        key: packed
        for key, packed in flats.read(table, suspect.found | own).items()
        if flats.changed(table, key, packed, suspect.id, offered)
    }
    return WrongOffers(suspect.id, stored, offered, bad) if bad else None


def put_right(table: Table, found: WrongOffers) -> bool:
    """Put it where it belongs and nowhere else; return whether all was still as seen."""
    as_seen = (
        postings.unchanged(table, found.stored)
        if found.stored
        else table.check(keys.owned("PROPERTY", found.id), when=ABSENT)
    )
    mended = (
        write
        for key, packed in found.seen.items()
        for write in flats.changed(table, key, packed, found.id, found.offered)
    )
    return try_transact(table, [as_seen, *mended])
