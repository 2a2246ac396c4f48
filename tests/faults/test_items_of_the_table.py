"""What is in a table that was used stands where docs/table.md says, and holds what it says."""

import re
from dataclasses import replace
from unittest.mock import patch

import pytest

from cobroke.clock import DAY_MS, now_ms
from cobroke.domain.deals.pair import Pair, PairIds
from cobroke.domain.fair_use import FairUse
from cobroke.domain.ids import owner_of
from cobroke.domain.notices.push_settings import DEFAULT
from cobroke.domain.realtors import Realtor
from cobroke.flows.deals import agreement
from cobroke.flows.deals import blocks as blocking
from cobroke.flows.erasing import leaving
from cobroke.flows.erasing.work import Pending, Place, work_on
from cobroke.flows.schedule import rematch
from cobroke.storage import key_parts, realtors
from cobroke.storage.deals import closings, pairs, said
from cobroke.storage.entities import ENTITIES, Entity
from cobroke.storage.erasing import jobs
from cobroke.storage.notation import Item, item_of
from cobroke.storage.notices import notices, push_settings
from cobroke.storage.parting import blocks
from cobroke.storage.postings import counts, limits
from cobroke.storage.postings.allowance import Limiter
from cobroke.storage.schedule import agenda, runs
from cobroke.storage.table import Table
from tests.support.scheduler import seeded
from tests.support.world import World

KEYS = ("PK", "SK", "entity")
ANY = r"\{[a-z_]+\}"


def leaves(table: Table, one: str, another: str) -> None:
    """The one is erased and registers again, the other is suspended."""
    old = realtors.find(table, one)
    assert old
    newcomer = Limiter(table, FairUse.of("1", "7")).of(replace(old, registered_at=now_ms()))
    table.transact([limits.write(table, one, newcomer.invite(now_ms()))])
    with table.caused_by("a request"):
        leaving.erase(table, one, str, now_ms)
    again = replace(old, id="", registered_at=now_ms())
    realtors.register(table, again, old.telegram_id)
    leaving.suspend(table, another, now_ms)
    for job in [*jobs.all_of(table)]:
        pending: Pending | None = Pending(Place())
        while pending:
            pending = work_on(table, job, pending.place, now_ms)


@pytest.fixture(scope="module")
def used() -> list[Item]:
    """Every item that ever was in a world in which all that writes has written."""
    world = World(seed=3)
    assert world.run(60) == []
    table = world.table
    with seeded(world.scheduler, 3):
        for part in rematch.parts_of_a_run(table):
            runs.report(
                table, "a-run", part, rematch.work_on(table, part, now_ms), now_ms() // 1000
            )
        list(agenda.due(table, 0, now_ms() + 2 * DAY_MS))
        with table.caused_by("a request"):
            closings.go_on(table, "LEAD", "a-lead", "a-listing", now_ms() // 1000)
        with patch.object(blocks, "IN_A_PART", 1):
            blocked, *others = [
                key_parts.realtor_in(item["PK"])
                for item in table.items()
                if item["entity"] == "REALTOR"
            ]
            with table.caused_by("a request"):
                for one in others:
                    blocking.block(table, one, blocked, now_ms)
        pair = Pair.untouched(PairIds("a-lead", "a-listing"))
        table.transact([said.note(table, pair, "LEAD", said.Note("PRICE", "beyond their means"))])
        lead = next(item for item in table.items() if item["entity"] == "LEAD")
        table.transact([counts.uncount(table, "LEAD", key_parts.id_in(lead["SK"]), 1)])
        known = [pairs.of_item(item) for item in table.items() if item["entity"] == "PAIR"]
        agreed = next(pair for pair in known if pair.status == "ACCEPTED")
        agreement.complete(table, owner_of(agreed.lead_id), agreed.ids, now_ms)
        told = next(item for item in table.items() if item["entity"] == "NOTICE")
        who = key_parts.realtor_in(told["PK"])
        push_settings.put(table, who, DEFAULT, now_ms)
        notices.read_all(table, who, now_ms() // 1000)
        leaves(table, others[0], blocked)
        new = Realtor(who, "1", "+7", registered_at=now_ms())
        invited = Limiter(table, FairUse.of("1", "7")).of(new).invite(now_ms())
        table.transact([limits.write(table, who, invited)])
    images = (record["dynamodb"].get("NewImage") for record in table.stream)
    return [
        dict.fromkeys(image) | item_of({key: image[key] for key in KEYS})
        for image in images
        if image
    ]


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


def _fits(key: str, shape: str) -> bool:
    """Whether the key is one of these; a name in braces stands for anything."""
    return re.fullmatch(".+".join(map(re.escape, re.split(ANY, shape))), key, re.DOTALL) is not None


def _check_attributes(entity: Entity, item: Item) -> None:
    named = entity.attributes.split()
    known = {name.rstrip("?") for name in named}
    needed = {name for name in named if not name.endswith(("?", "*"))}
    open_ended = tuple(name.rstrip("*") for name in named if name.endswith("*"))
    held = {name for name in item.keys() - {*KEYS} if not name.startswith(open_ended)}
    assert needed <= held <= known, (entity.name, held ^ known)
