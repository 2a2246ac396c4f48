"""The dashboard shows all that has an alarm; the queries read logs that there are."""

import json
import re
from typing import Any

import pytest

from infra.dashboard import QUERIES
from tests.infra.conftest import Template

QUERY = "AWS::Logs::QueryDefinition"
SHOWN = (
    "API: requests",
    "API: requests that failed, that were refused (%)",
    "API: latency (ms)",
    "Stream: lag (ms)",
    "Reads of stream and queues",
    "Queues: waiting",
    "Failure queues",
    "Functions: errors",
    "Table: throttled",
    "What the audit mended",
    "Requests by route and status",
    "Pushes by outcome a day",
    "Likes, matches and contacts a day",
)


@pytest.fixture(params=["dev", "prod"])
def watched(request: pytest.FixtureRequest, templates: dict[str, Template]) -> Template:
    return templates[request.param]


def _widgets(template: Template) -> list[dict[str, Any]]:
    """The widgets, with each reference written as its logical id."""
    body = template.one("AWS::CloudWatch::Dashboard")["DashboardBody"]["Fn::Join"][1]
    text = "".join(part if isinstance(part, str) else _id(part) for part in body)
    widgets: list[dict[str, Any]] = json.loads(text)["widgets"]
    return widgets


def _id(reference: dict[str, Any]) -> str:
    return str(reference.get("Ref") or reference["Fn::GetAtt"][0])


def test_it_shows_what_the_walk_found(watched: Template) -> None:
    titles = [one["properties"]["title"] for one in _widgets(watched)]
    assert len(set(titles)) == len(titles)
    assert set(SHOWN) <= set(titles)


def test_every_alarm_is_shown(watched: Template) -> None:
    labels = re.findall(r'"label":"([^"]*)"', json.dumps(_widgets(watched), separators=(",", ":")))
    alarms = {
        one["Properties"]["AlarmName"].removeprefix(f"cobroke-{watched.stage}-")
        for one in watched.all("AWS::CloudWatch::Alarm").values()
    }
    assert alarms - set(labels) == set()


def test_its_address_is_an_output(watched: Template) -> None:
    address = json.dumps(watched.main["Outputs"]["DashboardUrl"]["Value"])
    assert "cloudwatch/home" in address
    name = watched.one("AWS::CloudWatch::Dashboard")["DashboardName"]
    assert name == f"cobroke-{watched.stage}"


def test_the_queries_are_saved_and_read_logs_that_there_are(watched: Template) -> None:
    groups = watched.all("AWS::Logs::LogGroup").values()
    logs = {one["Properties"]["LogGroupName"] for one in groups}
    saved = [one["Properties"] for one in watched.all(QUERY).values()]
    names = {f"cobroke/{watched.stage}/{query.title}" for query in QUERIES}
    assert {one["Name"] for one in saved} == names
    for one in saved:
        assert set(one["LogGroupNames"]) <= logs
        # CloudWatch's own pattern of a name.
        assert re.fullmatch(r"([^:*/]+/?)*[^:*/]+", one["Name"])
