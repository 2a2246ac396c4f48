"""Fair use: what one realtor may do at once, and how fast that is refilled, so that none can spend
what all share.

By the generic cell rate algorithm: of a class one number is kept, the theoretical arrival time; of
n acts in t seconds all pass where n ≤ at once + ⌊t / refill⌋. Nothing runs, and no window ends.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, NamedTuple

from cobroke.domain.errors import RateLimited
from cobroke.domain.realtors import Realtor

type Use = Literal["write", "invite", "newcomer", "look", "stranger"]
"""What is charged: a change, a LIKE that opens a match or is kept, the same in a realtor's first
days, a look at the market, and an INTEREST that a stranger is told of.
"""
UNTOLD: Use = "stranger"
"""What is over here refuses nothing: the LIKE counts, and its notice is not told."""
_DAY_MS = 24 * 3600 * 1000
FIRST_LOOK = 5
"""What the first look at a revision of one's own object costs: it reads a market."""


class Quota(NamedTuple):
    """How much of a use a realtor has at once, and after how long (ms) one more comes."""

    at_once: int
    refill_ms: int
    dearest: int = 1
    """What one act costs at most: who is idle can always pay for it."""

    def taken(self, arrival: int, cost: int, now: int) -> int:
        """Return the arrival time (ms) after one more act at `now`. Raises RateLimited."""
        after = max(arrival, now) + cost * self.refill_ms
        if after > self.latest(now):
            raise RateLimited(after - self.latest(now))
        return after

    def latest(self, now: int) -> int:
        """Return the arrival time (ms) beyond which nothing passes."""
        return now + self.at_once * self.refill_ms

    def times(self, factor: Decimal) -> "Quota":
        return self._replace(at_once=max(int(self.at_once * factor), self.dearest))


QUOTAS: Mapping[Use, Quota] = {
    "write": Quota(1_200, 6_000),
    "invite": Quota(200, 432_000),
    "newcomer": Quota(30, 48 * 60_000),
    "look": Quota(300, 10_000, FIRST_LOOK),
    "stranger": Quota(5, 4 * 3_600_000),
}
"""Of a realtor each, but the last: of one realtor to one other."""


class FairUse(NamedTuple):
    """The quotas of a stage, and for how long a realtor is a newcomer."""

    quotas: Mapping[Use, Quota] = QUOTAS
    newcomer_days: int = 0

    @classmethod
    def of(cls, factor: str, newcomer_days: str) -> "FairUse":
        """Return the rules with every "at once" multiplied by a decimal factor."""
        quotas = {use: quota.times(Decimal(factor)) for use, quota in QUOTAS.items()}
        return cls(quotas, int(newcomer_days))

    def inviting(self, realtor: Realtor, now: int) -> Use:
        """Return as what an invitation of theirs is charged."""
        is_new = now < realtor.registered_at + self.newcomer_days * _DAY_MS
        return "newcomer" if is_new else "invite"
