"""What of a side's acts on a pair still stands, by the rows of the negotiation."""

from typing import Any

import pytest

from cobroke.domain.deals import negotiation
from cobroke.domain.deals.decisions import StandingAct, standing_act
from cobroke.domain.deals.facts import Facts
from cobroke.domain.deals.negotiation import Deed
from cobroke.domain.deals.pair import DAY, Pair, PairIds, Side
from cobroke.domain.vocabulary import Number
from tests.support.facts import FACTS

CHEAPER = FACTS._replace(price=FACTS.price * 97 // 100)


class Walk:
    """A pair, and who does what about it: each act an hour after the last."""

    def __init__(self) -> None:
        self.pair, self.now = Pair.untouched(PairIds("a-lead", "a-property")), 1_000

    def does(
        self, side: Side, deed: Deed, share: Number | None = None, facts: Facts = FACTS
    ) -> "Walk":
        self.now += 3_600_000
        self.pair = negotiation.react(self.pair, side, deed, share, facts, self.now).pair
        return self

    def stands(self, side: Side, facts: Facts = FACTS) -> StandingAct | None:
        return standing_act(self.pair, side, facts.price, facts.lead_revision, facts.score)


@pytest.fixture
def walk() -> Walk:
    return Walk()


def test_who_has_done_nothing_has_decided_nothing(walk: Walk) -> None:
    assert walk.stands("LEAD") is None
    walk.does("LEAD", "LIKE")
    assert walk.stands("PROPERTY") is None


def test_a_like_stands_while_its_match_is_open_or_agreed(walk: Walk) -> None:
    like = StandingAct("LIKE", 60, walk.does("LEAD", "LIKE", 60).now)
    assert walk.stands("LEAD") == like
    walk.does("PROPERTY", "LIKE", 40)
    assert walk.stands("LEAD") == like
    assert walk.stands("PROPERTY") == StandingAct("LIKE", 40, walk.now)
    lower = walk.does("LEAD", "LIKE", 40).now
    assert walk.pair.status == "ACCEPTED"
    assert walk.stands("LEAD") == StandingAct("LIKE", 40, lower)
    walk.pair = negotiation.complete(walk.pair, "LEAD", walk.now)
    assert walk.stands("LEAD") == StandingAct("LIKE", 40, lower)


def test_a_like_that_repeats_another_keeps_its_time(walk: Walk) -> None:
    first = walk.does("LEAD", "LIKE").now
    walk.does("LEAD", "LIKE")
    assert walk.stands("LEAD") == StandingAct("LIKE", None, first)


@pytest.mark.parametrize("closed", ["EXPIRED", "OBJECT_ARCHIVED"])
def test_no_like_of_a_closed_match_stands(walk: Walk, closed: Any) -> None:
    walk.does("LEAD", "LIKE", 60).does("PROPERTY", "LIKE", 40)
    walk.pair = negotiation.close(walk.pair, closed, walk.now + 14 * DAY)
    assert walk.pair.status == "REJECTED"
    assert (walk.stands("LEAD"), walk.stands("PROPERTY")) == (None, None)


def test_who_declined_has_disliked_and_the_other_has_nothing_that_stands(walk: Walk) -> None:
    walk.does("LEAD", "LIKE").does("PROPERTY", "DISLIKE")
    assert walk.stands("PROPERTY") == StandingAct("DISLIKE", None, walk.now)
    assert walk.stands("LEAD") is None
    assert walk.stands("PROPERTY", CHEAPER) is None, "the pair is back"


def test_who_withdrew_has_disliked_whatever_the_price(walk: Walk) -> None:
    walk.does("LEAD", "LIKE").does("PROPERTY", "LIKE").does("LEAD", "DISLIKE")
    assert walk.pair.closed_reason == "WITHDRAWN"
    for facts in (FACTS, CHEAPER):
        assert walk.stands("LEAD", facts) == StandingAct("DISLIKE", None, walk.now)
        assert walk.stands("PROPERTY", facts) is None


def test_a_dislike_stands_until_the_pair_is_back(walk: Walk) -> None:
    walk.does("LEAD", "DISLIKE")
    assert walk.stands("LEAD") == StandingAct("DISLIKE", None, walk.now)
    assert walk.stands("LEAD", CHEAPER) is None


def test_a_kept_like_stands_as_long_as_the_dislike_that_it_waits_for(walk: Walk) -> None:
    walk.does("LEAD", "DISLIKE").does("PROPERTY", "LIKE", 45)
    assert walk.pair.keeps_like("PROPERTY")
    assert walk.stands("PROPERTY") == StandingAct("LIKE", 45, walk.now)
    assert walk.stands("PROPERTY", CHEAPER) is None
    walk.does("LEAD", "LIKE")
    assert walk.stands("PROPERTY") is not None
    assert walk.stands("LEAD") == StandingAct("LIKE", None, walk.now)


@pytest.mark.parametrize("deed", ["LIKE", "DISLIKE"])
def test_what_was_taken_back_stands_no_more(walk: Walk, deed: Deed) -> None:
    walk.does("LEAD", deed).does("LEAD", "TAKE_BACK")
    assert walk.stands("LEAD") is None


def test_each_sides_dislike_has_its_own_time(walk: Walk) -> None:
    first = walk.does("LEAD", "DISLIKE").now
    second = walk.does("PROPERTY", "DISLIKE").now
    assert walk.stands("LEAD") == StandingAct("DISLIKE", None, first)
    assert walk.stands("PROPERTY") == StandingAct("DISLIKE", None, second)


def test_who_declined_twice_has_the_pair_back_alone(walk: Walk) -> None:
    walk.does("LEAD", "LIKE").does("PROPERTY", "DISLIKE")
    walk.does("LEAD", "LIKE", facts=CHEAPER).does("PROPERTY", "DISLIKE", facts=CHEAPER)
    cheapest = CHEAPER._replace(price=900)
    assert walk.stands("PROPERTY", CHEAPER) == StandingAct("DISLIKE", None, walk.now)
    assert walk.stands("PROPERTY", cheapest) is None
