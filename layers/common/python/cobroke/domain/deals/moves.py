"""The moves: what each makes of a pair. The table of negotiation.py says which one an act is."""

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from cobroke.domain import errors
from cobroke.domain.deals.facts import Facts, Snapshot
from cobroke.domain.deals.pair import ClosedReason, Pair, Side
from cobroke.domain.postings.kinds import other
from cobroke.domain.vocabulary import Number

MOST_ROUNDS = 10


class Act(NamedTuple):
    """The act of one side at a time (ms), with the number that it sent, if any. `may_invite`:
    whether the other realtor may be told of one more INTEREST of a stranger.
    """

    actor: Side
    share: Number | None
    facts: Facts
    at: int
    may_invite: bool = True

    @property
    def other(self) -> Side:
        return other(self.actor)

    @property
    def number(self) -> Number:
        """The number that a first LIKE stands for."""
        return self.facts.published_share if self.share is None else self.share

    def reaches(self, mark: Number | None) -> bool:
        """Return whether the number gives the other side at least as much as `mark`: a lead's ask
        falls, an offer rises.
        """
        if mark is None:
            return False
        return self.number <= mark if self.actor == "LEAD" else self.number >= mark


type Move = Callable[[Pair, Act], Pair]
"""Returns the very same pair where nothing changes. Raises a Conflict."""


def like_first(pair: Pair, act: Act) -> Pair:
    opened = _liking(_opened(anew(pair), act), act)
    if act.may_invite and pair.may_be_invited(act.other, act.at):
        return opened.inviting(act.other, act.at)
    return opened


def like_second(pair: Pair, act: Act) -> Pair:
    both = _liking(_opened(pair, act), act).telling("MUTUAL", act.other, at=act.at)
    return _settling(both, act) if act.reaches(pair.offer(act.other)) else both


def like_for_later(pair: Pair, act: Act) -> Pair:
    """Keep the LIKE until the other side takes its dislike back."""
    return pair if _is_repeated(pair, act) else _liking(pair, act)


def bid(pair: Pair, act: Act) -> Pair:
    """Make a counter-offer, better one's own, or say yes again to a number that both have offered.
    What settles, settles at the number that stood first. Raises NotAConcession or TooManyRounds.
    """
    if _is_repeated(pair, act):
        asked = pair.offers_are_equal and pair.awaiting == act.actor
        return _offered(_settling(_renewed(pair, act), act), act) if asked else pair
    if not act.reaches(pair.offer(act.actor)):
        raise errors.NotAConcession
    if act.reaches(pair.offer(act.other)):
        settling = _settling(_liking(pair, act), act)
        asks_again = settling.status == "PENDING" and pair.offers_are_equal
        return pair if asks_again else _offered(settling, act)
    if pair.rounds >= MOST_ROUNDS:
        raise errors.TooManyRounds
    counter = replace(_liking(pair, act), awaiting=act.other, rounds=pair.rounds + 1)
    return _offered(counter, act)


def stand_by(pair: Pair, act: Act) -> Pair:
    """Say again what is agreed. Raises TermsAgreed where it is another number."""
    if act.share in (None, pair.agreed_share, pair.offer(act.actor)):
        return pair
    raise errors.TermsAgreed


def dislike(pair: Pair, act: Act) -> Pair:
    """Dislike a pair that has no match. A LIKE that was kept is gone."""
    if pair.action(act.actor) == "DISLIKE":
        return pair
    return _remembering(pair.without(act.actor).acting(act.actor, "DISLIKE", act.at), act)


def dislike_again(pair: Pair, act: Act) -> Pair:
    """Dislike a pair that is back."""
    return dislike(anew(pair), act) if pair.status is None else decline(pair, act)


def decline(pair: Pair, act: Act) -> Pair:
    declined = _closed_by_actor(pair, "DECLINED", act)
    return _remembering(declined.declining(act.actor, pair.declines(act.actor) + 1), act)


def withdraw(pair: Pair, act: Act) -> Pair:
    return _closed_by_actor(pair, "WITHDRAWN", act)


def take_back(pair: Pair, act: Act) -> Pair:
    """Take back what the actor has done about a pair that has no match."""
    return pair if pair.action(act.actor) == "NONE" else pair.without(act.actor)


