"""A disliked or declined pair comes back when the price or the lead has changed enough, and then
starts clean.
"""

from dataclasses import replace

import pytest

from cobroke.domain import errors
from cobroke.domain.deals.facts import Facts, Snapshot
from cobroke.domain.deals.negotiation import close
from cobroke.domain.deals.pair import DAY, Pair, Side
from cobroke.domain.deals.resurfacing import hidden, resurfaced
from cobroke.domain.postings.kinds import other
from tests.support.facts import FACTS
from tests.support.reacting import Reacted, reacted

BEGIN = 1_700_000_000_000
SIDES: tuple[Side, Side] = ("LEAD", "PROPERTY")
FRESH = Pair(lead_id="lead", property_id="property")
THEN = FACTS._replace(lead_revision=3)
CHEAPER = THEN._replace(price=970, published_share=45)
BETTER = THEN._replace(lead_revision=4, score=8001, published_share=45)
BACK = pytest.mark.parametrize("now", [CHEAPER, BETTER, CHEAPER._replace(score=None)])


def act(pair: Pair, words: str, facts: Facts = THEN, *, later: int = 1000) -> Reacted:
    """What `LEAD LIKE 60` makes of a pair, `later` ms after its last change."""
    actor, action, *numbers = words.split()
    share = int(numbers[0]) if numbers else None
    now = (pair.changed_at or BEGIN) + later
    return reacted(pair, actor, action, share, facts, now)  # type: ignore[arg-type]


def after(*words: str, pair: Pair = FRESH) -> Pair:
    for each in words:
        pair = act(pair, each).pair
    return pair


def expired(pair: Pair) -> Pair:
    return close(pair, "EXPIRED", pair.acted_at + 14 * DAY)


DISLIKED = after("LEAD DISLIKE")
KEPT = after("LEAD DISLIKE", "PROPERTY LIKE 40")
DECLINED = after("PROPERTY LIKE 40", "LEAD DISLIKE")
STANDING = pytest.mark.parametrize(
    "pair", [DISLIKED, KEPT, DECLINED, after("LEAD DISLIKE", "PROPERTY DISLIKE")]
)


def why(pair: Pair, price: int = 1000, revision: int = 3, score: int | None = 8000) -> str | None:
    """What brings it back; hidden, from both sides, is what nothing does."""
    found, same = (resurfaced(pair, side, price, revision, score) for side in SIDES)
    assert found == same
    assert [hidden(pair, side, price, revision, score) for side in SIDES] == [found is None] * 2
    return found


def test_a_pair_nobody_acted_on_is_neither_hidden_nor_back() -> None:
    assert not any(hidden(FRESH, side, 1000, 3, 8000) for side in SIDES)
    assert not any(resurfaced(FRESH, side, 1, 99, 10000) for side in SIDES)


@STANDING
def test_a_price_of_97_percent_brings_it_back_and_a_kopeck_more_does_not(pair: Pair) -> None:
    assert why(pair, price=970) == "PRICE_DROP"
    assert why(pair, price=971) is None
    assert why(pair, price=1030) is None


def test_small_cuts_add_up_and_a_price_that_rises_again_hides_it_again() -> None:
    pair = act(FRESH, "LEAD DISLIKE", THEN._replace(price=10_000)).pair
    assert [why(pair, price=price) for price in (9800, 9701, 9700, 9701)] == [
        None,
        None,
        "PRICE_DROP",
        None,
    ]


@STANDING
def test_a_newer_revision_with_a_higher_score_brings_it_back_and_neither_does_alone(
    pair: Pair,
) -> None:
    assert why(pair, revision=4, score=8001) == "REQUIREMENTS"
    assert why(pair, revision=4, score=8000) is None
    assert why(pair, revision=3, score=10000) is None
    assert why(pair, revision=4, score=None) is None


def test_a_price_drop_is_named_first() -> None:
    assert why(DISLIKED, price=970, revision=4, score=9000) == "PRICE_DROP"


