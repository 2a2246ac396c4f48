"""From a schedule to its reports: the deployed planner, its queue and the worker, woken as the
clock wakes them.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cobroke.clock import now_ms
from cobroke.domain.deals.pair import PENDING_FOR, PairIds
from cobroke.domain.postings.kinds import Kind
from cobroke.domain.postings.posting import FRESH_FOR_MS, Content
from cobroke.edge.models.property import PropertyBody
from cobroke.flows.deals import agreement
from cobroke.flows.deals.decision import Decision
from cobroke.storage import keys
from cobroke.storage.postings import postings
from cobroke.storage.schedule.agenda import SHARDS
from cobroke.storage.table import Table
from tests.builders import Json, a_lead, a_property
from tests.client import Client
from tests.polling import WITHIN_S, soon
from tools import rematch
from tools.emulator import RunningStack

SHARDS_OF_THE_AGENDA = {f"AGENDA#{shard}" for shard in range(SHARDS)}

type Reports = dict[str, dict[str, int]]


class City:
    """A market with a match that nobody has acted on for a fortnight and a listing that nobody has
    written for long.
    """

    def __init__(self, stranger: Client, table: Table, name: str) -> None:
        self.part, self.table = f"MARKET#FLAT#{name}", table
        self.anna, self.boris = stranger.registered(), stranger.registered()
        self.old = self.posted_long_ago(
            a_property(city=name, district="Сокол", metro_station="Сокол")
        )
        lead = self.followed("LEAD", self.anna.post_lead(a_lead(city=name)))
        self.ids = PairIds(
            lead, self.followed("PROPERTY", self.boris.post_property(a_property(city=name)))
        )
        liked_at = now_ms() - PENDING_FOR
        agreement.act(
            table, "LEAD", self.id_of(self.anna), self.ids, Decision("LIKE"), lambda: liked_at
        )
        awaited(
            lambda: "INTEREST" in {row["data"].get("reason") for row in self.notices(self.boris)}
        )

    def posted_long_ago(self, body: Json) -> str:
        long_ago, listing = now_ms() - FRESH_FOR_MS, PropertyBody.model_validate(body)
        content = Content(listing.model_dump(), listing.features())
        return postings.create(
            self.table, "PROPERTY", self.id_of(self.boris), content, lambda: long_ago
        ).id

    def followed(self, kind: Kind, posting_id: str) -> str:
        """Once the stream has alerted all whom it should."""
        awaited(lambda: self.table.get(keys.alerted_all(kind, posting_id)))
        return posting_id

    def id_of(self, client: Client) -> str:
        return str(client.get("/me").needs(200)["realtor_id"])

    @property
    def match(self) -> tuple[str, str | None]:
        (row,) = self.anna.get(f"/leads/{self.ids.lead_id}/matches").needs(200)["matches"]
        return row["status"], row["closed_reason"]

    @property
    def old_is_stale(self) -> bool:
        return bool(self.boris.get(f"/properties/{self.old}").needs(200)["stale"])

    @property
    def recommended(self) -> list[str]:
        rows = self.anna.properties_for(self.ids.lead_id)["recommendations"]
        return [row["property_id"] for row in rows]

    def notices(self, client: Client) -> list[Json]:
        rows: list[Json] = client.get("/notifications").needs(200)["notifications"]
        return rows


@pytest.fixture
def city(stranger: Client, table: Table, a_city: str) -> City:
    return City(stranger, table, a_city)


def awaited[Found](look: Callable[[], Found]) -> Found:
    found = soon(look)
    assert found, f"not within {WITHIN_S} s"
    return found


def reports(running: RunningStack) -> dict[str, Reports]:
    """Of every run there was: what its parts have done."""
    pages = (
        running.client("dynamodb")
        .get_paginator("scan")
        .paginate(TableName=running.table_name, ConsistentRead=True)
    )
    found: dict[str, Reports] = {}
    for item in (item for page in pages for item in page["Items"] if item["entity"]["S"] == "RUN"):
        did = {name[2:]: int(value["N"]) for name, value in item.items() if name.startswith("n_")}
        found.setdefault(item["PK"]["S"], {})[item["part"]["S"]] = did
    return found


def wake_once(running: RunningStack, name: str) -> None:
    """As the deployed schedule does, with its target and role, but at once and once."""
    scheduler = running.client("scheduler")
    names = [one["Name"] for one in scheduler.list_schedules()["Schedules"]]
    targets = [scheduler.get_schedule(Name=one)["Target"] for one in names]
    (planner,) = [target for target in targets if "rematchplanner" in target["Arn"]]
    scheduler.create_schedule(
        Name=name,
        ScheduleExpression=f"at({datetime.now(UTC):%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        ActionAfterCompletion="DELETE",
        Target={"Arn": planner["Arn"], "RoleArn": planner["RoleArn"]},
    )


def total(found: Reports, kind: str) -> int:
    return sum(did.get(kind, 0) for did in found.values())


def test_a_schedule_wakes_the_planner_and_the_workers_do_what_has_fallen_due(
    stack: RunningStack, city: City
) -> None:
    assert (city.match, city.old_is_stale) == (("PENDING", None), False)
    told, known = [city.notices(who) for who in (city.anna, city.boris)], {*reports(stack)}
    assert [len(each) for each in told] == [1, 1]
    assert city.recommended == [city.old]
    wake_once(stack, "once")

    def done() -> list[Reports]:
        new = [found for run, found in reports(stack).items() if run not in known]
        return [found for found in new if {city.part, *SHARDS_OF_THE_AGENDA} <= {*found}]

    (found, *_) = awaited(done)
    assert (city.match, city.old_is_stale) == (("REJECTED", "EXPIRED"), True)
    assert city.recommended == [city.ids.property_id], "nobody answered: it is in the list again"
    assert (total(found, "expired"), total(found, "stale")) == (1, 1)
    assert [city.notices(who) for who in (city.anna, city.boris)] == told


def test_a_run_that_is_triggered_by_hand_shows_what_it_has_done(
    stack: RunningStack,
    city: City,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    where = tmp_path / "api-url"
    where.write_text(stack.base_url)
    monkeypatch.setattr("tools.stack.API_URL", where)
    known = {*reports(stack)}
    rematch.main("local")
    said = capsys.readouterr().out
    (run,) = reports(stack).keys() - known
    found = reports(stack)[run]
    assert {city.part, *SHARDS_OF_THE_AGENDA} <= {*found}
    assert city.match == ("REJECTED", "EXPIRED")
    assert f"Run {run.removeprefix('RUN#')}: {len(found)} parts" in said
    all_parts = next(
        line.split("│")[2:-1] for line in said.splitlines() if line.startswith("│ all ")
    )
    assert [int(cell) for cell in all_parts] == [total(found, kind) for kind in rematch.COLUMNS]
    assert total(found, "expired") == 1
