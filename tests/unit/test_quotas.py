"""Of n acts in t seconds all pass if n ≤ at once + ⌊t / refill⌋; who is refused is told to the ms
when it will be let in.
"""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cobroke.domain.errors import RateLimited
from cobroke.domain.fair_use import QUOTAS, FairUse, Quota
from cobroke.domain.realtors import Realtor

START = 1_795_000_000_000
DAY = 24 * 3_600_000


class Bucket:
    """The same rule in other words: tokens that drip, at most so many."""

    def __init__(self, quota: Quota) -> None:
        self.quota, self.tokens, self.at = quota, Fraction(quota.at_once), START

    def takes(self, cost: int, now: int) -> bool:
        dripped = Fraction(now - self.at, self.quota.refill_ms)
        self.tokens, self.at = min(self.tokens + dripped, Fraction(self.quota.at_once)), now
        if self.tokens < cost:
            return False
        self.tokens -= cost
        return True


def wait_of(quota: Quota, arrival: int, cost: int, now: int) -> int:
    with pytest.raises(RateLimited) as refused:
        quota.taken(arrival, cost, now)
    return refused.value.wait_ms


@given(
    st.integers(5, 40),
    st.integers(1, 5_000),
    st.lists(st.tuples(st.integers(0, 20_000), st.sampled_from([1, 1, 1, 5])), max_size=120),
)
def test_it_lets_in_what_a_bucket_lets_in(
    at_once: int, refill: int, acts: list[tuple[int, int]]
) -> None:
    quota, arrival, now = Quota(at_once, refill), 0, START
    bucket = Bucket(quota)
    for passed, cost in acts:
        now += passed
        if bucket.takes(cost, now):
            arrival = quota.taken(arrival, cost, now)
        else:
            wait = wait_of(quota, arrival, cost, now)
            assert wait_of(quota, arrival, cost, now + wait - 1) == 1
            assert quota.taken(arrival, cost, now + wait)


@pytest.mark.parametrize("use", QUOTAS)
@pytest.mark.parametrize("seconds", [0, 1, 599, 86_400])
def test_of_n_acts_in_t_seconds_all_pass_up_to_at_once_and_what_was_refilled(
    use: str, seconds: int
) -> None:
    quota = QUOTAS[use]  # type: ignore[index]
    arrival = 0
    for _ in range(quota.at_once):
        arrival = quota.taken(arrival, 1, START)
    later = START + 1000 * seconds
    for _ in range(min(1000 * seconds // quota.refill_ms, quota.at_once)):
        arrival = quota.taken(arrival, 1, later)
    assert wait_of(quota, arrival, 1, later) <= quota.refill_ms


def test_the_classes_are_those_of_the_contract() -> None:
    rows = {use: (quota.at_once, quota.refill_ms / 1000) for use, quota in QUOTAS.items()}
    assert rows == {
        "write": (1_200, 6),
        "invite": (200, 432),
        "newcomer": (30, 48 * 60),
        "look": (300, 10),
        "stranger": (5, 4 * 3600),
    }


def test_a_crawl_has_sixty_first_looks_and_then_1728_a_day() -> None:
    quota, arrival, passed = QUOTAS["look"], 0, 0
    for now in range(START, START + DAY, 1000):
        try:
            arrival = quota.taken(arrival, 5, now)
        except RateLimited:
            continue
        passed += 1
    assert passed == 60 + 1_728 - 1  # the last one comes at the very end of the day


@pytest.mark.parametrize(
    ("factor", "use", "at_once"),
    [("1", "write", 1_200), ("0.01", "write", 12), ("0.0001", "write", 1), ("2.5", "look", 750)],
)
def test_a_factor_multiplies_every_at_once(factor: str, use: str, at_once: int) -> None:
    assert FairUse.of(factor, "0").quotas[use].at_once == at_once  # type: ignore[index]


def test_however_small_the_factor_who_is_idle_may_look() -> None:
    assert FairUse.of("0.0001", "0").quotas["look"].taken(0, 5, START)


def test_an_invitation_is_a_newcomers_for_so_many_days() -> None:
    rules = FairUse.of("1", "7")
    new = Realtor("r", "1", "+7", registered_at=START)
    assert rules.inviting(new, START) == rules.inviting(new, START + 7 * DAY - 1) == "newcomer"
    assert rules.inviting(new, START + 7 * DAY) == "invite"
    assert rules.inviting(Realtor("r", "1", "+7"), START) == "invite", "from before it was kept"
    assert FairUse.of("1", "0").inviting(new, START) == "invite"


def test_a_factor_is_decimal() -> None:
    assert QUOTAS["write"].times(Decimal("0.1")).at_once == 120
