"""What can fail, found in the stacks themselves, so that nothing new is forgotten: an API that
fails or is slow, failure queues that hold something, a stream that lags or is not read, functions
that fail or sleep, a table that throttles, what the audit finds. `docs/runbook.md` says of each
what to do.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from aws_cdk import Stack, aws_apigatewayv2, aws_dynamodb, aws_sqs
from aws_cdk import aws_lambda as lambda_

from infra.alarms import BUGS, NAMESPACE, TALLIES, Alarm, metric_name, namespace_of
from infra.stages import Stage
from infra.triggers import FAILED, MAPPING, STREAM_READERS

AUDIT_KINDS = (
    *("mirrors", "counts", "matches", "limits", "notices", "marks"),
    *("outboxes", "markets", "entries", "flats", "rankings"),
)
LAGS_MS = 10 * 60 * 1000
WOKEN_H = {"rematch_planner": 3, "audit": 36}
"""What the clock wakes (every half hour, every night), and after how many silent hours it rings."""
READ_H = 2
"""Lambda says how much it read, 0 too, as long as it reads at all."""
SLOW_MS = 5_000
FAILED_OF, REFUSED_OF = 20, 100
"""Requests in five minutes; `make smoke` sends some thirty, and all are refused."""
MOST_A_DAY = {
    "shown": (10_000, "Somebody was shown more rows of the market today than people read."),
    "acted": (2_000, "Somebody has acted on more pairs today than people do."),
    "refused_write": (200, "Somebody writes on though they are refused."),
    "refused_look": (200, "Somebody looks on though they are refused."),
    "refused_invite": (50, "Somebody invites on though they are refused."),
    "refused_newcomer": (50, "A newcomer invites on though they are refused."),
}
"""What one realtor may do on a day (by UTC) before it is looked at, by its tally."""
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
            case lambda_.EventSourceMapping():
                yield _of_mapping(construct)
            case aws_dynamodb.Table():
                yield from _of_table(construct)
    says = "A function met a bug, and answered 500."
    yield Alarm("bugs", "Bugs", says, "make bugs STAGE=<stage>", namespace_of(stage), BUGS, {})
    yield from _of_realtors(stage)
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
    of, dimensions = "AWS/ApiGateway", {"ApiId": api.api_id, "Stage": "$default"}
    graph = "API: requests that failed, that were refused (%)"
    says = "More than one request in a hundred ends in a 5xx."
    look = _lines("api", '{ $.status = "5*" }')
    failed = Alarm("api-5xx", graph, says, look, of, "5xx", dimensions, most=1)
    says = "More than every second request is refused."
    look = _lines("api", '{ $.status = "4*" }')
    refused = Alarm("api-4xx", graph, says, look, of, "4xx", dimensions, most=50)
    yield replace(failed, share_of="Count", enough=FAILED_OF)
    yield replace(refused, share_of="Count", enough=REFUSED_OF)
    says = "One request in a hundred takes longer than five seconds."
    look, graph = "aws logs tail /cobroke/<stage>/api --since 1h", "API: latency (ms)"
    yield Alarm("api-slow", graph, says, look, of, "Latency", dimensions, "p99", most=SLOW_MS)


def _of_realtors(stage: Stage) -> Iterator[Alarm]:
    """Yield those of what one realtor has done on a day."""
    for tally, (most, says) in MOST_A_DAY.items():
        functions = [name for name, tallies in TALLIES.items() if tally in tallies]
        look = _lines(functions[-1], f"{{ $.{tally} > {most} }}")
        alarm = Alarm(
            f"realtor-{tally.replace('_', '-')}",
            "A realtor's day, at most",
            says,
            look,
            namespace_of(stage),
            metric_name(tally),
            {},
            "Maximum",
        )
        yield replace(alarm, most=most)


def _of_queue(queue: aws_sqs.Queue) -> Alarm:
    name, metric = queue.node.id, "ApproximateNumberOfMessagesVisible"
    says = "What failed for good waits to be looked at."
    look = f"make letters STAGE=<stage> QUEUE={name.removesuffix(FAILED)} DO=look"
    dimensions = {"QueueName": queue.queue_name}
    return Alarm(name, "Failure queues", says, look, "AWS/SQS", metric, dimensions, "Maximum")


def _of_function(function: lambda_.Function) -> Iterator[Alarm]:
    of, dimensions = "AWS/Lambda", {"FunctionName": function.function_name}
    name = function.node.id
    says = "The function fails or runs out of time."
    look, graph = f"aws logs tail /cobroke/<stage>/{name} --since 1h", "Functions: errors"
    yield Alarm(f"{name}-errors", graph, says, look, of, "Errors", dimensions)
    says, graph = "The function is kept from running.", "Functions: throttles"
    look = "aws lambda get-account-settings --query AccountLimit.ConcurrentExecutions"
    yield Alarm(f"{name}-throttles", graph, says, look, of, "Throttles", dimensions)
    if name in {reader.function for reader in STREAM_READERS}:
        says = "The function is more than ten minutes behind the table's stream."
        look, graph = _lines(name, '"record failed"'), "Stream: lag (ms)"
        lags = Alarm(f"{name}-lags", graph, says, look, of, "IteratorAge", dimensions, "Maximum")
        yield replace(lags, most=LAGS_MS)
    if name in WOKEN_H:
        says, graph = "The clock has not woken the function.", "Woken by the clock"
        look = "aws scheduler list-schedules --name-prefix cobroke-<stage>"
        silent = Alarm(f"{name}-silent", graph, says, look, of, "Invocations", dimensions)
        yield replace(silent, silent_h=WOKEN_H[name])


def _of_mapping(mapping: lambda_.EventSourceMapping) -> Alarm:
    name, uuid = mapping.node.id.removesuffix(MAPPING), mapping.event_source_mapping_id
    says = "Nobody reads the stream or the queue that wakes the function."
    look = f"aws lambda get-event-source-mapping --uuid {uuid}"
    of, metric, dimensions = "AWS/Lambda", "PolledEventCount", {"EventSourceMappingUUID": uuid}
    stopped = Alarm(
        f"{name}-stopped", "Reads of stream and queues", says, look, of, metric, dimensions
    )
    return replace(stopped, statistic="SampleCount", silent_h=READ_H)


def _of_table(table: aws_dynamodb.Table) -> Iterator[Alarm]:
    of, dimensions = "AWS/DynamoDB", {"TableName": table.table_name}
    look = f"aws dynamodb describe-table --table-name {table.table_name}"
    for way in ("Read", "Write"):
        name, graph = f"table-throttles-{way.lower()}s", "Table: throttled"
        says = f"The table refuses {way.lower()}s for there are too many."
        throttles = Alarm(name, graph, says, look, of, f"{way}ThrottleEvents", dimensions)
        yield replace(throttles, most=THROTTLED, filled=True)


def _lines(function: str, pattern: str, since: str = "1h") -> str:
    return f"aws logs tail /cobroke/<stage>/{function} --since {since} --filter-pattern '{pattern}'"
