"""Where both realtors of a match list it, how many each has, and how many two have agreed on,
against the pairs' records.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from cobroke.domain.deals.pair import Pair, PairIds
from cobroke.flows.audit.unpaired import Unpaired
from cobroke.storage import key_parts, keys
from cobroke.storage.conditions import PRESENT
from cobroke.storage.deals import acquaintances, own_matches, pairs
from cobroke.storage.notation import Item
from cobroke.storage.retry import try_transact
from cobroke.storage.table import Key, Table


class WrongEntries(NamedTuple):
    """A pair, what its entries are to hold, and of these what is missing or differs, and what is
    too much.
    """

    pair: Pair
    facts: Item
    missing: tuple[Key, ...]
    needless: tuple[Key, ...]


class WrongAgreed(NamedTuple):
    two: tuple[str, str]
    kept: int
    counted: int


class WrongNumbers(NamedTuple):
    realtor_id: str
    kept: own_matches.Counts
    counted: own_matches.Counts


@dataclass
class Stated:
    """What a pass over the table has seen that records and lists do not state alike."""

    _entries: Unpaired[tuple[PairIds, Key | None]] = field(default_factory=Unpaired)
    _numbers: Counter[tuple[str, str]] = field(default_factory=Counter)
    _agreed: Counter[str] = field(default_factory=Counter)

    def take_pair(self, pair: Pair, record: Item) -> None:
        for key in own_matches.listed(pair):
            self._entries.state((key, record["version"], record["d"]), (pair.ids, None))
            self._numbers[key_parts.own_matches_in(key[0])] += 1
        if pair.contacts_visible:
            self._agreed[acquaintances.agreed_key(pair)[0]] += 1

    def take(self, item: Item) -> None:
        key = item["PK"], item["SK"]
        match item["entity"]:
            case "OWN_MATCH":
                ids = PairIds(*key_parts.pair_in(key[1]))
                self._entries.state((key, item["version"], item["d"]), (ids, key))
            case "OWN_MATCHES":
                whose, counts = key_parts.realtor_in(key[0]), own_matches.counts_in(item)
                self._numbers.subtract({(whose, one): many for one, many in counts.items()})
            case "AGREED":
                self._agreed[key[0]] -= item["matches"]

    @property
    def pairs(self) -> Mapping[PairIds, frozenset[Key]]:
        """Return whose entries may be wrong, each with those that were found and are left over."""
        found: dict[PairIds, frozenset[Key]] = {}
        for ids, entry in self._entries.left():
            found[ids] = found.get(ids, frozenset()) | ({entry} if entry else frozenset())
        return found

    @property
    def realtors(self) -> set[str]:
        """Return whose matches may be miscounted."""
        return {realtor_id for (realtor_id, _), many in self._numbers.items() if many}

    @property
    def acquaintances(self) -> set[str]:
        """Return of which two, by the partition of both, what they agreed on may be."""
        return {partition for partition, many in self._agreed.items() if many}


def wrong(table: Table, suspect: tuple[PairIds, frozenset[Key]]) -> WrongEntries | None:
    """Return what is wrong about where a pair is listed, else None."""
    ids, found = suspect
    record = table.get(keys.pair(*ids))
    pair = pairs.of_item(record) if record else Pair.untouched(ids)
    facts = {name: record[name] for name in ("version", "d")} if record else {}
    wanted = own_matches.listed(pair)
    items = table.get_many({*wanted, *found})
    missing = tuple(key for key in wanted if not facts.items() <= items.get(key, {}).items())
    needless = tuple(sorted(key for key in found if key in items and key not in wanted))
    return WrongEntries(pair, facts, missing, needless) if missing or needless else None


def put_right(table: Table, found: WrongEntries) -> bool:
    """Put its entries where its record says, if that is as it was seen."""
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


def misremembered(table: Table, partition: str) -> WrongAgreed | None:
    """Return how many matches two realtors are said to have agreed on, and how many that are."""
    two = key_parts.two_in(partition)
    kept, counted = acquaintances.agreed_by(table, *two), acquaintances.recounted(table, *two)
    return None if kept == counted else WrongAgreed(two, kept, counted)


def remember(table: Table, found: WrongAgreed) -> bool:
    return try_transact(table, [acquaintances.replace(table, *found)])


def count(table: Table, found: WrongNumbers) -> bool:
    return try_transact(table, [own_matches.replace(table, *found)])
