"""Nobody is told of one interest too often, nor asked again what they have declined twice, nor
agrees to what has changed for the worse since they liked it.
"""

from dataclasses import replace

import pytest

from cobroke.domain import errors
from cobroke.domain.deals.facts import Facts
from cobroke.domain.deals.negotiation import close
from cobroke.domain.deals.pair import DAY, Pair, Side
from cobroke.domain.deals.resurfacing import hidden, is_open, resurfaced
from cobroke.domain.postings.kinds import other
from tests.support.facts import FACTS
from tests.support.reacting import Reacted, reacted

BEGIN = 1_700_000_000_000
SIDES: tuple[Side, Side] = ("LEAD", "PROPERTY")
FRESH = Pair(lead_id="lead", property_id="property")
DEARER = FACTS._replace(price=FACTS.price + 1)
WORSE: dict[Side, list[Facts]] = {
    "LEAD": [DEARER, FACTS._replace(listing="a house"), DEARER._replace(listing="a house")],
    "PROPERTY": [
        FACTS._replace(requirements="another", score=7999),
        FACTS._replace(requirements="another", score=None),
        FACTS._replace(requirements="another", score=9000, payment_method="MORTGAGE"),
    ],
}
"""What a side's LIKE does not hold for."""
NO_WORSE: dict[Side, list[Facts]] = {
    "LEAD": [
        FACTS._replace(price=1),
        FACTS._replace(requirements="another", score=None, payment_method="MORTGAGE"),
        FACTS._replace(published_share=90),
    ],
    "PROPERTY": [
        FACTS._replace(requirements="another", score=8000),
        FACTS._replace(requirements="another", score=9000),
        FACTS._replace(score=None),
        DEARER._replace(listing="a house", score=5000),
    ],
}
OWN = pytest.mark.parametrize("side", SIDES)
BOTH_SEE_CONTACTS = [("CONTACT_SHARED", "LEAD"), ("CONTACT_SHARED", "PROPERTY")]


def act(pair: Pair, words: str, facts: Facts = FACTS, *, later: int = 1000) -> Reacted:
    """What `LEAD LIKE 60` makes of a pair, `later` ms after its last change."""
    actor, action, *numbers = words.split()
    share = int(numbers[0]) if numbers else None
    now = (pair.changed_at or BEGIN) + later
    return reacted(pair, actor, action, share, facts, now)  # type: ignore[arg-type]


def after(*words: str, pair: Pair = FRESH, facts: Facts = FACTS, later: int = 1000) -> Pair:
    for each in words:
        pair = act(pair, each, facts, later=later).pair
    return pair


def told(outcome: Reacted) -> list[tuple[str, Side]]:
    return [(notice.kind, notice.to) for notice in outcome.notices]


def worse_for(side: Side) -> list[tuple[Side, Facts]]:
    return [(side, facts) for facts in WORSE[side]]


NOT_HELD = pytest.mark.parametrize(("liker", "facts"), [*worse_for("LEAD"), *worse_for("PROPERTY")])
"""Whose LIKE does not hold, and what has become of the objects."""


# INTEREST once in 21 days


@OWN
def test_like_and_dislike_in_turns_for_thirty_acts_tell_of_one_interest(side: Side) -> None:
    pair, heard = FRESH, list[tuple[str, Side]]()
    for turn in range(30):
        outcome = act(pair, f"{side} {'DISLIKE' if turn % 2 else 'LIKE'}")
        pair, heard = outcome.pair, heard + told(outcome)
    assert heard == [("INTEREST", other(side))]


def test_after_21_days_an_interest_is_told_again_and_a_moment_before_it_is_not() -> None:
    first = after("LEAD LIKE", "LEAD DISLIKE")
    since = first.changed_at - first.invited_property_at
    early = act(first, "LEAD LIKE", later=21 * DAY - since - 1)
    assert told(early) == []
    assert (early.pair.status, early.pair.awaiting) == ("PENDING", "PROPERTY")
    assert not hidden(early.pair, "PROPERTY", 1000, 1, 8000)
    again = act(first, "LEAD LIKE", later=21 * DAY - since)
    assert told(again) == [("INTEREST", "PROPERTY")]
    assert again.pair.invited_property_at == again.pair.changed_at


def test_each_side_has_its_own_21_days() -> None:
    lapsed = close(after("LEAD LIKE"), "EXPIRED", BEGIN + 20 * DAY)
    assert told(act(lapsed, "PROPERTY LIKE")) == [("INTEREST", "LEAD")]


