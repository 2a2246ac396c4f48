"""Every row of the negotiation's table, as a sentence."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from cobroke.domain import errors
from cobroke.domain.deals.facts import Facts, Snapshot
from cobroke.domain.deals.negotiation import close, complete
from cobroke.domain.deals.owed import owed_notices
from cobroke.domain.deals.pair import DAY, Pair, Side
from cobroke.domain.vocabulary import Number
from tests.support.facts import FACTS
from tests.support.reacting import Reacted, reacted

BEGIN = 1_700_000_000_000
FRESH = Pair(lead_id="lead", property_id="property")
CHEAPER = FACTS._replace(price=970)
LIKES = ("LEAD LIKE", "PROPERTY LIKE")
APART = ("LEAD LIKE 60", "PROPERTY LIKE 40")
"""Both liked, and it is the lead's turn."""
TEN_ROUNDS = [
    words
    for step in range(1, 6)
    for words in (f"LEAD LIKE {60 - step}", f"PROPERTY LIKE {40 + step}")
]


def act(pair: Pair, words: str, *, later: int = 1000, facts: Facts = FACTS) -> Reacted:
    """What `LEAD LIKE 60` or `PROPERTY DISLIKE` makes of a pair, `later` ms after its change."""
    actor, action, *numbers = words.split()
    share: Number | None = Decimal(numbers[0]) if numbers else None
    now = (pair.changed_at or BEGIN) + later
    return reacted(pair, actor, action, share, facts, now)  # type: ignore[arg-type]


def after(*words: str, pair: Pair = FRESH) -> Pair:
    for each in words:
        pair = act(pair, each).pair
    return pair


def told(outcome: Reacted) -> list[tuple[str, Side]]:
    return [(notice.kind, notice.to) for notice in outcome.notices]


BOTH_SEE_CONTACTS = [("CONTACT_SHARED", "LEAD"), ("CONTACT_SHARED", "PROPERTY")]


def expired(pair: Pair) -> Pair:
    return close(pair, "EXPIRED", pair.acted_at + 14 * DAY)


def test_a_dislike_is_kept_and_opens_no_match() -> None:
    outcome = act(FRESH, "LEAD DISLIKE 40", later=5)
    assert outcome == (
        replace(
            FRESH,
            lead_action="DISLIKE",
            acted_lead_at=BEGIN + 5,
            snapshot=Snapshot(1000, 1, 8000),
            acted_at=BEGIN + 5,
            changed_at=BEGIN + 5,
        ),
        (),
        False,
        False,
    )


def test_a_like_after_the_other_sides_dislike_is_kept_without_a_match() -> None:
    disliked = after("PROPERTY DISLIKE")
    outcome = act(disliked, "LEAD LIKE 40")
    at = disliked.changed_at + 1000
    assert outcome.notices == ()
    assert outcome.pair == replace(
        disliked,
        lead_action="LIKE",
        offer_lead=40,
        sent_lead=40,
        acted_lead_at=at,
        saw_lead=FACTS.seen_listing,
        acted_at=at,
        changed_at=at,
    )
    assert outcome.pair.keeps_like("LEAD")
    assert not outcome.pair.keeps_like("PROPERTY")


def test_a_kept_like_is_replaced_freely() -> None:
    kept = after("PROPERTY DISLIKE", "LEAD LIKE 40", "LEAD LIKE 70")
    assert (kept.offer_lead, kept.acted_lead_at, kept.status) == (70, kept.changed_at, None)
    assert act(kept, "LEAD LIKE").pair is kept
    assert act(kept, "LEAD LIKE 70").pair is kept


def test_a_kept_like_without_a_number_keeps_the_share_published_then() -> None:
    kept = after("PROPERTY DISLIKE", "LEAD LIKE")
    assert kept.offer_lead == 50
    assert act(kept, "LEAD LIKE", facts=FACTS._replace(published_share=60)).pair is kept


