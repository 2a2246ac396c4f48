"""The app: five routes, Mangum before them, a line of the log for each request as ours has."""

import time
from typing import Any

from aws_lambda_powertools import Logger
from fastapi import FastAPI  # type: ignore[import-not-found]
from mangum import Mangum  # type: ignore[import-not-found]

from benchmarks.naive import deals, leads, looks, notices

_LEAD = "/leads/{lead_id}/property-recommendations"
_logger = Logger(service="naive", utc=True)
_app = FastAPI()
_app.add_api_route("/leads", leads.create_lead, methods=["POST"], status_code=201)
_app.add_api_route("/leads", leads.list_leads)
_app.add_api_route(_LEAD, looks.recommend)
_app.add_api_route(f"{_LEAD}/{{property_id}}/action", deals.act, methods=["POST"])
_app.add_api_route("/notifications", notices.list_notifications)
_mangum = Mangum(_app, lifespan="off")


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own
    started = time.perf_counter()
    answer: dict[str, Any] = _mangum(event, context)
    _logger.info(
        "request",
        request_id=event["requestContext"]["requestId"],
        route=event["routeKey"],
        status=answer["statusCode"],
        ms=round((time.perf_counter() - started) * 1000, 1),
    )
    return answer
