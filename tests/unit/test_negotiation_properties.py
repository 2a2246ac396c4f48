"""The negotiation as a whole: every event in every state, long random walks, and every interleaving
of two LIKEs.
"""

import random
from collections import Counter, deque
from contextlib import suppress
from dataclasses import replace
from typing import cast

import pytest

from cobroke.domain import errors
from cobroke.domain.deals.negotiation import close, complete, react
from cobroke.domain.deals.owed import OwedNotice, owed_notices
from cobroke.domain.deals.pair import DAY, Action, Pair, Side
from cobroke.domain.deals.resurfacing import hidden
from cobroke.domain.vocabulary import Number
from tests.support.facts import FACTS
from tests.support.negotiation_walk import (
    BEGIN,
    FRESH,
    SIDES,
    Walk,
    check_the_record,
    check_the_step,
)
from tests.support.reacting import reacted

LIKES = ("LEAD LIKE", "PROPERTY LIKE")
APART = ("LEAD LIKE 60", "PROPERTY LIKE 40")
TEN_ROUNDS = [
    words
    for step in range(1, 6)
    for words in (f"LEAD LIKE {60 - step}", f"PROPERTY LIKE {40 + step}")
]


def act(pair: Pair, words: str) -> Pair:
    """What `LEAD LIKE 60` makes of a pair, a second later."""
    actor, action, *numbers = words.split()
    share = int(numbers[0]) if numbers else None
    now = (pair.changed_at or BEGIN) + 1000
    return react(pair, actor, action, share, FACTS, now).pair  # type: ignore[arg-type]


def after(*words: str) -> Pair:
    pair = FRESH
    for each in words:
        pair = act(pair, each)
    return pair


def expired(pair: Pair) -> Pair:
    return close(pair, "EXPIRED", pair.acted_at + 14 * DAY)


STATES = {
    "fresh": FRESH,
    "disliked": after("LEAD DISLIKE"),
    "both_disliked": after("LEAD DISLIKE", "PROPERTY DISLIKE"),
    "kept": after("LEAD DISLIKE", "PROPERTY LIKE"),
    "liked": after("LEAD LIKE"),
    "apart": after(*APART),
    "countered": after(*APART, "LEAD LIKE 50"),
    "spent": after("LEAD LIKE 65", "PROPERTY LIKE 35", *TEN_ROUNDS),
    "accepted": after(*LIKES),
    "exceeded": after("LEAD LIKE 50", "PROPERTY LIKE 60"),
    "completed": complete(after(*LIKES), "LEAD", BEGIN + 9000),
    "declined": after("PROPERTY LIKE", "LEAD DISLIKE"),
    "withdrawn": after("LEAD LIKE", "LEAD DISLIKE"),
    "left": after(*LIKES, "LEAD DISLIKE"),
    "expired": expired(after(*APART)),
    "lapsed": expired(after("LEAD LIKE")),
    "archived": close(after(*APART), "OBJECT_ARCHIVED", BEGIN + 9000),
    "sold": close(after(*APART), "OBJECT_CLOSED", BEGIN + 9000),
}
EVENTS = "L L60 L50 L40 L- P P60 P50 P40 P- done expire archive sell".split()
# What becomes of it: = nothing, . no match, >L a turn of the lead's, A50 accepted at 50, C
# completed, dec wit exp arc sold: rejected and why, !x a refusal.
GRID = """
fresh         >P >P >P >P .   >L >L >L >L .   !404 = = =
disliked      >P >P >P >P =   .  .  .  .  .   !404 = = =
both_disliked .  .  .  .  =   .  .  .  .  =   !404 = = =
kept          A50 >P A50 A50 = = .  =  .  .   !404 = = =
liked         =  !w =  >P wit A50 A50 A50 >L dec !na exp arc sold
apart         =  =  >P A40 dec =  A60 >L =  wit !na exp arc sold
countered     =  !w =  A40 wit =  A50 A50 =  dec !na exp arc sold
spent         =  !w !r A45 dec =  A55 !r !w wit !na exp arc sold
accepted      =  !t =  !t wit =  !t =  !t wit C = = =
exceeded      =  !t =  !t wit =  =  =  !t wit C = = =
completed     !c !c !c !c !c  !c !c !c !c !c  = = = =
declined      >P >P >P >P =   !d !d !d !d =   !na = = =
withdrawn     >P >P >P >P =   !d !d !d !d =   !na = = =
left          >P >P >P >P =   !d !d !d !d =   !na = = =
expired       >P >P >P >P =   >L >L >L >L =   !na = = =
lapsed        >P >P >P >P dec >L >L >L >L dec !na = = =
archived      !a !a !a !a =   !a !a !a !a =   !na = = =
sold          !a !a !a !a =   !a !a !a !a =   !na = = =
"""
REFUSALS: dict[str, type[errors.Refusal]] = {
    "!404": errors.NotFound,
    "!w": errors.NotAConcession,
    "!r": errors.TooManyRounds,
    "!t": errors.TermsAgreed,
    "!c": errors.MatchClosed,
    "!d": errors.PairDeclined,
    "!a": errors.Archived,
    "!na": errors.NotAccepted,
}
REASONS = {
    "DECLINED": "dec",
    "WITHDRAWN": "wit",
    "EXPIRED": "exp",
    "OBJECT_ARCHIVED": "arc",
    "OBJECT_CLOSED": "sold",
}
CELLS = [
    pytest.param(state, event, cell, id=f"{state}-{event}")
    for state, *cells in map(str.split, GRID.split("\n")[1:-1])
    for event, cell in zip(EVENTS, cells, strict=True)
]


