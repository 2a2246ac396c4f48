"""Where both realtors of a match list it, and how many each has, against the pairs' records."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cobroke.domain.deals.pair import Pair, PairIds
from cobroke.domain.postings.kinds import KINDS
from cobroke.storage import keys
from cobroke.storage.conditions import PRESENT
from cobroke.storage.deals import own_matches, pairs
from cobroke.storage.notation import Item
from cobroke.storage.retry import try_transact
from cobroke.storage.table import Key, Table


class Seen(NamedTuple):
    """A pair, and (not None) where an entry of it was found that is not as its record says."""

    ids: PairIds
    entry: Key | None


class WrongEntries(NamedTuple):
    """A pair, what its entries are to hold, and of these what is missing or differs, and what is
    too much.
    """

    pair: Pair
    facts: Item
    missing: tuple[Key, ...]
    needless: tuple[Key, ...]


class WrongNumbers(NamedTuple):
    realtor_id: str
    kept: own_matches.Counts
    counted: own_matches.Counts


def stated(pair: Pair, facts: Item) -> Iterator[tuple[Key, int, str]]:
    """Say what a record and its entries both hold."""
    for side in KINDS:
        if stands := own_matches.standing(pair, side):
            yield own_matches.key(pair, side, stands), facts["version"], facts["d"]


def suspects(seen: Iterable[Seen]) -> dict[PairIds, frozenset[Key]]:
    """Return each pair once, with all entries that were found of it."""
    found: dict[PairIds, frozenset[Key]] = {}
    for ids, entry in seen:
        found[ids] = found.get(ids, frozenset()) | ({entry} if entry else frozenset())
    return found


def wrong(table: Table, suspect: tuple[PairIds, frozenset[Key]]) -> WrongEntries | None:
    """Return what is wrong about where a pair is listed, else None."""
    ids, found = suspect
    record = table.get(keys.pair(*ids))
    pair = pairs.of_item(record) if record else Pair.untouched(ids)
    facts = {name: record[name] for name in ("version", "d")} if record else {}
    wanted = [key for key, *_ in stated(pair, facts)]
    items = table.get_many({*wanted, *found})
    missing = tuple(key for key in wanted if not facts.items() <= items.get(key, {}).items())
    needless = tuple(sorted(key for key in found if key in items and key not in wanted))
    return WrongEntries(pair, facts, missing, needless) if missing or needless else None


def put_right(table: Table, found: WrongEntries) -> bool:
    """List it as its record says, if that is as it was seen."""
    entries = own_matches.entries(table, found.pair, found.facts)
    writes = [entries[key] for key in found.missing]
    writes += [table.delete(key, when=PRESENT) for key in found.needless]
    return try_transact(table, [pairs.unchanged(table, found.pair), *writes])


def miscounted(table: Table, realtor_id: str) -> WrongNumbers | None:
    """Return what is kept and what was counted where they differ. What is kept is read first: what
    changes it behind that makes it unfit to be written over.
    """
    kept = own_matches.counts(table, realtor_id)
    counted = own_matches.recounted(table, realtor_id)
    return None if kept == counted else WrongNumbers(realtor_id, kept, counted)


def count(table: Table, found: WrongNumbers) -> bool:
    return try_transact(table, [own_matches.replace(table, *found)])
