"""Judges the lists of recommendations: every counterpart scored by the oracle, as it may have stood
at the time.
"""

from collections.abc import Iterator
from inspect import signature
from itertools import pairwise, product

from cobroke.domain.deals import resurfacing
from cobroke.domain.deals.pair import Pair, Side
from cobroke.domain.postings.posting import Posting
from cobroke.storage import keys
from tests.support.asked import Asked
from tests.support.story import Key, Story, Version, at, during, price_of, score_of

ASKED_SEES = "side" in signature(resurfacing.hidden).parameters
"""The side that is asked keeps the pair in its list: [real], as soon as the product has it."""
type Row = tuple[str, str]
"""An id and a score."""


def faults(story: Story) -> Iterator[str]:
    """Of the looks while others wrote: each row could be there, and what stood still is not
    missing.
    """
    for one in story.asked:
        if "looks" in one.about:
            if one.status == 200:
                yield from _of_look(story, one)
            elif not one.is_open:
                yield f"refused without a reason: {one}"


def differences(story: Story, one: Asked) -> Iterator[str]:
    """Of a look while nobody wrote: it is the whole list, in order."""
    own = at(story.objects[one.about["looks"]], one.received)
    assert own
    standing = [versions[-1].now for versions in story.objects.values()]
    wanted = sorted(
        ((points, other.id) for other in standing if (points := _shown(story, own, other, one))),
        reverse=True,
    )
    found = [(_points(row["match_score"]), _id(row)) for row in one.answer["recommendations"]]
    if found != wanted or one.answer["total"] != len(wanted):
        yield f"{own.kind} {own.id} is shown {found} instead of {wanted}"


def _shown(story: Story, own: Posting, other: Posting, one: Asked) -> int | None:
    pair = at(story.known(_ids(own, other)), one.received)
    assert pair
    if at(story.parted(own.owner, other.owner), one.received):
        return None
    return score_if_shown(own, other, pair)


def _of_look(story: Story, one: Asked) -> Iterator[str]:
    owns = [
        version.now for version in during(story.objects[one.about["looks"]], one.sent, one.received)
    ]
    found = {_id(row): _points(row["match_score"]) for row in one.answer["recommendations"]}
    for an_id, versions in story.objects.items():
        if owns[0].kind == versions[0].now.kind:
            continue
        others = [version.now for version in during(versions, one.sent, one.received)]
        acts = [
            act.now
            for act in during(story.known(_ids(owns[0], versions[0].now)), one.sent, one.received)
        ]
        possible = (
            {score_if_shown(*world) for world in product(owns, others, acts)} if others else {None}
        )
        blocks = during(story.parted(owns[0].owner, versions[0].now.owner), one.sent, one.received)
        if all(block.now for block in blocks):
            possible = {None}
        if _is_half_there(versions, one) or any(block.now for block in blocks):
            possible.add(None)
        if found.get(an_id) not in possible:
            yield f"{an_id} is at {found.get(an_id)} and could be at {possible} in {one}"


def _is_half_there(versions: list[Version[Posting]], one: Asked) -> bool:
    """While it comes to the market or moves in it: no read of several items sees one moment."""
    moves = [(None, versions[0]), *pairwise(versions)]
    during_it = [
        (old, new) for old, new in moves if new.step <= one.received and new.seen > one.sent
    ]
    return any(old is None or _place(old.now) != _place(new.now) for old, new in during_it)


def _place(one: Posting) -> Key:
    return keys.market_entry(one.content.features, one.id)


def score_if_shown(own: Posting, other: Posting, pair: Pair) -> int | None:
    """What the pair scores in the list of `own`; None where it is not there."""
    if own.kind == other.kind:
        return None
    lead, listing = (own, other) if own.kind == "LEAD" else (other, own)
    points = score_of(lead, listing)
    return (
        None
        if points is None or hidden(pair, own.kind, price_of(listing), lead.revision, points)
        else points
    )


def hidden(pair: Pair, side: Side, price: int, revision: int, points: int) -> bool:
    """Section 4: what keeps a pair from being recommended to this side."""
    acts = pair.lead_action, pair.property_action
    if pair.closed_reason == "DECLINED" or (pair.status is None and "DISLIKE" in acts):
        assert pair.snapshot
        cheaper = 100 * price <= 97 * pair.snapshot.price
        better = pair.snapshot.score is None or points > pair.snapshot.score
        declined = pair.declines_property if side == "LEAD" else pair.declines_lead
        is_back = cheaper or (better and revision > pair.snapshot.lead_revision)
        return declined >= 2 or not is_back
    one_acted = "NONE" in (pair.lead_action, pair.property_action)
    if ASKED_SEES and one_acted and pair.status == "PENDING":
        return (pair.lead_action if side == "LEAD" else pair.property_action) != "NONE"
    if ASKED_SEES and one_acted and pair.closed_reason == "EXPIRED":
        return False
    return pair.status is not None


def _ids(own: Posting, other: Posting) -> tuple[str, str]:
    return (own.id, other.id) if own.kind == "LEAD" else (other.id, own.id)


def _id(row: dict[str, str]) -> str:
    return row.get("property_id") or row["lead_id"]


def _points(score: object) -> int:
    return round(float(str(score)) * 100)
