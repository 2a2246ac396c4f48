"""Everything that is kept about a realtor, read bit by bit in an order that no write changes: their
leads newest first, behind each its pairs by the ids of the counterparts; their listings likewise;
what they were told, newest first; whom they have blocked, by the ids of these. What is written
meanwhile may or may not be there.
"""

from collections.abc import Callable, Iterator
from itertools import batched
from typing import Literal, NamedTuple

from cobroke.clock import Clock
from cobroke.domain.paging import Behind
from cobroke.domain.postings.kinds import Kind, other
from cobroke.domain.postings.posting import Posting
from cobroke.flows.deals.blocks import Blocked, blocked_by
from cobroke.storage.deals import matches, pairs
from cobroke.storage.deals.matches import OwnPair
from cobroke.storage.notices import inboxes, pages
from cobroke.storage.notices.notices import Notice
from cobroke.storage.postings import own_lists
from cobroke.storage.postings.allowance import Allowance
from cobroke.storage.retry import retry_on_conflict
from cobroke.storage.table import Table

PAIRS_AT_ONCE = 50
NOTICES_AT_ONCE = 250

type Section = Literal["LEAD", "PROPERTY", "NOTICE", "BLOCK"]


class Place(NamedTuple):
    """How far an export has come: to which object and behind which counterpart's pair of it, or
    behind which notice, or behind which realtor's block; "" is before the first.
    """

    section: Section = "LEAD"
    last: str = ""
    counterpart: str = ""


class OwnObject(NamedTuple):
    """A lead or property of the realtor's, with how many matches it has."""

    posting: Posting
    matches: int


class Step(NamedTuple):
    """One thing that was found, and where the export has come with it."""

    place: Place
    found: OwnObject | OwnPair | Notice | Blocked


def charge(table: Table, clock: Clock, allowance: Allowance | None) -> None:
    """Charge a look for a part. Raises RateLimited."""
    if allowance:
        retry_on_conflict(table, lambda: table.transact([allowance.charge("look", clock())]))


def steps(table: Table, realtor_id: str, start: Place, now_s: int) -> Iterator[Step]:
    """Read on from a place: whoever asks for no more steps has not read much more. Only what lies
    under the realtor's own id or belongs to an object found there is read, whatever the place says.
    """
    sections: dict[Section, Callable[[Place], Iterator[Step]]] = {
        "LEAD": lambda after: _objects(table, realtor_id, "LEAD", after),
        "PROPERTY": lambda after: _objects(table, realtor_id, "PROPERTY", after),
        "NOTICE": lambda after: _notices(table, realtor_id, after, now_s),
        "BLOCK": lambda after: _blocks(table, realtor_id, after),
    }
    is_reached = False
    for section, read in sections.items():
        is_there = section == start.section
        is_reached = is_reached or is_there
        if is_reached:
            yield from read(start if is_there else Place(section))


def _objects(table: Table, realtor_id: str, kind: Kind, after: Place) -> Iterator[Step]:
    for own, counted in own_lists.whole(table, kind, realtor_id, after.last):
        is_known = own.id == after.last
        if not is_known:
            yield Step(Place(kind, own.id), OwnObject(own, counted))
        yield from _pairs(table, own, after.counterpart if is_known else "")


def _pairs(table: Table, own: Posting, after: str) -> Iterator[Step]:
    """Read its pairs, many of them in a call."""
    found = pairs.behind(table, own.kind, own.id, after, PAIRS_AT_ONCE)
    for some in batched(found, PAIRS_AT_ONCE, strict=False):
        for pair, seen in zip(some, matches.own_pairs(table, own, some), strict=True):
            yield Step(Place(own.kind, own.id, pair.posting_id(other(own.kind))), seen)


def _notices(table: Table, realtor_id: str, after: Place, now_s: int) -> Iterator[Step]:
    """Read those that are listed, many in a call."""
    last = after.last
    while True:
        inbox, run = inboxes.load(table, realtor_id), Behind(last, NOTICES_AT_ONCE)
        found, _, _ = pages.page_of(table, inbox, run, now_s, unread_only=False)
        if not found:
            return
        yield from (Step(Place("NOTICE", notice.id), notice) for notice in found)
        last = found[-1].id


def _blocks(table: Table, realtor_id: str, after: Place) -> Iterator[Step]:
    """Read all of them at once: they are few."""
    found = sorted(blocked_by(table, realtor_id), key=lambda one: one.realtor.id)
    behind = (one for one in found if one.realtor.id > after.last)
    return (Step(Place("BLOCK", one.realtor.id), one) for one in behind)
