"""What hangs on a pair's record: its mirror, what both objects count, the notices it owes, and
their marks.
"""

from dataclasses import replace
from typing import NamedTuple

from cobroke.clock import Clock
from cobroke.domain.deals.pair import Pair, PairIds
from cobroke.flows.audit import scan
from cobroke.flows.audit.scan import Owned
from cobroke.flows.notices.telling import tell_of_pair
from cobroke.storage import entities, key_parts, keys
from cobroke.storage.conditions import ABSENT, PRESENT, WriteCondition, holding
from cobroke.storage.deals import pairs
from cobroke.storage.notation import Item
from cobroke.storage.notices import inboxes, notices
from cobroke.storage.postings import counts
from cobroke.storage.retry import try_transact
from cobroke.storage.table import Key, Table


class WrongMirror(NamedTuple):
    """The items of a pair's record and its mirror, each None where there is none."""

    record: Item | None
    mirror: Item | None
    ids: PairIds


class PairCounts(NamedTuple):
    pairs: int
    matches: int


class WrongCount(NamedTuple):
    of: Owned
    kept: PairCounts | None
    """None: there is no count."""
    counted: PairCounts
    gone: int
    """As kept: nothing else tells it."""


class Debt(NamedTuple):
    """What a pair should have told and has not: (realtor's id, notice's id)."""

    pair: Pair
    missing: frozenset[tuple[str, str]]


def wrong_mirror(table: Table, ids: PairIds) -> WrongMirror | None:
    record_key, mirror_key = keys.pair(*ids), keys.mirror(*ids)
    items = table.get_many([record_key, mirror_key])
    record, mirror = items.get(record_key), items.get(mirror_key)
    return None if _facts(record) == _facts(mirror) else WrongMirror(record, mirror, ids)


def mirror(table: Table, found: WrongMirror) -> bool:
    """Put the mirror from the record, or delete it where there is no record; return whether both
    were still as seen.
    """
    key, (pk, sk) = keys.pair(*found.ids), keys.mirror(*found.ids)
    if found.record is None:
        deleted = table.delete((pk, sk), when=_as_seen(found.mirror))
        return try_transact(table, [table.check(key, when=ABSENT), deleted])
    known = pairs.unchanged(table, pairs.of_item(found.record))
    item = entities.MIRROR.at((pk, sk), _facts(found.record) or {})
    return try_transact(table, [known, table.put(item, when=_as_seen(found.mirror))])


def wrong_count(table: Table, of: Owned) -> WrongCount | None:
    """Return the count and what was counted where they differ, else None. The count is read first:
    what changes it behind that makes it unfit to be written over.
    """
    item = table.get(keys.counts(*of))
    kept = PairCounts(item["pairs"], item["matches"]) if item else None
    found = pairs.of_posting(table, *of).values()
    counted = PairCounts(len(found), sum(pair.counts_as_match for pair in found))
    gone = counts.gone(item)
    return None if (kept or PairCounts(0, 0)) == counted else WrongCount(of, kept, counted, gone)


def count(table: Table, found: WrongCount) -> bool:
    kept = found.kept and holding(**found.kept._asdict()) & counts.as_gone(found.gone)
    counted = counts.recount(table, *found.of, found.counted._asdict(), kept or ABSENT)
    return try_transact(table, [counted])


def debt(table: Table, clock: Clock, ids: PairIds) -> Debt | None:
    item = table.get(keys.pair(*ids))
    if item is None:
        return None
    pair = pairs.of_item(item)
    owed = scan.owed_by(pair, clock())
    missing = owed - notices.already_put(table, owed)
    return Debt(pair, frozenset(missing)) if missing else None


def pay(table: Table, clock: Clock, found: Debt) -> int:
    """Tell what is due, and return how many notices that is: one that has expired is not told
    again.
    """
    now = clock()
    others = tuple(told for told in found.pair.told if not scan.is_due(told.at, now))
    return tell_of_pair(table, found.pair, replace(found.pair, told=others))


def lost_mark(table: Table, clock: Clock, mark: Key) -> Key | None:
    """Return the mark where its notice is not there, else None; an expired one is left to the time
    to live.
    """
    notice = keys.notices(key_parts.realtor_in(mark[0])), mark[1]
    items = table.get_many([mark, notice])
    is_lost = mark in items and notice not in items and items[mark]["expires"] > clock() // 1000
    return mark if is_lost else None


def unmark(table: Table, mark: Key) -> bool:
    realtor_id, notice = key_parts.realtor_in(mark[0]), mark[1]
    is_absent = table.check((keys.notices(realtor_id), notice), when=ABSENT)
    said = inboxes.reading(table, realtor_id, [notice])
    return try_transact(table, [is_absent, table.delete(mark, when=PRESENT), said])


def _facts(item: Item | None) -> Item | None:
    return item and {"d": item["d"], "version": item["version"]}


def _as_seen(mirror: Item | None) -> WriteCondition:
    return holding(version=mirror["version"], d=mirror["d"]) if mirror else ABSENT
