"""A realtor's own leads or properties, each with how many matches it has."""

from typing import NamedTuple

from cobroke.domain.paging import Page
from cobroke.domain.postings.kinds import Kind
from cobroke.domain.vocabulary import PostingStatus
from cobroke.storage import keys
from cobroke.storage.notation import Item, item_of
from cobroke.storage.postings import posting
from cobroke.storage.table import Table

_SHOWN = ("SK", "d", "status", "stale", "updated_at", "matches")


class Own(NamedTuple):
    """One of them, as a list shows it."""

    id: str
    body: str
    """What lists give back of the body: a JSON object, as it is stored."""
    status: PostingStatus
    stale: bool
    updated_at: int
    """In ms since 1970."""
    matches: int


def list_own(
    table: Table, kind: Kind, owner: str, status: PostingStatus | None, page: Page
) -> tuple[list[Own], int]:
    """Read a page of them, newest first, and how many there are in all."""
    pk, _ = keys.realtor(owner)
    counts, on_page, total = {}, [], 0
    raws = table.query_raw(
        pk, f"{kind}#", f"{kind}#{keys.LAST}", newest_first=True, attributes=_SHOWN
    )
    for item in map(item_of, raws):
        if "matches" in item:  # its counts come before the object, as the longer key
            counts[item["SK"]] = item["matches"]
        elif status in (None, item["status"]):
            if total in page.rows:
                matches = counts.get(f"{item['SK']}#COUNTS", 0)
                on_page.append(_own(item, posting.listed(kind, item["d"]), matches))
            total += 1
    return on_page, total


def _own(item: Item, body: str, matches: int) -> Own:
    an_id = keys.id_in(item["SK"])
    return Own(an_id, body, item["status"], item["stale"], item["updated_at"], matches)
