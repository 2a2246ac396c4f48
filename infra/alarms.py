"""Alarms as data: an API that fails or is slow, failure queues that hold something, a stream that
lags, functions that fail or sleep, a table that throttles, what the audit finds.

Functions and failure queues are found in the stack itself: a new one cannot be forgotten.
`docs/runbook.md` says of each what to do.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from aws_cdk import (
    Duration,
    aws_apigatewayv2,
    aws_cloudwatch,
    aws_cloudwatch_actions,
    aws_dynamodb,
    aws_logs,
    aws_sns,
    aws_sqs,
)
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.function import LOG
from infra.stages import Stage
from infra.triggers import STREAM_READERS

NAMESPACE = "Cobroke"
AUDIT_KINDS = ("mirrors", "counts", "limits", "notices", "marks", "markets", "entries", "rankings")
LAGS_MS = 10 * 60 * 1000
PERIOD = Duration.minutes(5)
WOKEN_H = {"rematch_planner": 3, "audit": 36}
"""What the clock wakes (every half hour, every night), and after how many silent hours it rings."""
SILENCES = 3
"""In how many periods those hours are measured, all of which must be silent."""
SLOW_MS = 5_000
ENOUGH = 20
"""Requests in five minutes, of which a share says something."""
BUGS = "Bugs"
THROTTLED = 100
"""Requests in five minutes; fewer are tried again and nobody notices."""


@dataclass(frozen=True)
class Alarm:
    """One alarm. It is raised when the metric is above `most`; where nothing is measured nothing is
    wrong. With `silent_h` it is raised when nothing is measured for that many hours.
    """

    name: str
    says: str
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: str = "Sum"
    most: int = 0
    silent_h: int = 0
    filled: bool = False
    """Missing data count as 0, so that it goes out by itself."""
    share_of: str = ""
    """A metric beside it: `most` is then in percent of that, where it is 20 or more."""


def make_alarms(scope: Construct, stage: Stage) -> None:
    """Make the alarms of a stage; `local` has none, for nobody would see them."""
    if stage.is_local:
        return
    topic = (
        aws_sns.Topic.from_topic_arn(scope, "AlarmTopic", stage.alarm_topic)
        if stage.alarm_topic
        else None
    )
    _count_bugs(scope, stage)
    for alarm in _alarms(scope, stage):
        made = _make(scope, stage, alarm)
        if topic:
            made.add_alarm_action(aws_cloudwatch_actions.SnsAction(topic))


def _alarms(scope: Construct, stage: Stage) -> Iterable[Alarm]:
    for construct in scope.node.find_all():
        match construct:
            case aws_apigatewayv2.HttpApi():
                yield from _of_api(construct)
            case aws_sqs.Queue() if construct.node.id.endswith("-failed"):
                yield _of_queue(construct)
            case lambda_.Function():
                yield from _of_function(construct)
            case aws_dynamodb.Table():
                yield from _of_table(construct)
    says = "A function met a bug, and answered 500."
    yield Alarm("bugs", says, _bugs_of(stage), BUGS, {})
    audit = {"service": "audit", "stage": stage.name}
    for kind in AUDIT_KINDS:
        says = f"The audit found {kind} that had drifted."
        yield Alarm(f"drift-{kind}", says, NAMESPACE, f"Drift{kind.capitalize()}", audit)
    worker = {"service": "rematch_worker", "stage": stage.name}
    says = "A part of a scheduled run failed; it comes again."
    yield Alarm("part-failed", says, NAMESPACE, "PartFailed", worker)


def _count_bugs(scope: Construct, stage: Stage) -> None:
    """Make a metric of the line that a function logs when it answers a bug with a 500: Lambda knows
    of no error then.
    """
    logs = [found for found in scope.node.find_all() if isinstance(found, aws_logs.LogGroup)]
    for log in (log for log in logs if log.node.id.endswith(LOG)):
        aws_logs.MetricFilter(
            scope,
            f"{log.node.id}-bugs",
            log_group=log,
            filter_pattern=aws_logs.FilterPattern.string_value("$.message", "=", "bug"),
            metric_namespace=_bugs_of(stage),
            metric_name=BUGS,
            metric_value="1",
        )


def _bugs_of(stage: Stage) -> str:
    """Return the namespace: a filter's metric can have no dimension that its line does not hold."""
    return f"{NAMESPACE}/{stage.name}"


