"""A long walk of one negotiation, step by step, and what holds of every record and every step."""

import random
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple, cast

from cobroke.domain import errors
from cobroke.domain.deals.facts import Facts
from cobroke.domain.deals.negotiation import close, complete
from cobroke.domain.deals.owed import OwedNotice, owed_notices
from cobroke.domain.deals.pair import DAY, Action, Pair, Side
from cobroke.domain.vocabulary import Number
from tests.support.facts import FACTS
from tests.support.reacting import reacted

BEGIN = 1_700_000_000_000
FRESH = Pair(lead_id="lead", property_id="property")
SIDES: tuple[Side, Side] = ("LEAD", "PROPERTY")


class Step(NamedTuple):
    """One event of a walk: `actor` is None for what closes by itself."""

    event: str
    actor: Side | None
    share: Number | None
    before: Pair
    after: Pair
    notices: tuple[OwedNotice, ...]


@dataclass
class Walk:
    """The two objects around a pair, which somebody edits now and then, and the time."""

    chance: random.Random
    facts: Facts = FACTS
    now: int = BEGIN

    def passes(self) -> None:
        self.now += self.chance.choice([-2000, 0, 1, 1000, 1000, DAY, 6 * DAY, 31 * DAY])
        choice, facts = self.chance.choice, self.facts
        match self.chance.randrange(12):
            case 0:
                price = facts.price * choice([96, 97, 98, 103, 110]) // 100 + 1
                self.facts = facts._replace(price=price, listing=choice(["a flat", "a house"]))
            case 1:
                self.facts = facts._replace(
                    lead_revision=facts.lead_revision + 1,
                    score=choice([None, 5000, 7000, 9000]),
                    requirements=choice(["a wish", "another"]),
                    payment_method=choice(["CASH", "CASH", "MORTGAGE"]),
                )
            case 2:
                self.facts = facts._replace(published_share=self.chance.randrange(30, 71))

    def acts(self, pair: Pair) -> Step:
        """A random event, refused or not."""
        event = self.chance.choice(
            ["LIKE"] * 12
            + ["DISLIKE"] * 3
            + ["done", "EXPIRED"]
            + ["OBJECT_CLOSED"] * (not self.chance.randrange(10))
        )
        if event in {"EXPIRED", "OBJECT_CLOSED"}:
            closed = close(pair, event, self.now)  # type: ignore[arg-type]
            return Step(event, None, None, pair, closed, ())
        actor, share = self.chance.choice(SIDES), self._number(pair)
        try:
            if event == "done":
                return Step(event, actor, None, pair, complete(pair, actor, self.now), ())
            outcome = reacted(pair, actor, cast("Action", event), share, self.facts, self.now)
        except (errors.Conflict, errors.NotFound):
            return Step(event, actor, share, pair, pair, ())
        return Step(event, actor, share, pair, outcome.pair, outcome.notices)

    def _number(self, pair: Pair) -> Number | None:
        """Often none, or near what has been offered."""
        near = self.chance.choice([pair.offer_lead, pair.offer_property, 50]) or 50
        return self.chance.choice([None, near, near - 1, near + 1, self.chance.randrange(101)])


def check_the_record(pair: Pair) -> None:
    assert pair.contacts_visible == (pair.status in {"ACCEPTED", "COMPLETED"})
    assert (pair.negotiation_status == "AGREED") == (pair.agreed_share is not None)
    if pair.negotiation_status == "AGREED":
        assert pair.agreed_share in {pair.offer_lead, pair.offer_property}
        assert pair.offer_lead <= pair.agreed_share <= pair.offer_property  # type: ignore[operator]
    assert pair.contact_shared_at is not None or not pair.contacts_visible
    assert (
        (pair.awaiting is not None) == (pair.expires_at is not None) == (pair.status == "PENDING")
    )
    assert (pair.created_at is not None) == (pair.status is not None)
    assert (pair.closed_at is not None) == (pair.status in {"REJECTED", "COMPLETED"})
    stands = (
        "DISLIKE" in {pair.lead_action, pair.property_action}
        if pair.status is None
        else pair.closed_reason == "DECLINED"
    )
    assert pair.dislike_stands == stands
    assert pair.snapshot or not stands
    assert pair.rounds <= 10
    assert (pair.saw_lead is None) == (pair.offer_lead is None)
    assert (pair.saw_property is None) == (pair.offer_property is None)
    heard = Counter((told.to, told.kind) for told in pair.told)
    for side in SIDES:
        assert heard[side, "INTEREST"] + heard[side, "MUTUAL"] <= 1
        assert heard[side, "CONTACT_SHARED"] == (pair.negotiation_status == "AGREED")
    assert heard["LEAD", "OFFER"] + heard["PROPERTY", "OFFER"] >= pair.rounds
    assert len(set(owed_notices(pair))) == len(pair.told)


def check_the_step(step: Step) -> None:
    event, actor, share, before, became, notices = step
    if became == before:
        assert became is before
        assert not notices
        return
    assert became.changed_at >= before.changed_at
    assert before.status != "COMPLETED"
    assert before.contact_shared_at in {None, became.contact_shared_at}
    assert before.created_at in {None, became.created_at}
    assert set(notices) <= set(owed_notices(became))
    assert {notice.at for notice in notices} <= {became.changed_at}
    if became.epoch == before.epoch:
        assert [*owed_notices(before), *notices] == [*owed_notices(became)]
        check_concessions(before, became)
    else:
        assert became.epoch == before.epoch + 1
        assert (event, before.status, became.status) == ("LIKE", "REJECTED", "PENDING")
        assert notices == owed_notices(became)
    if event != "LIKE":
        assert not notices
    check_the_peace(before, became)
    if actor and before.status != "ACCEPTED" == became.status:
        assert became.agreed_share == before.offer("PROPERTY" if actor == "LEAD" else "LEAD")
        first = before.status != "PENDING" or before.offer(actor) is None
        assert share is not None or first or before.offer_lead == before.offer_property


def check_the_peace(before: Pair, became: Pair) -> None:
    """What a pair came down to never rises; a side is told of an INTEREST once in 21 days."""
    if before.snapshot:
        assert became.snapshot
        assert became.snapshot.price <= before.snapshot.price
        assert (became.snapshot.score or 0) >= (before.snapshot.score or 0)
    for side in SIDES:
        last, now = before.invited_at(side), became.invited_at(side)
        assert now == last or not last or now >= last + 21 * DAY


def check_concessions(before: Pair, became: Pair) -> None:
    if before.status is None:
        return
    ask, offer = before.offer_lead, before.offer_property
    assert ask is None or became.offer_lead <= ask  # type: ignore[operator]
    assert offer is None or became.offer_property >= offer  # type: ignore[operator]