def let_them_like(pair: Pair, act: Act) -> Pair:
    """Take back a dislike for which the other side's LIKE was kept: the match opens with it."""
    opened = _opened(pair.without(act.actor), act)
    return replace(opened, awaiting=act.actor)


def take_invitation_back(pair: Pair, act: Act) -> Pair:
    """Take back a LIKE that nobody has answered. Raises AlreadyAnswered."""
    if pair.offer(act.other) is not None:
        raise errors.AlreadyAnswered
    return closed(pair, "TAKEN_BACK", act.actor, act.at).without(act.actor)


def change_nothing(pair: Pair, _: Act) -> Pair:
    return pair


def refuse(fact: type[errors.Conflict]) -> Move:
    def refused(_: Pair, __: Act) -> Pair:
        raise fact

    return refused


def anew(pair: Pair) -> Pair:
    """Return a clean record. Of what was before it says when there was a match and when contacts
    were shared, and what keeps the peace: what the pair came down to, who has declined it how
    often, and when each side was last invited.
    """
    return Pair(
        lead_id=pair.lead_id,
        property_id=pair.property_id,
        epoch=pair.epoch if pair.status is None else pair.epoch + 1,
        created_at=pair.created_at,
        contact_shared_at=pair.contact_shared_at,
        snapshot=pair.snapshot,
        declines_lead=pair.declines_lead,
        declines_property=pair.declines_property,
        invited_lead_at=pair.invited_lead_at,
        invited_property_at=pair.invited_property_at,
        version=pair.version,
    )


def closed(pair: Pair, reason: ClosedReason, by: Side | None, at: int) -> Pair:
    """Return the pair as rejected; what was agreed stays on the record."""
    return replace(
        pair,
        status="REJECTED",
        negotiation_status="REJECTED" if pair.agreed_share is None else "AGREED",
        awaiting=None,
        closed_reason=reason,
        closed_by=by,
        closed_at=at,
    )


def _closed_by_actor(pair: Pair, reason: ClosedReason, act: Act) -> Pair:
    return closed(pair, reason, act.actor, act.at).acting(act.actor, "DISLIKE", act.at)


def _opened(pair: Pair, act: Act) -> Pair:
    """Open a match that waits for the other side."""
    return replace(
        pair,
        status="PENDING",
        negotiation_status="PENDING",
        awaiting=act.other,
        created_at=act.at if pair.created_at is None else pair.created_at,
    )


def _liking(pair: Pair, act: Act) -> Pair:
    return _renewed(pair.offering(act.actor, act.number).declining(act.actor, 0), act)


def _renewed(pair: Pair, act: Act) -> Pair:
    """Return the pair with a LIKE of the actor's that is given to what the objects are now."""
    return pair.acting(act.actor, "LIKE", act.at, act.share).seeing(act.actor, act.facts)


def _remembering(pair: Pair, act: Act) -> Pair:
    """Keep what the pair came down to."""
    facts = act.facts
    now = Snapshot(facts.price, facts.lead_revision, facts.score)
    return replace(pair, snapshot=pair.snapshot.lowered_to(facts) if pair.snapshot else now)


def _is_repeated(pair: Pair, act: Act) -> bool:
    """Return whether the LIKE says nothing new: no number means the same as before."""
    said = pair.offer(act.actor)
    return said is not None and act.share in (None, said)


def _settling(pair: Pair, act: Act) -> Pair:
    """Return the pair as agreed at the other side's number where their LIKE holds; where it does
    not, as one in which that number is offered to them.
    """
    if pair.like_holds(act.other, act.facts):
        return _agreed(pair, act)
    number = pair.offer(act.other)
    return replace(pair.offering(act.actor, number), awaiting=act.other)


def _offered(pair: Pair, act: Act) -> Pair:
    """Tell the other side of the offer, unless nothing is left to answer."""
    agreed = pair.status == "ACCEPTED"
    return pair if agreed else pair.telling("OFFER", act.other, at=act.at)


def _agreed(pair: Pair, act: Act) -> Pair:
    agreed = replace(
        pair,
        status="ACCEPTED",
        negotiation_status="AGREED",
        agreed_share=pair.offer(act.other),
        awaiting=None,
        contact_shared_at=act.at if pair.contact_shared_at is None else pair.contact_shared_at,
    )
    return agreed.telling("CONTACT_SHARED", "LEAD", "PROPERTY", at=act.at)
