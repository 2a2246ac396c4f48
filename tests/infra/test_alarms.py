"""Alarms: nothing that can fail in silence is without one."""

import re
from pathlib import Path
from typing import Any

import pytest

from cobroke.flows.audit import DRIFTS
from cobroke.storage.postings.allowance import TALLIES as KEPT
from infra.alarms import TALLIES
from infra.failures import AUDIT_KINDS, MOST_A_DAY
from infra.triggers import STREAM_READERS
from tests.infra.conftest import Template

ROOT = Path(__file__).parent.parent.parent
ALARM = "AWS::CloudWatch::Alarm"
OF_REALTORS = {
    "Shown": 10_000,
    "Acted": 2_000,
    "RefusedWrite": 200,
    "RefusedLook": 200,
    "RefusedInvite": 50,
    "RefusedNewcomer": 50,
}
OF_TABLE = ("ReadThrottleEvents", "WriteThrottleEvents")


def alarms(template: Template) -> dict[tuple[str, str, str], dict[str, Any]]:
    """(namespace, metric, of what) → properties."""
    found = {}
    simple = [one["Properties"] for one in template.all(ALARM).values()]
    simple = [alarm for alarm in simple if "Metrics" not in alarm]
    for alarm in simple:
        named = {one["Name"]: one["Value"] for one in alarm.get("Dimensions", ())}
        thing = named.get("stage") or next(iter(named.values()), "")
        of = thing if isinstance(thing, str) else thing.get("Ref") or thing["Fn::GetAtt"][0]
        found[alarm["Namespace"], alarm["MetricName"], of] = alarm
    assert len(found) == len(simple)
    return found


def filled(template: Template) -> dict[str, dict[str, Any]]:
    """Metric → properties of the alarm on it, with 0 for what is missing."""
    return {
        one["MetricStat"]["Metric"]["MetricName"]: alarm["Properties"]
        for alarm in template.all(ALARM).values()
        if any(
            re.fullmatch(r"FILL\(of_\w+, 0\)", one.get("Expression", ""))
            for one in alarm["Properties"].get("Metrics", ())
        )
        for one in alarm["Properties"]["Metrics"]
        if "MetricStat" in one
    }


def shares(template: Template) -> dict[str, dict[str, Any]]:
    """Metric → properties of the alarm on what part it is of all requests."""
    found = {}
    for alarm in (one["Properties"] for one in template.all(ALARM).values()):
        names = {
            one["Id"]: one["MetricStat"]["Metric"]["MetricName"]
            for one in alarm.get("Metrics", ())
            if "MetricStat" in one
        }
        if "all" in names:
            assert names["all"] == "Count"
            (part,) = names.keys() - {"all"}
            found[names[part]] = alarm
    return found


@pytest.fixture(params=["dev", "prod"])
def watched(request: pytest.FixtureRequest, templates: dict[str, Template]) -> Template:
    return templates[request.param]


def test_every_failure_queue_has_one(watched: Template) -> None:
    redriven = [
        one["Properties"].get("RedrivePolicy") for one in watched.all("AWS::SQS::Queue").values()
    ]
    failed = {policy["deadLetterTargetArn"]["Fn::GetAtt"][0] for policy in redriven if policy}
    for mapping in watched.all("AWS::Lambda::EventSourceMapping").values():
        if "DestinationConfig" in mapping["Properties"]:
            failed.add(
                mapping["Properties"]["DestinationConfig"]["OnFailure"]["Destination"][
                    "Fn::GetAtt"
                ][0]
            )
    assert len(failed) == 5
    of_queues = {of: one for (space, _, of), one in alarms(watched).items() if space == "AWS/SQS"}
    assert of_queues.keys() == failed
    for one in of_queues.values():
        assert (one["MetricName"], one["Statistic"]) == (
            "ApproximateNumberOfMessagesVisible",
            "Maximum",
        )


def test_every_function_has_one_for_errors_and_one_for_throttles(watched: Template) -> None:
    of_functions = {key[1:] for key in alarms(watched) if key[1] in {"Errors", "Throttles"}}
    names = watched.all("AWS::Lambda::Function").keys()
    assert of_functions == {(metric, name) for metric in ("Errors", "Throttles") for name in names}


def test_a_reader_ten_minutes_behind_the_stream_raises_one(watched: Template) -> None:
    lags = {of: one for (_, metric, of), one in alarms(watched).items() if metric == "IteratorAge"}
    functions = watched.all("AWS::Lambda::Function")
    names = {
        functions[of]["Properties"]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]: one
        for of, one in lags.items()
    }
    assert names.keys() == {reader.function for reader in STREAM_READERS}
    assert {(one["Threshold"], one["Statistic"]) for one in names.values()} == {
        (600_000, "Maximum")
    }