def test_a_like_after_ones_own_dislike_makes_the_kept_like_the_first_and_itself_the_second() -> (
    None
):
    kept = after("PROPERTY DISLIKE", "LEAD LIKE 40")
    apart = act(kept, "PROPERTY LIKE 30")
    assert told(apart) == [("MUTUAL", "LEAD")]
    assert (apart.pair.status, apart.pair.negotiation_status, apart.pair.awaiting) == (
        "PENDING",
        "PENDING",
        "LEAD",
    )
    assert (apart.pair.offer_lead, apart.pair.offer_property) == (40, 30)
    assert (apart.pair.created_at, apart.pair.epoch) == (apart.pair.changed_at, 1)
    assert not apart.pair.dislike_stands
    assert not apart.starts_anew
    agreed = act(kept, "PROPERTY LIKE")
    assert told(agreed) == [("MUTUAL", "LEAD"), *BOTH_SEE_CONTACTS]
    assert (agreed.pair.status, agreed.pair.agreed_share) == ("ACCEPTED", 40)


def test_a_like_after_ones_own_dislike_alone_is_a_first_like() -> None:
    outcome = act(after("LEAD DISLIKE"), "LEAD LIKE 40")
    assert told(outcome) == [("INTEREST", "PROPERTY")]
    assert (outcome.pair.status, outcome.pair.offer_lead) == ("PENDING", 40)
    assert not outcome.pair.dislike_stands


def test_when_both_disliked_the_first_to_like_is_kept_and_the_second_opens_the_match() -> None:
    kept = after("LEAD DISLIKE", "PROPERTY DISLIKE", "LEAD LIKE")
    assert kept.status is None
    assert told(act(kept, "PROPERTY LIKE")) == [("MUTUAL", "LEAD"), *BOTH_SEE_CONTACTS]


def test_a_kept_like_that_turns_into_a_dislike_is_gone() -> None:
    disliked = after("PROPERTY DISLIKE", "LEAD LIKE 40", "LEAD DISLIKE")
    assert (disliked.lead_action, disliked.offer_lead) == ("DISLIKE", None)
    assert disliked.acted_lead_at == disliked.changed_at
    assert after("LEAD LIKE", pair=disliked).offer_lead == 50
    assert told(act(after("PROPERTY LIKE", pair=disliked), "LEAD LIKE")) == [
        ("MUTUAL", "PROPERTY"),
        *BOTH_SEE_CONTACTS,
    ]


@pytest.mark.parametrize(
    ("words", "share"), [("LEAD LIKE", 50), ("LEAD LIKE 40", 40), ("LEAD LIKE 0", 0)]
)
def test_a_first_like_opens_a_match_with_its_number_or_the_published_share(
    words: str, share: int
) -> None:
    outcome = act(FRESH, words, later=7)
    at = BEGIN + 7
    assert outcome.pair == replace(
        FRESH,
        lead_action="LIKE",
        offer_lead=share,
        sent_lead=None if words == "LEAD LIKE" else share,
        acted_lead_at=at,
        awaiting="PROPERTY",
        status="PENDING",
        negotiation_status="PENDING",
        created_at=at,
        acted_at=at,
        changed_at=at,
        told=outcome.pair.told,
        invited_property_at=at,
        saw_lead=FACTS.seen_listing,
    )
    assert (
        outcome.notices
        == owed_notices(outcome.pair)
        == (("INTEREST", "PROPERTY", at, 0, "lead", "property", 1),)
    )
    assert not outcome.starts_anew


def test_a_second_like_that_crosses_is_accepted_at_the_earlier_number_and_shares_contacts() -> None:
    first = after("LEAD LIKE 40")
    outcome = act(first, "PROPERTY LIKE 60")
    pair = outcome.pair
    assert told(outcome) == [("MUTUAL", "LEAD"), *BOTH_SEE_CONTACTS]
    assert (pair.status, pair.negotiation_status, pair.agreed_share) == ("ACCEPTED", "AGREED", 40)
    assert (pair.offer_lead, pair.offer_property, pair.awaiting) == (40, 60, None)
    assert pair.contact_shared_at == pair.changed_at == first.changed_at + 1000
    assert pair.created_at == first.created_at


