"""The HTTP API, made from ROUTES."""

import json
from collections.abc import Mapping

from aws_cdk import (
    Acknowledgment,
    CfnResource,
    Duration,
    Tags,
    Validations,
    aws_apigatewayv2,
)
from aws_cdk.aws_apigatewayv2 import CfnRoute
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration
from constructs import Construct

from cobroke.edge.routes import DEFAULT_FUNCTION, PAGES, ROUTES
from infra.function import Function, make_log
from infra.stages import Stage

LOCAL_API_ID = "c0b40ce0"
AUTH = "/auth/"
THROTTLED = {f"ANY {AUTH}{{proxy+}}": 25, "$default": 25}
"""Requests a second of all callers together, by route key: what needs no token, and what no route
matches. Twice as many at once.
"""
ALLOWED_HEADERS = [
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "traceparent",
]
EXPOSED_HEADERS = ["ETag", "Retry-After", "WWW-Authenticate", "X-Request-Id"]
PREFLIGHT_HOLDS = Duration.hours(2)
"""How long browsers believe it; without it they ask before every request."""
# What was asked and how it went. No address and no agent: those are personal.
_LOGGED = {
    "requestId": "$context.requestId",
    "routeKey": "$context.routeKey",
    "status": "$context.status",
    "latencyMs": "$context.responseLatency",
    "error": "$context.integrationErrorMessage",
}


_NO_AUTHORIZER = Acknowledgment(
    id="AwsSolutions::AwsSolutions-APIG4",
    reason="Every function checks the token itself, closed by default; a gateway authorizer would "
    "double cold starts and could answer a bad token only with its own 403.",
)


def make_api(
    scope: Construct, stage: Stage, functions: Mapping[str, Function]
) -> aws_apigatewayv2.HttpApi:
    """Make the API and its stage: every route to its function, all else to the default one."""
    methods = sorted({route.method for route in ROUTES})
    integrations = {
        name: HttpLambdaIntegration(f"{name}-integration", function.live)
        for name, function in functions.items()
    }
    api = aws_apigatewayv2.HttpApi(
        scope,
        "Api",
        api_name=f"cobroke-{stage.name}",
        create_default_stage=False,
        default_integration=integrations[DEFAULT_FUNCTION],
        cors_preflight=_cors(stage, methods),
    )
    for route in ROUTES:
        if not route.path.startswith(AUTH):
            api.add_routes(
                path=route.path,
                methods=[aws_apigatewayv2.HttpMethod[route.method]],
                integration=integrations[route.function],
            )
    # One route of all, for a throttle of all: the function knows them apart.
    api.add_routes(path=f"{AUTH}{{proxy+}}", integration=integrations["auth"])
    for page in PAGES if stage.docs else ():
        # By any verb, to say that GET is the only one.
        api.add_routes(path=page.path, integration=integrations[page.function])
    Validations.of(api).acknowledge(_NO_AUTHORIZER)
    _serve(api, stage)
    if stage.is_local:
        _suit_the_emulator(api, stage, methods)
    return api


def _cors(stage: Stage, methods: list[str]) -> aws_apigatewayv2.CorsPreflightOptions:
    return aws_apigatewayv2.CorsPreflightOptions(
        allow_origins=list(stage.origins),
        allow_methods=[aws_apigatewayv2.CorsHttpMethod[method] for method in methods],
        allow_headers=ALLOWED_HEADERS,
        expose_headers=EXPOSED_HEADERS,
        max_age=PREFLIGHT_HOLDS,
    )


def _serve(api: aws_apigatewayv2.HttpApi, stage: Stage) -> None:
    """Make the stage `$default`: throttled, most where nobody has a token yet, and logging what
    never reaches a function.
    """
    log = make_log(api, stage, "AccessLog", "api")
    served = api.add_stage(
        "Live",
        stage_name="$default",
        auto_deploy=True,
        throttle=aws_apigatewayv2.ThrottleSettings(
            rate_limit=stage.requests_per_second, burst_limit=2 * stage.requests_per_second
        ),
    )
    resource = served.node.default_child
    assert isinstance(resource, aws_apigatewayv2.CfnStage)  # noqa: S101 - for mypy
    resource.route_settings = {
        key: {"ThrottlingRateLimit": rate, "ThrottlingBurstLimit": 2 * rate}
        for key, rate in THROTTLED.items()
    }
    for route in (found for found in api.node.find_all() if isinstance(found, CfnRoute)):
        resource.add_resource_dependency(route)  # the settings name two
    resource.access_log_settings = aws_apigatewayv2.CfnStage.AccessLogSettingsProperty(
        destination_arn=log.log_group_arn, format=json.dumps(_LOGGED)
    )


def _suit_the_emulator(api: aws_apigatewayv2.HttpApi, stage: Stage, methods: list[str]) -> None:
    """Tag the API with its id, and repeat CORS by the names of the service's own API."""
    Tags.of(api).add("ms-custom-id", LOCAL_API_ID)
    resource = api.node.default_child
    assert isinstance(resource, CfnResource)  # noqa: S101 - for mypy
    cors = {
        "allowOrigins": list(stage.origins),
        "allowMethods": methods,
        "allowHeaders": ALLOWED_HEADERS,
        "exposeHeaders": EXPOSED_HEADERS,
        "maxAge": PREFLIGHT_HOLDS.to_seconds(),
    }
    for name, value in cors.items():
        resource.add_property_override(f"CorsConfiguration.{name}", value)
    Validations.of(api).acknowledge(
        Acknowledgment(
            id="CloudFormation-Validate::F3002",
            reason="The emulator's names for CORS, on local alone.",
        )
    )
