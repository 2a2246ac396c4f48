"""The shortest stories in which a list could go wrong, told one by one; each fails on its mutant
(tests/mutants.py).
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from cobroke.domain.ids import owner_of
from cobroke.domain.postings.kinds import Kind
from cobroke.domain.postings.posting import Content
from cobroke.storage import key_parts, keys
from cobroke.storage.postings import postings
from cobroke.storage.table import ConditionFailed, Write
from tests.mutants import MUTANTS, Mutant, planted
from tests.support.seekers_world import (
    DAY,
    SECOND,
    START,
    Offer,
    SeekersWorld,
    at_price,
    often_caught_up,
)

KINDS: tuple[Kind, Kind] = ("LEAD", "PROPERTY")
MINUTE = 61 * SECOND


def of_both(test: Callable[[Kind], None]) -> Callable[[Kind], None]:
    """Of the list of a lead, and of that of a property."""
    told: Callable[[Kind], None] = pytest.mark.parametrize("kind", KINDS)(often_caught_up(test))
    return told


def a_world(kind: Kind, count: int = 8) -> SeekersWorld:
    """With `count` equally good counterparts, posted long ago: the newest is the best."""
    world = SeekersWorld(kind)
    for _ in range(count):
        world.passes(1)
        world.post(Offer())
    world.passes(MINUTE)
    return world


@of_both
def test_a_write_that_commits_after_a_look_with_a_time_before_it_is_in_the_next_one(
    kind: Kind,
) -> None:
    world = a_world(kind)
    world.post(Offer(), skew=-5 * SECOND, late=True)
    world.passes(19 * SECOND)
    world.check(lambda: world.look(skew=5 * SECOND))
    world.commit(world.late[0])
    assert world.check()[0].id == list(world.states)[-1]


@of_both
def test_what_was_archived_since_the_ranking_was_kept_is_gone(kind: Kind) -> None:
    world = a_world(kind)
    best, *_ = world.check()
    world.archive(best.id)
    assert best not in world.check()


@of_both
def test_below_the_cut_others_may_be_better_than_what_has_changed(kind: Kind) -> None:
    world = a_world(kind, count=12)
    oldest_first = world.counterparts
    world.check()
    for an_id in oldest_first[-5:]:
        world.archive(an_id)
    for an_id in oldest_first[:2]:
        world.edit(an_id, Offer())
    assert [place.id for place in world.check()] == [
        oldest_first[6],
        oldest_first[5],
        oldest_first[4],
    ]


@of_both
def test_a_list_that_has_lost_rows_is_still_cut_where_it_was(kind: Kind) -> None:
    world = a_world(kind)
    oldest_first = world.counterparts
    for an_id in oldest_first[:2:-1]:
        world.check()
        world.archive(an_id)
    assert len(world.check()) == 3


@of_both
def test_hidden_pairs_leave_their_places_to_others_before_the_cut(kind: Kind) -> None:
    world = a_world(kind)
    for an_id in world.counterparts[4:]:
        world.dislike(an_id)
    assert len(world.check()) == 3


@of_both
def test_of_two_writes_with_clocks_apart_the_last_one_counts_a_minute_later(kind: Kind) -> None:
    world = a_world(kind)
    best = world.counterparts[-1]
    world.edit(best, Offer(), skew=5 * SECOND)
    world.archive(best, skew=-5 * SECOND)
    world.passes(60 * SECOND)
    assert best not in {place.id for place in world.check()}


@of_both
def test_a_counterpart_that_moves_while_the_market_is_read_is_not_missed(kind: Kind) -> None:
    for moment in range(9):
        world, lowest = SeekersWorld(kind), 14_000 if kind == "LEAD" else 15_000
        for number in range(6):
            world.post(Offer(lowest + 100 * number))
        dearest = world.counterparts[-1]
        cheaper = Offer(lowest + 50)
        edit = partial(world.edit, dearest, cheaper)
        answer = world.check(others={moment: edit})
        assert dearest in {place.id for place in answer}


@of_both
def test_who_is_asked_still_sees_the_pair_and_who_liked_does_not(kind: Kind) -> None:
    world = a_world(kind)
    best, second, *_ = world.check()
    world.act(best.id, "LIKE", theirs=True)
    world.act(second.id, "LIKE")
    shown = world.check()
    assert best in shown
    assert second not in shown


@of_both
def test_what_the_other_side_opens_again_is_back_though_neither_object_has_changed(
    kind: Kind,
) -> None:
    world = a_world(kind)
    best, *_ = world.check()
    for action in ("LIKE", "DISLIKE"):
        world.act(best.id, action, theirs=True)
    world.passes(MINUTE)
    assert best not in world.check()
    world.passes(MINUTE)
    world.act(best.id, "LIKE", theirs=True)
    assert world.check()[0] == best


@of_both
def test_an_act_that_commits_after_a_look_with_a_time_before_it_counts_in_the_next_one(
    kind: Kind,
) -> None:
    world = a_world(kind)
    best, *_ = world.check()
    for action in ("LIKE", "DISLIKE"):
        world.act(best.id, action, theirs=True)
    world.passes(MINUTE)
    world.act(best.id, "LIKE", theirs=True, skew=-5 * SECOND, late=True)
    world.passes(19 * SECOND)
    assert best not in world.check(lambda: world.look(skew=5 * SECOND))
    world.commit(world.late[0])
    assert world.check()[0] == best


@of_both
def test_what_nobody_answered_is_in_the_list_again(kind: Kind) -> None:
    world = a_world(kind)
    best, *_ = world.check()
    world.act(best.id, "LIKE")
    world.passes(MINUTE)
    assert best not in world.check()
    world.lapse(best.id)
    assert world.check()[0] == best


@of_both
def test_who_likes_what_he_disliked_gives_the_pair_to_the_other_side_alone(kind: Kind) -> None:
    world = a_world(kind)
    best, *_ = world.check()
    world.act(best.id, "DISLIKE", theirs=True)
    world.passes(MINUTE)
    assert best not in world.check()
    world.passes(MINUTE)
    world.act(best.id, "LIKE", theirs=True)
    assert world.check()[0] == best


@of_both
def test_what_comes_back_below_the_cut_is_not_put_in(kind: Kind) -> None:
    world = a_world(kind, count=12)
    oldest = world.counterparts[0]
    for action in ("LIKE", "DISLIKE"):
        world.act(oldest, action, theirs=True)
    for an_id in world.counterparts[-3:]:
        world.dislike(an_id)
    world.check()
    world.passes(MINUTE)
    world.act(oldest, "LIKE", theirs=True)
    world.check()


@of_both
def test_a_disliked_pair_is_back_when_its_counterpart_has_changed_enough(kind: Kind) -> None:
    world = a_world(kind, count=2)
    an_id = world.post(Offer(klass=0))
    world.check()
    world.dislike(an_id)
    assert an_id not in {place.id for place in world.check()}
    world.edit(an_id, Offer(14_550 if kind == "LEAD" else 15_000))
    for _ in range(3):
        assert an_id in {place.id for place in world.check()}
        world.passes(MINUTE)


@of_both
def test_an_object_that_was_written_has_another_list(kind: Kind) -> None:
    world = a_world(kind)
    world.check()
    world.edit(world.own_id, Offer(near=False))
    assert {place.score for place in world.check()} == {6000}


@of_both
def test_who_is_blocked_leaves_their_places_to_others(kind: Kind) -> None:
    world = a_world(kind)
    her, _ = world.others
    world.check()
    world.block(her)
    assert len(world.check()) == 3
    world.check(world.recommended)


@of_both
def test_who_has_blocked_is_not_seen_either(kind: Kind) -> None:
    world = a_world(kind)
    her, him = world.others
    world.check()
    world.block(her, theirs=True)
    assert {owner_of(place.id) for place in world.check()} == {him}
    world.block(her)
    world.block(her, back=True)
    assert {owner_of(place.id) for place in world.check()} == {him}


@of_both
def test_who_is_unblocked_is_in_the_list_again(kind: Kind) -> None:
    world = a_world(kind)
    her, _ = world.others
    for theirs in (False, True):
        world.block(her, theirs=theirs)
        world.check()
        world.block(her, theirs=theirs, back=True)
        world.passes(2 * MINUTE)
        assert her in {owner_of(place.id) for place in world.check()}


@of_both
def test_who_is_unblocked_while_another_looks_is_in_the_next_list(kind: Kind) -> None:
    world = a_world(kind)
    her, _ = world.others
    for moment in range(3):
        world.block(her)
        world.check(others={moment: partial(world.block, her, back=True)})
        assert not world.parted[her]
        assert her in {owner_of(place.id) for place in world.check()}


@of_both
def test_a_ranking_older_than_the_changes_is_not_caught_up(kind: Kind) -> None:
    world = a_world(kind)
    best, *_ = world.check()
    world.archive(best.id)
    world.passes(30 * DAY + MINUTE)
    assert best not in world.check()


@of_both
def test_when_the_rows_above_the_cut_are_used_up_the_market_is_read(kind: Kind) -> None:
    world = a_world(kind)
    world.check()
    for an_id in world.counterparts[4:]:
        world.archive(an_id)
    assert len(world.check()) == 3


@of_both
def test_what_moved_to_another_city_is_gone_from_the_first(kind: Kind) -> None:
    world = a_world(kind)
    best, *_ = world.check()
    world.edit(best.id, Offer(here=False))
    assert best not in world.check()
    world.edit(best.id, Offer())
    assert world.check()[0] == best


@of_both
def test_a_look_inside_a_look_keeps_its_ranking_and_the_outer_one_answers_from_its_own(
    kind: Kind,
) -> None:
    for moment in range(1, 8):
        world = a_world(kind)
        best = world.counterparts[-1]

        def meanwhile(world: SeekersWorld = world, best: str = best) -> None:
            assert world.look() == world.brute_force()
            world.archive(best)
            assert world.look() == world.brute_force()

        world.check(world.recommended, {moment: meanwhile})
        assert best not in {place.id for place in world.check()}


@of_both
def test_a_price_cut_that_adds_up_to_three_percent_brings_a_pair_back_and_a_rise_hides_it(
    kind: Kind,
) -> None:
    world = a_world(kind)
    best, *_ = world.check()
    world.dislike(best.id)
    for price in (14_800, 14_551, 14_550, 14_551):
        changed = world.own if kind == "PROPERTY" else world.states[best.id]
        world.edit(changed.id, at_price(changed, price))
        assert (best.id in {place.id for place in world.check()}) == (price <= 14_550)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_each_planted_bug_is_shown_by_its_story(mutant: Mutant, kind: Kind) -> None:
    story: Callable[[Kind], None] = globals()[mutant.shown_by]
    story(kind)
    with planted(mutant), pytest.raises(AssertionError):
        story(kind)


def test_a_bug_that_can_no_longer_be_planted_is_no_success() -> None:
    (edit,) = MUTANTS[0].edits
    gone = Mutant("gone", (edit._replace(right="what nobody wrote"),), "")
    with (
        pytest.raises(ValueError, match="changes_of holds 'what nobody wrote' 0 times"),
        planted(gone),
    ):
        pass


@of_both
def test_the_time_of_a_change_is_later_than_the_last_one_whatever_the_clocks_say(
    kind: Kind,
) -> None:
    world = SeekersWorld(kind)
    an_id = world.post(Offer(), skew=5 * SECOND)
    times = [world.states[an_id].changed_at]
    for skew in (-5 * SECOND, 0, 5 * SECOND, 6 * SECOND):
        world.edit(an_id, Offer(), skew=skew)
        times.append(world.states[an_id].changed_at)
    world.archive(an_id, skew=-5 * SECOND)
    times.append(world.states[an_id].changed_at)
    assert [time - START - 5 * SECOND for time in times] == [0, 1, 2, 3, SECOND, SECOND + 1]
    changes = changes_of(world, an_id)
    assert [int(sk.partition("#")[0]) for sk, _ in changes] == times
    assert [item["version"] for _, item in changes] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("write", ["create", "replace_content", "archive"])
def test_the_time_of_a_change_is_taken_anew_at_each_attempt(
    write: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cobroke.storage.pauses.time.sleep", lambda _: None)
    world = SeekersWorld("LEAD")
    an_id, owner = world.post(Offer()), world.others[1]
    lost, now, transact = [1, 2, 3], START, world.table.transact

    def clock() -> int:
        nonlocal now
        now += 15 * SECOND
        return now

    def contended(writes: list[Write]) -> None:
        if lost:
            lost.pop()
            raise ConditionFailed
        transact(writes)

    monkeypatch.setattr(world.table, "transact", contended)
    content = Content({}, Offer().features("PROPERTY"))
    what = {
        "create": (owner, content),
        "replace_content": (owner, an_id, content),
        "archive": (owner, an_id),
    }[write]
    written = getattr(postings, write)(world.table, "PROPERTY", *what, clock)
    assert written.changed_at == START + 4 * 15 * SECOND
    assert changes_of(world, written.id)[-1][0].startswith(keys.moment(written.changed_at))
    if write == "create":
        assert written.created_at == written.changed_at


@of_both
def test_a_move_between_markets_is_a_removal_in_the_old_one_and_an_entry_in_the_new(
    kind: Kind,
) -> None:
    world = SeekersWorld(kind)
    an_id = world.post(Offer())
    here = world.states[an_id].content.features.market
    world.edit(an_id, Offer(here=False))
    moved = world.states[an_id]
    there = moved.content.features.market
    old, new = (
        world.table.get(keys.change(world.other, market, moved.changed_at, an_id))
        for market in (here, there)
    )
    assert old
    assert new
    assert ("f" in old, "f" in new) == (False, True)
    assert old["version"] == new["version"] == 2
    entries = [
        item
        for item in world.table.items()
        if item["PK"].startswith("MARKET#") and an_id in item["SK"]
    ]
    assert [(item["PK"], item["SK"]) for item in entries] == [
        keys.market_entry(moved.content.features, an_id)
    ]


def changes_of(world: SeekersWorld, an_id: str) -> list[tuple[str, dict[str, Any]]]:
    found = [(item["SK"], item) for item in world.table.items() if item["entity"] == "CHANGE"]
    return [(sk, item) for sk, item in found if key_parts.id_in(sk) == an_id]
