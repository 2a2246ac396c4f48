"""A pair with both its objects, as who acts on it or looks at it needs them."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

from cobroke.domain.deals.facts import Facts
from cobroke.domain.deals.pair import Pair, PairIds, Side
from cobroke.domain.errors import NotFound, OwnObject
from cobroke.domain.matching.score import score
from cobroke.domain.parted import Parted
from cobroke.domain.postings.features import Market, lead_and_listing
from cobroke.domain.postings.kinds import lead_first, other
from cobroke.domain.postings.posting import Posting
from cobroke.exact_json import Json, fingerprint
from cobroke.storage import keys
from cobroke.storage.deals import pairs
from cobroke.storage.notation import Item
from cobroke.storage.postings import posting
from cobroke.storage.table import Key, Table


class Sides(NamedTuple):
    """Both objects of a pair and its record, whose version is 0 while nothing is stored."""

    lead: Posting
    listing: Posting
    pair: Pair
    beside: Mapping[Key, Item] = {}
    """What was read with them."""

    def of(self, side: Side) -> Posting:
        return self.lead if side == "LEAD" else self.listing

    def having(self, side: Side, new: Posting) -> Self:
        return self._replace(lead=new) if side == "LEAD" else self._replace(listing=new)

    def is_barred(self, parted: Parted, side: Side) -> bool:
        """Return whether a block, or that the other is erased or suspended, keeps this side from
        acting on the pair.
        """
        is_over = self.of(other(side)).erased and not self.pair.contacts_visible
        return is_over or self.pair.is_barred(parted, side)

    @property
    def market(self) -> Market:
        """Where what becomes of the pair is written down: the lead's."""
        return self.lead.content.features.market

    @property
    def facts(self) -> Facts:
        lead, listing = self.lead.content.body, self.listing.content.body
        _, features = lead_and_listing(self.lead.content.features, self.listing.content.features)
        return Facts(
            published_share=listing["commission_share"],
            price=features.price,
            lead_revision=self.lead.revision,
            score=self._score,
            listing=_digest([listing["address"], listing["details"] | {"price": None}]),
            requirements=_digest(lead["requirements"]),
            payment_method=lead["requirements"]["payment_method"],
        )

    @property
    def live_score(self) -> int | None:
        """In basis points; None where a knock-out holds or one side is not in the market."""
        return self._score if self.lead.in_market and self.listing.in_market else None

    @property
    def _score(self) -> int | None:
        return score(*lead_and_listing(self.lead.content.features, self.listing.content.features))

    def changed(self, side: Side) -> bool:
        """Return whether the match is open, and this side's LIKE of it no longer holds."""
        return self.pair.status == "PENDING" and self.pair.has_changed(side, self.facts)


def _digest(content: Json) -> str:
    """Return the beginning of its fingerprint: it stands in each pair that every look reads."""
    return fingerprint(content)[:16]


def load(table: Table, ids: PairIds, caller: str, side: Side, beside: Sequence[Key] = ()) -> Sides:
    """Read a pair of the caller's, and in the same call what is asked for `beside` it. Raises
    NotFound where one of the objects is absent or that of `side` not theirs; OwnObject where both
    are.
    """
    lead, listing, pair = (
        keys.owned("LEAD", ids.lead_id),
        keys.owned("PROPERTY", ids.property_id),
        keys.pair(*ids),
    )
    own, others = lead_first(side, lead, listing)
    items = table.get_many([lead, listing, pair, *beside])
    if own not in items or own[0] != keys.realtor(caller)[0] or others not in items:
        raise NotFound
    if others[0] == own[0]:
        raise OwnObject
    known = pairs.of_item(items[pair]) if pair in items else Pair.untouched(ids)
    both = posting.of_item(items[lead]), posting.of_item(items[listing])
    return Sides(*both, known, {key: items[key] for key in beside if key in items})
