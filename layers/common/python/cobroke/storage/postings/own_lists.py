"""A realtor's own leads or properties, each with how many matches it has."""

from typing import NamedTuple

from cobroke.domain.paging import Page
from cobroke.domain.postings.kinds import Kind
from cobroke.domain.postings.posting import Posting
from cobroke.domain.vocabulary import PostingStatus
from cobroke.storage import entities, keys
from cobroke.storage.postings import posting
from cobroke.storage.table import Table


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
