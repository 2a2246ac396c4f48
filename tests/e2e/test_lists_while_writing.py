"""Lists are read while their market is written: each answer must be one that could rightly be given
meanwhile.

A log says of every posting and every pair what it has been, and when it may have become so. An
answer is right when brute force gives the same with each of them taken as it stood at some moment
between the question and the answer.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from random import Random
from time import monotonic

import pytest

from tests import market
from tests.client import Client
from tests.market_log import LEAD, LISTING
from tests.support.logged_city import LEAST, READERS, REALTORS, WRITERS, LoggedCity

SECONDS = 180 if os.environ.get("RACES") == "long" else 20


@pytest.mark.usefixtures("made_up_city")
def test_a_list_read_while_others_write_is_that_of_its_moment(stranger: Client) -> None:
    city = LoggedCity([stranger.registered() for _ in range(REALTORS)])
    leads, listings = market.a_city(20261125, 40, 180)
    bodies = [*((LEAD, body) for body in leads), *((LISTING, body) for body in listings)]
    with ThreadPoolExecutor(WRITERS + READERS) as pool:
        seeds = list(
            pool.map(lambda seed, new: city.create(Random(seed), *new), range(len(bodies)), bodies)
        )
        list(pool.map(city.look, map(Random, range(READERS // 2))))
        list(
            pool.map(city.act, map(Random, range(WRITERS // 2)))
        )  # the clock starts with each function awake
        until = monotonic() + SECONDS
        at_work = [
            pool.submit(city.write, seeds[n::WRITERS], Random(n), until) for n in range(WRITERS)
        ]
        at_work += [pool.submit(city.read, Random(n), until) for n in range(READERS)]
        assert [one.result() for one in at_work] == [None] * (WRITERS + READERS)
    faults = [fault for answer in city.answers if (fault := city.fault(answer))]
    assert not faults, f"{len(faults)} of {len(city.answers)} answers, such as {faults[:3]}"
    assert sum(map(city.was_written, city.answers)) >= LEAST - READERS
    assert any(map(city.was_acted_on, city.answers))
