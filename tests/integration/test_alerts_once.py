"""Once is once in 180 days: what the ledger of alerts has forgotten, it may still hold for days."""

from collections.abc import Sequence
from unittest.mock import patch

import pytest

from cobroke.clock import DAY_MS
from cobroke.storage import keys
from cobroke.storage.notation import Item
from cobroke.storage.notices import alerts
from cobroke.storage.table import Key, Write
from tests.builders import a_property
from tests.support.scene import Scene, a_scene

AT_FIRST, A_LITTLE_LESS, CHEAPER = 21_000_000, 20_999_999, 20_000_000
KEPT_DAYS = alerts.KEPT_S * 1000 // DAY_MS


@pytest.fixture
def scene() -> Scene:
    """The clock stands still, unless a test moves it."""
    scene = a_scene()
    scene.settle()
    scene.world.tick = 0
    return scene


def ledger_key(scene: Scene, listing: str) -> Key:
    return keys.alerted("LEAD", scene.lead, listing)


def ledger(scene: Scene, listing: str) -> Item:
    item = scene.world.table.get(ledger_key(scene, listing))
    assert item
    return item


def edited(scene: Scene, listing: str, price: int) -> int:
    """How often the lead's owner was told of it by then."""
    scene.world.edits("PROPERTY", listing, a_property(price=price))
    scene.settle()
    return len(scene.told())


def first_told(scene: Scene) -> str:
    scene.world.now += 1_000
    listing = scene.offers(AT_FIRST)
    scene.settle()
    assert scene.told() == [(1, (listing,))]
    return listing


def test_it_is_for_180_days() -> None:
    assert KEPT_DAYS == 180


def test_a_counterpart_alerts_again_when_180_days_are_over(scene: Scene) -> None:
    listing = first_told(scene)
    scene.world.now += KEPT_DAYS * DAY_MS - 1_000
    assert edited(scene, listing, A_LITTLE_LESS) == 1
    scene.world.now += 1_000
    assert edited(scene, listing, A_LITTLE_LESS - 1) == 2
    assert edited(scene, listing, A_LITTLE_LESS - 2) == 2
    scene.world.now += KEPT_DAYS * DAY_MS
    assert edited(scene, listing, AT_FIRST) == 3


def test_they_begin_anew_with_a_price_cut(scene: Scene) -> None:
    listing = first_told(scene)
    scene.world.now += 100 * DAY_MS
    assert edited(scene, listing, CHEAPER) == 2, "the notice of before has expired"
    assert ledger(scene, listing)["expires"] == scene.world.now // 1000 + alerts.KEPT_S
    scene.world.now += 100 * DAY_MS
    assert edited(scene, listing, CHEAPER - 1) == 2
    scene.world.now += 80 * DAY_MS
    assert edited(scene, listing, CHEAPER - 2) == 3


def test_an_alert_that_is_not_told_renews_nothing(scene: Scene) -> None:
    listing = first_told(scene)
    before = ledger(scene, listing)
    scene.world.now += 100 * DAY_MS
    assert edited(scene, listing, A_LITTLE_LESS) == 1
    assert ledger(scene, listing) == before


def test_what_was_entered_before_it_had_an_end_has_none(scene: Scene) -> None:
    listing = first_told(scene)
    item = ledger(scene, listing)
    del item["expires"]
    scene.world.table.transact([scene.world.table.put(item)])
    scene.world.now += 3 * KEPT_DAYS * DAY_MS
    assert edited(scene, listing, A_LITTLE_LESS) == 1
    assert edited(scene, listing, CHEAPER) == 2, "and a price cut gives it one"
    assert ledger(scene, listing)["expires"] == scene.world.now // 1000 + alerts.KEPT_S


def test_who_sees_too_late_that_it_was_entered_anew_tells_nobody(scene: Scene) -> None:
    """Another delivery enters it just before this one would, at the price that was there."""
    world, listing = scene.world, first_told(scene)
    world.now += KEPT_DAYS * DAY_MS
    transact, met = world.table.transact, list[None]()

    def meanwhile(writes: Sequence[Write]) -> None:
        if not met and any(
            write["Put"]["Item"]["entity"]["S"] == "ALERTED" for write in writes if "Put" in write
        ):
            met.append(None)
            anew = {"expires": world.now // 1000 + alerts.KEPT_S}
            transact([world.table.put(ledger(scene, listing) | anew)])
        transact(writes)

    with patch.object(world.table, "transact", meanwhile):
        assert edited(scene, listing, A_LITTLE_LESS) == 1
    assert met