def happens(pair: Pair, event: str) -> Pair:
    """What an event of the grid makes of a pair, a second later."""
    match event:
        case "done":
            return complete(pair, "LEAD", pair.changed_at + 1000)
        case "expire":
            return expired(pair)
        case "archive" | "sell":
            reason = "OBJECT_ARCHIVED" if event == "archive" else "OBJECT_CLOSED"
            return close(pair, reason, pair.changed_at + 1000)  # type: ignore[arg-type]
    side = "LEAD" if event[0] == "L" else "PROPERTY"
    return act(pair, f"{side} DISLIKE" if event[1:] == "-" else f"{side} LIKE {event[1:]}")


def shown(pair: Pair) -> str:
    match pair.status:
        case None:
            return "."
        case "PENDING":
            return f">{pair.awaiting}"[:2]
        case "ACCEPTED":
            return f"A{pair.agreed_share}"
        case "COMPLETED":
            return "C"
        case "REJECTED":
            return REASONS[pair.closed_reason or ""]


@pytest.mark.parametrize(("state", "event", "cell"), CELLS)
def test_every_event_in_every_state_has_its_one_outcome(state: str, event: str, cell: str) -> None:
    pair = STATES[state]
    if refusal := REFUSALS.get(cell):
        with pytest.raises(refusal):
            happens(pair, event)
        return
    became = happens(pair, event)
    assert (became is pair) == (cell == "=")
    assert cell in {"=", shown(became)}


type Kind = tuple[object, ...]


def kind(pair: Pair, *, first: Side = "LEAD") -> Kind:
    """What the outcome of an event may depend on, seen from one side."""
    second: Side = "PROPERTY" if first == "LEAD" else "LEAD"
    sides = {first: "FIRST", second: "SECOND", None: None}
    acted = pair.status in {None, "PENDING"}
    return (
        pair.status,
        pair.closed_reason,
        sides[pair.closed_by] if pair.status == "REJECTED" else None,
        sides[pair.awaiting],
        (pair.action(first), pair.action(second)) if acted else None,
        pair.has_lapsed,
    )


def test_the_grid_holds_every_state_that_can_be_reached() -> None:
    in_grid = {kind(pair, first=side) for pair in STATES.values() for side in SIDES}
    seen, queue = {kind(FRESH)}, deque([FRESH])
    while queue:
        pair = queue.popleft()
        for event in EVENTS:
            try:
                became = happens(pair, event)
            except errors.Refusal:
                continue
            if kind(became) not in seen:
                seen.add(kind(became))
                queue.append(became)
    assert seen == in_grid


def test_a_walk_of_100_000_steps_never_breaks_what_holds_of_every_negotiation() -> None:
    chance = random.Random(20_260_801)
    reached = Counter[str]()
    pair, world, sent = FRESH, Walk(chance), list[OwedNotice]()
    for _ in range(100_000):
        if chance.randrange(40) == 0 or (pair.status == "COMPLETED" and chance.randrange(4) == 0):
            assert len(sent) == len(set(sent))
            pair, world, sent = FRESH, Walk(chance), []
        world.passes()
        step = world.acts(pair)
        check_the_step(step)
        if step.after is not pair:
            check_the_record(step.after)
            reached[f"{step.after.status} {step.after.closed_reason}"] += 1
        pair = step.after
        sent += step.notices
    assert min(reached.values()) > 100
    assert len(reached) == 8


