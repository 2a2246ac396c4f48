"""What can fail, found in the stacks themselves, so that nothing new is forgotten: an API that
fails or is slow, failure queues that hold something, a stream that lags or is not read, functions
that fail or sleep, a table that throttles, what the audit finds. `docs/runbook.md` says of each
what to do.
"""

from collections.abc import Iterator, Sequence
from functools import partial

from aws_cdk import Stack, aws_apigatewayv2, aws_dynamodb, aws_sqs
from aws_cdk import aws_lambda as lambda_

from infra.alarms import BUGS, NAMESPACE, Alarm, bugs_of
from infra.stages import Stage
from infra.triggers import FAILED, STREAM_MAPPING, STREAM_READERS

AUDIT_KINDS = ("mirrors", "counts", "limits", "notices", "marks", "markets", "entries", "rankings")
LAGS_MS = 10 * 60 * 1000
WOKEN_H = {"rematch_planner": 3, "audit": 36}
"""What the clock wakes (every half hour, every night), and after how many silent hours it rings."""
READ_H = 2
"""Lambda says how many records it read, 0 too, as long as it reads at all."""
SLOW_MS = 5_000
THROTTLED = 100
"""Requests in five minutes; fewer are tried again and nobody notices."""


def alarms_of(stage: Stage, stacks: Sequence[Stack]) -> Iterator[Alarm]:
    """Walk over the stacks: everything that can fail has its alarms."""
    for construct in (found for stack in stacks for found in stack.node.find_all()):
        match construct:
            case aws_apigatewayv2.HttpApi():
                yield from _of_api(construct)
            case aws_sqs.Queue() if construct.node.id.endswith(FAILED):
                yield _of_queue(construct)
            case lambda_.Function():
                yield from _of_function(construct)
            case lambda_.EventSourceMapping() if construct.node.id.endswith(STREAM_MAPPING):
                yield _of_mapping(construct)
            case aws_dynamodb.Table():
                yield from _of_table(construct)
    says = "A function met a bug, and answered 500."
    yield Alarm("bugs", "Bugs", says, "make bugs STAGE=<stage>", bugs_of(stage), BUGS, {})
    look = _lines("audit", '"audited"', since="2d")
    audit = {"service": "audit", "stage": stage.name}
    for kind in AUDIT_KINDS:
        says, metric = f"The audit found {kind} that had drifted.", f"Drift{kind.capitalize()}"
        yield Alarm(f"drift-{kind}", "What the audit mended", says, look, NAMESPACE, metric, audit)
    look = _lines("rematch_worker", '"message failed"')
    worker = {"service": "rematch_worker", "stage": stage.name}
    says = "A part of a scheduled run failed; it comes again."
    yield Alarm("part-failed", "Failed parts", says, look, NAMESPACE, "PartFailed", worker)


def _of_api(api: aws_apigatewayv2.HttpApi) -> Iterator[Alarm]:
    dimensions = {"ApiId": api.api_id, "Stage": "$default"}
    of_api = partial(Alarm, namespace="AWS/ApiGateway", dimensions=dimensions)
    share = partial(of_api, graph="API: requests that failed, that were refused (%)")
    says = "More than one request in a hundred ends in a 5xx."
    look = _lines("api", '{ $.status = "5*" }')
    yield share("api-5xx", says=says, look=look, metric="5xx", most=1, share_of="Count")
    says = "More than every second request is refused."
    look = _lines("api", '{ $.status = "4*" }')
    yield share("api-4xx", says=says, look=look, metric="4xx", most=50, share_of="Count")
    says = "One request in a hundred takes longer than five seconds."
    slow = partial(of_api, "api-slow", "API: latency (ms)", says)
    look = "aws logs tail /cobroke/<stage>/api --since 1h"
    yield slow(look, metric="Latency", statistic="p99", most=SLOW_MS)


def _of_queue(queue: aws_sqs.Queue) -> Alarm:
    return Alarm(
        queue.node.id,
        "Failure queues",
        "What failed for good waits to be looked at.",
        f"make letters STAGE=<stage> QUEUE={queue.node.id.removesuffix(FAILED)} DO=look",
        "AWS/SQS",
        "ApproximateNumberOfMessagesVisible",
        {"QueueName": queue.queue_name},
        statistic="Maximum",
    )


def _of_function(function: lambda_.Function) -> Iterator[Alarm]:
    name = function.node.id
    of_function = partial(
        Alarm, namespace="AWS/Lambda", dimensions={"FunctionName": function.function_name}
    )
    says = "The function fails or runs out of time."
    look = f"aws logs tail /cobroke/<stage>/{name} --since 1h"
    yield of_function(f"{name}-errors", "Functions: errors", says, look, metric="Errors")
    says = "The function is kept from running."
    look = "aws lambda get-account-settings --query AccountLimit.ConcurrentExecutions"
    yield of_function(f"{name}-throttles", "Functions: throttles", says, look, metric="Throttles")
    if name in {reader.function for reader in STREAM_READERS}:
        says = "The function is more than ten minutes behind the table's stream."
        lags = partial(of_function, f"{name}-lags", "Stream: lag (ms)", says)
        look = _lines(name, '"record failed"')
        yield lags(look, metric="IteratorAge", statistic="Maximum", most=LAGS_MS)
    if name in WOKEN_H:
        says = "The clock has not woken the function."
        look = "aws scheduler list-schedules --name-prefix cobroke-<stage>"
        silent = partial(of_function, f"{name}-silent", "Woken by the clock", says, look)
        yield silent(metric="Invocations", silent_h=WOKEN_H[name])


def _of_mapping(mapping: lambda_.EventSourceMapping) -> Alarm:
    name = mapping.node.id.removesuffix(STREAM_MAPPING)
    return Alarm(
        f"{name}-stopped",
        "Stream: reads",
        "Nobody reads the table's stream for the function.",
        f"aws lambda get-event-source-mapping --uuid {mapping.event_source_mapping_id}",
        "AWS/Lambda",
        "PolledEventCount",
        {"EventSourceMappingUUID": mapping.event_source_mapping_id},
        statistic="SampleCount",
        silent_h=READ_H,
    )


def _of_table(table: aws_dynamodb.Table) -> Iterator[Alarm]:
    look = f"aws dynamodb describe-table --table-name {table.table_name}"
    for way in ("Read", "Write"):
        says = f"The table refuses {way.lower()}s for there are too many."
        of_table = partial(Alarm, f"table-throttles-{way.lower()}s", "Table: throttled", says, look)
        dimensions = {"TableName": table.table_name}
        metric = partial(of_table, "AWS/DynamoDB", f"{way}ThrottleEvents", dimensions)
        yield metric(most=THROTTLED, filled=True)


def _lines(function: str, pattern: str, since: str = "1h") -> str:
    return f"aws logs tail /cobroke/<stage>/{function} --since {since} --filter-pattern '{pattern}'"
