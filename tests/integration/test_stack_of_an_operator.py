"""What an operator's commands reach: the stage they name, in the region they exported, or a
sentence.
"""

import io
import zipfile
from unittest.mock import MagicMock

import boto3
import pytest
from botocore.exceptions import ClientError

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
    boto3.client("lambda", region_name=REGION).create_function(
        FunctionName="cobroke-dev-rematchplanner1A2B-x",
        Runtime="python3.13",
        Handler="handler.handler",
        Role=role["Arn"],
        Code={"ZipFile": code.getvalue()},
    )
    assert Stack("dev").function("rematch_planner") == "cobroke-dev-rematchplanner1A2B-x"


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
