"""What follows from what: each change of the table, and all that is done about it.

The functions of the stream and the scheduled runs call the same. docs/flows.md says of each thing
done what makes it happen once and what mends its loss.
"""

from contextlib import suppress
from functools import partial
from typing import NamedTuple

from cobroke.clock import Clock
from cobroke.domain.deals.pair import Pair
from cobroke.domain.errors import NotFound
from cobroke.domain.notices.outbox import Waiting
from cobroke.domain.postings.kinds import Kind
from cobroke.domain.postings.posting import Posting
from cobroke.domain.vocabulary import PostingStatus
from cobroke.flows.deals.closing import Ended, end_pairs, end_slice
from cobroke.flows.deals.parting import part_slice
from cobroke.flows.matching.ranking import prepare_ranking
from cobroke.flows.notices import outbox
from cobroke.flows.notices.alerts import alert
from cobroke.flows.notices.telling import tell_of_pair
from cobroke.storage.erasing import jobs
from cobroke.storage.matching import registry
from cobroke.storage.matching.held_markets import HeldMarkets
from cobroke.storage.parting.block_changes import BlockChange
from cobroke.storage.postings import postings
from cobroke.storage.queue import Queue
from cobroke.storage.retry import Torn, retry_on_conflict
from cobroke.storage.table import Table


class PostingWritten(NamedTuple):
    """A lead or property was written, as of a version and a revision. `by_owner`: not by a repair
    or by time.
    """

    kind: Kind
    id: str
    version: int
    revision: int
    status: PostingStatus
    by_owner: bool


class PairChanged(NamedTuple):
    """A pair as it became, and as it was; None: it is new, or that is not known."""

    now: Pair
    before: Pair | None


class ClosingGoesOn(NamedTuple):
    """A slice of an archived object's pairs has ended; the next is behind this counterpart's."""

    kind: Kind
    id: str
    after: str


class Parts(NamedTuple):
    """A realtor has blocked another, or a slice of what was open between them has closed."""

    behind: BlockChange


class NoticeBorn(NamedTuple):
    """A notice was put. One that grows is not born again."""

    realtor_id: str
    notice_id: str
    recommended: bool
    """It tells of alerts."""


class OutboxWoken(NamedTuple):
    """Something else than a notice wakes a realtor's outbox: their settings are others, or the
    audit has found it asleep. Each time under another number.
    """

    realtor_id: str
    number: int


class JobPut(NamedTuple):
    """A job was put, or put anew."""

    kind: jobs.Kind
    realtor_id: str
    request_id: str = ""
    """Of which request it comes, if that is known: for the log."""


type Change = (
    PostingWritten | ClosingGoesOn | PairChanged | Parts | NoticeBorn | OutboxWoken | JobPut
)


def posting_written(
    table: Table, held: HeldMarkets, known: registry.Known, written: PostingWritten, clock: Clock
) -> int:
    """Prepare its ranking, remember its market, alert those near the top of whose lists it stands;
    return how many these are.

    Nobody is alerted of what was only repaired or has grown stale. A write that its owner has
    overtaken leaves it to the newer one's record: what this batch has read of the market may not
    hold that.
    """
    own = retry_on_conflict(table, partial(_prepared, table, written, clock))
    registry.remember(table, own.content.features.market, known, clock())
    if written.by_owner and written.revision == own.revision:
        return posting_stands(table, held, own, clock)
    return 0


def posting_stands(table: Table, held: HeldMarkets, own: Posting, clock: Clock) -> int:
    """Alert of it as it now stands, and return how many were told: nobody where it has left."""
    return alert(table, held, own, clock) if own.in_market else 0


def posting_archived(table: Table, own: Posting, clock: Clock) -> Ended:
    """Close what is PENDING of it, delete its pairs without a match; return how many of each."""
    return end_pairs(table, own, clock)


def closing_goes_on(table: Table, closing: ClosingGoesOn, clock: Clock) -> Ended:
    """Do the same to a slice of them, and bring the next."""
    own = postings.load(table, closing.kind, closing.id)
    return end_slice(table, own, clock, closing.after)


def parting_goes_on(table: Table, parts: Parts, clock: Clock) -> int:
    """Close a slice of what is PENDING between the two, and bring the next; return how many matches
    that are.
    """
    return part_slice(table, parts.behind, clock).closed


def notice_born(table: Table, queue: Queue, born: NoticeBorn, clock: Clock) -> str:
    """Take it into its realtor's outbox, and wake `telegram_push` where nothing does; return what
    became of it.
    """
    notice = Waiting(born.notice_id, clock(), born.recommended)
    return _sent(queue, outbox.take(table, born.realtor_id, notice), notice.came_at)


def outbox_woken(table: Table, queue: Queue, woken: OutboxWoken, clock: Clock) -> str:
    """Let `telegram_push` come where something waits; return what became of it."""
    now = clock()
    return _sent(queue, outbox.wake(table, woken.realtor_id, woken.number, now), now)


def _sent(queue: Queue, taken: outbox.Taken, now: int) -> str:
    if taken.ticket:
        queue.put(taken.ticket.message, taken.ticket.seconds_from(now))
    return taken.said


def job_put(queue: Queue, put: JobPut) -> None:
    """Put it into the queue of `erasure`, from its beginning."""
    queue.put({"job": put.kind, "realtor_id": put.realtor_id, "request_id": put.request_id})


def pair_changed(table: Table, change: PairChanged) -> int:
    """Tell what it owes, and return how many notices that are."""
    return tell_of_pair(table, change.now, change.before)


def _prepared(table: Table, written: PostingWritten, clock: Clock) -> Posting:
    """Prepare the ranking of what was written, and return the object. A record may be here before
    all of its transaction is seen: Torn is raised for what is still as it was before, to be read
    again.
    """
    with suppress(NotFound):
        own = prepare_ranking(table, written.kind, written.id, clock)
        if own.version >= written.version:
            return own
    raise Torn
