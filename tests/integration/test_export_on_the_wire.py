"""An export as it leaves: the expressions, the cursors and the answers, over moto."""

from functools import partial

import pytest

from cobroke.edge.exports import Bounds, part
from tests.builders import a_property
from tests.client import Client
from tests.support.deal import Deal
from tests.support.exported import exported


def test_an_export_in_parts(anna: Client, boris: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    deal = Deal(anna, boris)
    deal.lead_side(notes="добрый день").needs(200)
    deal.property_side(notes="и вам").needs(200)
    second = boris.post_property(a_property())
    whole, parts = exported(boris)
    assert parts == 1
    assert [row["property_id"] for row in whole["properties"]] == [second, deal.listing]
    (match,) = whole["matches"]
    assert match == boris.get(f"/matches/{match['match_id']}").needs(200) | {
        "lead_id": deal.lead,
        "property_id": deal.listing,
        "side": "PROPERTY",
    }
    assert [row["text"] for row in whole["messages"]] == ["и вам"]
    assert [row["action"] for row in whole["decisions"]] == ["LIKE"]
    monkeypatch.setattr("functions.me.handler.part", partial(part, bounds=Bounds(steps=1)))
    assert exported(boris) == (whole, 3)
