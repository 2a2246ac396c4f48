"""Judges the acts on each pair: every change of its record is one act's, or the closing of an
archived object's, and every answer is one that the record could give at its time.
"""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise, product
from typing import Any, NamedTuple

from cobroke.domain import errors
from cobroke.domain.deals import negotiation
from cobroke.domain.deals.pair import Pair, Side
from cobroke.domain.ids import owner_of
from cobroke.domain.postings.posting import Posting
from tests.support.asked import Asked
from tests.support.facts import facts_in
from tests.support.story import Story, Version, at, during, score_of

type Ids = tuple[str, str]


class Step(NamedTuple):
    """From one version of a record to the next."""

    old: Version[Pair]
    new: Version[Pair]


def faults(story: Story) -> Iterator[str]:
    asked = defaultdict[Ids, list[Asked]](list)
    for one in story.log:
        if "side" in one.about:
            asked[one.about["pair"]].append(one)
    for ids in asked.keys() | story.pairs.keys():
        yield from _of_pair(story, ids, asked[ids])


def _of_pair(story: Story, ids: Ids, asked: list[Asked]) -> Iterator[str]:
    steps = [Step(*two) for two in pairwise(story.known(ids))]
    makers = {
        number: [one for one in asked if _made(story, ids, step, one)]
        for number, step in enumerate(steps)
    }
    needing = [one for one in asked if not one.is_open and not _changed_nothing(story, ids, one)]
    taken = dict[int, Asked]()
    for one in needing:
        if not _takes(one, makers, taken, set()):
            yield f"no state of the pair explains {one}"
    for number, step in enumerate(steps):
        if (
            number not in taken
            and not _given(number, makers, taken, set())
            and not _closed(story, step)
        ):
            pair = step.new.now
            yield f"nobody was told of version {pair.version} of {ids} at {step.new.step}: {pair}"


def _takes(
    one: Asked, makers: dict[int, list[Asked]], taken: dict[int, Asked], tried: set[int]
) -> bool:
    """A change of its own for this act; others may move to another one."""
    for number, found in makers.items():
        if one in found and number not in tried:
            tried.add(number)
            if number not in taken or _takes(taken[number], makers, taken, tried):
                taken[number] = one
                return True
    return False


def _given(
    number: int, makers: dict[int, list[Asked]], taken: dict[int, Asked], tried: set[int]
) -> bool:
    """An act for this change that has none yet, or can leave its own to another."""
    for one in makers[number]:
        other = next((n for n, act in taken.items() if act is one), None)
        if other is None or (
            other not in tried and _given_up(other, one, makers, taken, tried | {number})
        ):
            taken[number] = one
            return True
    return False


def _given_up(
    number: int, by: Asked, makers: dict[int, list[Asked]], taken: dict[int, Asked], tried: set[int]
) -> bool:
    del taken[number]
    if _given(number, makers, taken, tried | {number}):
        return True
    taken[number] = by
    return False


def _made(story: Story, ids: Ids, step: Step, one: Asked) -> bool:
    """Whether this act, had it met the old record, would have made the new one and said what it
    said.
    """
    if not one.sent <= step.new.step <= one.until or one.status not in (200, None, 503):
        return False
    lead, listing = (at(story.objects[an_id], step.new.step) for an_id in ids)
    assert lead
    assert listing
    was = step.old.now
    at_ms = max(step.new.now.acted_at, step.new.now.changed_at)
    own, other = (lead, listing) if one.about["side"] == "LEAD" else (listing, lead)
    if not was.contacts_visible and at(story.parted(lead.owner, listing.owner), step.new.step):
        return False
    try:
        if not was.contacts_visible:
            _must_be_possible(was, own, other, score_of(lead, listing))
        after = _after(one, was, lead, listing, at_ms)
    except errors.Refusal:
        return False
    return _facts(after) == _facts(step.new.now) and (one.is_open or _said(one, step.new.now))


