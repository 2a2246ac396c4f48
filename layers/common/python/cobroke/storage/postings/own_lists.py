"""A realtor's own leads or properties, each with how many matches it has."""

from collections.abc import Iterable
from typing import NamedTuple

from cobroke.domain.paging import Page
from cobroke.domain.postings.kinds import Kind
from cobroke.domain.postings.posting import Posting
from cobroke.domain.vocabulary import PostingStatus
from cobroke.storage import entities, keys
from cobroke.storage.conditions import ABSENT, holding
from cobroke.storage.postings import posting
from cobroke.storage.table import Table, Write


class Own(NamedTuple):
    stored: Posting
    match_count: int


def list_own(
    table: Table, kind: Kind, owner: str, status: PostingStatus | None, page: Page
) -> tuple[list[Own], int]:
    """Read a page of them, newest first, and how many there are in all."""
    pk, _ = keys.realtor(owner)
    counts, on_page, total = {}, [], 0
    for item in table.query(pk, f"{kind}#", f"{kind}#{keys.LAST}", newest_first=True):
        if item["entity"] == entities.COUNTS.name:  # comes before its object, as the longer key
            counts[item["SK"]] = item["matches"]
        elif status in (None, item["status"]):
            if total in page.rows:
                on_page.append(Own(posting.of_item(item), counts.get(f"{item['SK']}#COUNTS", 0)))
            total += 1
    return on_page, total


def match_count(table: Table, kind: Kind, object_id: str) -> int:
    """Read how many of its matches are PENDING, ACCEPTED or COMPLETED."""
    item = table.get(keys.counts(kind, object_id))
    return item["matches"] if item else 0


def having_pairs(table: Table, kind: Kind, object_ids: Iterable[str]) -> set[str]:
    """Find those that anybody has acted on, whatever became of it: many in one read."""
    wanted = {keys.counts(kind, object_id): object_id for object_id in object_ids}
    return {wanted[key] for key, item in table.get_many(wanted).items() if item["pairs"]}


def count(table: Table, kind: Kind, object_id: str, *, pairs: int, matches: int) -> Write:
    """Make the write that adds to the counts of an object: a part of the transaction that makes
    them so.
    """
    values = {"pairs": pairs, "matches": matches, "entity": entities.COUNTS.name}
    return table.update(
        keys.counts(kind, object_id),
        "SET entity = :entity ADD pairs :pairs, matches :matches",
        values,
    )


def no_new_pair(table: Table, kind: Kind, object_id: str, known: int) -> Write:
    """Make the check that no pair of an object came to those known: once for all that may come."""
    still = holding(pairs=known) if known else ABSENT
    return table.check(keys.counts(kind, object_id), when=still)
