"""An object of a realtor who is erased: archived and nameless first, so that nobody begins or
changes a pair of it any more; then its pairs go, but for what both have agreed on.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import batched

from cobroke.clock import Clock
from cobroke.domain.deals.pair import Pair
from cobroke.domain.postings.kinds import Kind
from cobroke.domain.postings.posting import Posting
from cobroke.storage import keys
from cobroke.storage.deals import pairs, said
from cobroke.storage.erasing import remains
from cobroke.storage.postings import flats, postings
from cobroke.storage.postings.posting import writes
from cobroke.storage.retry import retry_on_conflict
from cobroke.storage.table import Table

AT_ONCE = 9
"""Pairs deleted in one transaction of 100 items."""
READ_AT_ONCE = 50


def leave(table: Table, kind: Kind, posting_id: str, erased_at: int, clock: Clock) -> bool:
    """Let nobody be known by the object, and delete what hangs on it; return whether a pair is
    kept. Repeatable.
    """
    _make_nameless(table, kind, posting_id, clock)
    found = pairs.behind(table, kind, posting_id, "", READ_AT_ONCE)
    is_any_kept = False
    for some in batched(found, AT_ONCE, strict=False):
        left = _end(table, kind, some, erased_at)
        is_any_kept = is_any_kept or left
    remains.delete_all(table, keys.alerts_of(kind, posting_id))
    return is_any_kept


def empty(table: Table, kind: Kind, posting_id: str, clock: Clock) -> None:
    """Let nothing be left of an object without pairs but that it was: what came late of it finds it
    as it finds any that is archived. Repeatable.
    """

    def attempt() -> None:
        old = postings.load(table, kind, posting_id)
        if old.content.body:
            gone = table.delete(keys.counts(kind, posting_id))
            table.transact([*writes(table, old, old.emptied(clock())), gone])

    retry_on_conflict(table, attempt)


def _make_nameless(table: Table, kind: Kind, posting_id: str, clock: Clock) -> Posting:
    def attempt() -> Posting:
        old = postings.load(table, kind, posting_id)
        if old.erased:
            return old
        seen = flats.see(table, kind, old, None)
        new = old.anonymous(clock())
        table.transact(writes(table, old, new, seen=seen))
        return new

    return retry_on_conflict(table, attempt)


def _end(table: Table, kind: Kind, some: Sequence[Pair], erased_at: int) -> bool:
    """Delete these pairs, but for those that are kept; return whether there are any."""

    def attempt() -> bool:
        there = pairs.load_many(table, [pair.ids for pair in some])
        kept = [pair for pair in there if _is_kept(pair, kind, erased_at)]
        dead = [pair for pair in there if pair not in kept]
        if dead:
            table.transact(pairs.deletion(table, kind, dead))
        for pair in kept:
            _silence(table, kind, pair)
        return bool(kept)

    return retry_on_conflict(table, attempt)


def _is_kept(pair: Pair, kind: Kind, erased_at: int) -> bool:
    """Return whether both have agreed, or the other side has withdrawn that since."""
    is_withdrawn = pair.closed_reason == "WITHDRAWN" and pair.contact_shared_at is not None
    since = is_withdrawn and pair.closed_by != kind and (pair.closed_at or 0) >= erased_at
    return pair.contacts_visible or since


def _silence(table: Table, kind: Kind, pair: Pair) -> None:
    """Delete what the erased side has said, and let the pair owe no notice any more, nor hold a
    digest of either object.
    """
    quiet = replace(pair, told=(), saw_lead=None, saw_property=None)
    writes = said.silence(table, pair, kind)
    if quiet != pair:
        market = postings.load(table, "LEAD", pair.lead_id).content.features.market
        writes += pairs.writes(table, pair, quiet, market)
    table.transact(writes)
