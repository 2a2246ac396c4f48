"""The product's negotiation walks beside the model of the page, and after every step both say the
same. NEGOTIATION_WALK=100000 walks so many steps, NEGOTIATION_SEED=7 another way.
"""

import os
from typing import Any, NamedTuple

import pytest

from cobroke.domain import errors
from cobroke.domain.deals.facts import Facts
from cobroke.domain.deals.negotiation import Deed, close, complete, react
from cobroke.domain.deals.owed import newly_owed
from cobroke.domain.deals.pair import Pair
from cobroke.domain.deals.resurfacing import hidden, resurfaced
from tests.support import negotiation_model as model
from tests.support.negotiation_model import SIDES, Notice, Record, Side, World
from tests.support.negotiation_world import Step, walk

STEPS = int(os.environ.get("NEGOTIATION_WALK", "5000"))
SEED = int(os.environ.get("NEGOTIATION_SEED", "1"))
FRESH = Pair(lead_id="lead", property_id="property")


class Product:
    """All that is asked of the product."""

    pair: Pair = FRESH

    def facts(self, world: World) -> Facts:
        """The world in the product's words. A LIKE sees `address`, `details` (without the price)
        and `price`, or `requirements` (in which `payment_method` is), `payment_method` and `score`.
        """
        return Facts(
            published_share=world.published,
            price=world.price,
            lead_revision=world.revision,
            score=world.score,
            listing=f"{world.address}, {world.details}",
            requirements=world.requirements,
            payment_method=world.payment_method,
        )

    def _after(self, step: Step) -> Pair:
        side, facts, now = step.side, self.facts(step.world), step.now
        match step.event:
            case "LIKE" | "DISLIKE" | "TAKE_BACK":
                deed: Deed = step.event
                said, told = (deed, step.number), step.may_tell
                return react(self.pair, side, *said, facts, now, may_invite=told).pair
            case "COMPLETE":
                return complete(self.pair, side, now)
            case "EXPIRE":
                return close(self.pair, "EXPIRED", now)
            case "ARCHIVE":
                return close(self.pair, "OBJECT_ARCHIVED", now)
            case "CLOSE":
                return close(self.pair, "OBJECT_CLOSED", now)
        return FRESH

    def hidden(self, side: Side, world: World) -> bool:
        return hidden(self.pair, side, world.price, world.revision, world.score)

    def resurfaced(self, side: Side, world: World) -> str | None:
        return resurfaced(self.pair, side, world.price, world.revision, world.score)

    def changed(self, side: Side, world: World) -> bool:
        return self.pair.has_changed(side, self.facts(world))

    def happens(self, step: Step) -> "Outcome":
        before = self.pair
        try:
            self.pair = self._after(step)
        except (errors.Conflict, errors.NotFound) as refusal:
            return Outcome(refusal.code, [], has_moved=False)
        owed = newly_owed(self.pair, before)
        told = sorted(Notice(notice.kind, notice.to) for notice in owed)
        return Outcome(None, told, has_moved=self.pair is not before)

    def state(self) -> dict[str, Any]:
        pair = self.pair
        return {
            "status": pair.status,
            "negotiation_status": pair.negotiation_status,
            "actions": tuple(
                None if action == "NONE" else action
                for action in (pair.lead_action, pair.property_action)
            ),
            "numbers": (pair.offer_lead, pair.offer_property),
            "awaiting": pair.awaiting,
            "agreed": pair.agreed_share,
            "rounds": pair.rounds,
            "epoch": pair.epoch,
            "reason": pair.closed_reason,
            "closed_by": pair.closed_by,
            "closed_at": pair.closed_at,
            "created_at": pair.created_at,
            "contact_shared_at": pair.contact_shared_at,
            "expires_at": pair.expires_at,
            "counts": pair.counts_as_match,
        }


class Outcome(NamedTuple):
    refusal: str | None
    told: list[Notice]
    has_moved: bool


def state_of(record: Record) -> dict[str, Any]:
    return {
        "status": record.status,
        "negotiation_status": record.negotiation_status,
        "actions": record.actions,
        "numbers": record.numbers,
        "awaiting": record.awaiting,
        "agreed": record.agreed,
        "rounds": record.rounds,
        "epoch": record.epoch,
        "reason": record.reason,
        "closed_by": record.closed_by,
        "closed_at": record.closed_at,
        "created_at": record.created_at,
        "contact_shared_at": record.contact_shared_at,
        "expires_at": record.expires_at,
        "counts": record.counts_as_match,
    }


def views_of(record: Record, world: World) -> dict[str, Any]:
    return {
        name: [ask(record, side, world) for side in SIDES]
        for name, ask in (
            ("hidden", model.hidden),
            ("resurfaced", model.resurfaced),
            ("changed", model.changed),
        )
    }


def views_by(product: Product, world: World) -> dict[str, Any]:
    return {
        name: [ask(side, world) for side in SIDES]
        for name, ask in (
            ("hidden", product.hidden),
            ("resurfaced", product.resurfaced),
            ("changed", product.changed),
        )
    }


class Difference(AssertionError):
    """At which step they part, by what, and all that happened to this pair until then."""

    def __init__(self, what: str, product: object, page: object, story: list[Step]) -> None:
        if isinstance(product, dict) and isinstance(page, dict):
            names = [name for name in page if product[name] != page[name]]
            product, page = ({name: each[name] for name in names} for each in (product, page))
        lines = "\n".join(map(told, story))
        super().__init__(f"{what}\nproduct: {product}\npage:    {page}\n{lines}")


def told(step: Step) -> str:
    """A step in a line, times in days since the walk began."""
    words = [step.side, step.event, "" if step.number is None else step.number]
    quiet = "" if step.may_tell else "untold"
    days = (step.now - 1_700_000_000_000) / model.DAY
    record = step.answer.record
    after = [record.status, "/".join(map(str, record.numbers)), record.reason, record.awaiting]
    return f"{days:10.4f} {words} {quiet} {tuple(step.world)} -> {step.answer.refusal} {after}"


def compare(product: Product, step: Step, story: list[Step]) -> None:
    """Raise the first difference that this step shows."""
    record, world = step.answer.record, step.world

    def same(what: str, by_product: object, by_page: object) -> None:
        if by_product != by_page:
            raise Difference(what, by_product, by_page, story)

    if step.event == "BEGIN":
        product.pair = FRESH
        return
    same("views before", views_by(product, world), views_of(step.before, world))
    outcome = product.happens(step)
    same("refusal", outcome.refusal, step.answer.refusal)
    same("notices", outcome.told, sorted(step.answer.notices))
    same("whether it changes", outcome.has_moved, record is not step.before)
    same("state", product.state(), state_of(record))
    same("views after", views_by(product, world), views_of(record, world))


@pytest.mark.parametrize("seed", range(SEED, SEED + 5))
def test_the_product_does_what_the_page_says(seed: int) -> None:
    product, story = Product(), list[Step]()
    for step in walk(seed, STEPS // 5):
        story = [step] if step.event == "BEGIN" else [*story, step]
        compare(product, step, story)
