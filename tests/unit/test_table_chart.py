"""docs/table.md: it is the chart of the code, and what is in a table that was used is what it says."""

import re
from importlib import import_module

import pytest

from cobroke.clock import now_ms
from cobroke.flows import rematch
from cobroke.storage import agenda, keys, notices, pushes, runs
from cobroke.storage.entities import ENTITIES, Entity
from cobroke.storage.notation import Item, item_of
from infra.triggers import STREAM_READERS
from tests.support.scheduler import seeded
from tests.support.world import World
from tools.table_chart import ACCESS, DOCUMENT, chart

KEYS = ("PK", "SK", "entity")
ANY = r"\{[a-z_]+\}"


@pytest.fixture(scope="module")
def used() -> list[Item]:
    """Every item that ever was in a world in which all that writes has written."""
    world = World(seed=1)
    assert world.run(40) == []
    table = world.table
    with seeded(world.scheduler, 1):
        for part in rematch.parts_of_a_run(table):
            runs.report(table, "a-run", part, rematch.work_on(table, part, now_ms), now_ms() // 1000)
        list(agenda.due(table, 0, now_ms() + 2 * agenda.DAY_MS))
        told = next(item for item in table.items() if item["entity"] == "NOTICE")
        who = keys.realtor_in(told["PK"])
        assert pushes.claim(table, who, told["SK"], now_ms() // 1000)
        pushes.sent(table, who, told["SK"], now_ms() // 1000)
        notices.read_all(table, who, now_ms() // 1000)
    images = (record["dynamodb"].get("NewImage") for record in table.stream)
    return [dict.fromkeys(image) | item_of({key: image[key] for key in KEYS}) for image in images if image]


def test_the_page_is_the_chart_of_the_code() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == chart()


def test_every_item_stands_where_its_kind_says_and_holds_what_it_says(used: list[Item]) -> None:
    for item in used:
        (entity,) = [one for one in ENTITIES if one.name == item["entity"]]
        assert any(_fits(f"{item['PK']} | {item['SK']}", shape) for shape in entity.keys), item
        _check_attributes(entity, item)


def test_every_kind_is_there(used: list[Item]) -> None:
    assert {one.name for one in ENTITIES} == {item["entity"] for item in used}


def test_every_attribute_that_may_be_absent_is_there_once(used: list[Item]) -> None:
    for entity in ENTITIES:
        held = {name for item in used if item["entity"] == entity.name for name in item}
        wanted = {name.rstrip("?") for name in entity.attributes.split() if not name.endswith("*")}
        assert wanted <= held, entity.name


def test_what_expires_says_for_how_long_it_is_kept() -> None:
    for entity in ENTITIES:
        assert ("expires" in entity.attributes.split()) == bool(entity.kept), entity.name


def test_what_wakes_the_readers_of_the_stream_is_a_kind_of_item() -> None:
    known = {one.name for one in ENTITIES}
    for reader in STREAM_READERS:
        for pattern in reader.patterns:
            assert set(pattern["dynamodb"]["NewImage"]["entity"]["S"]) <= known


@pytest.mark.parametrize("by", [access.by for access in ACCESS])
def test_who_asks_the_table_is_there(by: str) -> None:
    module, _, function = by.rpartition(".")
    assert callable(getattr(import_module(f"cobroke.{module}"), function))


def _fits(key: str, shape: str) -> bool:
    """Whether the key is one of these; a name in braces stands for anything."""
    return re.fullmatch(".+".join(map(re.escape, re.split(ANY, shape))), key, re.DOTALL) is not None


def _check_attributes(entity: Entity, item: Item) -> None:
    named = entity.attributes.split()
    known = {name.rstrip("?") for name in named}
    needed = {name for name in named if not name.endswith(("?", "*"))}
    open_ended = tuple(name.rstrip("*") for name in named if name.endswith("*"))
    held = {
        name for name in item if name not in {"PK", "SK", "entity"} and not (open_ended and name.startswith(open_ended))
    }
    assert needed <= held <= known, (entity.name, held ^ known)