def test_what_was_not_told_is_not_told_later_in_that_bargaining() -> None:
    untold = after("LEAD LIKE", "LEAD DISLIKE", "LEAD LIKE")
    assert told(act(untold, "LEAD LIKE", later=30 * DAY)) == []
    assert told(act(untold, "LEAD LIKE 45", later=30 * DAY)) == [("OFFER", "PROPERTY")]


def test_what_is_one_too_many_of_a_stranger_counts_is_not_told_and_leaves_no_mark() -> None:
    facts, now = FACTS, BEGIN
    quiet = reacted(FRESH, "LEAD", "LIKE", None, facts, now, may_invite=False)
    assert told(quiet) == []
    assert not quiet.tells_of_interest
    assert (quiet.pair.status, quiet.pair.invited_property_at) == ("PENDING", 0)
    again = act(act(quiet.pair, "LEAD DISLIKE").pair, "LEAD LIKE")
    assert told(again) == [("INTEREST", "PROPERTY")]
    assert again.tells_of_interest


@pytest.mark.parametrize("words", ["PROPERTY LIKE", "LEAD LIKE", "LEAD LIKE 40", "LEAD DISLIKE"])
def test_nothing_but_a_first_like_tells_of_an_interest(words: str) -> None:
    assert not act(after("LEAD LIKE 60"), words).tells_of_interest


# What a pair came down to


@OWN
def test_a_price_that_goes_up_and_comes_down_again_brings_nothing_back(side: Side) -> None:
    disliked = after(f"{side} DISLIKE")
    liked = after(f"{side} LIKE", pair=disliked, facts=FACTS._replace(price=2000))
    declined = after(f"{other(side)} DISLIKE", pair=liked, facts=FACTS._replace(price=2000))
    assert declined.snapshot
    assert declined.snapshot.price == 1000
    for one in SIDES:
        assert resurfaced(declined, one, 971, 1, 8000) is None
        assert resurfaced(declined, one, 970, 1, 8000) == "PRICE_DROP"


def test_the_highest_score_counts_with_the_revision_at_the_latest_dislike() -> None:
    pair = after("LEAD DISLIKE", facts=FACTS._replace(score=9000, lead_revision=2))
    pair = after("PROPERTY DISLIKE", pair=pair, facts=FACTS._replace(score=6000, lead_revision=5))
    assert pair.snapshot == (1000, 5, 9000)
    assert resurfaced(pair, "LEAD", 1000, 6, 9000) is None
    assert resurfaced(pair, "LEAD", 1000, 5, 9001) is None
    assert resurfaced(pair, "LEAD", 1000, 6, 9001) == "REQUIREMENTS"


@pytest.mark.parametrize("then", [None, 7000])
def test_none_is_no_score_and_lower_than_any(then: int | None) -> None:
    pair = after("LEAD DISLIKE", facts=FACTS._replace(score=then))
    pair = after("PROPERTY DISLIKE", pair=pair, facts=FACTS._replace(score=None))
    assert pair.snapshot
    assert pair.snapshot.score == then


def test_a_dislike_taken_over_by_a_like_stands_no_more_but_leaves_what_it_came_down_to() -> None:
    liked = after("LEAD DISLIKE", "LEAD LIKE")
    assert not liked.dislike_stands
    assert liked.snapshot == (1000, 1, 8000)
    assert is_open(liked, "PROPERTY")
    assert resurfaced(liked, "PROPERTY", 1, 9, 10_000) is None
    withdrawn = after("LEAD DISLIKE", pair=liked)
    assert not withdrawn.dislike_stands
    assert hidden(withdrawn, "PROPERTY", 1, 9, 10_000)


# Declined twice is declined


def twice(side: Side) -> Pair:
    """Declined by one side, reopened by the other after 30 days, and declined again."""
    asks, declines = f"{other(side)} LIKE", f"{side} DISLIKE"
    return after(asks, declines, asks, declines, later=30 * DAY)


@OWN
def test_who_was_declined_twice_may_not_ask_again_without_an_end(side: Side) -> None:
    once = after(f"{other(side)} LIKE", f"{side} DISLIKE")
    assert act(once, f"{other(side)} LIKE", later=30 * DAY).pair.status == "PENDING"
    for later in (30 * DAY, 4000 * DAY):
        with pytest.raises(errors.PairDeclined):
            act(twice(side), f"{other(side)} LIKE", later=later)


