"""The one place where a function is made: its code, its log, and a role with named actions only."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from aws_cdk import (
    Acknowledgment,
    ArnFormat,
    Duration,
    RemovalPolicy,
    Stack,
    Validations,
    aws_iam,
    aws_logs,
)
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.stages import Stage

FUNCTIONS = Path(__file__).parent.parent / "functions"
LOG = "-log"
"""The end of a log group's id."""
ALIAS = "live"
MEMORY_MB = 1024
API_TIMEOUT = Duration.seconds(28)
"""Less than the gateway's 30 s: a function that finds the store busy answers by itself."""
STORE_TIMEOUT_S = "20"
"""On `local` alone: the emulator knows no transaction's token, so a slow one that was tried again
would be written twice.
"""
_KEPT = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
"""But not by a deploy that fails: its name would be in the way of the next."""
_LAMBDA = aws_iam.ServicePrincipal("lambda.amazonaws.com")


class Function(lambda_.Function):
    """The function of `functions/<name>`, and `live`: the alias that everything calls it by. An
    alias names a version, its code and its configuration together: between two deploys there is
    none that has the one of the old and the other of the new.
    """

    def __init__(
        self,
        scope: Construct,
        stage: Stage,
        name: str,
        layer: lambda_.ILayerVersion,
        environment: Mapping[str, str],
        timeout: Duration = API_TIMEOUT,
        code: lambda_.Code | None = None,
    ) -> None:
        log_group = make_log(scope, stage, f"{name}{LOG}", name)
        super().__init__(
            scope,
            name,
            code=code or lambda_.Code.from_asset(str(FUNCTIONS / name), exclude=["__pycache__"]),
            handler="handler.handler",
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=stage.architecture,
            layers=[layer],
            role=aws_iam.Role(scope, f"{name}-role", assumed_by=_LAMBDA),
            log_group=log_group,
            memory_size=MEMORY_MB,
            timeout=timeout,
            reserved_concurrent_executions=stage.reserved.get(name),
            environment={**_common_environment(stage, name), **environment},
        )
        self.live = self.add_alias(ALIAS)
        self.allow(["logs:CreateLogStream", "logs:PutLogEvents"], log_group.log_group_arn)
        Validations.of(self).acknowledge(_PYTHON_IS_CHOSEN)

    def allow(
        self, actions: Sequence[str], *resources: str, when: Mapping[str, object] | None = None
    ) -> None:
        """Let the function do these actions on these resources, under IAM's conditions."""
        self.add_to_role_policy(
            aws_iam.PolicyStatement(
                actions=list(actions), resources=list(resources), conditions=dict(when or {})
            )
        )


def make_log(scope: Construct, stage: Stage, construct_id: str, name: str) -> aws_logs.LogGroup:
    """Make the log group of a function, or of the API."""
    return aws_logs.LogGroup(
        scope,
        construct_id,
        log_group_name=log_name(stage, name),
        retention=stage.log_retention,
        removal_policy=_KEPT if stage.protected else stage.removal,
    )


def log_name(stage: Stage, name: str) -> str:
    """Return the name of the log group of a function, or of the API (`api`)."""
    return f"/cobroke/{stage.name}/{name}"


_PYTHON_IS_CHOSEN = Acknowledgment(
    id="AwsSolutions::AwsSolutions-L1",
    reason="Python 3.13 is what .python-version, the tests and the layer's bytecode use; "
    "they move together.",
)


def _common_environment(stage: Stage, name: str) -> dict[str, str]:
    return {
        "STAGE": stage.name,
        "STORE_CLIENT": stage.store_client,
        "POWERTOOLS_SERVICE_NAME": name,
        "POWERTOOLS_LOG_LEVEL": "INFO",
        **({"STORE_TIMEOUT_S": STORE_TIMEOUT_S} if stage.is_local else {}),
    }


def as_nag_writes(scope: Construct, arn: str) -> str:
    """Return an ARN as cdk-nag's findings have it, of a stack whose account is known or not."""
    resolved = Stack.of(scope).resolve(arn)
    parts = resolved["Fn::Join"][1] if isinstance(resolved, dict) else [resolved]
    return "".join(part if isinstance(part, str) else f"<{part['Ref']}>" for part in parts)


def parameter_arn(scope: Construct, name: str) -> str:
    """Return the ARN of an SSM parameter by its name, which begins with a slash."""
    stack = Stack.of(scope)
    return stack.format_arn(
        service="ssm", resource=f"parameter{name}", arn_format=ArnFormat.NO_RESOURCE_NAME
    )
