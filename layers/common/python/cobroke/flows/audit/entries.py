"""The market against the objects in it: each has one entry, in its place, of its version; and its
market is known.
"""

from dataclasses import replace
from typing import NamedTuple

from cobroke.clock import Clock
from cobroke.domain.postings.features import Market
from cobroke.domain.postings.kinds import Kind
from cobroke.domain.postings.posting import Posting
from cobroke.flows.audit import scan
from cobroke.flows.audit.scan import Listed, Owned
from cobroke.storage import entities, key_parts, keys
from cobroke.storage.changes import CHANGES_KEPT_S
from cobroke.storage.conditions import ABSENT, at_version
from cobroke.storage.matching import registry
from cobroke.storage.notation import Item
from cobroke.storage.postings import posting
from cobroke.storage.retry import try_transact
from cobroke.storage.table import Key, Table, Write


class WrongEntries(NamedTuple):
    """An object (None: there is none), and the versions of those entries of it that are wrong.
    Without any, it is in the market and has none.
    """

    owned: Owned
    stored: Posting | None
    versions: dict[Key, int]


def wrong(table: Table, listed: Listed) -> WrongEntries | None:
    owned = Owned(listed.kind, listed.id)
    item = table.get(keys.owned(*owned))
    stored = posting.of_item(item) if item else None
    place = (
        keys.market_entry(stored.content.features, stored.id)
        if stored and stored.in_market
        else None
    )
    there = table.get_many([*listed.found, *([place] if place else ())])
    fits = place in there and item is not None and _agree(listed.kind, there[place], item)
    bad = {key: entry["version"] for key, entry in there.items() if key != place or not fits}
    return WrongEntries(owned, stored, bad) if bad or (place and not fits) else None


def put_right(table: Table, clock: Clock, found: WrongEntries) -> bool:
    """Put the object's own entry anew, delete every other one, and tell all markets of it under a
    version above all that was seen: a repair, which alerts nobody. Return whether all was still as
    seen.
    """
    newest = max(found.versions.values(), default=0)
    if found.stored is None:
        absent = table.check(keys.owned(*found.owned), when=ABSENT)
        return try_transact(table, [absent, *_taken_out(table, found, None, newest + 1, clock())])
    mended = found.stored.changed(clock())
    mended = replace(mended, version=max(mended.version, newest + 1))
    return try_transact(
        table,
        [
            *posting.writes(table, found.stored, mended),
            *_taken_out(table, found, mended, mended.version, mended.changed_at),
        ],
    )


def unregistered(table: Table, market: Market) -> Market | None:
    return None if market in registry.markets(table) else market


def register(table: Table, clock: Clock, market: Market) -> bool:
    return try_transact(table, [registry.new(table, market, clock())])


def _agree(kind: Kind, entry: Item, item: Item) -> bool:
    return scan.stated(kind, entry) == scan.stated(kind, item)


def _taken_out(
    table: Table, found: WrongEntries, own: Posting | None, version: int, at: int
) -> list[Write]:
    """Make the writes that delete the entries that are not the object's own, and that tell their
    markets that it left, but for the one that the object's own write tells.
    """
    place = keys.market_entry(own.content.features, own.id) if own and own.in_market else None
    told = {own.content.features.market} if own and (own.in_market or own.stale) else set[Market]()
    stray = {key: old for key, old in found.versions.items() if key != place}
    left = {key_parts.market_of_entry(pk) for pk, _ in stray} - told
    deleted = [table.delete(key, when=at_version(old)) for key, old in stray.items()]
    return deleted + [
        table.put(_removal(found.owned, market, version, at)) for market in sorted(left)
    ]


def _removal(owned: Owned, market: Market, version: int, at: int) -> Item:
    """Make a change without features."""
    facts = {"version": version, "expires": at // 1000 + CHANGES_KEPT_S}
    return entities.CHANGE.at(keys.change(owned.kind, market, at, owned.id), facts)