@OWN
def test_what_brings_it_back_brings_it_back_for_who_declined_alone(side: Side) -> None:
    pair, cheap = twice(side), FACTS._replace(price=900)
    assert resurfaced(pair, side, 900, 1, 8000) == "PRICE_DROP"
    assert resurfaced(pair, other(side), 900, 1, 8000) is None
    assert not hidden(pair, side, 900, 1, 8000)
    assert hidden(pair, other(side), 900, 1, 8000)
    with pytest.raises(errors.PairDeclined):
        act(pair, f"{other(side)} LIKE", cheap, later=40 * DAY)
    assert act(pair, f"{other(side)} DISLIKE", cheap).pair is pair
    assert act(pair, f"{side} DISLIKE", cheap).pair.declines(side) == 3
    opened = act(pair, f"{side} LIKE", cheap, later=40 * DAY)
    assert (opened.pair.status, opened.pair.declines(side)) == ("PENDING", 0)
    assert told(opened) == [("INTEREST", other(side))]


@OWN
def test_what_both_declined_twice_comes_back_for_nobody(side: Side) -> None:
    pair = replace(twice(side), declines_lead=2, declines_property=2)
    assert [resurfaced(pair, one, 1, 9, 10_000) for one in SIDES] == [None, None]


@OWN
def test_a_like_of_ones_own_begins_the_count_anew(side: Side) -> None:
    asks, declines = f"{other(side)} LIKE", f"{side} DISLIKE"
    pair = after(asks, declines, f"{side} LIKE", declines, asks, declines, later=30 * DAY)
    assert pair.declines(side) == 1
    assert act(pair, asks, later=30 * DAY).pair.status == "PENDING"


@OWN
def test_a_dislike_without_a_match_and_a_withdrawal_are_no_decline(side: Side) -> None:
    words = (f"{side} DISLIKE", f"{side} LIKE", f"{side} DISLIKE")
    assert after(*words).declines(side) == 0
    agreed = (f"{other(side)} LIKE", f"{side} LIKE", f"{side} DISLIKE")
    assert after(*agreed).declines(side) == 0


def test_a_dislike_of_what_nobody_answered_is_one() -> None:
    lapsed = close(after("LEAD LIKE"), "EXPIRED", BEGIN + 20 * DAY)
    assert after("PROPERTY DISLIKE", pair=lapsed).declines("PROPERTY") == 1


# What a LIKE saw


@OWN
def test_a_like_holds_while_what_it_saw_is_no_worse(side: Side) -> None:
    liked = after(f"{side} LIKE")
    assert all(liked.like_holds(side, facts) for facts in NO_WORSE[side])
    assert not any(liked.like_holds(side, facts) for facts in WORSE[side])


@NOT_HELD
def test_a_second_like_settles_nothing_the_first_did_not_see(liker: Side, facts: Facts) -> None:
    first, second = after(f"{liker} LIKE 40"), other(liker)
    number = 60 if second == "PROPERTY" else 20
    asked = act(first, f"{second} LIKE {number}", facts)
    assert told(asked) == [("MUTUAL", liker)]
    assert (asked.pair.status, asked.pair.awaiting, asked.pair.rounds) == ("PENDING", liker, 0)
    assert (asked.pair.offer_lead, asked.pair.offer_property) == (40, 40)
    agreed = act(asked.pair, f"{liker} LIKE", facts)
    assert told(agreed) == BOTH_SEE_CONTACTS
    assert (agreed.pair.status, agreed.pair.agreed_share) == ("ACCEPTED", 40)


@OWN
def test_a_second_like_settles_what_is_no_worse(side: Side) -> None:
    for facts in NO_WORSE[side]:
        assert act(after(f"{side} LIKE"), f"{other(side)} LIKE 50", facts).pair.agreed_share == 50


@NOT_HELD
def test_a_kept_like_is_asked_again_too(liker: Side, facts: Facts) -> None:
    kept = after(f"{other(liker)} DISLIKE", f"{liker} LIKE 40")
    asked = act(kept, f"{other(liker)} LIKE 40", facts)
    assert told(asked) == [("MUTUAL", liker)]
    assert (asked.pair.status, asked.pair.awaiting) == ("PENDING", liker)


def apart(liker: Side) -> Pair:
    """Both liked, 60 asked and 40 offered, and it is the other's turn."""
    numbers = {"LEAD": 60, "PROPERTY": 40}
    first, second = other(liker), liker
    return after(f"{first} LIKE {numbers[first]}", f"{second} LIKE {numbers[second]}")


