"""The contract as a page: GET /docs · GET /docs/{file} · GET /openapi.json

Public, and of files alone: no table, no token. A stage that does not serve it has no such routes.
"""

import base64
import functools
import gzip
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_lambda_powertools import Logger

from cobroke.domain.errors import NotFound, Refusal, WrongVerb
from cobroke.edge.problems import ALWAYS, problem
from cobroke.edge.request import Request

FILES = Path(__file__).parent / "page"
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
}
PLAIN = "text/plain; charset=utf-8"
# Styles of Swagger UI's own elements are set by its script, which no policy forbids.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "public, max-age=300",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Encoding",
}
AT_ROOT = {"docs.html": "/docs", "openapi.json": "/openapi.json"}
ADDRESSES = {AT_ROOT.get(file.name, f"/docs/{file.name}"): file for file in FILES.iterdir()}

logger = Logger(service="docs", utc=True)


def handler(event: Mapping[str, Any], _: object) -> dict[str, Any]:
    """Answer with a file, or say why not as the API does."""
    started = time.perf_counter()
    request = Request.of(event)
    try:
        answer = _answer(request)
    except Refusal as refusal:
        status, headers, body = problem(refusal, request.id)
        answer = {"statusCode": status.value, "headers": headers, "body": body}
    answer["headers"] = {**ALWAYS, **answer["headers"], "X-Request-Id": request.id}
    ms = round((time.perf_counter() - started) * 1000, 1)
    logger.info("request", request_id=request.id, status=answer["statusCode"], ms=ms)
    return answer


def _answer(request: Request) -> dict[str, Any]:
    """Return the file that is meant. Raises NotFound or WrongVerb."""
    if request.method == "OPTIONS":
        return {"statusCode": 204, "headers": {}, "body": ""}
    if not (file := ADDRESSES.get(request.path)):
        raise NotFound
    if request.method != "GET":
        raise WrongVerb(("GET",))
    headers = HEADERS | {"Content-Type": CONTENT_TYPES.get(file.suffix, PLAIN)}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return {"statusCode": 200, "headers": headers, "body": file.read_text()}
    headers |= {"Content-Encoding": "gzip"}
    return {"statusCode": 200, "headers": headers, "body": _packed(file), "isBase64Encoded": True}


@functools.cache
def _packed(file: Path) -> str:
    return base64.b64encode(gzip.compress(file.read_bytes(), mtime=0)).decode()