def _of_api(api: aws_apigatewayv2.HttpApi) -> Iterator[Alarm]:
    dimensions = {"ApiId": api.api_id, "Stage": "$default"}
    of_api = partial(Alarm, namespace="AWS/ApiGateway", dimensions=dimensions)
    says = "More than one request in a hundred ends in a 5xx."
    yield of_api("api-5xx", says, metric="5xx", most=1, share_of="Count")
    says = "More than every second request is refused."
    yield of_api("api-4xx", says, metric="4xx", most=50, share_of="Count")
    says = "One request in a hundred takes longer than five seconds."
    yield of_api("api-slow", says, metric="Latency", statistic="p99", most=SLOW_MS)


def _of_queue(queue: aws_sqs.Queue) -> Alarm:
    dimensions = {"QueueName": queue.queue_name}
    metric = "ApproximateNumberOfMessagesVisible"
    says = "What failed for good waits to be looked at."
    return Alarm(queue.node.id, says, "AWS/SQS", metric, dimensions, statistic="Maximum")


def _of_function(function: lambda_.Function) -> Iterator[Alarm]:
    name = function.node.id
    of_function = partial(
        Alarm, namespace="AWS/Lambda", dimensions={"FunctionName": function.function_name}
    )
    says = "The function fails or runs out of time."
    yield of_function(f"{name}-errors", says, metric="Errors")
    says = "The function is kept from running."
    yield of_function(f"{name}-throttles", says, metric="Throttles")
    if name in {reader.function for reader in STREAM_READERS}:
        says = "The function is more than ten minutes behind the table's stream."
        age = partial(of_function, metric="IteratorAge", statistic="Maximum")
        yield age(f"{name}-lags", says, most=LAGS_MS)
    if name in WOKEN_H:
        says = "The clock has not woken the function."
        yield of_function(f"{name}-silent", says, metric="Invocations", silent_h=WOKEN_H[name])


def _of_table(table: aws_dynamodb.Table) -> Iterator[Alarm]:
    for way in ("Read", "Write"):
        says = f"The table refuses {way.lower()}s for there are too many."
        dimensions = {"TableName": table.table_name}
        name, metric = f"table-throttles-{way.lower()}s", f"{way}ThrottleEvents"
        yield Alarm(name, says, "AWS/DynamoDB", metric, dimensions, most=THROTTLED, filled=True)


def _make(scope: Construct, stage: Stage, alarm: Alarm) -> aws_cloudwatch.Alarm:
    return aws_cloudwatch.Alarm(
        scope,
        f"alarm-{alarm.name}",
        alarm_name=f"cobroke-{stage.name}-{alarm.name}",
        alarm_description=f"{alarm.says} docs/runbook.md says what to do.",
        metric=_metric(alarm),
        **_condition(alarm),
    )


def _metric(alarm: Alarm) -> aws_cloudwatch.IMetric:
    measured = partial(
        aws_cloudwatch.Metric,
        namespace=alarm.namespace,
        dimensions_map=dict(alarm.dimensions),
        statistic=alarm.statistic,
        period=Duration.minutes(alarm.silent_h * 60 // SILENCES) if alarm.silent_h else PERIOD,
    )
    part = measured(metric_name=alarm.metric)
    of = partial(aws_cloudwatch.MathExpression, period=PERIOD)
    if alarm.share_of:
        metrics = {"part": part, "all": measured(metric_name=alarm.share_of)}
        share = f"IF(all >= {ENOUGH}, 100 * part / all, 0)"
        return of(expression=share, using_metrics=metrics)
    return of(expression="FILL(part, 0)", using_metrics={"part": part}) if alarm.filled else part


def _condition(alarm: Alarm) -> dict[str, Any]:
    if alarm.silent_h:
        return {
            "threshold": 1,
            "evaluation_periods": SILENCES,
            "comparison_operator": aws_cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            "treat_missing_data": aws_cloudwatch.TreatMissingData.BREACHING,
        }
    return {
        "threshold": alarm.most,
        "evaluation_periods": 1,
        "comparison_operator": aws_cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
        "treat_missing_data": aws_cloudwatch.TreatMissingData.NOT_BREACHING,
    }
