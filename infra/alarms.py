"""Alarms as data, and the CloudWatch alarms made of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from aws_cdk import Duration, aws_cloudwatch, aws_cloudwatch_actions, aws_logs, aws_sns
from constructs import Construct

from infra.function import LOG
from infra.stages import Stage

NAMESPACE = "Cobroke"
BUGS = "Bugs"
TALLIES: Mapping[str, Sequence[str]] = {
    "leads": ("refused_write",),
    "properties": ("refused_write",),
    "insights": ("refused_look",),
    "recommendations": ("shown", "refused_look"),
    "matches": ("acted", "refused_write"),
    "actions": ("acted", "refused_write", "refused_invite", "refused_newcomer"),
}
"""What a function's request lines say is counted of the caller on this day: numbers without ids."""
PERIOD = Duration.minutes(5)
SILENCES = 3
"""In how many periods those hours are measured, all of which must be silent."""


@dataclass(frozen=True)
class Alarm:
    """One alarm. It is raised when the metric is above `most`; where nothing is measured nothing is
    wrong. With `silent_h` it is raised when nothing is measured for that many hours.
    """

    name: str
    graph: str
    """The title of the dashboard's graph that shows it."""
    says: str
    look: str
    """The first command of its row in `docs/runbook.md`; `<stage>` stands for the stage's name."""
    namespace: str
    metric: str
    dimensions: Mapping[str, str]
    statistic: str = "Sum"
    most: int = 0
    silent_h: int = 0
    filled: bool = False
    """Missing data count as 0, so that it goes out by itself."""
    share_of: str = ""
    """A metric beside it: `most` is then in percent of that."""
    enough: int = 0
    """So much of that metric in five minutes; of less a share says nothing."""


def make_alarms(
    scope: Construct, stage: Stage, alarms: Iterable[Alarm]
) -> dict[str, aws_cloudwatch.Alarm]:
    """Make the alarms, and return them by name."""
    topic = (
        aws_sns.Topic.from_topic_arn(scope, "AlarmTopic", stage.alarm_topic)
        if stage.alarm_topic
        else None
    )
    _count_bugs(scope, stage)
    _measure_tallies(scope, stage)
    made = {}
    for alarm in alarms:
        made[alarm.name] = _make(scope, stage, alarm)
        if topic:
            made[alarm.name].add_alarm_action(aws_cloudwatch_actions.SnsAction(topic))
    return made


def metric_of(alarm: Alarm, label: str | None = None) -> aws_cloudwatch.IMetric:
    """Make what the alarm measures: a metric, or an expression over two."""
    measured = partial(
        aws_cloudwatch.Metric,
        namespace=alarm.namespace,
        dimensions_map=dict(alarm.dimensions),
        statistic=alarm.statistic,
        period=Duration.minutes(alarm.silent_h * 60 // SILENCES) if alarm.silent_h else PERIOD,
    )
    of = partial(aws_cloudwatch.MathExpression, period=PERIOD, label=label)
    part = f"of_{alarm.metric.lower()}"  # a graph may hold several, each by its own name
    if alarm.share_of:
        metrics = {
            part: measured(metric_name=alarm.metric),
            "all": measured(metric_name=alarm.share_of),
        }
        share = f"IF(all >= {alarm.enough}, 100 * {part} / all, 0)"
        return of(expression=share, using_metrics=metrics)
    if alarm.filled:
        metrics = {part: measured(metric_name=alarm.metric)}
        return of(expression=f"FILL({part}, 0)", using_metrics=metrics)
    return measured(metric_name=alarm.metric, label=label)


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
            metric_namespace=namespace_of(stage),
            metric_name=BUGS,
            metric_value="1",
        )


def _measure_tallies(scope: Construct, stage: Stage) -> None:
    """Make metrics of the tallies: their maximum is that of the realtor who has most."""
    logs = {
        found.node.id.removesuffix(LOG): found
        for found in scope.node.find_all()
        if isinstance(found, aws_logs.LogGroup)
    }
    for function, tally in ((name, tally) for name in TALLIES for tally in TALLIES[name]):
        aws_logs.MetricFilter(
            scope,
            f"{function}-{tally}",
            log_group=logs[function],
            filter_pattern=aws_logs.FilterPattern.number_value(f"$.{tally}", ">", 0),
            metric_namespace=namespace_of(stage),
            metric_name=metric_name(tally),
            metric_value=f"$.{tally}",
        )


def metric_name(tally: str) -> str:
    return tally.title().replace("_", "")


def namespace_of(stage: Stage) -> str:
    """Return the namespace: a filter's metric can have no dimension that its line does not hold."""
    return f"{NAMESPACE}/{stage.name}"


def _make(scope: Construct, stage: Stage, alarm: Alarm) -> aws_cloudwatch.Alarm:
    look = alarm.look.replace("<stage>", stage.name)
    return aws_cloudwatch.Alarm(
        scope,
        f"alarm-{alarm.name}",
        alarm_name=f"cobroke-{stage.name}-{alarm.name}",
        alarm_description=f"{alarm.says} {look} – docs/runbook.md says what it means.",
        metric=metric_of(alarm),
        **_condition(alarm),
    )


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
