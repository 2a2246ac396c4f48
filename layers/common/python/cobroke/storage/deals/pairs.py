"""Pairs: one record of each under its lead, a mirror of it under its property; every change is one
transaction.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any

from cobroke.domain.deals.facts import SeenLead, SeenListing, Snapshot
from cobroke.domain.deals.pair import Pair, PairIds, Told
from cobroke.domain.ids import match_id
from cobroke.domain.postings.features import Market
from cobroke.domain.postings.kinds import Kind, other
from cobroke.exact_json import dumps, loads
from cobroke.storage import entities, key_parts, keys
from cobroke.storage.changes import CHANGES_KEPT_S, OVERLAP_MS
from cobroke.storage.conditions import at_version, over
from cobroke.storage.deals import acquaintances, own_matches, said
from cobroke.storage.notation import Item, item_of
from cobroke.storage.postings.counts import count, uncount
from cobroke.storage.schedule import agenda
from cobroke.storage.schedule.agenda import Due
from cobroke.storage.table import Table, Write

_DEFAULTS = {
    field.name: field.default
    for field in fields(Pair)
    if field.name not in {"lead_id", "property_id", "version"}
}
_RENAMED = {"offer_lead_at": "acted_lead_at", "offer_property_at": "acted_property_at"}
"""What the fields of records of before are called now."""
_NAMED = {"snapshot": Snapshot, "saw_lead": SeenListing, "saw_property": SeenLead}
"""The fields that are tuples with names."""


def of_posting(table: Table, kind: Kind, posting_id: str) -> dict[str, Pair]:
    """Read every pair of a lead or a property, by the id of its counterpart."""
    items = table.query(keys.pairs_of(kind, posting_id), keys.PAIR, f"{keys.PAIR}{keys.LAST}")
    return {key_parts.id_in(item["SK"]): of_item(item) for item in items}


def behind(
    table: Table, kind: Kind, posting_id: str, after: str, page_limit: int | None
) -> Iterator[Pair]:
    """Read those pairs of a lead or a property whose counterpart's id is greater than `after`, in
    order of these, `page_limit` at most in one call.
    """
    low, high = f"{keys.PAIR}{after}", f"{keys.PAIR}{keys.LAST}"
    raws = table.query_raw(keys.pairs_of(kind, posting_id), low, high, page_limit=page_limit)
    items = map(item_of, raws)
    return (of_item(item) for item in items if key_parts.id_in(item["SK"]) != after)


def load_many(table: Table, pairs: Iterable[PairIds]) -> list[Pair]:
    """Read the records that there are: many in one call."""
    return [of_item(item) for item in table.get_many(keys.pair(*ids) for ids in pairs).values()]


def changes(table: Table, market: Market, watermark: int) -> Iterator[Pair]:
    """Read every change of a market's pairs since `watermark` (ms), as the pair then was, in order
    of time.
    """
    since = keys.moment(watermark - OVERLAP_MS)
    return (of_change(item) for item in table.query(keys.pair_changes(market), since))


def changed(table: Table, market: Market, watermark: int) -> Iterator[PairIds]:
    """Read whose pairs have changed in a market since `watermark` (ms)."""
    since = keys.moment(watermark - OVERLAP_MS)
    raws = table.query_raw(keys.pair_changes(market), since, attributes=("SK",))
    return (PairIds(*key_parts.pair_in(raw["SK"]["S"])) for raw in raws)


def writes(table: Table, old: Pair, new: Pair, market: Market) -> list[Write]:
    """Make the writes of a change: the record under its version, its mirror, what has changed in
    the lead's market, where both realtors list it, the counts of both objects where it or a match
    began or a match ended, that of what their realtors have agreed on, and the reminder where it
    will expire at another time.
    """
    facts: Item = {"d": _text(new), "version": old.version + 1}
    pair, mirror = (
        keys.pair(*new.ids),
        keys.mirror(*new.ids),
    )
    begun, matches = int(not old.version), new.counts_as_match - old.counts_as_match
    expires = new.expires_at if new.expires_at != old.expires_at else None
    the_match = match_id(*new.ids)
    return [
        table.put(entities.PAIR.at(pair, facts), when=over(old.version)),
        table.put(entities.MIRROR.at(mirror, facts)),
        table.put(_change_item(new, market, facts)),
        *(
            count(table, *of, pairs=begun, matches=matches)
            for of in _postings(new)
            if begun or matches
        ),
        *own_matches.writes(table, old, new, facts),
        *acquaintances.agreed(table, old, new),
        *([agenda.remind(table, Due(expires, "PAIR", the_match))] if expires else ()),
    ]


def unchanged(table: Table, pair: Pair) -> Write:
    """Make the check that nobody changed it since it was read, be it that nothing was stored."""
    return table.check(keys.pair(*pair.ids), when=over(pair.version))


def deletion(table: Table, kind: Kind, dead: Sequence[Pair]) -> list[Write]:
    """Make the writes that delete pairs of one object of this kind, whether a match or not, with
    what hangs on them. The market is told nothing: one of the two has left it for good.
    """
    (own_id,) = {pair.posting_id(kind) for pair in dead}
    theirs = [(pair.posting_id(other(kind)), int(pair.counts_as_match)) for pair in dead]
    return [
        *(table.delete(keys.pair(*pair.ids), when=at_version(pair.version)) for pair in dead),
        *(table.delete(keys.mirror(*pair.ids)) for pair in dead),
        *(write for pair in dead for write in said.nothing(table, pair)),
        *own_matches.forgotten(table, dead),
        *(uncount(table, other(kind), an_id, 1, matches) for an_id, matches in theirs),
        uncount(table, kind, own_id, len(dead), sum(matches for _, matches in theirs)),
    ]


def of_item(item: Item) -> Pair:
    """Make the pair of its record or of its mirror."""
    return _pair(item, *key_parts.sides_in((item["PK"], item["SK"])))


def of_change(item: Item) -> Pair:
    """Make the pair of a change of it, or of where a realtor lists it."""
    return _pair(item, *key_parts.pair_in(item["SK"]))


def _change_item(new: Pair, market: Market, facts: Item) -> Item:
    the_match = match_id(*new.ids)
    key = keys.pair_change(market, new.changed_at, the_match, facts["version"])
    return entities.PAIR_CHANGE.at(
        key, {"expires": new.changed_at // 1000 + CHANGES_KEPT_S, **facts}
    )


def _pair(item: Item, lead_id: str, property_id: str) -> Pair:
    known: dict[str, Any] = loads(item["d"])
    for before, name in _RENAMED.items():
        if before in known:
            known[name] = known.pop(before)
    if "told" in known:
        known["told"] = tuple(Told(*told) for told in known["told"])
    for name, kind in _NAMED.items():
        if name in known:
            known[name] = kind(*known[name])
    return Pair(lead_id=lead_id, property_id=property_id, version=item["version"], **known)


def _text(pair: Pair) -> str:
    """Write down what differs from a pair of which nothing is known."""
    facts = {
        name: getattr(pair, name)
        for name, nothing in _DEFAULTS.items()
        if getattr(pair, name) != nothing
    }
    return dumps({name: _plain(value) for name, value in facts.items()})


def _plain(value: Any) -> Any:  # noqa: ANN401 - any field's
    """Make lists of tuples, of named ones too."""
    return [_plain(part) for part in value] if isinstance(value, tuple) else value


def _postings(pair: Pair) -> tuple[tuple[Kind, str], tuple[Kind, str]]:
    return ("LEAD", pair.lead_id), ("PROPERTY", pair.property_id)
