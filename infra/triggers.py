"""What wakes a function other than a request: the table's stream, and the queue of pushes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import Acknowledgment, Duration, Stack, Validations, aws_dynamodb, aws_sqs
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_lambda_event_sources import SqsDlq
from constructs import Construct

from infra.function import Function, parameter_arn
from infra.stages import Stage

FAILED_KEPT = Duration.days(14)
READ_STREAM = ("DescribeStream", "GetRecords", "GetShardIterator")
MOST_TRIES = 10_000
"""Lambda's most: time alone ends them."""
AT_ONCE = 5
"""Batches of one shard; the records of one item still come one after the other."""
READER_TIMEOUT = Duration.minutes(5)
PUSH_TIMEOUT = Duration.minutes(1)
VISIBILITY = Duration.minutes(6)
"""Six times the push's own time, as Lambda advises."""
PUSH_ACTIONS = ("BatchGetItem", "GetItem", "PutItem", "Query", "UpdateItem")
FAILED = "-failed"
MAPPING = "-mapping"
_TABLE_ARN = "PublishOutputFnGetAttTableCD117FA1Arn27EC6E03"
"""The CDK's name for the ARN among the outputs of the table's stack; cdk-nag says if it is another.
"""
QUEUE_ACTIONS = ("ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage")


@dataclass(frozen=True)
class StreamReader:
    """A function of the stream, what it may do with the table, and which records wake it: those
    that fit any of the patterns of Lambda's event filtering.
    """

    function: str
    actions: Sequence[str]
    patterns: Sequence[Mapping[str, Any]]


_READS_ARE_COUNTED = lambda_.MetricsConfig(metrics=[lambda_.MetricType.EVENT_COUNT])


def _written(
    *entities: str, events: Sequence[str] = ("INSERT", "MODIFY"), **facts: str | Mapping[str, bool]
) -> Mapping[str, Any]:
    image = {"entity": {"S": list(entities)}} | {
        name: {"S": [value]} for name, value in facts.items()
    }
    return {"eventName": list(events), "dynamodb": {"NewImage": image}}


STREAM_READERS = (
    StreamReader(
        "stream_matching",
        actions=(
            *("BatchGetItem", "GetItem", "Query"),
            *("ConditionCheckItem", "DeleteItem", "PutItem", "UpdateItem"),
        ),
        patterns=[_written("LEAD", "PROPERTY")],
    ),
    StreamReader(
        "stream_notifications",
        actions=("BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"),
        patterns=[
            _written("PAIR"),
            _written("LEAD", "PROPERTY", status="ARCHIVED"),
            _written("CLOSING"),
            _written("BLOCK_CHANGE", after={"exists": True}),
            _written("NOTICE", events=["INSERT"]),
            _written("JOB"),
            _written("WAKE"),
        ],
    ),
)
"""No more than two: DynamoDB's stream has no room for a third."""


def make_triggers(
    scope: Construct,
    stage: Stage,
    layer: lambda_.ILayerVersion,
    table: aws_dynamodb.Table,
    bot_token: str,
    erasures: aws_sqs.Queue,
) -> tuple[Function, aws_sqs.Queue]:
    """Make the readers of the stream, and the push with its queue; return these two."""
    environment = {"TABLE_NAME": table.table_name}
    readers = {}
    for reader in STREAM_READERS:
        readers[reader.function] = Function(
            scope, stage, reader.function, layer, environment, READER_TIMEOUT
        )
        readers[reader.function].allow(
            [f"dynamodb:{action}" for action in reader.actions],
            table.table_arn,
        )
        _read_stream(scope, stage, table, reader, readers[reader.function])
    push, pushes = _make_push(scope, stage, layer, table, bot_token)
    for name, queue in (("PUSH_QUEUE_URL", pushes), ("ERASURE_QUEUE_URL", erasures)):
        readers["stream_notifications"].add_environment(name, queue.queue_url)
        readers["stream_notifications"].allow(["sqs:SendMessage"], queue.queue_arn)
    return push, pushes


def _make_push(
    scope: Construct,
    stage: Stage,
    layer: lambda_.ILayerVersion,
    table: aws_dynamodb.Table,
    bot_token: str,
) -> tuple[Function, aws_sqs.Queue]:
    """Make the function that pushes, and its queue. What fails six times goes to another."""
    failed = make_queue(scope, stage, f"telegram_push{FAILED}")
    queue = make_queue(scope, stage, "telegram_push-queue", failed)
    environment = {
        "TABLE_NAME": table.table_name,
        "PUSH_QUEUE_URL": queue.queue_url,
        "BOT_TOKEN_PARAMETER": bot_token,
        "TELEGRAM_API_URL": stage.telegram_api_url,
        "MINI_APP_URL": stage.mini_app_url,
    }
    push = Function(scope, stage, "telegram_push", layer, environment, PUSH_TIMEOUT)
    let_it_wake_itself(push)
    push.allow([f"dynamodb:{action}" for action in PUSH_ACTIONS], table.table_arn)
    push.allow(["ssm:GetParameter"], parameter_arn(scope, bot_token))
    push.allow(["sqs:SendMessage"], queue.queue_arn)
    feed(scope, queue, push, batch_size=5)
    return push, queue


