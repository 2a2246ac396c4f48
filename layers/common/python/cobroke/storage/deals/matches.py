"""Matches as whoever looks sees them: with the other realtor and their message."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cobroke.domain.deals.decisions import StandingAct, acted_at, standing_act
from cobroke.domain.deals.pair import MatchStatus, Pair, Side
from cobroke.domain.ids import match_id, owner_of
from cobroke.domain.paging import Page
from cobroke.domain.parted import Parted
from cobroke.domain.postings.kinds import lead_first, other
from cobroke.domain.postings.posting import Posting
from cobroke.domain.realtors import Realtor
from cobroke.storage import keys, realtors
from cobroke.storage.deals import own_matches, pairs
from cobroke.storage.deals.own_matches import Standing
from cobroke.storage.deals.said import Note, note_in
from cobroke.storage.deals.sides import Sides
from cobroke.storage.notation import Item
from cobroke.storage.parting import parted
from cobroke.storage.postings import posting, postings
from cobroke.storage.table import Key, Table


class MatchView(NamedTuple):
    """A match as one side sees it: whom it deals with, and what they said with their LIKE; whether
    the other is erased, or parted of them and nothing agreed, so that nobody is to be known by it.
    """

    sides: Sides
    side: Side
    counterpart: Realtor
    message: str | None
    nameless: bool = False


class OwnPair(NamedTuple):
    """A pair as one side sees it; that side's own message with its time (ms), None where there is
    none; and what it noted with a DISLIKE.
    """

    view: MatchView
    said: tuple[str, int] | None
    noted: Note

    @property
    def act(self) -> StandingAct | None:
        """What stands of what they did."""
        return standing(self.view.sides, self.view.side)


def standing(sides: Sides, side: Side) -> StandingAct | None:
    """Return what stands of what this side did."""
    facts = sides.facts
    return standing_act(sides.pair, side, facts.price, facts.lead_revision, facts.score)


def seen_by(table: Table, sides: Sides, side: Side) -> MatchView:
    own = sides.of(side)
    (match,) = _completed(table, own.owner, [(side, sides.pair)], own)
    return match


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
    shown = [(own.kind, pair) for pair in page.of(matches)]
    return _completed(table, own.owner, shown, own), len(matches)


def list_of_all(
    table: Table, realtor_id: str, standings: Sequence[Standing], page: Page
) -> tuple[list[MatchView], int]:
    """Read a page of a realtor's matches that stand so, of all their objects, newest change first,
    and how many there are in all.
    """
    items, total = own_matches.page_of(table, realtor_id, standings, page)
    found = [pairs.of_change(item) for item in items]
    shown = [(own_matches.side_of(pair, realtor_id), pair) for pair in found]
    return _completed(table, realtor_id, shown), total


def decided_by(table: Table, own: Posting, page: Page) -> tuple[list[OwnPair], int]:
    """Read a page of what stands of what was done for an object, newest first, and how many acts
    that are. Whether a dislike still counts, its counterpart as it is now says.
    """
    found = [
        pair
        for pair in pairs.of_posting(table, own.kind, own.id).values()
        if pair.action(own.kind) != "NONE"
    ]
    unsure = [pair.posting_id(other(own.kind)) for pair in found if pair.dislike_stands]
    theirs = postings.load_many(table, other(own.kind), unsure)
    standing_ones = [pair for pair in found if _stands(own, pair, theirs)]
    newest = sorted(standing_ones, key=lambda pair: _decided(pair, own.kind), reverse=True)
    return own_pairs(table, own, page.of(newest)), len(newest)


def _stands(own: Posting, pair: Pair, theirs: Mapping[str, Posting]) -> bool:
    counterpart = theirs.get(pair.posting_id(other(own.kind)))
    if counterpart is None:
        return standing_act(pair, own.kind, 0, 0, None) is not None
    return standing(Sides(*lead_first(own.kind, own, counterpart), pair), own.kind) is not None


def _decided(pair: Pair, side: Side) -> tuple[int, str]:
    return acted_at(pair, side), match_id(*pair.ids)


def own_pairs(table: Table, own: Posting, some: Sequence[Pair]) -> list[OwnPair]:
    """Read what belongs to these pairs of an object, whether a match or not."""
    mine = [(keys.message(*pair.ids, own.kind), keys.note(*pair.ids, own.kind)) for pair in some]
    begun = table.begin_many(key for both in mine for key in both)
    views = _completed(table, own.owner, [(own.kind, pair) for pair in some], own)
    items = begun()
    return [
        OwnPair(view, _said(items.get(message), view), note_in(items.get(note)))
        for view, (message, note) in zip(views, mine, strict=True)
    ]


def _said(message: Item | None, view: MatchView) -> tuple[str, int] | None:
    """Return what was said, and when. What was said before its time was kept came with the last
    LIKE, or an earlier one.
    """
    if message is None:
        return None
    return message["text"], message.get("at", acted_at(view.sides.pair, view.side))


def _newest(pair: Pair) -> tuple[int, str]:
    return pair.changed_at, match_id(*pair.ids)


def _completed(
    table: Table, realtor_id: str, shown: Sequence[tuple[Side, Pair]], *known: Posting
) -> list[MatchView]:
    """Read what belongs to these pairs, each seen by this side: both objects, but those `known`,
    the other realtors and their messages, in as few reads as there can be.
    """
    rows = [_keys(side, pair) for side, pair in shown]
    is_any_over = any(pair.status == "REJECTED" for _, pair in shown)
    beside = parted.wanted(realtor_id) if is_any_over else []
    there = {keys.owned(one.kind, one.id): one for one in known}
    wanted = {key for row in rows for key in row} - there.keys()
    items = table.get_many([*beside, *sorted(wanted)])
    apart = parted.of(table, realtor_id, items)
    matches = []
    for (side, pair), row in zip(shown, rows, strict=True):
        own = there.get(row.own) or posting.of_item(items[row.own])
        theirs = posting.of_item(items[row.counterpart])
        realtor, said = realtors.of_item(items[row.realtor]), items.get(row.message, {}).get("text")
        if realtor.erased_at:  # until the worker comes
            theirs, said = theirs.nameless, None
        sides = Sides(*lead_first(side, own, theirs), pair)
        matches.append(MatchView(sides, side, realtor, said, _is_nameless(pair, realtor, apart)))
    return matches


def _is_nameless(pair: Pair, theirs: Realtor, apart: Parted) -> bool:
    """Return whether the other realtor is not to be known by this match. Behind a block what is
    PENDING closes by itself.
    """
    if theirs.is_gone and not pair.contacts_visible:
        return True
    return bool(theirs.erased_at) or (pair.status == "REJECTED" and apart.from_(theirs.id))


class _Keys(NamedTuple):
    own: Key
    counterpart: Key
    realtor: Key
    message: Key


def _keys(side: Side, pair: Pair) -> _Keys:
    """Return where both objects, the other realtor and their message lie, as this side sees it."""
    theirs = other(side)
    their_id = pair.posting_id(theirs)
    return _Keys(
        keys.owned(side, pair.posting_id(side)),
        keys.owned(theirs, their_id),
        keys.realtor(owner_of(their_id)),
        keys.message(*pair.ids, theirs),
    )
