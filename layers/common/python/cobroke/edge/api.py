"""The edge: one resolver for every API function. It lets in what may come in, and turns every
refusal and every bug into problem+json. Closed by default: a route is public only where ROUTES says
so.

OPTIONS on any path is a 204: who asks what he may has no token yet. Else the order of refusals:
path and verb, token, content type, size, JSON, form of the ids, fields; then the route's own.
"""

import functools
import inspect
import os
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from pydantic import BaseModel

from cobroke.config import Config
from cobroke.domain import errors
from cobroke.domain.ids import is_well_formed
from cobroke.domain.preconditions import ANYTHING, etag, idempotency_key, if_match
from cobroke.edge.access import Access
from cobroke.edge.bodies import read_body
from cobroke.edge.problems import invalid, problem
from cobroke.edge.query import as_it_fits, given
from cobroke.edge.routes import ROUTES, Route
from cobroke.edge.served import SERVED, Served
from cobroke.exact_json import Json, dumps, fingerprint
from cobroke.failures import kind_and_place
from cobroke.storage.postings.idempotency import Idempotency
from cobroke.storage.table import Table

ALWAYS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
"""Headers of every answer; with them goes X-Request-Id."""
_ID = re.compile(r"\{(\w+)\}")
_PATTERNS = {route: re.compile(_ID.sub(r"(?P<\1>[^/]+)", route.path)) for route in ROUTES}
_BY_KEY = {route.key: route for route in ROUTES}

type Event = Mapping[str, Any]


class Api(APIGatewayHttpResolver):
    """The routes of one function. A module's `handler` is its Api: call it with an event."""

    def __init__(self, function: str) -> None:
        super().__init__(enable_validation=True, json_body_deserializer=lambda _: self._body)  # type: ignore[arg-type, return-value]
        self.config = Config.from_environment()
        self.table = Table(self.config.table_name)
        self.logger = Logger(service=function, utc=True)
        self._function = function
        self._access = Access(self.table, self.config)
        self._body: Json = None
        self.caller = ""
        self.if_match = ANYTHING
        self.idempotency: Idempotency | None = None
        self._etag = ""
        self.decided = ""
        """What the route and the status do not say, for the log; nothing personal."""
        self.exception_handler(Exception)(self._refuse)
        if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
            self.table.open()

    def serves[**Given, Answer: BaseModel](
        self, key: str, status: int = 200, refuses: tuple[type[errors.Refusal], ...] = ()
    ) -> Callable[[Callable[Given, Answer]], Callable[Given, Answer]]:
        """Register the function for a key of ROUTES; its parameters are what it is sent, its model
        the answer.

        `refuses`: why it refuses what the edge let in, beyond NotFound for an id in its path.
        """
        route = _BY_KEY[key]

        def register(serve: Callable[Given, Answer]) -> Callable[Given, Answer]:
            SERVED[key] = Served(serve, status, refuses)

            @functools.wraps(serve)
            def answer(*args: Given.args, **kwargs: Given.kwargs) -> Response[str]:
                body = dumps(serve(*args, **kwargs).model_dump(warnings=False))
                return Response(
                    status, "application/json", body, {"ETag": self._etag} if self._etag else None
                )

            signature = inspect.signature(serve)
            # Powertools would send Decimals as text or floats: an answer leaves as the text that we
            # made.
            answer.__signature__ = signature.replace(return_annotation=inspect.Signature.empty)  # type: ignore[attr-defined]
            path = _ID.sub(r"<\1>", route.path)
            self.route(path, route.method, status_code=status)(answer)
            return serve

        return register

    def tag(self, revision: int) -> None:
        """Let the answer say which version of the object it is."""
        self._etag = etag(revision)

    def __call__(self, event: Event, context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own
        started = time.perf_counter()
        self.table.begin()
        self.caller, self._body, self._etag, self.decided = "", None, "", ""
        request = APIGatewayProxyEventV2(dict(event))
        request_id, route = request.request_context.request_id, None
        try:
            if request.http_method == "OPTIONS":
                answer = _as_event(Response(204, body=""))
            else:
                route = _route(request.http_method, request.path)
                self._admit(request, route)
                answer = as_it_fits(self.resolve(_checked(event, request.headers), context))
        except Exception as fact:  # noqa: BLE001 - nothing leaves as an error of the gateway
            answer = _as_event(self._refuse(fact, request))
        answer["headers"] = {**answer["headers"], **ALWAYS, "X-Request-Id": request_id}
        self.logger.info(
            "request",
            request_id=request_id,
            route=route.key if route else None,
            realtor_id=self.caller or None,
            status=answer["statusCode"],
            decided=self.decided or None,
            ms=round((time.perf_counter() - started) * 1000, 1),
        )
        return answer

    def _admit(self, request: APIGatewayProxyEventV2, route: Route) -> None:
        if route.function != self._function:
            raise errors.NotFound
        if not route.public:
            self.caller = self._access.caller(request.headers)
        if route.takes_body:
            self._body = read_body(request)
        self.if_match = if_match(request.headers.get("if-match")) if route.conditional else ANYTHING
        key = idempotency_key(request.headers.get("idempotency-key")) if route.keyed else None
        self.idempotency = Idempotency(route.key, key, fingerprint(self._body)) if key else None
        match = _PATTERNS[route].fullmatch(request.path)
        if match and not all(
            is_well_formed(name, text) for name, text in match.groupdict().items()
        ):
            raise errors.NotFound
        # Powertools takes the first of a list for the object that was meant.
        if route.takes_body and not isinstance(self._body, dict):
            raise errors.Invalid(errors.FieldError("", "object_type", "The body must be an object"))

    def _refuse(
        self, fact: Exception, request: APIGatewayProxyEventV2 | None = None
    ) -> Response[str]:
        if isinstance(fact, RequestValidationError):
            fact = invalid(fact.errors())
        request_id = (request or self.current_event).request_context.request_id
        if not isinstance(fact, errors.Refusal):
            self.logger.error("bug", request_id=request_id, **kind_and_place(fact))
        self.decided = self.decided or _why(fact)
        status, headers, body = problem(fact, request_id)
        return Response(status.value, None, body, headers)


def _route(method: str, path: str) -> Route:
    """The route that is meant, else NotFound or WrongVerb."""
    here = [route for route, pattern in _PATTERNS.items() if pattern.fullmatch(path)]
    for route in here:
        if route.method == method:
            return route
    if here:
        raise errors.WrongVerb(tuple(route.method for route in here))
    raise errors.NotFound


def _checked(event: Event, headers: Mapping[str, str]) -> dict[str, Any]:
    """Powertools knows `application/json` in lower case alone; what the body is has been checked.
    """
    named = {name.lower(): value or "" for name, value in headers.items()}
    return {
        **event,
        "headers": named | {"content-type": "application/json"},
        "queryStringParameters": given(event.get("rawQueryString") or ""),
    }


def _why(fact: Exception) -> str:
    found = fact.errors if isinstance(fact, errors.Invalid | errors.Malformed) else ()
    rules = [
        error.code if isinstance(error, errors.BodyFault) else error.pointer for error in found
    ]
    return " ".join([getattr(fact, "code", "bug"), *rules])


def _as_event(response: Response[str]) -> dict[str, Any]:
    return {
        "statusCode": response.status_code,
        "headers": response.headers,
        "body": response.body,
        "isBase64Encoded": False,
    }