def test_two_likes_without_numbers_are_accepted_at_the_published_share() -> None:
    assert after(*LIKES).agreed_share == after(*reversed(LIKES)).agreed_share == 50


def test_a_later_edit_of_the_published_share_never_touches_an_open_offer() -> None:
    first = after("PROPERTY LIKE")
    assert act(first, "LEAD LIKE", facts=FACTS._replace(published_share=40)).pair.agreed_share == 50
    apart = act(first, "LEAD LIKE", facts=FACTS._replace(published_share=60)).pair
    assert (apart.status, apart.offer_property, apart.offer_lead) == ("PENDING", 50, 60)


def test_a_second_like_that_does_not_cross_waits_for_the_first_liker() -> None:
    outcome = act(after("LEAD LIKE 60"), "PROPERTY LIKE 40")
    pair = outcome.pair
    assert told(outcome) == [("MUTUAL", "LEAD")]
    assert (pair.status, pair.negotiation_status, pair.awaiting) == ("PENDING", "PENDING", "LEAD")
    assert (pair.agreed_share, pair.contact_shared_at, pair.rounds) == (None, None, 0)


@pytest.mark.parametrize(("ask", "agreed"), [(40, 40), (39, 40), (0, 40)])
def test_an_awaited_number_that_crosses_is_accepted_at_the_others_number(
    ask: int, agreed: int
) -> None:
    outcome = act(after(*APART), f"LEAD LIKE {ask}")
    assert told(outcome) == BOTH_SEE_CONTACTS
    assert (outcome.pair.status, outcome.pair.agreed_share, outcome.pair.offer_lead) == (
        "ACCEPTED",
        agreed,
        ask,
    )
    assert outcome.pair.awaiting is None


def test_another_number_by_the_awaited_side_is_a_counter() -> None:
    outcome = act(after(*APART), "LEAD LIKE 55")
    assert told(outcome) == [("OFFER", "PROPERTY")]
    assert (outcome.pair.awaiting, outcome.pair.rounds, outcome.pair.offer_lead) == (
        "PROPERTY",
        1,
        55,
    )
    assert outcome.notices[0].round == 1
    assert outcome.pair.acted_at == outcome.pair.changed_at == outcome.pair.acted_lead_at


def test_a_like_without_a_number_never_accepts_a_number_its_sender_has_not_sent() -> None:
    for pair in (after("LEAD LIKE 60"), after(*APART), after(*APART, "LEAD LIKE 55")):
        assert act(pair, "LEAD LIKE") == (pair, (), False, False)
        assert act(pair, "LEAD LIKE").pair is pair
    assert act(after(*APART), "PROPERTY LIKE").pair == after(*APART)


@pytest.mark.parametrize("before", [("LEAD LIKE 60",), (*APART, "LEAD LIKE 58")])
def test_the_side_not_awaited_may_improve_its_own_offer(before: tuple[str, ...]) -> None:
    pair = after(*before)
    outcome = act(pair, "LEAD LIKE 50.5")
    assert told(outcome) == [("OFFER", "PROPERTY")]
    assert (outcome.pair.awaiting, outcome.pair.rounds) == ("PROPERTY", pair.rounds + 1)
    assert outcome.pair.offer_lead == Decimal("50.5")


def test_an_improved_offer_of_the_side_not_awaited_settles_if_it_crosses() -> None:
    outcome = act(after(*APART), "PROPERTY LIKE 75")
    assert told(outcome) == BOTH_SEE_CONTACTS
    assert (outcome.pair.status, outcome.pair.agreed_share, outcome.pair.rounds) == (
        "ACCEPTED",
        60,
        0,
    )


