"""The clock: a schedule wakes the planner, which fills a queue, the worker empties it. Another
wakes the nightly audit. Those of pushes, each for once, are made by `telegram_push` itself.
"""

from aws_cdk import (
    Acknowledgment,
    ArnFormat,
    Duration,
    Stack,
    Validations,
    aws_dynamodb,
    aws_iam,
    aws_scheduler,
    aws_sqs,
)
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.function import Function, as_nag_writes
from infra.stages import Stage
from infra.triggers import FAILED, feed, let_it_wake_itself, make_queue

PLANNER_TIMEOUT = Duration.minutes(5)
WORKER_TIMEOUT = Duration.minutes(10)
PLANNER_ACTIONS = ("Query",)
EMULATOR_ACTIONS = ("sqs:SendMessageBatch",)
"""AWS knows no such right: its SendMessage is of batches too. The emulator asks for one."""
WORKER_ACTIONS = (
    "BatchGetItem",
    "ConditionCheckItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "UpdateItem",
)
SCHEDULE_ACTIONS = ("CreateSchedule", "DeleteSchedule")
AUDIT_TIMEOUT = Duration.minutes(10)
AUDIT_ACTIONS = (
    "BatchGetItem",
    "ConditionCheckItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "Scan",
    "UpdateItem",
)
"""No other function may scan."""
ERASURE_TIMEOUT = Duration.minutes(5)
ERASURE_ACTIONS = ("BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem")


def make_schedules(
    scope: Construct, stage: Stage, layer: lambda_.ILayerVersion, table: aws_dynamodb.Table
) -> None:
    """Make the planner, the worker with its queue, the audit, and what wakes them."""
    failed = make_queue(scope, stage, f"rematch_worker{FAILED}")
    queue = make_queue(
        scope, stage, "rematch_worker-queue", failed, visibility=Duration.minutes(60)
    )
    environment = {"TABLE_NAME": table.table_name}
    of_runs = {**environment, "RUN_QUEUE_URL": queue.queue_url}
    planner = Function(scope, stage, "rematch_planner", layer, of_runs, PLANNER_TIMEOUT)
    planner.allow([f"dynamodb:{action}" for action in PLANNER_ACTIONS], table.table_arn)
    planner.allow(
        ["sqs:SendMessage", *(EMULATOR_ACTIONS if stage.is_local else ())], queue.queue_arn
    )
    worker = Function(scope, stage, "rematch_worker", layer, of_runs, WORKER_TIMEOUT)
    worker.allow([f"dynamodb:{action}" for action in WORKER_ACTIONS], table.table_arn)
    feed(scope, queue, worker, batch_size=1)
    _schedule(scope, "Rematch", stage.rematch_every, planner)
    audit = Function(scope, stage, "audit", layer, environment, AUDIT_TIMEOUT)
    audit.allow([f"dynamodb:{action}" for action in AUDIT_ACTIONS], table.table_arn)
    _schedule(scope, "Audit", stage.audit_at, audit)


def make_erasure(
    scope: Construct, stage: Stage, layer: lambda_.ILayerVersion, table: aws_dynamodb.Table
) -> aws_sqs.Queue:
    """Make the function that erases realtors, and return its queue. What fails six times goes to
    another; a run wakes its job again nevertheless.
    """
    failed = make_queue(scope, stage, f"erasure{FAILED}")
    queue = make_queue(scope, stage, "erasure-queue", failed, visibility=Duration.minutes(30))
    environment = {"TABLE_NAME": table.table_name, "ERASURE_QUEUE_URL": queue.queue_url}
    erasure = Function(scope, stage, "erasure", layer, environment, ERASURE_TIMEOUT)
    let_it_wake_itself(erasure)
    erasure.allow([f"dynamodb:{action}" for action in ERASURE_ACTIONS], table.table_arn)
    erasure.allow(["sqs:SendMessage"], queue.queue_arn)
    feed(scope, queue, erasure, batch_size=1)
    return queue


def let_pushes_wait(scope: Construct, stage: Stage, push: Function, queue: aws_sqs.Queue) -> None:
    """Let the push make schedules that send to its queue, each once, and delete them: what waits
    longer than a queue can. Nothing else may be done with their role.
    """
    role = _role(scope, "Pushes", "sqs:SendMessage", queue.queue_arn)
    prefix = f"cobroke-{stage.name}-push-"
    push.add_environment("PUSH_QUEUE_ARN", queue.queue_arn)
    push.add_environment("PUSH_SCHEDULES", prefix)
    push.add_environment("PUSH_SCHEDULES_ROLE", role.role_arn)
    named = Stack.of(scope).format_arn(
        service="scheduler",
        resource="schedule",
        resource_name=f"default/{prefix}*",
        arn_format=ArnFormat.SLASH_RESOURCE_NAME,
    )
    push.allow([f"scheduler:{action}" for action in SCHEDULE_ACTIONS], named)
    to_scheduler = {"StringEquals": {"iam:PassedToService": "scheduler.amazonaws.com"}}
    push.allow(["iam:PassRole"], role.role_arn, when=to_scheduler)
    Validations.of(scope).acknowledge(
        Acknowledgment(
            id=f"AwsSolutions::AwsSolutions-IAM5[Resource::{as_nag_writes(scope, named)}]",
            reason="A schedule of a realtor is named by their id, behind the stage's own words.",
        )
    )


def _schedule(scope: Construct, name: str, expression: str, function: Function) -> None:
    role = _role(scope, name, "lambda:InvokeFunction", function.live.function_arn)
    aws_scheduler.CfnSchedule(
        scope,
        name,
        flexible_time_window=aws_scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
        schedule_expression=expression,
        target=aws_scheduler.CfnSchedule.TargetProperty(
            arn=function.live.function_arn, role_arn=role.role_arn
        ),
    )


def _role(scope: Construct, name: str, action: str, resource: str) -> aws_iam.Role:
    """Make a role with which schedules do one thing."""
    ours = {"StringEquals": {"aws:SourceAccount": Stack.of(scope).account}}
    scheduler = aws_iam.ServicePrincipal("scheduler.amazonaws.com", conditions=ours)
    role = aws_iam.Role(scope, f"{name}-role", assumed_by=scheduler)
    role.add_to_policy(aws_iam.PolicyStatement(actions=[action], resources=[resource]))
    return role
