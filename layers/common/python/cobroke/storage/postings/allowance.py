"""The limiter: what realtors take of what all share, each take a condition within the transaction
of what it is charged for. So nothing is charged that was not written, and of takes that meet none
is lost.
"""

from contextlib import suppress

from cobroke.clock import DAY_MS
from cobroke.domain.errors import Busy, RateLimited
from cobroke.domain.fair_use import QUOTAS, UNTOLD, FairUse, Quota, Use
from cobroke.domain.realtors import Realtor
from cobroke.storage import keys
from cobroke.storage.conditions import below, holding, missing
from cobroke.storage.notation import Item
from cobroke.storage.postings import limits
from cobroke.storage.postings.limits import Change
from cobroke.storage.table import ConditionFailed, Key, Table, Write

_MOST_REMEMBERED = 10_000
TALLIES = ("shown", "acted", *(f"refused_{use}" for use in QUOTAS if use != UNTOLD))
"""What is counted of a realtor and day."""


class Limiter:
    """The rules of a stage, and what a function remembers of those who took something lately: which
    of two takes to try first. It refuses nobody.
    """

    def __init__(self, table: Table, rules: FairUse) -> None:
        self.table, self.rules = table, rules
        self._seen: dict[str, Item] = {}

    def of(self, realtor: Realtor) -> "Allowance":
        return Allowance(self, realtor, self._seen.get(realtor.id))

    def remember(self, realtor_id: str, item: Item) -> None:
        if len(self._seen) >= _MOST_REMEMBERED:
            self._seen.clear()
        self._seen[realtor_id] = item


class Allowance:
    """What one realtor may still do, for one request. `today` (by UTC): what is known to be counted
    of them, for the log.
    """

    def __init__(self, limiter: Limiter, realtor: Realtor, seen: Item | None) -> None:
        self.today: Item = {}
        self._limiter, self._realtor = limiter, realtor
        self._seen, self._is_read, self._tried = seen or {}, False, False

    @property
    def key(self) -> Key:
        """Where it is kept: who reads something else together with it tells what they `saw`."""
        return keys.limits(self._realtor.id)

    def saw(self, item: Item | None) -> None:
        """Take note of what is kept now."""
        self._seen, self._is_read = item or {}, True
        self._limiter.remember(self._realtor.id, self._seen)

    def take(self, use: Use, now: int, cost: int = 1, **counted: int) -> Change:
        """Return what must stand in the transaction that this is charged for; `counted` is added to
        the tallies of the day where they were read. Raises RateLimited.

        Where another transaction failed before, what is kept is read first.
        """
        if self._tried and not self._is_read:
            self._read()
        try:
            change = self._taken(use, now, cost)
        except RateLimited:
            self._read()
            try:
                change = self._taken(use, now, cost)
            except RateLimited:
                self._count(now, f"refused_{use}")
                raise
        tally = self._tally(now, counted) if counted and self._is_read else Change()
        self._tried, self._is_read = True, False
        return change + tally

    @property
    def to_strangers(self) -> Quota:
        """How much one other realtor may be told of theirs."""
        return self._limiter.rules.quotas[UNTOLD]

    def charge(self, use: Use, now: int, cost: int = 1, **counted: int) -> Write:
        """Take it by a write of its own: nothing else changes the item. Raises RateLimited."""
        return self._written(self.take(use, now, cost, **counted))

    def invite(self, now: int, **counted: int) -> Change:
        """Take an invitation. Raises RateLimited."""
        return self.take(self._limiter.rules.inviting(self._realtor, now), now, **counted)

    def _taken(self, use: Use, now: int, cost: int) -> Change:
        """Take it from what was seen. Raises RateLimited."""
        quota, name = self._limiter.rules.quotas[use], f"{use}_until"
        arrival = self._seen.get(name, 0)
        change = limits.taking(name, quota, arrival, now, cost)
        after = quota.taken(arrival, cost, now)
        self._limiter.remember(self._realtor.id, self._seen | {name: after})
        return change

    def _tally(self, now: int, counted: Item) -> Change:
        """Add to what is counted of the day, or begin a new one."""
        day = now // DAY_MS
        if self._seen.get("counted_on") == day:
            self.today = {name: self._seen.get(name, 0) + more for name, more in counted.items()}
            return Change(adds=counted, when=(holding(counted_on=day),))
        self.today = dict(counted)
        begun = dict.fromkeys(TALLIES, 0) | counted | {"counted_on": day}
        return Change(begun, when=(missing("counted_on") | below("counted_on", day),))

    def _count(self, now: int, name: str) -> None:
        """Count a refusal, unless others write there at this moment."""
        with suppress(Busy, ConditionFailed):
            self._limiter.table.transact([self._written(self._tally(now, {name: 1}))])

    def _written(self, change: Change) -> Write:
        return limits.write(self._limiter.table, self._realtor.id, change)

    def _read(self) -> None:
        self.saw(self._limiter.table.get(self.key))