def test_any_score_is_higher_than_that_of_a_pair_that_could_not_be_recommended_then() -> None:
    pair = act(FRESH, "LEAD DISLIKE", THEN._replace(score=None)).pair
    assert why(pair, revision=4, score=0) == "REQUIREMENTS"
    assert why(pair, revision=4, score=None) is None


MATCHES = {
    "apart": after("LEAD LIKE 60", "PROPERTY LIKE 40"),
    "accepted": after("LEAD LIKE", "PROPERTY LIKE"),
    "withdrawn": after("LEAD LIKE", "LEAD DISLIKE"),
    "left": after("LEAD LIKE", "PROPERTY LIKE", "LEAD DISLIKE"),
    "opened from a kept like": after("LEAD LIKE 60", pair=KEPT),
    "expired when both had liked": expired(after("LEAD LIKE 60", "PROPERTY LIKE 40")),
    "expired when a kept like had been answered": expired(after("LEAD LIKE 60", pair=KEPT)),
}
INVITING = {
    "first": after("LEAD LIKE"),
    "over one's own dislike": after("LEAD DISLIKE", "LEAD LIKE"),
    "reopened after one's own decline": after("LEAD LIKE", pair=DECLINED),
    "reopened after one's own withdrawal": after(
        "LEAD LIKE", "PROPERTY LIKE", "LEAD DISLIKE", "LEAD LIKE"
    ),
}


@pytest.mark.parametrize("pair", MATCHES.values(), ids=MATCHES)
def test_a_match_or_a_withdrawn_one_never_comes_back(pair: Pair) -> None:
    assert why(pair, price=1, revision=99, score=10000) is None


@pytest.mark.parametrize("pair", INVITING.values(), ids=INVITING)
def test_a_like_takes_the_pair_out_of_its_authors_list_alone(pair: Pair) -> None:
    assert [hidden(pair, side, 1000, 3, 8000) for side in ("LEAD", "PROPERTY")] == [True, False]
    assert not any(resurfaced(pair, side, 1, 99, 10000) for side in SIDES)


@pytest.mark.parametrize("pair", INVITING.values(), ids=INVITING)
def test_what_nobody_answered_for_14_days_is_in_both_lists_as_one_that_is_back(pair: Pair) -> None:
    lapsed = expired(pair)
    assert not any(hidden(lapsed, side, 1000, 3, 8000) for side in SIDES)
    assert not any(resurfaced(lapsed, side, 1, 99, 10000) for side in SIDES)


@pytest.mark.parametrize(("words", "other"), [("LEAD LIKE", "PROPERTY"), ("PROPERTY LIKE", "LEAD")])
def test_a_like_of_either_side_of_what_nobody_answered_is_a_first_like(
    words: str, other: str
) -> None:
    lapsed = expired(after("LEAD LIKE 60"))
    outcome = act(lapsed, words, later=7 * DAY)
    liked = outcome.pair
    assert [(notice.kind, notice.to) for notice in outcome.notices] == [("INTEREST", other)]
    assert (liked.status, liked.awaiting, liked.epoch, liked.closed_reason) == (
        "PENDING",
        other,
        2,
        None,
    )
    assert {liked.offer_lead, liked.offer_property} == {None, 50}
    assert outcome.starts_anew


@pytest.mark.parametrize("side", ["LEAD", "PROPERTY"])
def test_a_dislike_of_either_side_of_what_nobody_answered_is_a_decline(side: Side) -> None:
    declined = act(expired(after("LEAD LIKE")), f"{side} DISLIKE").pair
    assert (declined.status, declined.closed_reason, declined.closed_by) == (
        "REJECTED",
        "DECLINED",
        side,
    )
    assert declined.snapshot == Snapshot(1000, 3, 8000)
    with pytest.raises(errors.PairDeclined):
        act(declined, f"{other(side)} LIKE")
    assert why(declined) is None
    assert why(declined, price=970) == "PRICE_DROP"


