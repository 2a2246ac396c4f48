"""All matches of a realtor, whichever of their objects each is about: by how it stands for them, in
order of its last change. Kept by the transaction of each change, so that nothing is looked for.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from heapq import merge
from itertools import islice
from operator import and_
from typing import Any, Literal, get_args

from cobroke.domain.deals.pair import MatchStatus, Pair, PairIds, Side
from cobroke.domain.ids import match_id, owner_of
from cobroke.domain.paging import Page
from cobroke.domain.postings.kinds import KINDS
from cobroke.storage import entities, key_parts, keys
from cobroke.storage.conditions import as_counted
from cobroke.storage.notation import Item, item_of
from cobroke.storage.table import Key, Table, Write

type Turn = Literal["ME", "THEM"]
type Standing = Literal["PENDING_ME", "PENDING_THEM", "ACCEPTED", "REJECTED", "COMPLETED"]
"""The status of a match, and while it is PENDING whose turn it is."""

_AT_ONCE = 1_000
STANDINGS: tuple[Standing, ...] = get_args(Standing.__value__)


def standing(pair: Pair, side: Side) -> Standing | None:
    """Return how a match stands for this side; None where the pair has none."""
    if pair.status == "PENDING":
        return "PENDING_ME" if pair.awaiting == side else "PENDING_THEM"
    return pair.status


def among(status: MatchStatus | None, turn: Turn | None) -> Sequence[Standing]:
    """Return the standings that a filter by status and by whose turn it is lets through."""
    by_turn = [f"PENDING_{turn}"] if turn else STANDINGS
    return [one for one in STANDINGS if one in by_turn and one.startswith(status or "")]


def writes(table: Table, old: Pair, new: Pair, facts: Item) -> list[Write]:
    """Make the writes that list a match as it now stands for both realtors. `facts` are those of
    its record.
    """
    return [write for side in KINDS for write in _listed(table, old, new, side, facts)]


def _listed(table: Table, old: Pair, new: Pair, side: Side, facts: Item) -> Iterator[Write]:
    before, now = standing(old, side), standing(new, side)
    if before and not (now == before and new.changed_at == old.changed_at):
        yield table.delete(key(old, side, before))
    if now:
        yield table.put(entities.OWN_MATCH.at(key(new, side, now), facts))
    if now and now != before:
        more = {now.lower(): 1} | ({before.lower(): -1} if before else {})
        entity = {"entity": entities.OWN_MATCHES.name}
        yield table.update(keys.own_match_counts(_owner(new, side)), entity, more)


def forgotten(table: Table, dead: Sequence[Pair]) -> list[Write]:
    """Make the writes that list these pairs no more, and count their matches no more: of each
    realtor all at once, as an item may stand in a transaction once.
    """
    less = defaultdict[str, Counter[str]](Counter)
    for pair in dead:
        for side in KINDS:
            if stands := standing(pair, side):
                less[_owner(pair, side)][stands.lower()] -= 1
    entity = {"entity": entities.OWN_MATCHES.name}
    counted = [table.update(keys.own_match_counts(who), entity, many) for who, many in less.items()]
    return [*(table.delete(one) for pair in dead for one in listed(pair)), *counted]


def entries(table: Table, pair: Pair, facts: Item) -> Mapping[Key, Write]:
    """Make the writes that list a match where it is to be listed, by their keys."""
    return {one: table.put(entities.OWN_MATCH.at(one, facts)) for one in listed(pair)}


def listed(pair: Pair) -> list[Key]:
    """Return where a match is listed; nowhere what is none."""
    there = ((side, standing(pair, side)) for side in KINDS)
    return [key(pair, side, stands) for side, stands in there if stands]


NAMES = tuple(one.lower() for one in STANDINGS)
type Counts = Mapping[Standing, int]
"""How many matches a realtor has of each standing."""


def counts(table: Table, realtor_id: str) -> Counts:
    """Read how many are kept; 0 of what is not there."""
    return counts_in(table.get(keys.own_match_counts(realtor_id)) or {})


def counts_in(item: Item) -> Counts:
    return {one: item.get(one.lower(), 0) for one in STANDINGS}


def recounted(table: Table, realtor_id: str) -> Counts:
    """Count those that are listed."""
    there = {one: keys.own_matches(realtor_id, one) for one in STANDINGS}
    return {
        one: sum(1 for _ in table.query_raw(pk, attributes=("SK",))) for one, pk in there.items()
    }


def pairs_that_stand(table: Table, realtor_id: str, stands: Standing) -> Iterator[PairIds]:
    """Read which pairs a realtor's matches are of that stand so."""
    found = table.query_raw(keys.own_matches(realtor_id, stands), attributes=("SK",))
    return (PairIds(*key_parts.pair_in(_place(raw))) for raw in found)


def replace(table: Table, realtor_id: str, kept: Counts, counted: Counts) -> Write:
    """Make the write that sets a recount in place of what was kept, refused where that has changed
    meanwhile.
    """
    still = reduce(and_, (as_counted(one.lower(), many) for one, many in kept.items()))
    facts: Item = {"entity": entities.OWN_MATCHES.name}
    facts |= {one.lower(): many for one, many in counted.items()}
    return table.update(keys.own_match_counts(realtor_id), facts, when=still)


def _owner(pair: Pair, side: Side) -> str:
    return owner_of(pair.posting_id(side))


def key(pair: Pair, side: Side, stands: Standing) -> Key:
    """Return where a match is listed that stands so for the realtor of this side."""
    match = match_id(*pair.ids)
    return keys.own_match(_owner(pair, side), stands, pair.changed_at, match)


def page_of(
    table: Table, realtor_id: str, standings: Sequence[Standing], page: Page
) -> tuple[list[Item], int]:
    """Read a page of those that stand so, the newest change first, and how many there are in all.
    Of each standing no more is read than the page could show.
    """
    kept = counts(table, realtor_id)
    counted = {one: kept[one] for one in standings}
    total, rows = sum(counted.values()), page.rows
    if rows.start >= total:
        return [], total
    at_once = min(rows.stop, _AT_ONCE)
    there = [
        table.query_raw(keys.own_matches(realtor_id, one), newest_first=True, page_limit=at_once)
        for one, many in counted.items()
        if many
    ]
    found = merge(*there, key=_place, reverse=True)
    # what moves meanwhile from one standing to another may be seen under both: as the newer is
    first = {key_parts.match_in(_place(raw)): raw for raw in reversed([*islice(found, rows.stop)])}
    newest = sorted(first.values(), key=_place, reverse=True)
    return [item_of(raw) for raw in page.of(newest)], total


def _place(raw: Mapping[str, Any]) -> str:
    place: str = raw["SK"]["S"]
    return place


def side_of(pair: Pair, realtor_id: str) -> Side:
    """Return on which side of a pair this realtor is."""
    return "LEAD" if owner_of(pair.lead_id) == realtor_id else "PROPERTY"
