"""Nobody agrees to an object that has changed for the worse since they liked it: through the API,
and where an edit meets the other side's LIKE.
"""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from cobroke.domain.deals.pair import Pair, PairIds, Side
from cobroke.domain.postings.kinds import other
from cobroke.storage.deals import pairs
from tests.builders import Json, a_lead, a_property
from tests.client import Client
from tests.memory_table import MemoryTable
from tests.support.deal import Deal
from tests.support.office import Office
from tests.support.orders import every_order

pytestmark = pytest.mark.usefixtures("in_memory")

FLAT = {"commission_share": 50}


@pytest.fixture
def deal(anna: Client, boris: Client) -> Deal:
    return Deal(anna, boris)


def edits_lead(deal: Deal, **changes: Any) -> None:
    body = a_lead(**changes)
    deal.anna.put(f"/leads/{deal.lead}", body).needs(200)


def edits_listing(deal: Deal, **changes: Any) -> None:
    deal.boris.put(f"/properties/{deal.listing}", a_property(**FLAT, **changes)).needs(200)


def changed(deal: Deal) -> tuple[bool, bool]:
    ours, theirs = deal.seen()
    one = deal.anna.get(f"/matches/{ours['match_id']}").needs(200)
    assert one["changed"] == ours["changed"]
    return ours["changed"], theirs["changed"]


@pytest.mark.parametrize(
    "worse",
    [{"price": 18_000_001}, {"street": "Другая"}, {"floor": 1}, {"year_built": 1950}],
    ids=str,
)
def test_a_liked_flat_that_becomes_another_is_asked_about_again(deal: Deal, worse: Json) -> None:
    deal.lead_side().needs(200)
    assert changed(deal) == (False, False)
    edits_listing(deal, **worse)
    assert changed(deal) == (True, False)
    state = deal.property_side().needs(200)["match"]
    assert (state["status"], state["awaiting"]) == ("PENDING", "THEM")
    assert deal.seen()[0]["realtor_info"]["phone"] is None
    assert deal.lead_side().needs(200)["match"]["status"] == "ACCEPTED", "without a number"
    assert changed(deal) == (False, False)


@pytest.mark.parametrize(
    "as_good",
    [{"price": 17_000_000}, {"photos": ["https://photos.example/1.jpg"]}, {"description": "Иная"}],
    ids=str,
)
def test_what_is_no_worse_is_agreed_on_as_ever(deal: Deal, as_good: Json) -> None:
    deal.lead_side().needs(200)
    edits_listing(deal, **as_good)
    assert changed(deal) == (False, False)
    assert deal.property_side().needs(200)["match"]["status"] == "ACCEPTED"


def test_members_in_another_order_are_no_change(deal: Deal) -> None:
    deal.lead_side().needs(200)
    body = a_property(**FLAT)
    turned = {
        name: dict(reversed(part.items())) if isinstance(part, dict) else part
        for name, part in reversed(body.items())
    }
    deal.boris.put(f"/properties/{deal.listing}", turned).needs(200)
    assert changed(deal) == (False, False)


@pytest.mark.parametrize(
    ("edit", "holds"),
    [
        ({"payment_method": "CASH"}, False),
        ({"districts": ["Сокол"], "metro_stations": ["Сокол"]}, False),
        ({"additional_requirements": "Только с балконом"}, True),
        ({"notes": "иное"}, True),
    ],
    ids=str,
)
def test_a_liked_lead_is_asked_about_again_where_it_pays_otherwise_or_fits_less(
    deal: Deal, edit: Json, holds: bool
) -> None:
    deal.property_side().needs(200)
    edits_lead(deal, **edit)
    assert changed(deal) == (False, not holds)
    state = deal.lead_side().needs(200)["match"]
    assert state["status"] == ("ACCEPTED" if holds else "PENDING")
    if not holds:
        assert deal.property_side().needs(200)["match"]["status"] == "ACCEPTED"


def test_nothing_is_changed_for_who_has_not_liked_nor_once_it_is_over(deal: Deal) -> None:
    deal.lead_side().needs(200)
    edits_lead(deal, payment_method="CASH")
    assert changed(deal) == (False, False), "the property side has not liked"
    edits_listing(deal, price=19_000_000)
    deal.property_side("DISLIKE").needs(200)
    assert changed(deal) == (False, False), "it is closed"


WORSE: dict[Side, Json] = {
    "LEAD": a_lead(payment_method="CASH"),
    "PROPERTY": a_property(price=18_500_000),
}


def last(written: Sequence[str], entity: str) -> int:
    return max(at for at, one in enumerate(written) if one == entity)


WORSE_STILL: dict[Side, Json] = {
    "LEAD": a_lead(payment_method="EXCHANGE"),
    "PROPERTY": a_property(price=19_000_000),
}


@pytest.mark.parametrize("liker", ["LEAD", "PROPERTY"])
def test_an_edit_that_meets_the_second_like_is_before_or_behind_it(liker: Side) -> None:
    """In every order of their calls: behind it both have agreed; before it the first is asked."""
    editor, office = other(liker), Office()
    ids = PairIds("", "")

    def make() -> tuple[MemoryTable, Sequence[Callable[[], object]]]:
        nonlocal office, ids
        office = Office()
        ids = PairIds(office.posted("LEAD"), office.posted("PROPERTY"))
        office.acts(liker, ids)
        own = ids.lead_id if editor == "LEAD" else ids.property_id
        return office.table, [
            lambda: office.acts(editor, ids),
            lambda: office.edits(editor, own, WORSE[editor]),
        ]

    ends = set[str]()
    for table in every_order(make):
        (pair,) = pairs.load_many(table, [ids])
        written = [
            record["dynamodb"].get("NewImage", {}).get("entity", {}).get("S")
            for record in table.stream
        ]
        first = "edit" if last(written, editor) < last(written, "PAIR") else "like"
        assert pair.status == ("PENDING" if first == "edit" else "ACCEPTED")
        assert pair.awaiting == (liker if first == "edit" else None)
        ends.add(first)
    assert ends == {"edit", "like"}


@pytest.mark.parametrize("editor", ["LEAD", "PROPERTY"])
def test_an_edit_that_meets_the_yes_again_is_before_or_behind_it(editor: Side) -> None:
    """Both have offered one number, and the one who is asked says yes while the other edits."""
    liker, office = other(editor), Office()
    ids = PairIds("", "")

    def make() -> tuple[MemoryTable, Sequence[Callable[[], object]]]:
        nonlocal office, ids
        office = Office()
        ids = PairIds(office.posted("LEAD"), office.posted("PROPERTY"))
        own = ids.lead_id if editor == "LEAD" else ids.property_id
        office.acts(liker, ids)
        office.edits(editor, own, WORSE[editor])
        asked = office.acts(editor, ids)
        assert (asked.status, asked.awaiting) == ("PENDING", liker)
        return office.table, [
            lambda: office.acts(liker, ids),
            lambda: office.edits(editor, own, WORSE_STILL[editor]),
        ]

    for table in every_order(make):
        (pair,) = pairs.load_many(table, [ids])
        assert pair.status == "ACCEPTED", "the yes is to what it was decided on"
        assert agreed_to(pair, editor) in {"as it was", "as it became"}


def agreed_to(pair: Pair, editor: Side) -> str:
    if editor == "PROPERTY":
        assert pair.saw_lead
        return {1_850_000_000: "as it was", 1_900_000_000: "as it became"}[pair.saw_lead.price]
    assert pair.saw_property
    names = {"CASH": "as it was", "EXCHANGE": "as it became"}
    return names[pair.saw_property.payment_method]
