"""How many pairs and matches a lead or property has, in an item of its own: a match neither
rewrites the posting nor wakes the matching.
"""

from collections.abc import Iterable, Iterator, Mapping

from cobroke.domain.postings.kinds import Kind
from cobroke.storage import entities, key_parts, keys
from cobroke.storage.conditions import ABSENT, WriteCondition, below, holding, missing
from cobroke.storage.notation import Item
from cobroke.storage.table import Table, Write

_ENTITY = {"entity": entities.COUNTS.name}


def match_count(table: Table, kind: Kind, posting_id: str) -> int:
    """Read how many of its matches are PENDING, ACCEPTED or COMPLETED."""
    item = table.get(keys.counts(kind, posting_id))
    return item["matches"] if item else 0


def pairs_of_many(table: Table, kind: Kind, posting_ids: Iterable[str]) -> Mapping[str, int]:
    """Read how many pairs each of these has, whatever became of them: many in one read."""
    wanted = {keys.counts(kind, posting_id): posting_id for posting_id in posting_ids}
    found = table.get_many(wanted)
    return {an_id: found[key]["pairs"] if key in found else 0 for key, an_id in wanted.items()}


def behind(table: Table, owner: str, after: str) -> Iterator[tuple[str, Kind, str, int]]:
    """Read a realtor's own items behind the sort key `after`, "" for all: the sort key, the object
    it is of, and how many matches it counts, 0 where it counts none.
    """
    low, high = after or "LEAD#", f"PROPERTY#{keys.LAST}"
    partition, _ = keys.realtor(owner)
    for raw in table.query_raw(partition, low, high, attributes=("SK", "matches")):
        sort_key = raw["SK"]["S"]
        of = key_parts.posting_of(sort_key.removesuffix("#COUNTS"))
        if of and sort_key != after:
            yield sort_key, *of, int(raw["matches"]["N"]) if "matches" in raw else 0


def count(table: Table, kind: Kind, posting_id: str, *, pairs: int, matches: int) -> Write:
    """Make the write that adds to the counts of an object: a part of the transaction that makes
    them so.
    """
    return table.update(
        keys.counts(kind, posting_id), _ENTITY, {"pairs": pairs, "matches": matches}
    )


def is_first_look(item: Item | None, revision: int) -> bool:
    """Return whether nobody looked at this revision of an object before, by its counts."""
    return item is None or item.get("looked", 0) < revision


def looked(table: Table, kind: Kind, posting_id: str, revision: int) -> Write:
    """Make the write that keeps which revision was looked at, refused where it was kept before."""
    return table.update(
        keys.counts(kind, posting_id),
        _ENTITY | {"looked": revision},
        {"pairs": 0, "matches": 0},
        when=missing("looked") | below("looked", revision),
    )


def recount(
    table: Table, kind: Kind, posting_id: str, counted: Mapping[str, int], when: WriteCondition
) -> Write:
    """Make the write that sets `pairs` and `matches` as they were counted."""
    return table.update(keys.counts(kind, posting_id), _ENTITY | dict(counted), when=when)


def uncount(table: Table, kind: Kind, posting_id: str, number: int, matches: int = 0) -> Write:
    """Make the write that counts so many pairs no more, so many open matches among them: a part of
    the transaction that deletes them.
    """
    adds = {"pairs": -number, "matches": -matches, "gone": number}
    return table.update(keys.counts(kind, posting_id), _ENTITY, adds)


def gone(item: Item | None) -> int:
    """Return how many pairs there were once: the number only grows."""
    return item.get("gone", 0) if item else 0


def no_new_pair(table: Table, kind: Kind, posting_id: str, known: int, gone: int) -> Write:
    """Make the check that no pair of an object came to those `known`, which were read when `gone`
    were no more: once for all that may come.
    """
    still = holding(pairs=known) & as_gone(gone)
    return table.check(
        keys.counts(kind, posting_id), when=still if known or gone else ABSENT | still
    )


def as_gone(gone: int) -> WriteCondition:
    return holding(gone=gone) if gone else missing("gone")
