"""How a new version takes over: API and background functions shift to it by CodeDeploy, which goes
back by itself when an alarm rings.
"""

from collections.abc import Mapping

from aws_cdk import Acknowledgment, Validations, aws_cloudwatch, aws_codedeploy, aws_iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.function import as_nag_writes
from infra.stages import Stage

WATCHED = ("api-5xx", "api-slow")
"""The alarms that stop every shift; each function's own `-errors` besides. Not `api-4xx`: whoever
sends nonsense could stop every deploy.
"""
POLICY = "service-role/AWSCodeDeployRoleForLambdaLimited"
CANARY = aws_codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_5_MINUTES
AT_ONCE = aws_codedeploy.LambdaDeploymentConfig.ALL_AT_ONCE


def make_deployments(
    scope: Construct, stage: Stage, alarms: Mapping[str, aws_cloudwatch.Alarm]
) -> None:
    """Let every alias of the stack be moved by CodeDeploy. An alarm that rings already stops a
    shift before it begins: what mends it is deployed as a hotfix, at once and whatever rings.
    """
    application = aws_codedeploy.LambdaApplication(
        scope, "Deployments", application_name=f"cobroke-{stage.name}"
    )
    role = _make_role(scope)
    aliases = [found for found in scope.node.find_all() if isinstance(found, lambda_.Alias)]
    for alias in aliases:
        name = _function_of(alias)
        aws_codedeploy.LambdaDeploymentGroup(
            scope,
            f"{name}-deployment",
            application=application,
            deployment_group_name=name,
            alias=alias,
            role=role,
            deployment_config=CANARY if stage.canary and not stage.hotfix else AT_ONCE,
            alarms=[alarms[watched] for watched in (*WATCHED, f"{name}-errors")],
            ignore_alarm_configuration=stage.hotfix,
            auto_rollback=aws_codedeploy.AutoRollbackConfig(
                failed_deployment=True,
                stopped_deployment=True,
                deployment_in_alarm=not stage.hotfix,
            ),
        )


def _function_of(alias: lambda_.Alias) -> str:
    function = alias.node.scope
    assert function is not None  # noqa: S101 - for mypy
    return str(function.node.id)


def _make_role(scope: Construct) -> aws_iam.Role:
    """Make the role that moves aliases. CDK gives it AWS's own policy for that."""
    role = aws_iam.Role(
        scope, "deployments-role", assumed_by=aws_iam.ServicePrincipal("codedeploy.amazonaws.com")
    )
    policy = aws_iam.ManagedPolicy.from_aws_managed_policy_name(POLICY).managed_policy_arn
    Validations.of(role).acknowledge(
        Acknowledgment(
            id=f"AwsSolutions::AwsSolutions-IAM4[Policy::{as_nag_writes(scope, policy)}]",
            reason="The narrower of AWS's two policies for shifts: what CodeDeploy asks for may "
            "change, and a deploy must not fail by it.",
        )
    )
    return role