def mirrored(pair: Pair) -> Pair:
    """The same with the sides in each other's place: what one gives is what the other asks."""
    swap: dict[Side | None, Side | None] = {"LEAD": "PROPERTY", "PROPERTY": "LEAD", None: None}

    def turned(share: Number | None) -> Number | None:
        return None if share is None else 100 - share

    return replace(
        pair,
        lead_action=pair.property_action,
        property_action=pair.lead_action,
        sent_lead=turned(pair.sent_property),
        sent_property=turned(pair.sent_lead),
        offer_lead=turned(pair.offer_property),
        acted_lead_at=pair.acted_property_at,
        offer_property=turned(pair.offer_lead),
        acted_property_at=pair.acted_lead_at,
        agreed_share=turned(pair.agreed_share),
        awaiting=swap[pair.awaiting],
        closed_by=swap[pair.closed_by],
        declines_lead=pair.declines_property,
        declines_property=pair.declines_lead,
        invited_lead_at=pair.invited_property_at,
        invited_property_at=pair.invited_lead_at,
        saw_lead=None,
        saw_property=None,
        told=(),
    )


def test_both_sides_play_by_the_same_rules() -> None:
    chance = random.Random(7)
    pair, world = FRESH, Walk(chance)
    for _ in range(10_000):
        world.passes()
        # what each saw of the other's is not the same: here all holds
        step = world.acts(replace(pair, saw_lead=None, saw_property=None))
        if step.event in {"LIKE", "DISLIKE"}:
            actor = SIDES[step.actor == "LEAD"]
            share = None if step.share is None else 100 - step.share
            facts = world.facts._replace(published_share=100 - world.facts.published_share)
            became, event = mirrored(step.before), cast("Action", step.event)
            with suppress(errors.Conflict):
                became = react(became, actor, event, share, facts, world.now).pair
            assert replace(became, told=(), saw_lead=None, saw_property=None) == mirrored(
                step.after
            )
        pair = (
            FRESH if step.after.status == "COMPLETED" or chance.randrange(40) == 0 else step.after
        )


def committed(schedule: tuple[int, ...], actors: tuple[Side, ...]) -> tuple[Pair, list[OwedNotice]]:
    """Requests that each read the pair at their first turn and write at their second, if nobody
    else wrote between.

    Who lost reads and decides again at the end, as does one who never knew that it had won.
    """
    stored, read, sent = FRESH, dict[int, Pair](), list[OwedNotice]()

    def write(seen: Pair, actor: Side) -> None:
        nonlocal stored
        outcome = reacted(seen, actor, "LIKE", None, FACTS, BEGIN)
        if outcome.pair is not seen and seen.version == stored.version:
            stored = replace(outcome.pair, version=stored.version + 1)
            sent.extend(outcome.notices)

    for request in schedule:
        if request in read:
            write(read[request], actors[request])
        else:
            read[request] = stored
    for actor in actors:
        write(stored, actor)
    return stored, sent


def test_two_likes_in_any_order_doubled_or_retried_are_accepted_once_at_the_published_share() -> (
    None
):
    actors: tuple[Side, ...] = ("LEAD", "LEAD", "PROPERTY", "PROPERTY")
    for schedule in interleavings():
        pair, sent = committed(schedule, actors)
        assert (pair.status, pair.agreed_share, pair.version) == ("ACCEPTED", 50, 2)
        assert Counter(notice.kind for notice in sent) == {
            "INTEREST": 1,
            "MUTUAL": 1,
            "CONTACT_SHARED": 2,
        }
        assert len(set(sent)) == 4


def interleavings() -> set[tuple[int, ...]]:
    """Of two turns each of four requests: 2,520."""
    found: set[tuple[int, ...]] = {()}
    for _ in range(8):
        found = {
            (*turns, request) for turns in found for request in range(4) if turns.count(request) < 2
        }
    return found


def test_a_record_that_is_read_at_any_time_owes_the_same_notices_whatever_was_read_before() -> None:
    chance = random.Random(3)
    pair, world = FRESH, Walk(chance)
    images, sent = [FRESH], list[OwedNotice]()
    for _ in range(5000):
        world.passes()
        step = world.acts(pair)
        if step.after is not pair and step.after.status != "COMPLETED":
            pair = step.after
            images.append(pair)
            sent += step.notices
    # At least once, in any order of arrival, replayed: what is put only if absent is what was sent.
    replay = chance.choices(images, k=len(images)) + images
    assert {notice for image in replay for notice in owed_notices(image)} == set(sent)
    assert len(sent) == len(set(sent)) > 300


def test_a_match_that_both_have_acted_on_hides_its_pair_from_both_lists_a_fresh_pair_is_seen() -> (
    None
):
    assert not any(hidden(FRESH, side, 1000, 1, 8000) for side in SIDES)
    for name in (
        "apart",
        "accepted",
        "completed",
        "withdrawn",
        "left",
        "expired",
        "archived",
        "sold",
    ):
        assert all(hidden(STATES[name], side, 1, 99, 10000) for side in SIDES), name