@NOT_HELD
def test_an_offer_that_would_settle_is_kept_at_that_number_without_a_round(
    liker: Side, facts: Facts
) -> None:
    pair, actor = replace(apart(liker), rounds=10), other(liker)
    settles_at = pair.offer(liker)
    beyond = 30 if actor == "LEAD" else 70
    asked = act(pair, f"{actor} LIKE {beyond}", facts)
    assert told(asked) == [("OFFER", liker)]
    assert (asked.pair.status, asked.pair.awaiting, asked.pair.rounds) == ("PENDING", liker, 10)
    assert asked.pair.offer(actor) == settles_at
    assert act(asked.pair, f"{actor} LIKE {settles_at}", facts).pair is asked.pair
    assert act(asked.pair, f"{actor} LIKE {beyond}", facts).pair is asked.pair
    for yes in (f"{liker} LIKE", f"{liker} LIKE {settles_at}"):
        agreed = act(asked.pair, yes, facts)
        assert told(agreed) == BOTH_SEE_CONTACTS
        assert (agreed.pair.agreed_share, agreed.pair.rounds) == (settles_at, 10)


@NOT_HELD
def test_who_says_yes_again_to_what_changed_under_the_other_asks_them(
    liker: Side, facts: Facts
) -> None:
    """Each edits in turn: the yes of one waits for that of the other, as often as it takes."""
    actor = other(liker)
    asked = act(after(f"{liker} LIKE 40"), f"{actor} LIKE 40", facts).pair
    both = facts._replace(price=facts.price + 500, requirements="a third", score=100)
    again = act(asked, f"{liker} LIKE", both)
    assert told(again) == [("OFFER", actor)]
    assert (again.pair.status, again.pair.awaiting, again.pair.rounds) == ("PENDING", actor, 0)
    assert again.pair.like_holds(liker, both)
    assert act(again.pair, f"{liker} LIKE", both).pair is again.pair
    assert told(act(again.pair, f"{actor} LIKE", both)) == BOTH_SEE_CONTACTS


def test_at_equal_numbers_another_one_is_as_ever() -> None:
    asked = act(after("LEAD LIKE 40"), "PROPERTY LIKE 40", DEARER).pair
    with pytest.raises(errors.NotAConcession):
        act(asked, "LEAD LIKE 45", DEARER)
    assert act(asked, "LEAD LIKE 35", DEARER).pair.agreed_share == 40
    edited = DEARER._replace(requirements="another", score=1)
    assert act(asked, "LEAD LIKE 35", edited).pair is asked


def test_what_is_good_again_settles_at_the_next_act_alone() -> None:
    asked = act(after("LEAD LIKE 40"), "PROPERTY LIKE 40", DEARER).pair
    assert asked.like_holds("LEAD", FACTS)
    assert act(asked, "PROPERTY LIKE", FACTS).pair is asked
    assert act(asked, "PROPERTY LIKE 50", FACTS).pair.agreed_share == 40


def test_two_yeses_of_one_moment_are_two_offers() -> None:
    """A clock that stands still merges no two notices into one."""
    pair = act(after("LEAD LIKE 40"), "PROPERTY LIKE 40", DEARER).pair
    for turn, actor in enumerate(["LEAD", "PROPERTY"] * 3):
        facts = DEARER._replace(price=2000 + turn, requirements=f"wish {turn}", score=100 - turn)
        outcome = act(pair, f"{actor} LIKE", facts, later=0)
        assert told(outcome) == [("OFFER", other(actor))]  # type: ignore[arg-type]
        pair = outcome.pair
    assert len({*pair.told}) == len(pair.told)


def test_every_like_that_changes_something_renews_what_its_side_saw() -> None:
    pair = act(after("LEAD LIKE 60", "PROPERTY LIKE 40"), "LEAD LIKE 55", DEARER).pair
    assert pair.like_holds("LEAD", DEARER)
    assert act(pair, "PROPERTY LIKE 55", DEARER).pair.status == "ACCEPTED"
    repeated = act(after("LEAD LIKE 60"), "LEAD LIKE 60", DEARER).pair
    assert not repeated.like_holds("LEAD", DEARER)


def test_a_like_of_before_that_was_kept_holds() -> None:
    old = replace(after("LEAD LIKE 40"), saw_lead=None)
    assert act(old, "PROPERTY LIKE 40", DEARER).pair.status == "ACCEPTED"
