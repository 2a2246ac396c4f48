"""Works off what has fallen due: matches that nobody acted on expire, objects that nobody wrote
grow stale.
"""

from collections import Counter

from cobroke.clock import Clock
from cobroke.domain.deals.pair import PairIds
from cobroke.domain.ids import pair_of
from cobroke.flows.deals.closing import close
from cobroke.storage.postings import postings
from cobroke.storage.schedule import agenda
from cobroke.storage.schedule.agenda import Due
from cobroke.storage.table import Table


def work_off(table: Table, shard: int, clock: Clock) -> Counter[str]:
    """Work off one shard of the agenda, up to now; return how many matches expired and objects grew
    stale. Killed, it goes on from there; done twice, nothing happens twice.
    """
    happened = Counter(expired=0, stale=0)
    for due in agenda.due(table, shard, clock()):
        settled = _settle(table, due, clock)
        happened["expired" if due.what == "PAIR" else "stale"] += settled
        agenda.done(table, due, None if settled else _again(table, due))
    return happened


def _settle(table: Table, due: Due, clock: Clock) -> bool:
    """Do what is due, and return whether it still was: what has been acted on or written since is
    due at another time.
    """

    def since_due() -> int:
        # Its reminder goes with this try: a clock set back meanwhile must not find it early.
        return max(clock(), due.at)

    if due.what == "PAIR":
        ids = pair_of(due.id)
        return ids is not None and close(table, PairIds(*ids), "EXPIRED", since_due)
    return postings.grow_stale(table, due.what, due.id, since_due)


def _again(table: Table, due: Due) -> Due | None:
    """Return when an object that has not grown stale will: its owner has written it since it was
    reminded of. A match has a reminder of its own for each time.
    """
    if due.what == "PAIR":
        return None
    own = postings.load(table, due.what, due.id)
    return Due(own.stale_at, due.what, due.id) if own.stale_at and own.in_market else None