@pytest.mark.parametrize(
    "words", ["LEAD LIKE 60.01", "PROPERTY LIKE 39.99", "LEAD LIKE 100", "PROPERTY LIKE 0"]
)
def test_a_number_worse_for_the_other_side_is_no_concession(words: str) -> None:
    with pytest.raises(errors.NotAConcession):
        act(after(*APART), words)


def test_after_ten_rounds_only_a_number_that_settles_is_taken() -> None:
    spent = after(*APART, *TEN_ROUNDS)
    assert (spent.rounds, spent.awaiting) == (10, "LEAD")
    for words in ("LEAD LIKE 54", "PROPERTY LIKE 46"):
        with pytest.raises(errors.TooManyRounds):
            act(spent, words)
    with pytest.raises(errors.NotAConcession):
        act(spent, "LEAD LIKE 56")
    assert act(spent, "LEAD LIKE 55").pair is spent
    assert act(spent, "LEAD LIKE 45").pair.agreed_share == 45
    assert act(spent, "PROPERTY LIKE 55").pair.agreed_share == 55
    assert after(*APART, *TEN_ROUNDS[:-1]).rounds == 9


def test_a_sides_first_like_is_never_refused_for_rounds_and_is_none() -> None:
    spent = after(*(f"LEAD LIKE {share}" for share in range(70, 59, -1)))
    assert spent.rounds == 10
    outcome = act(spent, "PROPERTY LIKE 40")
    assert told(outcome) == [("MUTUAL", "LEAD")]
    assert outcome.pair.rounds == 10


@pytest.mark.parametrize("words", ["LEAD LIKE 60", "LEAD LIKE 60.00", "PROPERTY LIKE 40"])
def test_the_number_one_has_already_offered_changes_nothing(words: str) -> None:
    pair = after(*APART)
    assert act(pair, words).pair is pair


@pytest.mark.parametrize(
    ("words", "reason"), [("LEAD DISLIKE", "DECLINED"), ("PROPERTY DISLIKE", "WITHDRAWN")]
)
def test_the_awaited_side_declines_and_the_author_withdraws(words: str, reason: str) -> None:
    pair = after(*APART)
    outcome = act(pair, words)
    closed, side = outcome.pair, words.split(maxsplit=1)[0]
    assert outcome.notices == ()
    assert (closed.status, closed.negotiation_status, closed.closed_reason) == (
        "REJECTED",
        "REJECTED",
        reason,
    )
    assert (closed.closed_by, closed.closed_at, closed.acted_at) == (
        side,
        closed.changed_at,
        pair.changed_at + 1000,
    )
    assert closed.awaiting is None
    assert closed.action(closed.closed_by or "LEAD") == "DISLIKE"
    assert closed.snapshot == (Snapshot(1000, 1, 8000) if reason == "DECLINED" else None)
    assert owed_notices(closed) == owed_notices(pair)


def test_the_invited_side_declines() -> None:
    assert after("LEAD LIKE", "PROPERTY DISLIKE").closed_reason == "DECLINED"
    assert after("LEAD LIKE", "LEAD DISLIKE").closed_reason == "WITHDRAWN"


def test_a_match_expires_14_days_after_the_last_act_that_changed_something() -> None:
    pair = after(*APART, "LEAD LIKE")
    due = after(*APART).changed_at + 14 * DAY
    assert pair.expires_at == due == pair.acted_at + 1_209_600_000
    assert close(pair, "EXPIRED", due - 1) is pair
    assert close(pair, "EXPIRED", due) == replace(
        pair,
        status="REJECTED",
        negotiation_status="REJECTED",
        awaiting=None,
        closed_reason="EXPIRED",
        closed_at=due,
        changed_at=due,
    )
    assert close(pair, "EXPIRED", due).expires_at is None