def let_it_wake_itself(function: Function) -> None:
    """Let a message follow from another as long as something waits in a realtor's outbox, or of an
    erasure: Lambda would end what wakes itself by its own queue after some 16 times.
    """
    resource = function.node.default_child
    assert isinstance(resource, lambda_.CfnFunction)  # noqa: S101 - for mypy
    resource.recursive_loop = "Allow"


def feed(scope: Construct, queue: aws_sqs.Queue, function: Function, batch_size: int) -> None:
    """Let the function empty the queue, `batch_size` messages at once."""
    function.allow([f"sqs:{action}" for action in QUEUE_ACTIONS], queue.queue_arn)
    mapping = lambda_.EventSourceMapping(
        scope,
        f"{function.node.id}{MAPPING}",
        target=function.live,
        event_source_arn=queue.queue_arn,
        batch_size=batch_size,
        report_batch_item_failures=True,
        max_concurrency=5,
        metrics_config=_READS_ARE_COUNTED,
    )
    mapping.node.add_dependency(function.role or function)


def _read_stream(
    scope: Construct,
    stage: Stage,
    table: aws_dynamodb.Table,
    reader: StreamReader,
    function: Function,
) -> None:
    """Let the function read the stream from the first record on. A record that fails for two hours
    goes to a queue of its own: how long Lambda pauses between tries it does not promise, so that
    any number of them might be over before a short outage is.
    """
    failed = make_queue(scope, stage, f"{reader.function}{FAILED}")
    stream = table.table_stream_arn
    assert stream is not None  # noqa: S101 - for mypy
    function.allow([f"dynamodb:{action}" for action in READ_STREAM], stream)
    _list_streams(scope, table, function)
    mapping = lambda_.EventSourceMapping(
        scope,
        f"{reader.function}{MAPPING}",
        target=function.live,
        event_source_arn=stream,
        starting_position=lambda_.StartingPosition.TRIM_HORIZON,
        batch_size=25,
        report_batch_item_failures=True,
        bisect_batch_on_error=True,
        retry_attempts=MOST_TRIES,
        max_record_age=Duration.hours(2),
        parallelization_factor=AT_ONCE,
        metrics_config=_READS_ARE_COUNTED,
        filters=[lambda_.FilterCriteria.filter(dict(pattern)) for pattern in reader.patterns],
        on_failure=SqsDlq(failed),
    )
    # Lambda tries the rights when the mapping is made.
    mapping.node.add_dependency(function.role or function)


def _list_streams(scope: Construct, table: aws_dynamodb.Table, function: Function) -> None:
    """Allow what Lambda asks for besides; it is no right over one stream."""
    function.allow(["dynamodb:ListStreams"], f"{table.table_arn}/stream/*")
    kept = Stack.of(table)
    reference = {
        "StackName": kept.stack_name,
        "Region": kept.resolve(kept.region),
        "OutputName": _TABLE_ARN,
    }
    arn = json.dumps({"Fn::GetStackOutput": reference}, separators=(",", ":"))
    Validations.of(scope).acknowledge(
        Acknowledgment(
            id=f"AwsSolutions::AwsSolutions-IAM5[Resource::{arn}/stream/*]",
            reason="Listing is asked of a table's streams, not of one; the table is named.",
        )
    )


def make_queue(
    scope: Construct,
    stage: Stage,
    name: str,
    failed: aws_sqs.Queue | None = None,
    visibility: Duration = VISIBILITY,
) -> aws_sqs.Queue:
    """Make a queue. What was received six times in vain goes to `failed`; a queue without one is
    itself where such things go.
    """
    redrive = aws_sqs.DeadLetterQueue(max_receive_count=6, queue=failed) if failed else None
    queue = aws_sqs.Queue(
        scope,
        name,
        encryption=aws_sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=not stage.is_local,  # the emulator speaks plain HTTP, on the loopback alone
        retention_period=FAILED_KEPT,
        visibility_timeout=visibility,
        dead_letter_queue=redrive,
    )
    if stage.is_local:
        _acknowledge(queue, "SQS4", "The emulator speaks plain HTTP, on loopback.")
    if failed is None:
        _acknowledge(queue, "SQS3", "It is itself where failed records go.")
    return queue


def _acknowledge(queue: aws_sqs.Queue, rule: str, reason: str) -> None:
    Validations.of(queue).acknowledge(
        Acknowledgment(id=f"AwsSolutions::AwsSolutions-{rule}", reason=reason)
    )
