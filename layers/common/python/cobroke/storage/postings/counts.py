"""How many pairs and matches a lead or property has, in an item of its own: a match neither
rewrites the posting nor wakes the matching.
"""

from collections.abc import Iterable, Mapping

from cobroke.domain.postings.kinds import Kind
from cobroke.storage import entities, keys
from cobroke.storage.conditions import ABSENT, WriteCondition, below, holding, missing
from cobroke.storage.notation import Item
from cobroke.storage.table import Table, Write


def match_count(table: Table, kind: Kind, posting_id: str) -> int:
    """Read how many of its matches are PENDING, ACCEPTED or COMPLETED."""
    item = table.get(keys.counts(kind, posting_id))
    return item["matches"] if item else 0


def having_pairs(table: Table, kind: Kind, posting_ids: Iterable[str]) -> set[str]:
    """Find those that anybody has acted on, whatever became of it: many in one read."""
    wanted = {keys.counts(kind, posting_id): posting_id for posting_id in posting_ids}
    return {wanted[key] for key, item in table.get_many(wanted).items() if item["pairs"]}


def count(table: Table, kind: Kind, posting_id: str, *, pairs: int, matches: int) -> Write:
    """Make the write that adds to the counts of an object: a part of the transaction that makes
    them so.
    """
    values = {"pairs": pairs, "matches": matches, "entity": entities.COUNTS.name}
    return table.update(
        keys.counts(kind, posting_id),
        "SET entity = :entity ADD pairs :pairs, matches :matches",
        values,
    )


def is_first_look(item: Item | None, revision: int) -> bool:
    """Return whether nobody looked at this revision of an object before, by its counts."""
    return item is None or item.get("looked", 0) < revision


def looked(table: Table, kind: Kind, posting_id: str, revision: int) -> Write:
    """Make the write that keeps which revision was looked at, refused where it was kept before."""
    values = {"looked": revision, "none": 0, "entity": entities.COUNTS.name}
    return table.update(
        keys.counts(kind, posting_id),
        "SET entity = :entity, looked = :looked ADD pairs :none, matches :none",
        values,
        when=missing("looked") | below("looked", revision),
    )


def recount(
    table: Table, kind: Kind, posting_id: str, counted: Mapping[str, int], when: WriteCondition
) -> Write:
    """Make the write that sets `pairs` and `matches` as they were counted."""
    values = {**counted, "entity": entities.COUNTS.name}
    expression = "SET entity = :entity, pairs = :pairs, matches = :matches"
    return table.update(keys.counts(kind, posting_id), expression, values, when=when)


def no_new_pair(table: Table, kind: Kind, posting_id: str, known: int) -> Write:
    """Make the check that no pair of an object came to those known: once for all that may come."""
    still = holding(pairs=known) if known else ABSENT | holding(pairs=0)
    return table.check(keys.counts(kind, posting_id), when=still)