def test_a_stream_or_a_queue_that_nobody_reads_raises_one(watched: Template) -> None:
    """Lambda counts every poll, an empty one too: silence says that there is none."""
    readers = {
        name: one["Properties"]
        for name, one in watched.all("AWS::Lambda::EventSourceMapping").items()
    }
    assert len(readers) == 5
    assert all(one["MetricsConfig"] == {"Metrics": ["EventCount"]} for one in readers.values())
    found = {
        of: one for (_, metric, of), one in alarms(watched).items() if metric == "PolledEventCount"
    }
    assert found.keys() == readers.keys()
    for one in found.values():
        assert one["Period"] * one["EvaluationPeriods"] == 2 * 3600
        assert (one["Statistic"], one["Threshold"]) == ("SampleCount", 1)
        assert one["ComparisonOperator"] == "LessThanThreshold"
        assert one["TreatMissingData"] == "breaching"


def test_what_the_clock_wakes_raises_one_when_it_is_not_woken(watched: Template) -> None:
    silent = {
        of: one for (_, metric, of), one in alarms(watched).items() if metric == "Invocations"
    }
    functions = watched.all("AWS::Lambda::Function")
    hours = {
        functions[of]["Properties"]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]: (
            one["Period"] * one["EvaluationPeriods"] / 3600
        )
        for of, one in silent.items()
    }
    assert hours == {"rematch_planner": 3, "audit": 36}
    for one in silent.values():
        assert (one["ComparisonOperator"], one["Threshold"]) == ("LessThanThreshold", 1)
        assert one["TreatMissingData"] == "breaching"


def test_a_table_that_throttles_raises_one_that_goes_out_by_itself(watched: Template) -> None:
    """What is not measured is filled in with 0: nobody could say else whether it goes out."""
    (table,) = watched.all("AWS::DynamoDB::Table")
    found = filled(watched)
    assert found.keys() == set(OF_TABLE)
    for alarm in found.values():
        (measured,) = (one["MetricStat"] for one in alarm["Metrics"] if "MetricStat" in one)
        assert measured["Metric"]["Dimensions"] == [{"Name": "TableName", "Value": {"Ref": table}}]
        assert alarm["Threshold"] == 100


def test_a_part_of_a_run_that_fails_raises_one(watched: Template) -> None:
    ((of, one),) = [
        (of, one) for (_, metric, of), one in alarms(watched).items() if metric == "PartFailed"
    ]
    assert of == watched.stage
    assert {each["Name"]: each["Value"] for each in one["Dimensions"]} == {
        "service": "rematch_worker",
        "stage": watched.stage,
    }


def test_each_kind_of_the_audit_has_one(watched: Template) -> None:
    assert AUDIT_KINDS == DRIFTS
    drifts = {
        metric: one
        for (space, metric, _), one in alarms(watched).items()
        if space == "Cobroke" and "Drift" in metric
    }
    assert drifts.keys() == {f"Drift{kind.capitalize()}" for kind in DRIFTS}
    for one in drifts.values():
        assert {each["Name"]: each["Value"] for each in one["Dimensions"]} == {
            "service": "audit",
            "stage": watched.stage,
        }


def test_what_is_not_measured_is_not_wrong_and_one_is_too_many(watched: Template) -> None:
    for (_, metric, _), one in alarms(watched).items():
        if metric in {"Invocations", "PolledEventCount"}:
            continue
        assert one["TreatMissingData"] == "notBreaching"
        assert one["ComparisonOperator"] == "GreaterThanThreshold"
        most = {"IteratorAge": 600_000, "Latency": 5_000} | OF_REALTORS
        assert one["Threshold"] == most.get(metric, 0)
        assert "docs/runbook.md" in one["AlarmDescription"]
        assert "AlarmActions" not in one


