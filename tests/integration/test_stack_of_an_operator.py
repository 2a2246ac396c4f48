"""What an operator's commands reach: the stage they name, in the region they exported, or a
sentence.
"""

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from unittest.mock import MagicMock

import boto3
import pytest
from botocore.exceptions import ClientError

from tools.bugs import FUNCTIONS, bugs
from tools.stack import NotRunning, Stack

REGION = "eu-west-3"


@pytest.fixture
def abroad(monkeypatch: pytest.MonkeyPatch) -> None:
    """As docs/deploy.md has it: AWS_REGION, which boto3 does not know."""
    monkeypatch.delenv("AWS_DEFAULT_REGION")
    monkeypatch.setenv("AWS_REGION", REGION)


@pytest.mark.usefixtures("aws", "abroad")
def test_a_stage_is_looked_for_in_the_region_that_was_exported() -> None:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("handler.py", "")
    role = boto3.client("iam", region_name=REGION).create_role(
        RoleName="r", AssumeRolePolicyDocument="{}"
    )["Role"]
    deployed = {
        "signing_key": "cobroke-dev-data-signingkey3C4D-x",
        "rematch_planner": "cobroke-dev-rematchplanner1A2B-x",
    }
    for name in ("cobroke-dev2-rematchplanner-x", *deployed.values()):
        boto3.client("lambda", region_name=REGION).create_function(
            FunctionName=name,
            Runtime="python3.13",
            Handler="handler.handler",
            Role=role["Arn"],
            Code={"ZipFile": code.getvalue()},
        )
    for folder in ("rematch_planner", "signing_key"):
        assert Stack("dev").function(folder) == f"{deployed[folder]}:live"


@pytest.mark.usefixtures("aws", "abroad")
def test_the_bugs_of_the_last_hours_are_told_and_no_others() -> None:
    logs = boto3.client("logs", region_name=REGION)
    now = datetime.now(UTC)
    for function in FUNCTIONS:
        logs.create_log_group(logGroupName=f"/cobroke/dev/{function}")
        logs.create_log_stream(logGroupName=f"/cobroke/dev/{function}", logStreamName="one")
    lines = [
        (now - timedelta(hours=30), {"message": "bug", "request_id": "of yesterday"}),
        (now - timedelta(minutes=9), {"message": "request", "request_id": "no bug"}),
        (now - timedelta(minutes=8), {"message": "bug", "request_id": "0000"}),
    ]
    more = {"kind": "KeyError", "frames": ["a.py:1", "b.py:2"]}
    logs.put_log_events(
        logGroupName="/cobroke/dev/leads",
        logStreamName="one",
        logEvents=[
            {
                "timestamp": int(at.timestamp() * 1000),
                "message": json.dumps({"timestamp": at.isoformat(), **line, **more}),
            }
            for at, line in lines
        ]
        + [{"timestamp": int(now.timestamp() * 1000), "message": "REPORT RequestId: 0000"}],
    )
    (found,) = bugs(Stack("dev"), now - timedelta(hours=24))
    assert found[1:] == ("leads", "KeyError", "b.py:2", "0000")


@pytest.mark.usefixtures("aws", "abroad")
def test_a_stage_that_is_not_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotRunning, match=r"cobroke-dev.*eu-west-3"):
        Stack("dev").function("rematch_planner")
    clouds = MagicMock()
    clouds.describe_stacks.side_effect = ClientError(
        {"Error": {"Code": "ValidationError"}}, "DescribeStacks"
    )
    monkeypatch.setattr(Stack, "client", lambda *_: clouds)
    with pytest.raises(NotRunning, match=r"cobroke-dev.*eu-west-3"):
        Stack("dev").output("TableName")


def test_an_output_is_found_in_whichever_stack_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = {"cobroke-dev-data": ("TableName", "t"), "cobroke-dev": ("ApiUrl", "https://a")}

    def describe_stacks(StackName: str) -> dict[str, object]:
        key, value = outputs[StackName]
        return {"Stacks": [{"Outputs": [{"OutputKey": key, "OutputValue": value}]}]}

    clouds = MagicMock(describe_stacks=describe_stacks)
    monkeypatch.setattr(Stack, "client", lambda *_: clouds)
    assert [Stack("dev").output(name) for name in ("TableName", "ApiUrl")] == ["t", "https://a"]