def _changed_nothing(story: Story, ids: Ids, one: Asked) -> bool:
    """Whether what it met could have answered that, and stayed as it was."""
    met = during(story.known(ids), one.sent, one.received)
    leads, listings = (during(story.objects[an_id], one.sent, one.received) for an_id in ids)
    blocks = during(story.parted(*map(owner_of, ids)), one.sent, one.received)
    return any(
        _answers(one, pair.now, lead.now, listing.now, is_parted=block.now)
        for pair, lead, listing, block in product(met, leads, listings, blocks)
    )


def _answers(one: Asked, pair: Pair, lead: Posting, listing: Posting, *, is_parted: bool) -> bool:
    side: Side = one.about["side"]
    own, other = (lead, listing) if side == "LEAD" else (listing, lead)
    try:
        if not pair.contacts_visible and "completes" not in one.about:
            if is_parted:
                raise errors.NotFound
            _must_be_possible(pair, own, other, score_of(lead, listing))
        after = _after(one, pair, lead, listing, pair.changed_at + 1)
    except errors.Refusal as refusal:
        return bool(one.status and one.status >= 400 and one.answer["code"] == refusal.code)
    archived = "completes" not in one.about or own.status == "ARCHIVED"
    return after is pair and archived and one.status == 200 and _said(one, pair)


def _must_be_possible(pair: Pair, own: Posting, other: Posting, score: int | None) -> None:
    if "ARCHIVED" in (own.status, other.status):
        raise errors.Archived if pair.version or own.status == "ARCHIVED" else errors.NotFound
    if not pair.version and score is None:
        raise errors.NotFound


def _after(one: Asked, pair: Pair, lead: Posting, listing: Posting, now: int) -> Pair:
    side: Side = one.about["side"]
    if "completes" in one.about:
        if pair.status is None:
            raise errors.NotFound
        return negotiation.complete(pair, side, now)
    body: Any = one.body
    wish, offer = lead.content.body["requirements"], listing.content.body
    known = facts_in(wish, lead.revision, offer, score_of(lead, listing))
    return negotiation.react(
        pair, side, body["action"], body.get("proposed_commission"), known, now
    ).pair


def _said(one: Asked, pair: Pair) -> bool:
    if "completes" in one.about:
        return bool(one.answer["status"] == pair.status)
    shown = one.answer["match"]
    if pair.status is None or shown is None:
        return bool(shown is None and pair.status is None)
    awaiting = (
        None if pair.awaiting is None else "ME" if pair.awaiting == one.about["side"] else "THEM"
    )
    facts = (pair.status, pair.negotiation_status, pair.agreed_share, awaiting)
    return facts == tuple(
        shown[name] for name in ("status", "negotiation_status", "agreed_share", "awaiting")
    )


def _closed(story: Story, step: Step) -> bool:
    """Of an archived object, for its reason; or gone with it; or of two of whom one has blocked the
    other.
    """
    old, new = step.old.now, step.new.now
    for side, two in (("LEAD", (new.lead_id, new.property_id)), ("PROPERTY", new.ids[::-1])):
        who, whom = map(owner_of, two)
        had = any(whom in one.now for one in story.blocked.get(who, ()) if one.step < step.new.step)
        closed = negotiation.part(old, side, new.changed_at)  # type: ignore[arg-type]
        if had and old.status == "PENDING" and _facts(closed) == _facts(new):
            return True
    for an_id in (new.lead_id, new.property_id):
        one = at(story.objects[an_id], step.new.step)
        if one and one.archived_for and old.status is None and not new.version:
            return True
        if (
            one
            and one.archived_for
            and new.version
            and _facts(negotiation.close(old, one.archived_for, new.changed_at)) == _facts(new)
        ):
            return True
    return False


def _facts(pair: Pair) -> tuple[Any, ...]:
    """All but its version, which the store counts."""
    return tuple(getattr(pair, name) for name in pair.__slots__ if name != "version")
