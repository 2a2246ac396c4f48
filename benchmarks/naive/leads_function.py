"""The leads of a function by the book: Powertools' Logger, Tracer, Metrics and resolver with
validation, boto3's resource, pydantic's models, pyjwt. It is imported, to see how long that takes;
of ours `functions/leads` has these routes and three more.
"""

import os
import uuid
from datetime import UTC, datetime
from typing import Any

import boto3
import jwt
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
from aws_lambda_powertools.event_handler.exceptions import UnauthorizedError
from aws_lambda_powertools.metrics import MetricUnit
from boto3.dynamodb.conditions import Key

from benchmarks.naive.models import LeadBody, LeadCreated, LeadList, LeadRow

logger = Logger(service="leads")
tracer = Tracer(service="leads")
metrics = Metrics(namespace="Naive", service="leads")
app = APIGatewayHttpResolver(enable_validation=True)
table = boto3.resource("dynamodb").Table(os.environ["TABLE_NAME"])


@app.post("/leads", status_code=201)
@tracer.capture_method
def create_lead(body: LeadBody) -> LeadCreated:
    lead_id, now = uuid.uuid4().hex, datetime.now(UTC)
    row = LeadRow(
        lead_id=lead_id,
        client_name=body.client_name,
        requirements=body.requirements,
        status="ACTIVE",
        match_count=0,
        stale=False,
        stale_at=None,
        created_at=now,
    )
    table.put_item(Item={"PK": _caller(), "SK": lead_id, "d": row.model_dump_json()})
    metrics.add_metric("LeadCreated", MetricUnit.Count, 1)
    return LeadCreated(lead_id=lead_id, created_at=now)


@app.get("/leads")
@tracer.capture_method
def list_leads() -> LeadList:
    found = table.query(KeyConditionExpression=Key("PK").eq(_caller()), ScanIndexForward=False)
    rows = [LeadRow.model_validate_json(str(item["d"])) for item in found["Items"]]
    return LeadList(leads=rows, total=len(rows), page=1, limit=len(rows))


def _caller() -> str:
    token = app.current_event.headers["authorization"].removeprefix("Bearer ")
    try:
        claims = jwt.decode(token, os.environ["PUBLIC_KEY"], algorithms=["EdDSA"])
    except jwt.InvalidTokenError:
        raise UnauthorizedError("A token is needed") from None
    caller: str = claims["sub"]
    return caller


@logger.inject_lambda_context
@tracer.capture_lambda_handler
@metrics.log_metrics(capture_cold_start_metric=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own
    return app.resolve(event, context)