def test_an_api_that_fails_refuses_much_or_is_slow_raises_one(watched: Template) -> None:
    (api,) = watched.all("AWS::ApiGatewayV2::Api")
    of_api = [{"Name": "ApiId", "Value": {"Ref": api}}, {"Name": "Stage", "Value": "$default"}]
    found = shares(watched)
    assert {name: alarm["Threshold"] for name, alarm in found.items()} == {"5xx": 1, "4xx": 50}
    for alarm in found.values():
        (share,) = (one["Expression"] for one in alarm["Metrics"] if "Expression" in one)
        of = {"of_5xx": 20, "of_4xx": 100}  # `make smoke` sends 28 that are refused
        assert share in [f"IF(all >= {least}, 100 * {part} / all, 0)" for part, least in of.items()]
        assert alarm["ComparisonOperator"] == "GreaterThanThreshold"
        assert alarm["TreatMissingData"] == "notBreaching"
        for one in alarm["Metrics"]:
            if "MetricStat" in one:
                assert one["MetricStat"]["Metric"]["Namespace"] == "AWS/ApiGateway"
                assert one["MetricStat"]["Metric"]["Dimensions"] == of_api
    slow = alarms(watched)["AWS/ApiGateway", "Latency", api]
    assert (slow["ExtendedStatistic"], slow["Threshold"]) == ("p99", 5_000)
    assert slow["Dimensions"] == of_api


def test_a_bug_in_any_function_raises_one(watched: Template) -> None:
    filters = [
        one["Properties"]
        for one in watched.all("AWS::Logs::MetricFilter").values()
        if one["Properties"]["MetricTransformations"][0]["MetricName"] == "Bugs"
    ]
    read = {one["LogGroupName"]["Ref"] for one in filters}
    serving = watched.functions().items()
    assert read == {
        one["LoggingConfig"]["LogGroup"]["Ref"] for name, one in serving if name != "signing_key"
    }
    for one in filters:
        assert one["FilterPattern"] == '{ $.message = "bug" }'
        (made,) = one["MetricTransformations"]
        assert (made["MetricNamespace"], made["MetricName"], made["MetricValue"]) == (
            f"Cobroke/{watched.stage}",
            "Bugs",
            "1",
        )
    (alarm,) = (
        one["Properties"]
        for one in watched.all(ALARM).values()
        if one["Properties"].get("MetricName") == "Bugs"
    )
    assert (alarm["MetricName"], alarm["Threshold"], alarm["Statistic"]) == ("Bugs", 0, "Sum")


def test_the_most_that_one_realtor_does_on_a_day_is_a_number_without_an_id(
    watched: Template,
) -> None:
    measured = dict[str, set[str]]()
    for one in watched.all("AWS::Logs::MetricFilter").values():
        (made,) = one["Properties"]["MetricTransformations"]
        if made["MetricName"] != "Bugs":
            field = made["MetricValue"].removeprefix("$.")
            assert one["Properties"]["FilterPattern"] == f"{{ $.{field} > 0 }}"
            assert "Dimensions" not in made
            log = one["Properties"]["LogGroupName"]["Ref"]
            measured.setdefault(made["MetricName"], set()).add(log)
    assert measured.keys() == OF_REALTORS.keys()
    found = alarms(watched)
    for metric in OF_REALTORS:
        assert found[f"Cobroke/{watched.stage}", metric, ""]["Statistic"] == "Maximum"


def test_every_tally_is_measured_and_watched() -> None:
    told = {tally for tallies in TALLIES.values() for tally in tallies}
    assert {*MOST_A_DAY} == told == {*KEPT}


def test_local_has_none(templates: dict[str, Template]) -> None:
    assert not templates["local"].all(ALARM)


def test_every_alarm_is_in_the_runbook() -> None:
    said = (ROOT / "docs" / "runbook.md").read_text()
    words = [
        "-errors",
        "-throttles",
        "-lags",
        "-silent",
        "-stopped",
        "table-throttles",
        "part-failed",
        *("api-5xx", "api-4xx", "api-slow", "bugs"),
        *(f"drift-{kind}" for kind in DRIFTS),
    ]
    words += [f"{name}-failed" for name in ("erasure", "rematch_worker", "telegram_push")]
    words += [f"{reader.function}-failed" for reader in STREAM_READERS]
    assert [word for word in words if word not in said] == []


def test_the_text_of_an_alarm_has_the_command_of_its_row(watched: Template) -> None:
    """Whoever is woken has it before them."""
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    functions = "|".join(watched.functions())
    for alarm in (one["Properties"] for one in watched.all(ALARM).values()):
        description = alarm["AlarmDescription"]
        if not isinstance(description, str):
            parts = description["Fn::Join"][1]
            description = "".join(one if isinstance(one, str) else "NAME" for one in parts)
        command = re.search(r"(?:make|aws) .*(?= – docs/runbook.md)", description)
        assert command, description
        text = command[0].replace(watched.stage, "<stage>")
        forms = {text, re.sub(functions, "<function>", text)}
        assert any(form in runbook for form in forms), forms
