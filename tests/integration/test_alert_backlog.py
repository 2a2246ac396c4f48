"""A hundred listings at once into a market of three hundred leads: the backlog drains, and tells
what it should.
"""

from collections.abc import Callable
from random import Random
from typing import Any

from cobroke.domain.ids import owner_of
from cobroke.domain.notices.alert import ALERTED, BEST
from cobroke.exact_json import dumps, loads
from tests import market, oracle
from tests.support.town import Town, pumps

type Json = dict[str, Any]
type Places = list[tuple[int, str]]

LEADS, LISTINGS, REALTORS = 300, 100, 10


def as_read(body: Json) -> Json:
    read: Json = loads(dumps(body))
    return read


def best(
    lead: Json, owner: str, listings: dict[str, Json], among: Callable[[str], bool]
) -> set[str]:
    """The ids of the best ten at 80 and more, by the independent scorer."""
    scores: Places = []
    for an_id, body in listings.items():
        if among(an_id) and owner_of(an_id) != owner:
            points = oracle.score(lead["requirements"], body)
            if points is not None and points >= oracle.LISTED_FROM:
                scores.append((points, an_id))
    return {an_id for points, an_id in sorted(scores, reverse=True)[:BEST] if points >= ALERTED}


def posted_by(listing: str) -> Callable[[str], bool]:
    """Whether a listing was there once this one was posted, by its id."""
    return lambda an_id: an_id <= listing


def test_a_backlog_alerts_of_all_that_ends_near_the_top_and_of_nothing_that_never_stood_there() -> (
    None
):
    rng, world = Random(20261125), Town([str(number) for number in range(2 * REALTORS)])
    buyers, sellers = world.realtors[:REALTORS], world.realtors[REALTORS:]
    readers = pumps(Random(3))
    leads: dict[str, Json] = {}
    for number in range(LEADS):
        body = as_read(market.a_lead(rng))
        leads[world.posts("LEAD", buyers[number % REALTORS], body)] = body
    world.settle(*readers)
    assert not world.alerted()

    listings: dict[str, Json] = {}
    for number in range(LISTINGS):
        body = as_read(market.a_listing(rng))
        listings[world.posts("PROPERTY", sellers[number % REALTORS], body)] = body
    world.settle(*readers)

    alerted: dict[str, set[str]] = {lead: set() for lead in leads}
    for item in world.table.items():
        if item["entity"] == "ALERTED" and item["SK"] in listings:
            alerted[item["PK"].rpartition("#")[2]].add(item["SK"])
    counted = sum(count for _, own, count, _ in world.alerted() if own in leads)
    assert counted == sum(map(len, alerted.values())) > 3 * LEADS
    assert max(len(world.notices(buyer)) for buyer in buyers) <= LEADS // REALTORS, (
        "one notice grows"
    )
    for lead, body in leads.items():
        owner = owner_of(lead)
        assert best(body, owner, listings, lambda _: True) <= alerted[lead]
        for listing in alerted[lead]:
            assert listing in best(body, owner, listings, posted_by(listing))
