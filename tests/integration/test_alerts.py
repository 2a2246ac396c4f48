"""Alerts about new counterparts: who is told of what, when, and how often."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest

from cobroke.domain.notices.alert import BEST
from cobroke.storage.deals import pairs
from tests.builders import a_lead, a_property
from tests.client import Client
from tests.following import follower
from tests.memory_table import MemoryTable

pytestmark = pytest.mark.usefixtures("in_memory")

type Json = dict[str, Any]


@pytest.fixture
def follow(in_memory: MemoryTable) -> Callable[[], None]:
    return follower("stream_matching", in_memory.stream)


def alerts(client: Client) -> list[Json]:
    rows = client.get("/notifications", limit=100).needs(200)["notifications"]
    return [row for row in rows if row["data"].get("reason") == "RECOMMENDED"]


def test_a_new_listing_alerts_the_owner_of_a_matching_lead(
    anna: Client, boris: Client, follow: Callable[[], None]
) -> None:
    lead = anna.post_lead(a_lead())
    listing = boris.post_property(a_property(price=21_000_000))
    follow()
    (row,) = alerts(anna)
    assert row["type"] == "NEW_MATCH"
    assert row["data"] == {
        "lead_id": lead,
        "reason": "RECOMMENDED",
        "count": 1,
        "top": [{"property_id": listing, "match_score": 88}],
    }
    assert row["message"] == (
        "Хамовники: 2\u00a0комнаты, 60\u00a0м², 21\u00a0000\u00a0000\u00a0₽. Совпадение 88\u00a0%."
    )


def test_a_new_lead_alerts_the_owner_of_a_matching_listing(
    anna: Client, boris: Client, follow: Callable[[], None]
) -> None:
    listing = boris.post_property(a_property())
    follow()
    lead = anna.post_lead(a_lead())
    follow()
    (row,) = alerts(boris)
    assert row["data"]["property_id"] == listing
    assert row["data"]["top"] == [{"lead_id": lead, "match_score": 100}]
    assert alerts(anna) == []


def test_an_alert_grows_while_it_is_unread_and_keeps_its_place(
    anna: Client, boris: Client, follow: Callable[[], None]
) -> None:
    anna.post_lead(a_lead())
    prices = (21_000_000, 20_500_000, 18_000_000, 20_100_000)
    listings = []
    for price in prices:
        listings.append(boris.post_property(a_property(price=price)))
        follow()
    (row,) = alerts(anna)
    assert row["data"]["count"] == 4
    assert [top["property_id"] for top in row["data"]["top"]] == [
        listings[2],
        listings[3],
        listings[1],
    ]
    assert anna.get("/notifications").needs(200)["unread_count"] == 1
    anna.post(f"/notifications/{row['id']}/read").needs(200)
    boris.post_property(a_property())
    follow()
    newer, older = alerts(anna)
    assert (newer["data"]["count"], older["data"]["count"]) == (1, 4)


def test_a_listing_alerts_again_only_after_a_price_cut_of_three_percent(
    anna: Client, boris: Client, follow: Callable[[], None]
) -> None:
    anna.post_lead(a_lead())
    listing = boris.post_property(a_property(price=20_000_000))
    follow()
    anna.post("/notifications/read-all").needs(200)
    boris.put(f"/properties/{listing}", a_property(price=19_400_001)).needs(200)
    follow()
    assert len(alerts(anna)) == 1
    boris.put(f"/properties/{listing}", a_property(price=19_400_000)).needs(200)
    follow()
    assert len(alerts(anna)) == 2


def test_only_what_would_be_among_the_best_ten_alerts(
    anna: Client, boris: Client, stranger: Client, follow: Callable[[], None]
) -> None:
    for _ in range(10):
        boris.post_property(a_property())
    lead = anna.post_lead(a_lead())
    follow()
    anna.post("/notifications/read-all").needs(200)
    before = len(alerts(anna))
    late = stranger.registered().post_property(a_property(price=21_000_000))
    follow()
    assert len(alerts(anna)) == before
    best = anna.properties_for(lead)["recommendations"][0]["property_id"]
    anna.post(f"/leads/{lead}/property-recommendations/{best}/action", {"action": "DISLIKE"}).needs(
        200
    )
    follow()
    assert len(alerts(anna)) == before, "a vacancy alerts nobody"
    boris.put(f"/properties/{best}/archive").needs(200)
    owner = stranger.registered()
    second = owner.post_property(a_property(price=Decimal("20000000.01")))
    follow()
    (row, *_) = alerts(anna)
    assert [top["property_id"] for top in row["data"]["top"]] == [second]
    assert late != second


def test_what_scores_below_eighty_alerts_nobody(
    anna: Client, boris: Client, follow: Callable[[], None]
) -> None:
    anna.post_lead(a_lead())
    boris.post_property(a_property(district="Сокол", metro_station="Сокол"))
    follow()
    assert alerts(anna) == []


@pytest.mark.parametrize("dislikes", [0, 1, 2])
def test_the_pairs_of_a_lead_are_read_only_where_there_are_enough_to_make_room(
    anna: Client, boris: Client, follow: Callable[[], None], dislikes: int
) -> None:
    lead = anna.post_lead(a_lead())
    best = [boris.post_property(a_property()) for _ in range(BEST + 1)]
    for listing in best[:dislikes]:
        anna.post(
            f"/leads/{lead}/property-recommendations/{listing}/action", {"action": "DISLIKE"}
        ).needs(200)
    follow()
    (told,) = alerts(anna)
    with patch.object(pairs, "of_posting", wraps=pairs.of_posting) as of_posting:
        boris.post_property(a_property(price=20_500_000))
        follow()
    asked = [call.args[1:] for call in of_posting.mock_calls].count(("LEAD", lead))
    assert asked == (dislikes == 2), "eleven stand above it"
    (now,) = alerts(anna)
    assert now["data"]["count"] - told["data"]["count"] == (dislikes == 2)
