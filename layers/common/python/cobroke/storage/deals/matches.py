"""Pairs with what belongs to them: both objects, and for whoever looks the other realtor and their
message.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

from cobroke.domain.deals.decisions import StandingAct, liked_at, standing_act
from cobroke.domain.deals.pair import Facts, MatchStatus, Pair, PairIds, Side
from cobroke.domain.errors import NotFound, OwnObject
from cobroke.domain.ids import match_id, owner_of
from cobroke.domain.matching.score import score
from cobroke.domain.paging import Page
from cobroke.domain.parted import Parted
from cobroke.domain.postings.features import Market, lead_and_listing
from cobroke.domain.postings.kinds import lead_first, other
from cobroke.domain.postings.posting import Posting
from cobroke.domain.realtors import Realtor
from cobroke.storage import keys, realtors
from cobroke.storage.deals import pairs
from cobroke.storage.notation import Item
from cobroke.storage.parting import parted
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
        lead, listing = lead_and_listing(self.lead.content.features, self.listing.content.features)
        share = self.listing.content.body["commission_share"]
        return Facts(share, listing.price, self.lead.revision, score(lead, listing))

    @property
    def live_score(self) -> int | None:
        """In basis points; None where a knock-out holds or one side is not in the market."""
        return self.facts.score if self.lead.in_market and self.listing.in_market else None


class MatchView(NamedTuple):
    """A match as one side sees it: whom it deals with, and what they said with their LIKE; whether
    the other is erased, or parted of them and nothing agreed, so that nobody is to be known by it.
    """

    sides: Sides
    counterpart: Realtor
    message: str | None
    nameless: bool = False


class OwnPair(NamedTuple):
    """A pair as the owner of its object of `side` is shown it, and their own message with its time
    (ms), None where there is none.
    """

    view: MatchView
    side: Side
    said: tuple[str, int] | None

    @property
    def act(self) -> StandingAct | None:
        """What stands of what they did."""
        pair, facts = self.view.sides.pair, self.view.sides.facts
        return standing_act(pair, self.side, facts.price, facts.lead_revision, facts.score)


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


def seen_by(table: Table, sides: Sides, side: Side) -> MatchView:
    (match,) = _completed(table, sides.of(side), [sides.pair])
    return match


def own_pairs(table: Table, own: Posting, some: Sequence[Pair]) -> list[OwnPair]:
    """Read what belongs to these pairs of an object, whether a match or not."""
    mine = [keys.message(*pair.ids, own.kind) for pair in some]
    begun = table.begin_many(mine)
    views, said = _completed(table, own, some), begun()
    return [
        OwnPair(view, own.kind, _said(said.get(key), view.sides.pair, own.kind))
        for view, key in zip(views, mine, strict=True)
    ]


def _said(message: Item | None, pair: Pair, side: Side) -> tuple[str, int] | None:
    """Return what was said, and when. What was said before its time was kept came with the last
    LIKE, or an earlier one.
    """
    if message is None:
        return None
    return message["text"], message.get("at", liked_at(pair, side))


def list_of(
    table: Table, own: Posting, status: MatchStatus | None, page: Page
) -> tuple[list[MatchView], int]:
    """Read a page of an object's matches, newest change first, and how many there are in all."""
    found = [
        pair
        for pair in pairs.of_posting(table, own.kind, own.id).values()
        if status in (None, pair.status)
    ]
    matches = sorted((pair for pair in found if pair.status), key=_newest, reverse=True)
    return _completed(table, own, page.of(matches)), len(matches)


def _newest(pair: Pair) -> tuple[int, str]:
    return pair.changed_at, match_id(*pair.ids)


def _completed(table: Table, own: Posting, shown: Sequence[Pair]) -> list[MatchView]:
    """Read what belongs to these pairs: the counterparts, their realtors and messages, in as few
    reads as there can be.
    """
    rows = [_keys(other(own.kind), pair) for pair in shown]
    is_any_over = any(pair.status == "REJECTED" for pair in shown)
    beside = parted.wanted(own.owner) if is_any_over else []
    items = table.get_many([*beside, *(key for row in rows for key in row)])
    apart = parted.of(table, own.owner, items)
    matches = []
    for pair, row in zip(shown, rows, strict=True):
        theirs = posting.of_item(items[row.counterpart])
        sides = Sides(*lead_first(own.kind, own, theirs), pair)
        realtor, message = realtors.of_item(items[row.realtor]), items.get(row.message, {})
        said = None if realtor.erased_at else message.get("text")
        matches.append(MatchView(sides, realtor, said, _is_nameless(pair, realtor, apart)))
    return matches


def _is_nameless(pair: Pair, theirs: Realtor, apart: Parted) -> bool:
    """Return whether the other realtor is not to be known by this match. Behind a block what is
    PENDING closes by itself.
    """
    if theirs.is_gone and not pair.contacts_visible:
        return True
    return bool(theirs.erased_at) or (pair.status == "REJECTED" and apart.from_(theirs.id))


class _Keys(NamedTuple):
    counterpart: Key
    realtor: Key
    message: Key


def _keys(side: Side, pair: Pair) -> _Keys:
    """Return where the object, the realtor and the message of this side lie."""
    posting_id = pair.posting_id(side)
    message = keys.message(*pair.ids, side)
    return _Keys(keys.owned(side, posting_id), keys.realtor(owner_of(posting_id)), message)