@pytest.mark.parametrize("reason", ["OBJECT_ARCHIVED", "OBJECT_CLOSED"])
def test_a_pending_match_closes_with_its_object_and_stays_closed(reason: Any) -> None:
    pair = after("LEAD LIKE")
    closed = close(pair, reason, pair.changed_at + 1)
    assert (closed.status, closed.negotiation_status, closed.closed_reason) == (
        "REJECTED",
        "REJECTED",
        reason,
    )
    assert (closed.closed_by, closed.closed_at, closed.acted_at) == (
        None,
        pair.changed_at + 1,
        pair.acted_at,
    )
    for words in LIKES:
        with pytest.raises(errors.Archived):
            act(closed, words, later=40 * DAY, facts=CHEAPER)


def test_a_record_never_goes_back_in_time_whatever_the_clocks_say() -> None:
    pair, agreed = after(*APART), after(*LIKES)
    assert act(pair, "LEAD LIKE 55", later=-5000).pair.changed_at == pair.changed_at + 1
    assert close(pair, "OBJECT_CLOSED", pair.changed_at - 5000).changed_at == pair.changed_at
    assert complete(agreed, "LEAD", agreed.changed_at - 5000).changed_at == agreed.changed_at


CLOSED_BY_THE_LEAD = {
    "declined": after(*APART, "LEAD DISLIKE"),
    "withdrawn": after("LEAD LIKE 60", "LEAD DISLIKE"),
    "withdrawn after the agreement": after(*LIKES, "LEAD DISLIKE"),
}


@pytest.mark.parametrize("closed", CLOSED_BY_THE_LEAD.values(), ids=CLOSED_BY_THE_LEAD)
def test_who_closed_a_match_may_reopen_it_at_once_as_with_a_first_like(closed: Pair) -> None:
    closed = replace(closed, version=4)
    later = 21 * DAY
    outcome = act(closed, "LEAD LIKE", later=later, facts=FACTS._replace(published_share=45))
    at = closed.changed_at + later
    assert outcome.pair == Pair(
        lead_id="lead",
        property_id="property",
        lead_action="LIKE",
        offer_lead=45,
        acted_lead_at=at,
        awaiting="PROPERTY",
        status="PENDING",
        negotiation_status="PENDING",
        epoch=2,
        created_at=closed.created_at,
        acted_at=at,
        contact_shared_at=closed.contact_shared_at,
        changed_at=at,
        told=outcome.pair.told,
        snapshot=closed.snapshot,
        invited_lead_at=closed.invited_lead_at,
        invited_property_at=at,
        saw_lead=FACTS.seen_listing,
        version=4,
    )
    assert (
        outcome.notices
        == owed_notices(outcome.pair)
        == (("INTEREST", "PROPERTY", at, 0, "lead", "property", 2),)
    )
    assert outcome.starts_anew


@pytest.mark.parametrize("closed", CLOSED_BY_THE_LEAD.values(), ids=CLOSED_BY_THE_LEAD)
def test_the_other_side_may_reopen_it_after_30_days(closed: Pair) -> None:
    with pytest.raises(errors.PairDeclined):
        act(closed, "PROPERTY LIKE", later=30 * DAY - 1)
    reopened = act(closed, "PROPERTY LIKE", later=30 * DAY)
    assert told(reopened) == [("INTEREST", "LEAD")]
    assert (reopened.pair.epoch, reopened.pair.awaiting) == (2, "LEAD")


@pytest.mark.parametrize("words", LIKES)
def test_after_expiry_either_side_may_reopen_it(words: str) -> None:
    outcome = act(expired(after(*APART)), words, later=7 * DAY)
    assert (outcome.pair.status, outcome.pair.epoch) == ("PENDING", 2)
    assert [notice.kind for notice in outcome.notices] == ["INTEREST"]


@pytest.mark.parametrize("words", ["LEAD DISLIKE", "PROPERTY DISLIKE"])
def test_a_dislike_of_a_closed_match_changes_nothing(words: str) -> None:
    archived = close(after("LEAD LIKE"), "OBJECT_ARCHIVED", BEGIN + 9000)
    for closed in (*CLOSED_BY_THE_LEAD.values(), expired(after(*APART)), archived):
        assert act(closed, words, later=40 * DAY).pair is closed


