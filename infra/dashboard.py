"""What one looks at: a dashboard of all that the alarms measure and of what the logs can tell, and
the queries over the logs, saved.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from aws_cdk import (
    Aws,
    CfnOutput,
    Duration,
    Stack,
    aws_apigatewayv2,
    aws_cloudwatch,
    aws_logs,
    aws_sqs,
)
from constructs import Construct

from cobroke.edge.routes import ROUTES
from infra.alarms import PERIOD, Alarm, metric_of
from infra.function import log_name
from infra.stages import Stage
from infra.triggers import FAILED

WIDE, HIGH = 12, 6
"""Of a grid of 24 columns."""
ENDPOINTS = tuple(sorted({route.function for route in ROUTES}))


@dataclass(frozen=True)
class Query:
    """A query of Logs Insights over the logs of some functions; `api` is the gateway's."""

    title: str
    logs: tuple[str, ...]
    lines: tuple[str, ...]
    shown: bool = True
    """On the dashboard too."""


QUERIES = (
    Query(
        "Requests by route and status",
        ("api",),
        ("stats count(*) as requests by routeKey, status", "sort routeKey, status"),
    ),
    Query(
        "Latency by route (ms)",
        ENDPOINTS,
        (
            'filter message = "request"',
            "stats count(*) as requests, pct(ms, 50) as p50, pct(ms, 99) as p99 by route",
            "sort p99 desc",
        ),
    ),
    Query(
        "Likes, matches and contacts a day",
        ("actions",),
        (
            'filter message = "request" and status = 200 and route like "/action"',
            "stats count(*) as acts by bin(1d), decided",
        ),
    ),
    Query(
        "Pushes by outcome a day",
        ("telegram_push",),
        ('filter message = "push"', "stats count(*) as pushes by bin(1d), outcome"),
    ),
    Query(
        "Refusals by their code",
        ENDPOINTS,
        (
            'filter message = "request" and status >= 400',
            "stats count(*) as refusals by route, status, decided",
            "sort refusals desc",
        ),
        shown=False,
    ),
    Query(
        "Bugs",
        ENDPOINTS,
        (
            'filter message = "bug"',
            "fields @timestamp, service, request_id, kind, code, @message",
            "sort @timestamp desc",
        ),
        shown=False,
    ),
    Query(
        "One request, by the instance of its refusal",
        ("api", *ENDPOINTS),
        (
            'filter request_id = "WITHOUT urn:req:" or requestId = "WITHOUT urn:req:"',
            "sort @timestamp",
        ),
        shown=False,
    ),
    Query(
        "What failed in the background",
        (
            "stream_matching",
            "stream_notifications",
            "telegram_push",
            "rematch_worker",
            "audit",
            "erasure",
        ),
        (
            'filter message in ["record failed", "message failed", "not settled"]',
            "fields @timestamp, service, message, kind, code, @message",
            "sort @timestamp desc",
        ),
        shown=False,
    ),
)


def make_dashboard(
    scope: Construct, stage: Stage, alarms: Sequence[Alarm], stacks: Sequence[Stack]
) -> None:
    """Make the dashboard of what the walk over the stacks found, its address an output, and save
    the queries.
    """
    dashboard = aws_cloudwatch.Dashboard(
        scope,
        "Dashboard",
        dashboard_name=f"cobroke-{stage.name}",
        default_interval=Duration.days(1),
    )
    dashboard.add_widgets(*_traffic(stacks), *_graphs(alarms), *_tables(stage))
    home = f"https://{Aws.REGION}.console.aws.amazon.com/cloudwatch/home?region={Aws.REGION}"
    address = f"{home}#dashboards/dashboard/{dashboard.dashboard_name}"
    CfnOutput(scope, "DashboardUrl", value=address, description="What one looks at")
    logs = [found for found in scope.node.find_all() if isinstance(found, aws_logs.LogGroup)]
    for query in QUERIES:
        saved = aws_logs.CfnQueryDefinition(
            scope,
            f"query-{query.title}",
            name=f"cobroke/{stage.name}/{query.title}",
            query_string="\n| ".join(query.lines),
            log_group_names=_logs(stage, query),
        )
        saved.node.add_dependency(*logs)


def _traffic(stacks: Sequence[Stack]) -> Iterator[aws_cloudwatch.IWidget]:
    """Show what is no alarm: how much is asked, and how much waits."""
    found = [construct for stack in stacks for construct in stack.node.find_all()]
    asked = [
        api.metric_count(statistic="Sum", period=PERIOD)
        for api in found
        if isinstance(api, aws_apigatewayv2.HttpApi)
    ]
    waiting = [
        queue.metric_approximate_number_of_messages_visible(period=PERIOD, label=queue.node.id)
        for queue in found
        if isinstance(queue, aws_sqs.Queue) and not queue.node.id.endswith(FAILED)
    ]
    yield _graph("API: requests", asked)
    yield _graph("Queues: waiting", waiting)


def _graphs(alarms: Sequence[Alarm]) -> Iterator[aws_cloudwatch.IWidget]:
    by_graph: dict[str, list[aws_cloudwatch.IMetric]] = {}
    for alarm in alarms:
        by_graph.setdefault(alarm.graph, []).append(metric_of(alarm, label=alarm.name))
    yield from (_graph(title, metrics) for title, metrics in by_graph.items())


def _graph(title: str, metrics: Sequence[aws_cloudwatch.IMetric]) -> aws_cloudwatch.IWidget:
    return aws_cloudwatch.GraphWidget(title=title, left=metrics, width=WIDE, height=HIGH)


def _tables(stage: Stage) -> Iterator[aws_cloudwatch.IWidget]:
    for query in (query for query in QUERIES if query.shown):
        yield aws_cloudwatch.LogQueryWidget(
            title=query.title,
            log_group_names=_logs(stage, query),
            query_lines=list(query.lines),
            view=aws_cloudwatch.LogQueryVisualizationType.TABLE,
            width=WIDE,
            height=HIGH,
        )


def _logs(stage: Stage, query: Query) -> list[str]:
    return [log_name(stage, name) for name in query.logs]
