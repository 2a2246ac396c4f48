"""A realtor's own leads or properties, each with how many matches it has."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from cobroke.domain.paging import Page
from cobroke.domain.postings.kinds import KINDS, Kind
from cobroke.domain.postings.posting import Posting
from cobroke.domain.vocabulary import PostingStatus
from cobroke.storage import key_parts, keys
from cobroke.storage.notation import Item, item_of
from cobroke.storage.postings import limits, posting
from cobroke.storage.postings.limits import Counts
from cobroke.storage.table import Table

_COUNTS = "#COUNTS"
_MOST_AT_ONCE = 1_000
_MOST_WHOLE_AT_ONCE = 100
"""Items of one call, where each may have 60 KB: objects, and their counts."""
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
    """Read a page of them, newest first, and how many there are in all. What is behind the page is
    not read where it is known how many that are.
    """
    kept = limits.total(table, owner, kind, status) if page.number > 1 else None
    if kept is not None and page.rows.start >= kept:
        return [], kept
    counts, on_page, passed = {}, [], 0
    for item in _newest_first(table, kind, owner, page):
        if item["SK"].endswith(_COUNTS):  # they come before their object, as the longer key
            counts[item["SK"]] = item["matches"]
        elif status in (None, item["status"]):
            if passed in page.rows:
                matches = counts.get(item["SK"] + _COUNTS, 0)
                on_page.append(_own(item, posting.listed(kind, item["d"]), matches))
            passed += 1
            if passed == page.rows.stop:
                kept = limits.total(table, owner, kind, status)
                if kept is not None:
                    return on_page, max(kept, passed)
    return on_page, passed


def whole(table: Table, kind: Kind, owner: str, newest: str) -> Iterator[tuple[Posting, int]]:
    """Read them whole, newest first from the one with the id `newest` ("": from the first), each
    with how many matches it has.
    """
    pk, low, high = _range(kind, owner)
    if newest:
        high = f"{kind}#{newest}{_COUNTS}"
    counts = {}
    raws = table.query_raw(pk, low, high, newest_first=True, page_limit=_MOST_WHOLE_AT_ONCE)
    for item in map(item_of, raws):
        if item["SK"].endswith(_COUNTS):
            counts[item["SK"]] = item["matches"]
        else:
            yield posting.of_item(item), counts.get(item["SK"] + _COUNTS, 0)


def count(table: Table, owner: str) -> Counts:
    """Count them all, of each kind and status: none is read by what is kept."""
    found = Counter[tuple[Kind, PostingStatus]]()
    for kind in KINDS:
        pk, low, high = _range(kind, owner)
        raws = table.query_raw(pk, low, high, attributes=("SK", "status"))
        found.update((kind, raw["status"]["S"]) for raw in raws if "status" in raw)
    return {of: found[of] for of in limits.of_item({})}


def _newest_first(table: Table, kind: Kind, owner: str, page: Page) -> Iterator[Item]:
    """Read the objects, each behind its counts; about as many at once as the page needs."""
    raws = table.query_raw(
        *_range(kind, owner),
        newest_first=True,
        attributes=_SHOWN,
        page_limit=min(2 * page.rows.stop + 1, _MOST_AT_ONCE),
    )
    return map(item_of, raws)


def _range(kind: Kind, owner: str) -> tuple[str, str, str]:
    """Return the partition, and between which sort keys they lie."""
    pk, _ = keys.realtor(owner)
    return pk, f"{kind}#", f"{kind}#{keys.LAST}"


def _own(item: Item, body: str, matches: int) -> Own:
    an_id = key_parts.id_in(item["SK"])
    return Own(an_id, body, item["status"], item["stale"], item["updated_at"], matches)
