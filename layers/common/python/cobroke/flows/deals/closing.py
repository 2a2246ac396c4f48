"""With an object ends what is open of it: its PENDING matches close, its pairs without a match go.

Once it is archived nobody begins or changes either, so a query after the archive finds all there
will ever be, and what lies behind one that is done stays done.
"""

from collections.abc import Sequence
from itertools import batched, islice
from typing import Literal, NamedTuple

from cobroke.clock import Clock
from cobroke.domain.deals import negotiation
from cobroke.domain.deals.pair import Pair, PairIds
from cobroke.domain.postings.kinds import Kind, other
from cobroke.domain.postings.posting import Posting
from cobroke.domain.vocabulary import ArchivedFor
from cobroke.storage import keys
from cobroke.storage.deals import closings, pairs
from cobroke.storage.postings import postings
from cobroke.storage.retry import retry_on_conflict
from cobroke.storage.table import Table

AT_ONCE = 16
"""The most pairs deleted in one transaction of 100 items: five of each at most, and one of the
archived object.
"""
SLICE = 50
"""So many pairs of an object end with one record of the stream, in a second or two: what comes
behind it in its shard waits no longer.
"""


class Ended(NamedTuple):
    """How many matches closed and pairs went, and behind which counterpart's the next are; "" where
    there are no more.
    """

    closed: int = 0
    dropped: int = 0
    after: str = ""


def end_pairs(
    table: Table, own: Posting, clock: Clock, after: str = "", most: int | None = None
) -> Ended:
    """End what is open of an archived object, `most` pairs of those behind `after`, in order of the
    counterparts' ids. Repeatable; what a try left the next one finds.
    """
    reason = own.archived_for
    if reason is None:
        return Ended()
    wanted = None if most is None else most + 1
    behind = pairs.behind(table, own.kind, own.id, after, wanted)
    found = list(islice((pair for pair in behind if pair.status in {None, "PENDING"}), wanted))
    some = found[:most]
    closed = sum(close(table, pair.ids, reason, clock) for pair in some if pair.status)
    dead = [pair.ids for pair in some if not pair.status]
    dropped = sum(_drop(table, own.kind, ids) for ids in batched(dead, AT_ONCE, strict=False))
    return Ended(closed, dropped, some[-1].posting_id(other(own.kind)) if found != some else "")


def end_slice(table: Table, own: Posting, clock: Clock, after: str) -> Ended:
    """End a slice of them, and let the next come behind what others have written meanwhile. Done
    again, it finds what it has left: each record of a closing leads to its end by itself.
    """
    ended = end_pairs(table, own, clock, after, SLICE)
    if ended.after:
        closings.go_on(table, own.kind, own.id, ended.after, clock() // 1000)
    elif after:
        closings.done(table, own.kind, own.id)
    return ended


def close(
    table: Table, ids: PairIds, reason: ArchivedFor | Literal["EXPIRED"], clock: Clock
) -> bool:
    """Close a match that is PENDING, and for EXPIRED due; return whether it was."""

    def attempt() -> bool:
        item = table.get(keys.pair(*ids))
        if item is None:
            return False
        known = pairs.of_item(item)
        closed = negotiation.close(known, reason, clock())
        if closed is not known:
            market = postings.load(table, "LEAD", ids.lead_id).content.features.market
            table.transact(pairs.writes(table, known, closed, market))
        return closed is not known

    return retry_on_conflict(table, attempt)


def _drop(table: Table, kind: Kind, ids: Sequence[PairIds]) -> int:
    """Delete those of these pairs of an archived object of this kind that are there and have no
    match; return how many that were.
    """

    def attempt() -> int:
        dead: list[Pair] = [pair for pair in pairs.load_many(table, ids) if not pair.status]
        if dead:
            table.transact(pairs.deletion(table, kind, dead))
        return len(dead)

    return retry_on_conflict(table, attempt)
