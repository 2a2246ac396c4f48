"""What the emulator does not do, so that no other test would miss it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cobroke.edge.routes import DEFAULT_FUNCTION, PAGES, ROUTES
from cobroke.edge.streams import BATCH_S
from infra.stages import STAGES
from infra.triggers import STREAM_READERS
from tests.infra.conftest import ORIGINS, Template, references

ROOT = Path(__file__).parent.parent.parent
LONGEST_CALL_S = 15
# CDK's own: it names what a function depends on twice. The second is what the emulator reads CORS
# from.
KEPT_BY_CFN_LINT = {"dev": ["W3005"], "prod": ["W3005"], "local": ["W3005", "E3002", "W3037"]}


def test_the_table_has_two_keys_no_index_a_stream_recovery_and_ttl(template: Template) -> None:
    table = template.one("AWS::DynamoDB::Table")
    assert table["KeySchema"] == [
        {"AttributeName": "PK", "KeyType": "HASH"},
        {"AttributeName": "SK", "KeyType": "RANGE"},
    ]
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert not {"GlobalSecondaryIndexes", "LocalSecondaryIndexes"} & set(table)


def test_what_a_stage_may_ask_of_the_table_has_a_ceiling(template: Template) -> None:
    most = template.one("AWS::DynamoDB::Table").get("OnDemandThroughput")
    assert (
        most
        == {
            "local": None,
            "dev": {"MaxReadRequestUnits": 1_000, "MaxWriteRequestUnits": 500},
            "prod": {"MaxReadRequestUnits": 20_000, "MaxWriteRequestUnits": 5_000},
        }[template.stage]
    )


def test_the_push_and_the_erasure_alone_may_wake_themselves(template: Template) -> None:
    loops = {name: one.get("RecursiveLoop") for name, one in template.functions().items()}
    may = {"telegram_push", "erasure"}
    assert loops == {name: "Allow" if name in may else None for name in loops}


@pytest.mark.parametrize("stage", ["dev", "prod"])
def test_what_must_never_be_replaced_has_the_logical_id_that_it_had(
    templates: dict[str, Template], stage: str
) -> None:
    """Under another a deploy would make an empty table, other keys, an API at another address."""
    stack = templates[stage]
    kinds = ("AWS::DynamoDB::Table", "Custom::SigningKey", "AWS::ApiGatewayV2::Api")
    ids_of = [
        [name for name, one in part["Resources"].items() if one["Type"] in kinds]
        for part in (stack.data, stack.main)
    ]
    assert ids_of == [["TableCD117FA1", "SigningKey202611"], ["ApiF70053CD"]]


def test_what_is_kept_is_apart_from_what_is_made_again(template: Template) -> None:
    """What the code is made of is in a stack of its own: no refactoring can touch a realtor's data.
    The maker of keys is there for them, with a layer that has none of our code.
    """
    kept = {one["Type"] for one in template.data["Resources"].values()}
    of_the_maker = {"Function", "Version", "Alias", "LayerVersion"}
    assert kept == {
        *("AWS::DynamoDB::Table", "Custom::SigningKey", "Custom::HashKey"),
        *(f"AWS::Lambda::{kind}" for kind in of_the_maker),
        *("AWS::IAM::Role", "AWS::IAM::Policy", "AWS::Logs::LogGroup"),
    }
    assert "Export" not in str(template.data["Outputs"].values())  # what is exported is locked


def test_nothing_calls_a_function_but_by_its_alias(template: Template) -> None:
    """A new version is code and configuration at once, and is taken up at once."""
    functions = set(template.all("AWS::Lambda::Function"))
    aliases = template.all("AWS::Lambda::Alias").values()
    assert {one["Properties"]["FunctionName"]["Ref"] for one in aliases} == functions
    allowed = ("Lambda::Version", "Lambda::Alias", "CloudWatch::Alarm", "CloudWatch::Dashboard")
    naming = {
        name: one["Type"]
        for name, one in template.body["Resources"].items()
        if one["Type"].removeprefix("AWS::") not in allowed
        and references(one["Properties"]) & functions
    }
    assert naming == {}


def test_every_flag_of_the_cdk_is_as_it_recommends(template: Template) -> None:
    """Some could not be changed once something is deployed."""
    (folder,) = {path.parent for path in template.paths.values()}
    manifest = json.loads((folder / "manifest.json").read_text())
    (report,) = (
        one["properties"]["flags"]
        for one in manifest["artifacts"].values()
        if one["type"] == "cdk:feature-flag-report"
    )
    assert len(report) > 80
    others = {
        flag: one.get("userValue")
        for flag, one in report.items()
        if one.get("userValue") != one["recommendedValue"]
    }
    # We deploy to no partition but this one.
    assert others == {"@aws-cdk/core:target-partitions": ["aws"]}


def test_prod_is_protected_and_kept(prod: Template) -> None:
    (table,) = prod.all("AWS::DynamoDB::Table").values()
    assert table["Properties"]["DeletionProtectionEnabled"] is True
    assert table["DeletionPolicy"] == table["UpdateReplacePolicy"] == "Retain"
    assert STAGES["prod"].registration == "proof_required"


def test_a_signing_key_outlives_its_resource(template: Template) -> None:
    keys = template.all("Custom::SigningKey").values()
    assert [key["Properties"]["KeyName"] for key in keys] == list(
        STAGES[template.stage].signing_keys
    )
    for key in keys:
        assert key["DeletionPolicy"] == key["UpdateReplacePolicy"] == "Retain"
        assert int(key["Properties"]["ServiceTimeout"]) <= 120


def test_the_gateway_has_the_routes_of_the_code(template: Template) -> None:
    integrations = template.all("AWS::ApiGatewayV2::Integration")
    served = {}
    for route in template.all("AWS::ApiGatewayV2::Route").values():
        target = route["Properties"]["Target"]["Fn::Join"][1][1]["Ref"]
        uri = integrations[target]["Properties"]["IntegrationUri"]
        served[route["Properties"]["RouteKey"]] = template.called(uri)
    pages = PAGES if STAGES[template.stage].docs else ()
    assert served == {
        **{route.key: route.function for route in ROUTES if not route.path.startswith("/auth/")},
        "ANY /auth/{proxy+}": "auth",
        **{f"ANY {page.path}": page.function for page in pages},
        "$default": DEFAULT_FUNCTION,
    }


def test_browsers_may_call_from_the_origins_of_the_stage(template: Template) -> None:
    cors = template.one("AWS::ApiGatewayV2::Api")["CorsConfiguration"]
    assert cors["AllowOrigins"] == (["*"] if template.stage == "local" else ORIGINS.split(","))
    asked = [
        "Authorization",
        "Content-Type",
        "Idempotency-Key",
        "If-Match",
        "If-None-Match",
        "traceparent",
    ]
    assert cors["AllowHeaders"] == asked
    assert cors["ExposeHeaders"] == ["ETag", "Retry-After", "WWW-Authenticate", "X-Request-Id"]
    assert cors["AllowMethods"] == sorted({route.method for route in ROUTES})
    assert cors["MaxAge"] == 7200
    assert "AllowCredentials" not in cors


def test_the_stage_is_throttled_and_logs_nothing_personal(template: Template) -> None:
    stage = template.one("AWS::ApiGatewayV2::Stage")
    assert stage["StageName"] == "$default"
    rate = STAGES[template.stage].requests_per_second
    assert stage["DefaultRouteSettings"] == {
        "ThrottlingRateLimit": rate,
        "ThrottlingBurstLimit": 2 * rate,
    }
    least = {"ThrottlingRateLimit": 25, "ThrottlingBurstLimit": 50}
    assert stage["RouteSettings"] == {"ANY /auth/{proxy+}": least, "$default": least}
    routes = template.all("AWS::ApiGatewayV2::Route")
    waits_for = next(iter(template.all("AWS::ApiGatewayV2::Stage").values()))["DependsOn"]
    named = {
        one for one in routes if routes[one]["Properties"]["RouteKey"] in stage["RouteSettings"]
    }
    assert len(named) == 2
    assert named <= {*waits_for}
    logged = json.loads(stage["AccessLogSettings"]["Format"]).values()
    assert not [name for name in logged if "identity" in name or "header" in name or "path" in name]


def test_every_log_is_kept_for_a_time_and_no_longer(template: Template) -> None:
    groups = template.all("AWS::Logs::LogGroup")
    for group in groups.values():
        assert (
            group["Properties"]["RetentionInDays"]
            == {"local": 1, "dev": 7, "prod": 90}[template.stage]
        )
    names = {f"/cobroke/{template.stage}/{name}" for name in (*template.functions(), "api")}
    assert {one["Properties"]["LogGroupName"] for one in groups.values()} == names
    used = {one["LoggingConfig"]["LogGroup"]["Ref"] for one in template.functions().values()}
    access = template.one("AWS::ApiGatewayV2::Stage")["AccessLogSettings"]["DestinationArn"][
        "Fn::GetAtt"
    ][0]
    assert used | {access} == set(groups)


def test_a_log_outlives_prod_but_not_a_deploy_that_fails(prod: Template) -> None:
    """Its name would be in the way of the next."""
    kept = {one["DeletionPolicy"] for one in prod.all("AWS::Logs::LogGroup").values()}
    assert kept == {"RetainExceptOnCreate"}


def test_who_holds_back_messages_knows_the_queue_that_they_came_from(template: Template) -> None:
    sources = template.mappings(of_stream=False)
    assert len(sources) == 3
    for name, mapping in sources.items():
        queue = mapping["EventSourceArn"]["Fn::GetAtt"][0]
        told = template.functions()[name]["Environment"]["Variables"]
        named = ("RUN_QUEUE_URL", "PUSH_QUEUE_URL", "ERASURE_QUEUE_URL")
        assert {"Ref": queue} in [told.get(name) for name in named]


def test_a_reader_of_the_stream_reports_what_it_has_not_done_before_it_is_stopped(
    template: Template,
) -> None:
    names = {reader.function for reader in STREAM_READERS}
    timeouts = [one["Timeout"] for name, one in template.functions().items() if name in names]
    assert all(timeout > BATCH_S + LONGEST_CALL_S for timeout in timeouts)
    assert len(timeouts) == 2


def test_every_function_runs_python_3_13_on_arm_with_the_one_layer(prod: Template) -> None:
    for name, function in prod.functions().items():
        stack = prod.data if name == "signing_key" else prod.main
        (layer,) = (
            name
            for name, one in stack["Resources"].items()
            if one["Type"] == "AWS::Lambda::LayerVersion"
        )
        assert function["Runtime"] == "python3.13"
        assert function["Architectures"] == ["arm64"]
        assert function["Layers"] == [{"Ref": layer}]
        assert function["Handler"] == "handler.handler"
        assert function["Timeout"] <= 600
    assert (ROOT / ".python-version").read_text().strip() == "3.13"


def test_a_deploy_without_the_bot_token_fails(prod: Template) -> None:
    assert prod.body["Parameters"]["TelegramBotToken"]["Type"] == "AWS::SSM::Parameter::Name"


def test_cdk_nag_finds_nothing_that_has_no_reason(template: Template) -> None:
    nag = next(
        report
        for report in template.report["pluginReports"]
        if report["pluginName"] == "AwsSolutions"
    )
    assert nag["conclusion"] == "success"
    assert all(len(kept["reason"]) > 20 for kept in nag["suppressedViolations"])


@pytest.mark.parametrize("stage", KEPT_BY_CFN_LINT)
def test_cfn_lint_finds_nothing(stage: str, templates: dict[str, Template]) -> None:
    kept = [word for check in KEPT_BY_CFN_LINT[stage] for word in ("--ignore-checks", check)]
    paths = map(str, templates[stage].paths.values())
    words = [str(Path(sys.executable).with_name("cfn-lint")), *kept, "--template", *paths]
    found = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (found.stdout + found.stderr, found.returncode) == ("", 0)


def test_the_stream_wakes_two_functions_and_loses_no_record(template: Template) -> None:
    mappings = template.mappings(of_stream=True)
    assert len(mappings) == len(STREAM_READERS) == 2
    for reader in STREAM_READERS:
        own = mappings[reader.function]
        assert own["StartingPosition"] == "TRIM_HORIZON"
        assert own["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert own["BisectBatchOnFunctionError"] is True
        assert own["MaximumRetryAttempts"] == 10_000
        assert own["ParallelizationFactor"] == 5
        assert own["MaximumRecordAgeInSeconds"] == 7200
        assert "Fn::GetAtt" in own["DestinationConfig"]["OnFailure"]["Destination"]
        patterns = [json.loads(one["Pattern"]) for one in own["FilterCriteria"]["Filters"]]
        assert patterns == [dict(pattern) for pattern in reader.patterns]


def test_what_the_stream_functions_write_does_not_wake_the_matching() -> None:
    matching = next(reader for reader in STREAM_READERS if reader.function == "stream_matching")
    woken = {
        entity for one in matching.patterns for entity in one["dynamodb"]["NewImage"]["entity"]["S"]
    }
    assert woken == {"LEAD", "PROPERTY"}


def test_what_a_queue_delivers_six_times_in_vain_is_kept(template: Template) -> None:
    queues = {name: one["Properties"] for name, one in template.all("AWS::SQS::Queue").items()}
    fed = template.mappings(of_stream=False)
    assert len(fed) == 3
    for name, mapping in fed.items():
        queue = queues[mapping["EventSourceArn"]["Fn::GetAtt"][0]]
        assert queue["RedrivePolicy"]["maxReceiveCount"] == 6
        assert queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0] in queues
        assert queue["VisibilityTimeout"] >= 6 * template.functions()[name]["Timeout"]
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert mapping["ScalingConfig"] == {"MaximumConcurrency": 5}
    assert all(
        one["SqsManagedSseEnabled"] and one["MessageRetentionPeriod"] == 14 * 24 * 3600
        for one in queues.values()
    )


def test_the_planner_is_woken_every_half_hour_and_the_audit_every_night(template: Template) -> None:
    woken = {}
    for schedule in (
        one["Properties"] for one in template.all("AWS::Scheduler::Schedule").values()
    ):
        woken[template.called(schedule["Target"]["Arn"])] = (
            schedule["ScheduleExpression"],
            schedule.get("ScheduleExpressionTimezone", "UTC"),
        )
    assert woken == {
        "rematch_planner": ("rate(30 minutes)", "UTC"),
        "audit": ("cron(30 1 * * ? *)", "UTC"),
    }


def test_pushes_go_to_telegram_but_on_local_nowhere_unless_it_is_said(template: Template) -> None:
    url = template.functions()["telegram_push"]["Environment"]["Variables"]["TELEGRAM_API_URL"]
    assert url == ("" if template.stage == "local" else "https://api.telegram.org")
