"""The judge of lists that are read while others write tells a right answer from one of too early or
too late.
"""

import pytest

from cobroke.domain.deals.pair import Action, Side
from tests.builders import a_lead, a_property
from tests.client import Client
from tests.lists_explained import Answer, best
from tests.market_log import LEAD, LISTING, PairOfPostings, Posting

pytestmark = pytest.mark.usefixtures("in_memory")

type Both = tuple[Answer, Answer]
"""What both sides of a pair are shown."""


@pytest.fixture
def pair(anna: Client, boris: Client) -> PairOfPostings:
    pair = PairOfPostings(Posting(LEAD, anna), Posting(LISTING, boris))
    pair.lead.write(a_lead())
    pair.listing.write(a_property(price=18_000_000))
    return pair


def shown(pair: PairOfPostings) -> Both:
    return best(pair.lead, 1, 20), best(pair.listing, 1, 20)


def are_right(pair: PairOfPostings, answers: Both, *, at: Both) -> set[bool]:
    """Whether each would be, had it been given at the time of the other answers."""
    others: tuple[Posting, Posting] = pair.listing, pair.lead
    judged = zip(answers, at, others, strict=True)
    return {
        answer._replace(time=when.time).fault({other: pair}) is None
        for answer, when, other in judged
    }


@pytest.mark.parametrize(
    ("side", "action"), [("LEAD", "DISLIKE"), ("PROPERTY", "DISLIKE"), ("PROPERTY", "LIKE")]
)
def test_only_a_pair_that_was_acted_on_before_the_question_must_be_gone_or_ask_for_an_answer(
    pair: PairOfPostings, side: Side, action: Action
) -> None:
    before = shown(pair)
    pair.act(side, action)
    after = shown(pair)
    assert are_right(pair, before, at=before) == are_right(pair, after, at=after) == {True}
    assert are_right(pair, before, at=after) == are_right(pair, after, at=before) == {False}


def test_while_it_is_acted_on_a_pair_may_be_there_or_gone(pair: PairOfPostings) -> None:
    before = shown(pair)
    pair.act("LEAD", "DISLIKE")
    after = shown(pair)
    of_lead, of_listing = (one._replace(time=pair.acts[0].span) for one in before)
    meanwhile = of_lead, of_listing
    assert are_right(pair, before, at=meanwhile) == are_right(pair, after, at=meanwhile) == {True}


def test_a_disliked_pair_must_be_back_after_a_cut_of_its_price_and_only_then(
    pair: PairOfPostings,
) -> None:
    pair.act("LEAD", "DISLIKE")
    hidden = shown(pair)
    pair.listing.write(a_property(price=17_460_000))
    back = shown(pair)
    assert are_right(pair, back, at=back) == are_right(pair, hidden, at=hidden) == {True}
    assert are_right(pair, back, at=hidden) == are_right(pair, hidden, at=back) == {False}


def test_what_a_side_was_told_must_be_what_its_act_can_have_met(pair: PairOfPostings) -> None:
    pair.act("LEAD", "LIKE")
    pair.acts[0] = pair.acts[0]._replace(reply=(200, "ACCEPTED"))
    with pytest.raises(AssertionError, match="ACCEPTED"):
        assert pair.records