@pytest.mark.parametrize(
    "words", ["LEAD LIKE", "LEAD LIKE 60", "LEAD LIKE 55", "PROPERTY LIKE", "PROPERTY LIKE 60"]
)
def test_the_agreed_number_and_ones_own_last_change_nothing_once_accepted(words: str) -> None:
    agreed = after("LEAD LIKE 70", "PROPERTY LIKE 60", "LEAD LIKE 55")
    assert agreed.agreed_share == 60
    assert act(agreed, words).pair is agreed


@pytest.mark.parametrize(
    "words", ["LEAD LIKE 50", "PROPERTY LIKE 55", "PROPERTY LIKE 70", "LEAD LIKE 0"]
)
def test_any_other_number_is_refused_once_accepted(words: str) -> None:
    with pytest.raises(errors.TermsAgreed):
        act(after("LEAD LIKE 70", "PROPERTY LIKE 60", "LEAD LIKE 55"), words)


@pytest.mark.parametrize("side", ["LEAD", "PROPERTY"])
def test_either_side_may_withdraw_from_an_accepted_match_and_the_share_stays_agreed(
    side: str,
) -> None:
    agreed = after(*LIKES)
    closed = act(agreed, f"{side} DISLIKE").pair
    assert (closed.status, closed.negotiation_status, closed.agreed_share) == (
        "REJECTED",
        "AGREED",
        50,
    )
    assert (closed.closed_reason, closed.closed_by, closed.snapshot) == ("WITHDRAWN", side, None)
    assert (agreed.contacts_visible, closed.contacts_visible) == (True, False)
    assert closed.contact_shared_at == agreed.contact_shared_at


def test_contacts_shared_again_are_told_again_but_keep_their_first_time() -> None:
    agreed = after(*LIKES)
    again = act(after("LEAD DISLIKE", "LEAD LIKE", pair=agreed), "PROPERTY LIKE")
    assert told(again) == [("MUTUAL", "LEAD"), *BOTH_SEE_CONTACTS]
    assert again.pair.contact_shared_at == agreed.contact_shared_at
    assert {notice.at for notice in again.notices} == {again.pair.changed_at}


def test_either_side_completes_an_accepted_match_and_may_do_so_again() -> None:
    agreed = after(*LIKES)
    done = complete(agreed, "PROPERTY", agreed.changed_at + 9)
    at = agreed.changed_at + 9
    assert done == replace(
        agreed, status="COMPLETED", closed_by="PROPERTY", closed_at=at, acted_at=at, changed_at=at
    )
    assert (done.negotiation_status, done.contacts_visible, done.counts_as_match) == (
        "AGREED",
        True,
        True,
    )
    assert complete(done, "LEAD", at + 9) is done


@pytest.mark.parametrize("words", [*LIKES, "LEAD LIKE 50", "LEAD DISLIKE", "PROPERTY DISLIKE"])
def test_a_completed_match_is_closed_for_everything_else(words: str) -> None:
    with pytest.raises(errors.MatchClosed):
        act(complete(after(*LIKES), "LEAD", BEGIN + 9000), words)


@pytest.mark.parametrize("pair", [after("LEAD LIKE"), after("LEAD LIKE", "PROPERTY DISLIKE")])
def test_what_is_not_accepted_cannot_be_completed(pair: Pair) -> None:
    with pytest.raises(errors.NotAccepted):
        complete(pair, "LEAD", BEGIN + 9000)


def test_where_there_is_no_match_there_is_nothing_to_complete() -> None:
    with pytest.raises(errors.NotFound):
        complete(after("LEAD DISLIKE", "PROPERTY LIKE"), "LEAD", BEGIN + 9000)


def test_pending_accepted_and_completed_count_as_matches() -> None:
    assert after(*APART).counts_as_match
    assert after(*LIKES).counts_as_match
    assert not after(*APART, "LEAD DISLIKE").counts_as_match
    assert not after("LEAD DISLIKE").counts_as_match
