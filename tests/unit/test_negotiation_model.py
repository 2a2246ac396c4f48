"""The model of the negotiation says what the page says: each row of its table, "Peace" and "What a
LIKE saw", as stories told by hand.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support import negotiation_model as model
from tests.support.negotiation_model import DAY, Act, Answer, Notice, Record, Side, World
from tests.support.negotiation_world import BEGIN, FIRST, Step, walk

SHARED = ["CONTACT_SHARED LEAD", "CONTACT_SHARED PROPERTY"]
TEN_ROUNDS = [
    words
    for step in range(1, 6)
    for words in (f"LEAD LIKE {60 - step}", f"PROPERTY LIKE {40 + step}")
]
LEFT: list[Any] = ["OBJECT_ARCHIVED", "OBJECT_CLOSED"]


@dataclass
class Story:
    """A pair, the world about it, and what was told last. A second passes before each act."""

    world: World = FIRST
    record: Record = field(default_factory=Record)
    now: int = BEGIN
    told: list[str] = field(default_factory=list)
    refusal: str | None = None

    def act(self, *words: str, may_tell: bool = True) -> None:
        for each in words:
            side, action, *numbers = each.split()
            number = int(numbers[0]) if numbers else None
            self.now += 1000
            act: Any = (side, action, number, self.world, self.now, may_tell)
            self.has(model.react(self.record, Act(*act)))

    def has(self, answer: Answer) -> None:
        if answer.refusal:
            assert answer.record is self.record
        self.refusal, self.record = answer.refusal, answer.record
        self.told = [f"{notice.kind} {notice.to}" for notice in answer.notices]

    def has_changed(self, **changes: object) -> None:
        self.world = self.world._replace(**changes)  # type: ignore[arg-type]

    def expires(self) -> None:
        self.now = self.record.expires_at or 0
        self.has(model.expire(self.record, self.now))

    def refuses(self, words: str) -> str | None:
        self.act(words)
        assert self.told == []
        return self.refusal

    def ignores(self, words: str) -> bool:
        before = self.record
        self.act(words)
        return self.record is before and (self.refusal, self.told) == (None, [])

    @property
    def state(self) -> str:
        """`PENDING 60/40 >LEAD`, `ACCEPTED 60/60 =60`, `REJECTED 60/None DECLINED LEAD`."""
        record = self.record
        ends = {
            "PENDING": f">{record.awaiting}",
            "ACCEPTED": f"={record.agreed}",
            "COMPLETED": f"={record.agreed}",
            "REJECTED": f"{record.reason} {record.closed_by}",
        }
        numbers = "/".join(map(str, record.numbers))
        return f"{record.status} {numbers} {ends.get(record.status or '', record.actions)}"

    @property
    def listed(self) -> list[Side]:
        """In whose lists it is."""
        return [side for side in model.SIDES if model.is_listed(self.record, side, self.world)]

    @property
    def back(self) -> list[str | None]:
        return [model.resurfaced(self.record, side, self.world) for side in model.SIDES]

    @property
    def changed(self) -> list[Side]:
        return [side for side in model.SIDES if model.changed(self.record, side, self.world)]


def after(*words: str) -> Story:
    story = Story()
    story.act(*words)
    return story


# The rows of the table, in its order


def test_a_dislike_hides_the_pair_from_both_and_opens_no_match() -> None:
    story = Story()
    assert story.listed == ["LEAD", "PROPERTY"]
    story.act("LEAD DISLIKE 40")
    assert (story.state, story.told) == ("None None/None ('DISLIKE', None)", [])
    assert (story.listed, story.back) == ([], [None, None])
    assert story.ignores("LEAD DISLIKE")


def test_a_like_over_the_others_dislike_is_kept_and_becomes_the_first_of_two() -> None:
    story = after("PROPERTY DISLIKE", "LEAD LIKE", "LEAD LIKE 60", "LEAD LIKE 70")
    assert (story.state, story.told) == ("None 70/None ('LIKE', 'DISLIKE')", [])
    assert story.listed == []
    assert story.ignores("LEAD LIKE 70")
    assert story.ignores("LEAD LIKE")
    story.act("PROPERTY LIKE 60")
    assert (story.state, story.told) == ("PENDING 70/60 >LEAD", ["MUTUAL LEAD"])
    assert (story.record.epoch, story.record.rounds) == (1, 0)


def test_a_kept_like_that_crosses_with_the_second_settles_at_its_own_number() -> None:
    story = after("PROPERTY DISLIKE", "LEAD LIKE 40", "PROPERTY LIKE")
    assert (story.state, story.told) == ("ACCEPTED 40/50 =40", ["MUTUAL LEAD", *SHARED])


def test_a_like_over_ones_own_dislike_alone_is_a_first_like() -> None:
    story = after("LEAD DISLIKE", "LEAD LIKE 40")
    assert (story.state, story.told) == ("PENDING 40/None >PROPERTY", ["INTEREST PROPERTY"])


def test_a_first_like_opens_a_match_which_the_asked_side_sees_in_its_list() -> None:
    story = after("PROPERTY LIKE")
    assert (story.state, story.told) == ("PENDING None/50 >LEAD", ["INTEREST LEAD"])
    assert (story.listed, story.record.counts_as_match) == (["LEAD"], True)
    assert story.record.negotiation_status == "PENDING"


def test_a_second_like_that_crosses_settles_at_the_earlier_number() -> None:
    story = after("LEAD LIKE 40", "PROPERTY LIKE 60")
    assert (story.state, story.told) == ("ACCEPTED 40/60 =40", ["MUTUAL LEAD", *SHARED])
    assert story.record.contact_shared_at == story.now
    assert (story.record.negotiation_status, story.listed) == ("AGREED", [])


def test_a_second_like_that_does_not_cross_awaits_the_first() -> None:
    story = after("LEAD LIKE 60", "PROPERTY LIKE")
    assert (story.state, story.told) == ("PENDING 60/50 >LEAD", ["MUTUAL LEAD"])
    assert (story.record.rounds, story.listed) == (0, [])


def test_the_awaited_side_accepts_or_counters() -> None:
    story = after("LEAD LIKE 60", "PROPERTY LIKE 40", "LEAD LIKE 50")
    assert (story.state, story.told) == ("PENDING 50/40 >PROPERTY", ["OFFER PROPERTY"])
    assert story.record.rounds == 1
    story.act("PROPERTY LIKE 55")
    assert (story.state, story.told) == ("ACCEPTED 50/55 =50", SHARED)
    assert story.record.rounds == 1


def test_a_double_tap_never_accepts_a_number() -> None:
    story = after("LEAD LIKE 60", "PROPERTY LIKE 40")
    assert all(story.ignores(words) for words in ("LEAD LIKE", "PROPERTY LIKE", "LEAD LIKE 60"))
    assert story.state == "PENDING 60/40 >LEAD"


def test_the_side_not_awaited_improves_its_offer_and_may_settle_by_it() -> None:
    story = after("LEAD LIKE 60", "LEAD LIKE 55")
    assert (story.state, story.told) == ("PENDING 55/None >PROPERTY", ["OFFER PROPERTY"])
    story.act("PROPERTY LIKE 40", "PROPERTY LIKE 45")
    assert (story.state, story.told) == ("PENDING 55/45 >LEAD", ["OFFER LEAD"])
    assert story.record.rounds == 2
    story.act("PROPERTY LIKE 56")
    assert (story.state, story.told) == ("ACCEPTED 55/56 =55", SHARED)


@pytest.mark.parametrize("words", ["LEAD LIKE 61", "PROPERTY LIKE 39"])
def test_an_offer_may_only_concede(words: str) -> None:
    assert after("LEAD LIKE 60", "PROPERTY LIKE 40").refuses(words) == "not_a_concession"


def test_after_ten_rounds_one_may_only_accept_or_decline() -> None:
    story = after("LEAD LIKE 60", "PROPERTY LIKE 40", *TEN_ROUNDS)
    assert (story.state, story.record.rounds) == ("PENDING 55/45 >LEAD", 10)
    assert story.refuses("LEAD LIKE 54") == "too_many_rounds"
    assert story.refuses("PROPERTY LIKE 46") == "too_many_rounds"
    assert story.refuses("LEAD LIKE 56") == "not_a_concession"
    assert story.ignores("LEAD LIKE 55")
    story.act("LEAD LIKE 45")
    assert story.state == "ACCEPTED 45/45 =45"


def test_a_first_like_of_a_side_is_never_refused_for_rounds() -> None:
    story = after("LEAD LIKE 60", *(f"LEAD LIKE {60 - step}" for step in range(1, 11)))
    assert story.refuses("LEAD LIKE 49") == "too_many_rounds"
    story.act("PROPERTY LIKE 40")
    assert (story.state, story.record.rounds) == ("PENDING 50/40 >LEAD", 10)


def test_a_dislike_of_a_match_declines_it_or_withdraws() -> None:
    assert after("LEAD LIKE", "PROPERTY DISLIKE").state == "REJECTED 50/None DECLINED PROPERTY"
    story = after("LEAD LIKE", "LEAD DISLIKE")
    assert story.state == "REJECTED 50/None WITHDRAWN LEAD"
    assert (story.listed, story.told) == ([], [])
    assert (story.record.negotiation_status, story.record.counts_as_match) == ("REJECTED", False)
    assert story.ignores("PROPERTY DISLIKE")


def test_a_match_expires_14_days_after_the_last_act_that_changed_something() -> None:
    story = after("LEAD LIKE 60", "PROPERTY LIKE 40")
    at = story.now
    story.now += 13 * DAY
    assert story.ignores("LEAD LIKE")
    story.has(model.expire(story.record, at + 14 * DAY - 1))
    assert story.record.status == "PENDING"
    story.has(model.expire(story.record, at + 14 * DAY))
    assert (story.state, story.listed) == ("REJECTED 60/40 EXPIRED None", [])
    assert story.ignores("LEAD DISLIKE")
    story.act("LEAD LIKE")
    assert (story.state, story.record.epoch) == ("PENDING 50/None >PROPERTY", 2)


@pytest.mark.parametrize("side", model.SIDES)
def test_what_expired_with_one_actor_alone_is_in_both_lists_again(side: Side) -> None:
    story = after("LEAD LIKE")
    story.expires()
    assert (story.listed, story.back) == (["LEAD", "PROPERTY"], [None, None])
    lapsed = story.record
    story.act(f"{side} LIKE 40")
    assert (story.record.awaiting, story.record.epoch) == (model.other(side), 2)
    story.record = lapsed
    story.act(f"{side} DISLIKE")
    assert story.state == f"REJECTED 50/None DECLINED {side}"
    assert (story.record.closed_at, story.record.epoch, story.listed) == (story.now, 1, [])
    assert story.refuses(f"{model.other(side)} LIKE") == "pair_declined"


@pytest.mark.parametrize("reason", LEFT)
def test_a_match_closes_for_good_when_an_object_leaves(reason: Any) -> None:
    story = after("LEAD LIKE", "PROPERTY LIKE 40")
    story.has(model.leave(story.record, reason, story.now))
    assert story.state == f"REJECTED 50/40 {reason} None"
    assert story.refuses("LEAD LIKE") == "archived"
    settled = after("LEAD LIKE", "PROPERTY LIKE").record
    assert model.leave(settled, reason, BEGIN).record is settled


def test_who_closed_it_reopens_it_at_once_and_all_starts_anew() -> None:
    story = after("LEAD LIKE 60", "PROPERTY LIKE 40", "LEAD LIKE 40", "LEAD DISLIKE")
    assert (story.state, story.record.negotiation_status) == (
        "REJECTED 40/40 WITHDRAWN LEAD",
        "AGREED",
    )
    before = story.record
    assert story.refuses("PROPERTY LIKE") == "pair_declined"
    story.act("LEAD LIKE 55")
    assert (story.state, story.record.actions) == ("PENDING 55/None >PROPERTY", ("LIKE", None))
    record = story.record
    assert (record.epoch, record.rounds, record.agreed, record.reason) == (2, 0, None, None)
    assert (record.closed_by, record.closed_at) == (None, None)
    assert record.created_at == before.created_at == BEGIN + 1000
    assert record.contact_shared_at == before.contact_shared_at == BEGIN + 3000
    story.act("PROPERTY LIKE 55")
    assert story.record.contact_shared_at == BEGIN + 3000


@pytest.mark.parametrize("closer", model.SIDES)
def test_the_other_side_waits_for_30_days(closer: Side) -> None:
    story = after("LEAD LIKE", f"{closer} DISLIKE")
    other, closed_at = model.other(closer), story.now
    story.now = closed_at + 30 * DAY - 1001
    assert story.refuses(f"{other} LIKE") == "pair_declined"
    story.now = closed_at + 30 * DAY - 1000
    story.act(f"{other} LIKE")
    assert (story.record.awaiting, story.record.epoch) == (closer, 2)


def test_what_is_agreed_stays_agreed() -> None:
    story = after("LEAD LIKE 40", "PROPERTY LIKE 60")
    assert all(
        story.ignores(words)
        for words in ("LEAD LIKE", "LEAD LIKE 40", "PROPERTY LIKE 60", "PROPERTY LIKE 40")
    )
    assert story.refuses("LEAD LIKE 60") == "terms_agreed"
    assert story.refuses("PROPERTY LIKE 50") == "terms_agreed"


def test_only_what_is_accepted_is_completed_and_that_is_final() -> None:
    assert model.complete(Record(), "LEAD", BEGIN).refusal == "not_found"
    story = after("LEAD LIKE")
    assert model.complete(story.record, "LEAD", BEGIN).refusal == "not_accepted"
    story.act("PROPERTY LIKE")
    story.has(model.complete(story.record, "PROPERTY", story.now))
    assert (story.state, story.record.closed_by) == ("COMPLETED 50/50 =50", "PROPERTY")
    assert story.record.negotiation_status == "AGREED"
    assert model.complete(story.record, "LEAD", story.now) == Answer(None, story.record)
    assert story.refuses("LEAD LIKE") == story.refuses("LEAD DISLIKE") == "match_closed"


def test_a_price_of_97_percent_brings_a_dislike_back_and_all_before_counts_no_more() -> None:
    story = after("PROPERTY DISLIKE", "LEAD LIKE 40")
    story.has_changed(price=9701)
    assert story.listed == []
    story.has_changed(price=9700)
    assert story.back == ["PRICE_DROP", "PRICE_DROP"]
    assert story.listed == ["LEAD", "PROPERTY"]
    story.act("PROPERTY LIKE 30")
    assert (story.state, story.told) == ("PENDING None/30 >LEAD", ["INTEREST LEAD"])
    assert story.record.epoch == 1


def test_a_dislike_of_what_is_back_is_a_new_one_on_a_clean_record() -> None:
    story = after("PROPERTY DISLIKE", "LEAD LIKE 40")
    story.has_changed(price=9700)
    story.act("LEAD DISLIKE")
    assert (story.state, story.listed) == ("None None/None ('DISLIKE', None)", [])


def test_a_better_score_brings_back_only_with_a_newer_revision() -> None:
    story = after("LEAD LIKE", "PROPERTY DISLIKE")
    story.has_changed(score=8001)
    assert story.back == [None, None]
    story.has_changed(revision=2)
    assert story.back == ["REQUIREMENTS", "REQUIREMENTS"]
    story.act("LEAD DISLIKE")
    assert story.state == "REJECTED 50/None DECLINED LEAD"
    assert story.record.closed_at == story.now
    assert story.refuses("PROPERTY LIKE") == "pair_declined"
    story.has_changed(price=1)
    assert story.back == ["PRICE_DROP", "PRICE_DROP"]
    story.act("PROPERTY LIKE")
    assert (story.state, story.record.epoch) == ("PENDING None/50 >LEAD", 2)


@pytest.mark.parametrize("closed", ["LEAD DISLIKE", "EXPIRED"])
def test_what_was_withdrawn_or_expired_does_not_come_back(closed: str) -> None:
    story = after("PROPERTY DISLIKE", "PROPERTY LIKE 40", "LEAD LIKE 60", "LEAD DISLIKE")
    if closed == "EXPIRED":
        story = after("PROPERTY DISLIKE", "PROPERTY LIKE 40", "LEAD LIKE 60")
        story.expires()
    story.has_changed(price=1, revision=9, score=9999)
    assert (story.back, story.listed) == ([None, None], [])


# Peace


def test_an_interest_is_told_once_in_21_days() -> None:
    story = after("LEAD LIKE")
    at = story.now
    story.act("LEAD DISLIKE", "LEAD LIKE")
    assert (story.state, story.told) == ("PENDING 50/None >PROPERTY", [])
    assert (story.listed, story.record.epoch) == (["PROPERTY"], 2)
    story.act("LEAD DISLIKE")
    withdrawn = story.record
    for early, told in ((1, []), (0, ["INTEREST PROPERTY"])):
        story.record, story.now = withdrawn, at + 21 * DAY - 1000 - early
        story.act("LEAD LIKE")
        assert story.told == told


def test_each_side_has_21_days_of_its_own() -> None:
    story = after("LEAD LIKE", "PROPERTY DISLIKE", "PROPERTY LIKE")
    assert story.told == ["INTEREST LEAD"]


def test_an_interest_beyond_the_quota_leaves_no_mark() -> None:
    story = Story()
    story.act("LEAD LIKE", may_tell=False)
    assert (story.state, story.told) == ("PENDING 50/None >PROPERTY", [])
    story.act("LEAD DISLIKE", "LEAD LIKE")
    assert story.told == ["INTEREST PROPERTY"]


def test_a_price_that_went_up_and_comes_down_again_brings_nothing_back() -> None:
    story = after("LEAD DISLIKE", "LEAD LIKE")
    story.has_changed(price=12_000)
    story.act("PROPERTY DISLIKE")
    story.has_changed(price=9_701)
    assert story.back == [None, None]
    story.has_changed(price=9_700)
    assert story.back == ["PRICE_DROP", "PRICE_DROP"]


def test_what_was_withdrawn_at_a_price_did_not_come_down_to_it() -> None:
    story = after("LEAD LIKE")
    story.has_changed(price=9_000)
    story.act("LEAD DISLIKE")
    story.has_changed(price=10_000)
    story.act("LEAD LIKE", "PROPERTY DISLIKE")
    story.has_changed(price=9_700)
    assert story.back == ["PRICE_DROP", "PRICE_DROP"]


def test_the_highest_score_counts_and_the_latest_revision() -> None:
    story = after("LEAD DISLIKE", "LEAD LIKE")
    story.has_changed(revision=4, score=6000)
    story.act("PROPERTY DISLIKE")
    story.has_changed(revision=5, score=8000)
    assert story.back == [None, None]
    story.has_changed(revision=4, score=8001)
    assert story.back == [None, None]
    story.has_changed(revision=5)
    assert story.back == ["REQUIREMENTS", "REQUIREMENTS"]


def declined_twice() -> Story:
    story = after("LEAD LIKE", "PROPERTY DISLIKE")
    story.now += 30 * DAY
    story.act("LEAD LIKE", "PROPERTY DISLIKE")
    assert story.state == "REJECTED 50/None DECLINED PROPERTY"
    return story


def test_declined_twice_is_declined_for_the_other_without_an_end() -> None:
    story = declined_twice()
    story.now += 1000 * DAY
    assert story.refuses("LEAD LIKE") == "pair_declined"
    story.has_changed(price=1)
    assert story.refuses("LEAD LIKE") == "pair_declined"
    assert (story.back, story.listed) == ([None, "PRICE_DROP"], ["PROPERTY"])
    assert story.ignores("LEAD DISLIKE")


def test_a_like_of_ones_own_forgets_ones_declines() -> None:
    story = declined_twice()
    story.act("PROPERTY LIKE")
    assert (story.state, story.told) == ("PENDING None/50 >LEAD", ["INTEREST LEAD"])
    story.act("PROPERTY DISLIKE")
    story.now += 30 * DAY
    story.act("LEAD LIKE", "PROPERTY DISLIKE")
    story.has_changed(price=1)
    assert story.back == ["PRICE_DROP", "PRICE_DROP"]


def test_a_dislike_without_a_match_is_no_decline() -> None:
    story = after("PROPERTY DISLIKE")
    story.has_changed(price=9000)
    story.act("LEAD LIKE", "PROPERTY DISLIKE")
    story.now += 30 * DAY
    story.act("LEAD LIKE")
    assert story.record.status == "PENDING"


def test_a_decline_of_what_is_back_or_has_lapsed_is_the_second() -> None:
    for is_lapsed in (True, False):
        story = after("LEAD LIKE", "PROPERTY DISLIKE")
        story.now += 30 * DAY
        if is_lapsed:
            story.act("LEAD LIKE")
            story.expires()
        story.has_changed(price=9000)
        story.act("PROPERTY DISLIKE")
        story.has_changed(price=1)
        assert story.back == [None, "PRICE_DROP"]


# What a LIKE saw

WORSE_LISTING: list[dict[str, Any]] = [{"price": 10_001}, {"address": "b"}, {"details": "b"}]
WORSE_LEAD: list[dict[str, Any]] = [
    {"requirements": "b", "payment_method": "MORTGAGE"},
    {"requirements": "b", "score": 7999},
    {"requirements": "b", "score": None},
]
AS_GOOD_LISTING: list[dict[str, Any]] = [
    {"price": 9000},
    {"published": 50, "score": None, "revision": 7},
]
AS_GOOD_LEAD: list[dict[str, Any]] = [
    {"requirements": "b"},
    {"requirements": "b", "score": 9000},
    {"price": 12_000, "address": "b", "score": None, "revision": 7},
]
WORSE: list[tuple[Side, dict[str, Any]]] = [
    *(("LEAD", changes) for changes in WORSE_LISTING),
    *(("PROPERTY", changes) for changes in WORSE_LEAD),
]
AS_GOOD: list[tuple[Side, dict[str, Any]]] = [
    *(("LEAD", changes) for changes in AS_GOOD_LISTING),
    *(("PROPERTY", changes) for changes in AS_GOOD_LEAD),
]


@pytest.mark.parametrize(("first", "changes"), AS_GOOD)
def test_what_is_no_worse_settles(first: Side, changes: dict[str, Any]) -> None:
    story = after(f"{first} LIKE")
    story.has_changed(**changes)
    assert first not in story.changed
    story.act(f"{model.other(first)} LIKE")
    assert story.state == "ACCEPTED 50/50 =50"


@pytest.mark.parametrize(("first", "changes"), WORSE)
def test_a_second_like_of_what_is_worse_awaits_the_first_which_renews_and_settles(
    first: Side, changes: dict[str, Any]
) -> None:
    second = model.other(first)
    story = after(f"{first} LIKE")
    story.has_changed(**changes)
    assert first in story.changed
    story.act(f"{second} LIKE {60 if second == 'PROPERTY' else 40}")
    assert (story.state, story.told) == (f"PENDING 50/50 >{first}", [f"MUTUAL {first}"])
    assert (story.record.rounds, story.changed) == (0, [first])
    for words in (f"{second} LIKE", f"{second} LIKE 50"):
        assert story.ignores(words)
    better = f"{second} LIKE {60 if second == 'PROPERTY' else 40}"
    assert story.ignores(better)
    story.act(f"{first} LIKE")
    assert (story.state, story.told) == ("ACCEPTED 50/50 =50", SHARED)


def test_an_acceptance_that_does_not_hold_is_told_as_an_offer_and_is_no_round() -> None:
    story = after("LEAD LIKE 60", "PROPERTY LIKE 40", *TEN_ROUNDS)
    story.has_changed(requirements="b, MORTGAGE", payment_method="MORTGAGE")
    story.act("LEAD LIKE 30")
    assert (story.state, story.told) == ("PENDING 45/45 >PROPERTY", ["OFFER PROPERTY"])
    assert story.record.rounds == 10
    assert story.refuses("PROPERTY LIKE 44") == "not_a_concession"
    story.has_changed(price=20_000)
    assert story.changed == ["LEAD", "PROPERTY"]
    assert story.ignores("PROPERTY LIKE 50")
    story.act("PROPERTY LIKE 45")
    assert (story.state, story.told) == ("PENDING 45/45 >LEAD", ["OFFER LEAD"])
    assert (story.record.rounds, story.changed) == (10, ["LEAD"])
    story.act("LEAD LIKE")
    assert (story.state, story.told) == ("ACCEPTED 45/45 =45", SHARED)


def test_the_side_not_awaited_settles_what_holds_again_by_another_number() -> None:
    story = after("LEAD LIKE")
    story.has_changed(price=20_000)
    story.act("PROPERTY LIKE 60")
    story.has_changed(price=10_000)
    assert story.changed == []
    assert story.ignores("PROPERTY LIKE")
    story.act("PROPERTY LIKE 60")
    assert (story.state, story.told) == ("ACCEPTED 50/60 =50", SHARED)


def test_an_improvement_that_would_settle_is_kept_at_the_awaited_sides_number() -> None:
    story = after("LEAD LIKE 60", "PROPERTY LIKE 40")
    story.has_changed(price=20_000)
    story.act("PROPERTY LIKE 70")
    assert (story.state, story.told) == ("PENDING 60/60 >LEAD", ["OFFER LEAD"])
    assert story.record.rounds == 0


def test_a_kept_like_that_does_not_hold_is_asked_again() -> None:
    story = after("PROPERTY DISLIKE", "LEAD LIKE 40")
    story.has_changed(price=10_001)
    story.act("PROPERTY LIKE")
    assert (story.state, story.told) == ("PENDING 40/40 >LEAD", ["MUTUAL LEAD"])


def test_a_like_that_changes_nothing_renews_nothing_and_one_that_does_renews() -> None:
    story = after("LEAD LIKE 60", "PROPERTY LIKE 40")
    story.has_changed(price=10_001)
    assert story.ignores("LEAD LIKE 60")
    assert story.changed == ["LEAD"]
    story.act("LEAD LIKE 59")
    assert story.changed == []


def test_only_what_is_pending_has_changed() -> None:
    story = after("LEAD LIKE", "PROPERTY LIKE 40")
    story.has_changed(price=10_001)
    assert story.changed == ["LEAD"]
    story.act("LEAD DISLIKE")
    assert story.changed == []
    accepted = after("LEAD LIKE", "PROPERTY LIKE")
    accepted.has_changed(price=10_001)
    assert accepted.changed == []


# The walk


@pytest.fixture(scope="module")
def long_walk() -> list[Step]:
    return [*walk(1, 20_000)]


def test_the_walk_is_the_same_for_the_same_seed(long_walk: list[Step]) -> None:
    assert [*walk(1, 500)] == long_walk[:500]
    assert [*walk(2, 500)] != long_walk[:500]


def test_the_walk_comes_to_all_that_the_page_names(long_walk: list[Step]) -> None:
    seen: Counter[object] = Counter()
    for step in long_walk:
        before, world, record = step.before, step.world, step.answer.record
        seen[step.answer.refusal] += 1
        seen[record.status] += 1
        seen[record.reason] += 1
        seen.update(step.answer.notices)
        seen[model.resurfaced(before, step.side, world)] += 1
        seen["has changed"] += model.changed(before, step.side, world)
        seen["has lapsed"] += record.has_lapsed
        seen["declined twice"] += model.has_declined_twice(record, step.side)
        seen["ten rounds"] += record.rounds == 10
        seen["equal"] += record.status == "PENDING" and len(set(record.numbers)) == 1
        seen["not told"] += record.epoch > before.epoch and not step.answer.notices
    words = [model.Refusal, model.Status, model.Reason, model.Why]
    expected = {word for alias in words for word in alias.__value__.__args__}
    told = {Notice(kind, side) for kind in model.Told.__value__.__args__ for side in model.SIDES}
    assert expected | told <= set(seen)
    assert min(seen.values()) >= 5, seen


def test_the_walk_keeps_what_holds_of_every_negotiation(long_walk: list[Step]) -> None:
    for step in long_walk:
        before, record = step.before, step.answer.record
        if step.event == "BEGIN":
            continue
        check_the_record(record)
        assert record is before or before.status != "COMPLETED"
        assert before.contact_shared_at in {None, record.contact_shared_at}
        assert before.created_at in {None, record.created_at}
        if before.status == record.status == "PENDING":
            assert record.epoch == before.epoch
            check_the_concession(before, record)
        kinds = Counter(step.answer.notices)
        assert not kinds or max(kinds.values()) == 1
        if record is before:
            assert not kinds


def check_the_record(record: Record) -> None:
    ask, offer = record.numbers
    assert record.agreed is None or record.agreed in record.numbers
    if record.status == "PENDING" and ask is not None and offer is not None:
        assert ask >= offer
    assert record.rounds <= 10
    assert (record.awaiting is None) == (record.status != "PENDING")
    assert not all(model.has_declined_twice(record, side) for side in model.SIDES)


def check_the_concession(before: Record, record: Record) -> None:
    (old_ask, old_offer), (ask, offer) = before.numbers, record.numbers
    assert old_ask is None or (ask is not None and ask <= old_ask)
    assert old_offer is None or (offer is not None and offer >= old_offer)
