"""What wakes a function other than a request: the table's stream."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import Acknowledgment, CfnResource, Duration, Stack, Validations, aws_dynamodb, aws_sqs
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_lambda_event_sources import SqsDlq
from constructs import Construct

from infra.function import allow, make_function
from infra.stages import Stage

FAILED_KEPT = Duration.days(14)
READ_STREAM = ("DescribeStream", "GetRecords", "GetShardIterator")


TIMEOUT = Duration.minutes(1)


@dataclass(frozen=True)
class StreamReader:
    """A function of the stream, what it may do with the table, and the records that wake it: patterns of Lambda's
    event filtering, any of them.
    """

    function: str
    actions: Sequence[str]
    patterns: Sequence[Mapping[str, Any]]


def _written(*entities: str, **facts: str) -> Mapping[str, Any]:
    image = {"entity": {"S": list(entities)}} | {name: {"S": [value]} for name, value in facts.items()}
    return {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"NewImage": image}}


STREAM_READERS = (
    StreamReader(
        "stream_matching",
        actions=("BatchGetItem", "PutItem", "Query"),
        patterns=[_written("LEAD", "PROPERTY")],
    ),
    StreamReader(
        "stream_notifications",
        actions=("GetItem", "PutItem", "Query", "UpdateItem"),
        patterns=[_written("PAIR"), _written("LEAD", "PROPERTY", status="ARCHIVED")],
    ),
)
"""At most two: DynamoDB's stream has no room for more."""


def make_stream_readers(
    scope: Construct, stage: Stage, layer: lambda_.ILayerVersion, table: aws_dynamodb.Table
) -> dict[str, lambda_.Function]:
    functions = {}
    for reader in STREAM_READERS:
        function = make_function(scope, stage, reader.function, layer, {"TABLE_NAME": table.table_name}, TIMEOUT)
        allow(function, [f"dynamodb:{action}" for action in reader.actions], table.table_arn)
        _read_stream(scope, table, reader, function)
        functions[reader.function] = function
    return functions


def _read_stream(scope: Construct, table: aws_dynamodb.Table, reader: StreamReader, function: lambda_.Function) -> None:
    """From the first record on. A record that fails ten times, or for two hours, goes to a queue of its own."""
    failed = make_queue(scope, f"{reader.function}-failed")
    stream = table.table_stream_arn
    assert stream is not None  # noqa: S101 - for mypy
    allow(function, [f"dynamodb:{action}" for action in READ_STREAM], stream)
    _list_streams(scope, table, function)
    allow(function, ["sqs:SendMessage"], failed.queue_arn)
    mapping = lambda_.EventSourceMapping(
        scope,
        f"{reader.function}-mapping",
        target=function,
        event_source_arn=stream,
        starting_position=lambda_.StartingPosition.TRIM_HORIZON,
        batch_size=25,
        report_batch_item_failures=True,
        bisect_batch_on_error=True,
        retry_attempts=10,
        max_record_age=Duration.hours(2),
        filters=[lambda_.FilterCriteria.filter(dict(pattern)) for pattern in reader.patterns],
        on_failure=SqsDlq(failed),
    )
    # Lambda tries the rights when the mapping is made.
    mapping.node.add_dependency(function.role or function)


def _list_streams(scope: Construct, table: aws_dynamodb.Table, function: lambda_.Function) -> None:
    """What Lambda asks for besides; it is no right over one stream."""
    allow(function, ["dynamodb:ListStreams"], f"{table.table_arn}/stream/*")
    Validations.of(scope).acknowledge(
        Acknowledgment(
            id=f"AwsSolutions::AwsSolutions-IAM5[Resource::<{_logical_id(table)}.Arn>/stream/*]",
            reason="Listing is asked of a table's streams, not of one; the table is named.",
        )
    )


def _logical_id(table: aws_dynamodb.Table) -> str:
    resource = table.node.default_child
    assert isinstance(resource, CfnResource)  # noqa: S101 - for mypy
    return Stack.of(table).get_logical_id(resource)


def make_queue(scope: Construct, name: str) -> aws_sqs.Queue:
    """For what failed for good: kept two weeks."""
    queue = aws_sqs.Queue(
        scope,
        name,
        encryption=aws_sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        retention_period=FAILED_KEPT,
    )
    Validations.of(queue).acknowledge(
        Acknowledgment(id="AwsSolutions::AwsSolutions-SQS3", reason="It is itself where failed records go.")
    )
    return queue
