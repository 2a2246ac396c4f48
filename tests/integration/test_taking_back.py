"""Taking one's own unanswered act back, and what a side notes for itself: through the API, and
where it meets an act of the other side.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import product

import pytest

from cobroke.domain import errors
from cobroke.domain.deals.negotiation import Deed
from cobroke.domain.deals.pair import Pair, PairIds, Side
from cobroke.flows.deals import agreement
from cobroke.flows.deals.decision import Decision
from cobroke.storage import keys
from cobroke.storage.deals import pairs
from cobroke.storage.deals.said import Note, note_in
from tests.client import Answer, Client
from tests.memory_table import MemoryTable
from tests.support.deal import Deal
from tests.support.facts import FACTS
from tests.support.office import Office
from tests.support.orders import every_order
from tests.support.reacting import reacted
from tests.support.town import SIDES

pytestmark = pytest.mark.usefixtures("in_memory")


@pytest.fixture
def deal(anna: Client, boris: Client) -> Deal:
    return Deal(anna, boris)


def lead_takes_back(deal: Deal) -> Answer:
    return deal.anna.delete(f"/leads/{deal.lead}/property-recommendations/{deal.listing}/action")


def property_takes_back(deal: Deal) -> Answer:
    path = f"/properties/{deal.listing}/lead-recommendations/{deal.lead}/action"
    return deal.boris.delete(path)


def note(table: MemoryTable, deal: Deal, side: Side) -> Note:
    return note_in(table.get(keys.note(deal.lead, deal.listing, side)))


def test_a_like_that_nobody_answered_is_taken_back_and_both_lists_have_the_pair_again(
    deal: Deal,
) -> None:
    deal.lead_side(notes="звоните").needs(200)
    assert deal.counts() == (1, 1)
    answer = lead_takes_back(deal).needs(200)
    assert answer["action"] is None
    assert (answer["match"]["status"], answer["match"]["awaiting"]) == ("REJECTED", None)
    assert deal.recommended() == (1, 1)
    assert deal.counts() == (0, 0)
    for match in deal.seen():
        assert match["closed_reason"] == "TAKEN_BACK"
        assert match["message_from_counterpart"] is None
    assert lead_takes_back(deal).needs(200) == answer, "repeatable"
    assert deal.property_side().needs(200)["match"]["status"] == "PENDING", "a first LIKE"


def test_a_dislike_is_taken_back_with_what_was_noted(deal: Deal, in_memory: MemoryTable) -> None:
    deal.lead_side("DISLIKE", reason="PRICE", notes="дорого").needs(200)
    assert note(in_memory, deal, "LEAD") == ("PRICE", "дорого")
    assert deal.recommended() == (0, 0)
    assert lead_takes_back(deal).needs(200) == {"action": None, "match": None}
    assert deal.recommended() == (1, 1)
    assert note(in_memory, deal, "LEAD") == (None, None)


def test_a_dislike_taken_back_lets_the_like_that_was_kept_open_the_match(deal: Deal) -> None:
    deal.property_side("DISLIKE").needs(200)
    deal.lead_side(proposed_commission=40, notes="привет").needs(200)
    state = property_takes_back(deal).needs(200)["match"]
    assert (state["status"], state["awaiting"]) == ("PENDING", "ME")
    _, theirs = deal.seen()
    assert theirs["commission"]["proposed_by_lead"] == 40
    assert theirs["message_from_counterpart"] == "привет"
    assert deal.boris.get("/notifications").needs(200)["total"] == 0
    assert deal.property_side(proposed_commission=40).needs(200)["match"]["status"] == "ACCEPTED"


def test_a_kept_like_is_taken_back_with_its_message(deal: Deal, in_memory: MemoryTable) -> None:
    deal.property_side("DISLIKE").needs(200)
    deal.lead_side(notes="привет").needs(200)
    assert lead_takes_back(deal).needs(200) == {"action": None, "match": None}
    assert in_memory.get(keys.message(deal.lead, deal.listing, "LEAD")) is None
    assert property_takes_back(deal).needs(200) == {"action": None, "match": None}
    assert deal.recommended() == (1, 1)


def test_what_is_answered_is_not_taken_back(deal: Deal) -> None:
    deal.lead_side(proposed_commission=60).needs(200)
    assert property_takes_back(deal).needs(200)["match"]["awaiting"] == "ME", "nothing of theirs"
    deal.property_side(proposed_commission=40).needs(200)
    for take_back in (lead_takes_back, property_takes_back):
        assert take_back(deal).needs(409)["code"] == "already_answered"
    deal.lead_side(proposed_commission=40).needs(200)
    assert lead_takes_back(deal).needs(409)["code"] == "already_answered"
    deal.lead_side("DISLIKE").needs(200)
    assert lead_takes_back(deal).needs(409)["code"] == "match_closed"


def test_the_refusals_come_in_the_order_of_the_action(deal: Deal, boris: Client) -> None:
    path = "/leads/{}/property-recommendations/{}/action"
    boris.delete(path.format(deal.lead, deal.listing)).needs(404)
    deal.anna.delete(path.format(deal.lead, deal.lead)).needs(404)
    assert lead_takes_back(deal).needs(200) == {"action": None, "match": None}
    deal.boris.put(f"/properties/{deal.listing}/archive").needs(200)
    lead_takes_back(deal).needs(404)


def test_of_a_dislike_that_stands_only_what_is_said_anew_changes(
    deal: Deal, in_memory: MemoryTable
) -> None:
    deal.lead_side("DISLIKE", reason="PRICE", notes="дорого").needs(200)
    (before,) = pairs.load_many(in_memory, [PairIds(deal.lead, deal.listing)])
    for said in ({}, {"reason": "PRICE"}, {"reason": "PRICE", "notes": "дорого"}):
        there = len(in_memory.stream)
        deal.lead_side("DISLIKE", **said).needs(200)
        assert len(in_memory.stream) == there, "nothing is charged for what is said again"
    assert note(in_memory, deal, "LEAD") == ("PRICE", "дорого")
    deal.lead_side("DISLIKE", reason="LAYOUT").needs(200)
    assert note(in_memory, deal, "LEAD") == ("LAYOUT", "дорого")
    deal.lead_side("DISLIKE", notes="и кухня мала").needs(200)
    assert note(in_memory, deal, "LEAD") == ("LAYOUT", "и кухня мала")
    assert pairs.load_many(in_memory, [before.ids]) == [before]


def test_a_reason_must_be_one_of_the_contracts_and_is_ignored_with_a_like(
    deal: Deal, in_memory: MemoryTable
) -> None:
    assert deal.lead_side("DISLIKE", reason="UGLY").needs(422)["errors"][0]["pointer"] == "/reason"
    assert deal.lead_side(reason="UGLY").needs(422)
    deal.lead_side(reason="PRICE").needs(200)
    assert note(in_memory, deal, "LEAD") == (None, None)


def test_a_decline_keeps_its_note_until_its_author_likes_again(
    deal: Deal, in_memory: MemoryTable
) -> None:
    deal.property_side().needs(200)
    deal.lead_side("DISLIKE", reason="OTHER", notes="не то").needs(200)
    assert note(in_memory, deal, "LEAD") == ("OTHER", "не то")
    assert "не то" not in str(deal.seen())
    deal.lead_side().needs(200)
    assert note(in_memory, deal, "LEAD") == (None, None)


MEETING: tuple[Deed, ...] = ("LIKE", "DISLIKE", "TAKE_BACK")
BEFORE: dict[str, Sequence[tuple[Side, Deed]]] = {
    "nothing": (),
    "invited": [("LEAD", "LIKE")],
    "disliked": [("LEAD", "DISLIKE")],
    "kept": [("PROPERTY", "DISLIKE"), ("LEAD", "LIKE")],
}


@pytest.mark.parametrize(("theirs", "before"), [*product(MEETING, BEFORE)])
def test_taking_back_that_meets_an_act_of_the_other_side_is_before_or_behind_it(
    theirs: Deed, before: str
) -> None:
    """In every order of their calls the pair is as one order of the two leaves it."""
    office, ids = Office(), PairIds("", "")

    def deed(side: Side, what: Deed) -> Callable[[], None]:
        def act() -> None:
            who = office.anna if side == "LEAD" else office.boris
            with suppress(errors.Conflict):
                agreement.act(office.table, side, who, ids, Decision(what), office.clock)

        return act

    def make() -> tuple[MemoryTable, Sequence[Callable[[], object]]]:
        nonlocal office, ids
        office = Office()
        ids = PairIds(office.posted("LEAD"), office.posted("PROPERTY"))
        for side, what in BEFORE[before]:
            deed(side, what)()
        return office.table, [deed("LEAD", "TAKE_BACK"), deed("PROPERTY", theirs)]

    allowed = [end_of(before, order, theirs) for order in (SIDES, SIDES[::-1])]
    for table in every_order(make):
        (pair,) = pairs.load_many(table, [ids]) or [Pair.untouched(ids)]
        assert state(pair) in allowed


def end_of(before: str, order: Sequence[Side], theirs: Deed) -> tuple[object, ...]:
    """How the pair stands after both, one behind the other."""
    pair = Pair(lead_id="lead", property_id="property")
    for side, what in BEFORE[before]:
        pair = reacted(pair, side, what, None, FACTS, 1000).pair
    for side in order:
        what = "TAKE_BACK" if side == "LEAD" else theirs
        with suppress(errors.Conflict):
            pair = reacted(pair, side, what, None, FACTS, 1000).pair
    return state(pair)


def state(pair: Pair) -> tuple[object, ...]:
    acts = pair.lead_action, pair.property_action
    return acts, pair.status, pair.closed_reason, pair.closed_by, pair.awaiting