@STANDING
@pytest.mark.parametrize(("words", "other"), [("LEAD LIKE", "PROPERTY"), ("PROPERTY LIKE", "LEAD")])
@BACK
def test_once_back_a_like_by_either_side_is_a_first_like_on_a_clean_record(
    pair: Pair, words: str, other: str, now: Facts
) -> None:
    outcome = act(pair, words, now, later=21 * DAY)
    liked, liker = outcome.pair, "LEAD" if other == "PROPERTY" else "PROPERTY"
    assert [(notice.kind, notice.to) for notice in outcome.notices] == [("INTEREST", other)]
    assert (liked.status, liked.awaiting, liked.rounds, liked.closed_reason) == (
        "PENDING",
        other,
        0,
        None,
    )
    assert (liked.offer(liker), liked.action(liker)) == (45, "LIKE")  # type: ignore[arg-type]
    assert (liked.offer(other), liked.action(other)) == (None, "NONE")  # type: ignore[arg-type]
    assert (liked.epoch, liked.created_at) == (
        (2, pair.created_at) if pair.status else (1, liked.changed_at)
    )
    assert outcome.starts_anew


@BACK
def test_once_back_a_dislike_of_either_side_is_a_new_one_on_a_clean_record(now: Facts) -> None:
    for side in SIDES:
        outcome = act(KEPT, f"{side} DISLIKE", now)
        again = outcome.pair
        assert outcome.starts_anew
        assert outcome.notices == ()
        assert (again.status, again.action(side), again.action(other(side))) == (
            None,
            "DISLIKE",
            "NONE",
        )
        assert (again.offer_property, again.epoch) == (None, 1)
        assert again.snapshot == Snapshot(now.price, now.lead_revision, now.score or THEN.score)
        assert all(hidden(again, one, now.price, now.lead_revision, now.score) for one in SIDES)


@BACK
def test_once_back_a_dislike_of_a_declined_match_is_a_new_decline_by_its_author(now: Facts) -> None:
    outcome = act(DECLINED, "PROPERTY DISLIKE", now, later=29 * DAY)
    again = outcome.pair
    assert (again.status, again.closed_reason, again.closed_by) == (
        "REJECTED",
        "DECLINED",
        "PROPERTY",
    )
    assert again.closed_at == again.changed_at == DECLINED.changed_at + 29 * DAY
    assert again.snapshot == Snapshot(now.price, now.lead_revision, now.score or THEN.score)
    assert (again.epoch, again.created_at, outcome.starts_anew) == (1, DECLINED.created_at, False)
    assert act(again, "PROPERTY DISLIKE", now).pair is again
    with pytest.raises(errors.PairDeclined):
        act(again, "LEAD LIKE", now, later=30 * DAY - 1)
    assert act(again, "PROPERTY LIKE", now).pair.epoch == 2


def test_once_back_the_same_side_may_dislike_again_and_the_price_of_then_is_the_new_one() -> None:
    for pair in (DISLIKED, DECLINED):
        again = act(pair, "LEAD DISLIKE", CHEAPER).pair
        assert again is not pair
        again = replace(again, declines_lead=0)
        assert why(again, price=970) is None
        assert why(again, price=940) == "PRICE_DROP"


def test_repeating_a_dislike_that_stands_takes_no_new_price() -> None:
    assert act(DISLIKED, "LEAD DISLIKE", THEN._replace(price=975)).pair is DISLIKED
    assert act(DECLINED, "LEAD DISLIKE", THEN._replace(price=975)).pair is DECLINED


def test_the_second_sides_dislike_takes_the_price_of_its_own_time() -> None:
    both = act(DISLIKED, "PROPERTY DISLIKE", THEN._replace(price=980)).pair
    assert why(both, price=970) is None
    assert why(both, price=950) == "PRICE_DROP"


def test_a_kept_like_leaves_the_price_at_the_dislike_as_it_was() -> None:
    kept = act(DISLIKED, "PROPERTY LIKE", THEN._replace(price=980)).pair
    assert kept.snapshot == DISLIKED.snapshot


def test_a_material_change_lifts_the_30_days_of_a_decline_but_not_of_a_withdrawal() -> None:
    assert act(DECLINED, "PROPERTY LIKE", CHEAPER).pair.status == "PENDING"
    with pytest.raises(errors.PairDeclined):
        act(MATCHES["withdrawn"], "PROPERTY LIKE", CHEAPER)
