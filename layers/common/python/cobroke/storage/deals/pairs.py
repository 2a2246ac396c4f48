"""Pairs: one record of each under its lead, a mirror of it under its property; every change is one
transaction.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Any

from cobroke.domain.deals.pair import OutboxEntry, Pair, PairIds, Side, Snapshot
from cobroke.domain.ids import match_id, pair_of
from cobroke.domain.postings.features import Market
from cobroke.domain.postings.kinds import KINDS, Kind, other
from cobroke.exact_json import dumps, loads
from cobroke.storage import entities, keys
from cobroke.storage.changes import CHANGES_KEPT_S, OVERLAP_MS
from cobroke.storage.conditions import at_version, over
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


def of_posting(table: Table, kind: Kind, posting_id: str) -> dict[str, Pair]:
    """Read every pair of a lead or a property, by the id of its counterpart."""
    items = table.query(keys.pairs_of(kind, posting_id), keys.PAIR, f"{keys.PAIR}{keys.LAST}")
    return {keys.id_in(item["SK"]): of_item(item) for item in items}


def behind(
    table: Table, kind: Kind, posting_id: str, after: str, page_limit: int | None
) -> Iterator[Pair]:
    """Read those pairs of a lead or a property whose counterpart's id is greater than `after`, in
    order of these, `page_limit` at most in one call.
    """
    low, high = f"{keys.PAIR}{after}", f"{keys.PAIR}{keys.LAST}"
    raws = table.query_raw(keys.pairs_of(kind, posting_id), low, high, page_limit=page_limit)
    items = map(item_of, raws)
    return (of_item(item) for item in items if keys.id_in(item["SK"]) != after)


def load_many(table: Table, pairs: Iterable[PairIds]) -> list[Pair]:
    """Read the records that there are: many in one call."""
    return [of_item(item) for item in table.get_many(keys.pair(*ids) for ids in pairs).values()]


def changes(table: Table, market: Market, watermark: int) -> Iterator[Pair]:
    """Read every change of a market's pairs since `watermark` (ms), as the pair then was, in order
    of time.
    """
    since = keys.moment(watermark - OVERLAP_MS)
    return (_of_change(item) for item in table.query(keys.pair_changes(market), since))


def changed(table: Table, market: Market, watermark: int) -> Iterator[PairIds]:
    """Read whose pairs have changed in a market since `watermark` (ms)."""
    since = keys.moment(watermark - OVERLAP_MS)
    raws = table.query_raw(keys.pair_changes(market), since, attributes=("SK",))
    return (PairIds(*(pair_of(keys.match_in(raw["SK"]["S"])) or ("", ""))) for raw in raws)


def writes(table: Table, old: Pair, new: Pair, market: Market) -> list[Write]:
    """Make the writes of a change: the record under its version, its mirror, what has changed in
    the lead's market, the counts of both objects where it or a match began or a match ended, and
    the reminder where it will expire at another time.
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
        *([agenda.remind(table, Due(expires, "PAIR", the_match))] if expires else ()),
    ]


def unchanged(table: Table, pair: Pair) -> Write:
    """Make the check that nobody changed it since it was read, be it that nothing was stored."""
    return table.check(keys.pair(*pair.ids), when=over(pair.version))


def message(table: Table, pair: Pair, side: Side, text: str | None, at: int = 0) -> Write:
    """Make the write of what this side says with its LIKE, at this time (ms), or (None) that it
    says nothing.
    """
    key = keys.message(*pair.ids, side)
    said = entities.MESSAGE.at(key, {"text": text, "at": at})
    return table.put(said) if text else table.delete(key)


def deletion(table: Table, kind: Kind, dead: Sequence[Pair]) -> list[Write]:
    """Make the writes that delete pairs of one object of this kind, whether a match or not, with
    what hangs on them. The market is told nothing: one of the two has left it for good.
    """
    (own_id,) = {pair.posting_id(kind) for pair in dead}
    theirs = [(pair.posting_id(other(kind)), int(pair.counts_as_match)) for pair in dead]
    said = [
        (pair, side)
        for pair in dead
        for side in KINDS
        if pair.status is not None or pair.keeps_like(side)
    ]
    return [
        *(table.delete(keys.pair(*pair.ids), when=at_version(pair.version)) for pair in dead),
        *(table.delete(keys.mirror(*pair.ids)) for pair in dead),
        *(message(table, pair, side, None) for pair, side in said),
        *(uncount(table, other(kind), an_id, 1, matches) for an_id, matches in theirs),
        uncount(table, kind, own_id, len(dead), sum(matches for _, matches in theirs)),
    ]


def of_item(item: Item) -> Pair:
    """Make the pair of its record or of its mirror."""
    return _pair(item, *keys.sides_in((item["PK"], item["SK"])))


def _of_change(item: Item) -> Pair:
    return _pair(item, *(pair_of(keys.match_in(item["SK"])) or ("", "")))


def _change_item(new: Pair, market: Market, facts: Item) -> Item:
    the_match = match_id(*new.ids)
    key = keys.pair_change(market, new.changed_at, the_match, facts["version"])
    return entities.PAIR_CHANGE.at(
        key, {"expires": new.changed_at // 1000 + CHANGES_KEPT_S, **facts}
    )


def _pair(item: Item, lead_id: str, property_id: str) -> Pair:
    known: dict[str, Any] = loads(item["d"])
    if "told" in known:
        known["told"] = tuple(OutboxEntry(*told) for told in known["told"])
    if "snapshot" in known:
        known["snapshot"] = Snapshot(*known["snapshot"])
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
