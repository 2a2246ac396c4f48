"""The edge: one resolver for every API function. It lets in what may come in, and turns every
refusal and every bug into problem+json. Closed by default: a route is public only where ROUTES says
so.

OPTIONS on any path is a 204: who asks what they may has no token yet. Else the order of refusals:
path and verb, token, content type, size, JSON, form of the ids, fields; then the route's own.
"""

import functools
import inspect
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from pydantic import BaseModel

from cobroke.config import Config
from cobroke.domain import errors
from cobroke.domain.ids import is_well_formed
from cobroke.domain.preconditions import ANY_VERSION, IfMatch, etag, idempotency_key, if_match
from cobroke.edge.access import Access
from cobroke.edge.bodies import read_body
from cobroke.edge.problems import ALWAYS, invalid, problem
from cobroke.edge.query import in_base64_if_long, parse_query
from cobroke.edge.routes import ROUTES, Route
from cobroke.edge.served import SERVED, Served
from cobroke.exact_json import Json, dumps, fingerprint
from cobroke.failures import kind_and_place
from cobroke.storage.postings.idempotency import Idempotency
from cobroke.storage.table import Table

_ID = re.compile(r"\{(\w+)\}")
_PATTERNS = {route: re.compile(_ID.sub(r"(?P<\1>[^/]+)", route.path)) for route in ROUTES}
_BY_KEY = {route.key: route for route in ROUTES}

type Event = Mapping[str, Any]


@dataclass(frozen=True)
class Call:
    """What is known of the one request that is being served, and what its answer says beside its
    body. A new one for every event.
    """

    id: str = ""
    route: Route | None = None
    caller: str = ""
    body: Json = None
    if_match: IfMatch = ANY_VERSION
    idempotency: Idempotency | None = None
    etag: str = ""
    decided: str = ""
    """What the route and the status do not say, for the log; nothing personal."""
    ids: Mapping[str, Any] = field(default_factory=dict)
    """Of what it is about, for the log."""


class Api(APIGatewayHttpResolver):
    """The routes of one function. A module's `handler` is its Api: call it with an event."""

    def __init__(self, function: str) -> None:
        super().__init__(enable_validation=True, json_body_deserializer=self._body_of)
        self.config = Config.from_environment()
        self.table = Table(self.config.table_name)
        self.logger = Logger(service=function, utc=True)
        self.call = Call()
        self._function = function
        self._access = Access(self.table, self.config)
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
                headers = {"ETag": self.call.etag} if self.call.etag else None
                return Response(status, "application/json", body, headers)

            signature = inspect.signature(serve)
            # Powertools would send Decimals as text or floats: an answer leaves as the text that we
            # made.
            unsaid = signature.replace(return_annotation=inspect.Signature.empty)
            answer.__signature__ = unsaid  # type: ignore[attr-defined]
            path = _ID.sub(r"<\1>", route.path)
            self.route(path, route.method, status_code=status)(answer)
            return serve

        return register

    def tag(self, revision: int) -> None:
        """Let the answer say which version of the object it is."""
        self.call = replace(self.call, etag=etag(revision))

    def note(self, decided: str) -> None:
        """Let the log say what was decided."""
        self.call = replace(self.call, decided=decided)

    def about(self, **ids: str) -> None:
        """Let the log say what it was about, beyond the ids in the path."""
        self.call = replace(self.call, ids={**self.call.ids, **ids})

    @property
    def caller(self) -> str:
        """The realtor's id; "" on a public route."""
        return self.call.caller

    def __call__(self, event: Event, context: Any) -> dict[str, Any]:  # noqa: ANN401 - Lambda's own
        started, request = time.perf_counter(), APIGatewayProxyEventV2(dict(event))
        with self._serving(Call(request.request_context.request_id)):
            answer = self._answer(request, context)
            answer["headers"] = {**answer["headers"], **ALWAYS, "X-Request-Id": self.call.id}
            self._log(answer["statusCode"], time.perf_counter() - started)
        return answer

    @contextmanager
    def _serving(self, call: Call) -> Iterator[None]:
        """Keep the call while it is served: nothing of a call outlasts it."""
        outer, self.call = self.call, call
        try:
            with self.table.time_limit(), self.table.caused_by(call.id):
                yield
        finally:
            self.call = outer

    def _answer(self, request: APIGatewayProxyEventV2, context: object) -> dict[str, Any]:
        """Turn whatever is raised into an answer: nothing leaves as an error of the gateway."""
        try:
            if request.http_method == "OPTIONS":
                return _gateway_answer(Response(204, body=""))
            self._admit(request)
            answer = self.resolve(_as_powertools_reads(request), context)  # type: ignore[arg-type]
            return in_base64_if_long(answer)
        except Exception as fact:  # noqa: BLE001 - a bug too is said as a problem
            return _gateway_answer(self._refuse(fact))

    def _admit(self, request: APIGatewayProxyEventV2) -> None:
        """Let it in step by step: where it is refused the log says what was known by then."""
        route = _route(request.http_method, request.path)
        self.call = replace(self.call, route=route)
        if route.function != self._function:
            raise errors.NotFound
        if not route.public:
            self.call = replace(self.call, caller=self._access.caller(request.headers))
        if route.takes_body:
            self.call = replace(self.call, body=read_body(request))
        self._read_preconditions(route, request.headers)
        match = _PATTERNS[route].fullmatch(request.path)
        if match and not all(
            is_well_formed(name, text) for name, text in match.groupdict().items()
        ):
            raise errors.NotFound
        self.about(**(match.groupdict() if match else {}))
        # Powertools takes the first of a list for the object that was meant.
        if route.takes_body and not isinstance(self.call.body, dict):
            raise errors.Invalid(errors.FieldError("", "object_type", "The body must be an object"))

    def _read_preconditions(self, route: Route, headers: Mapping[str, str]) -> None:
        condition = if_match(headers.get("if-match")) if route.conditional else ANY_VERSION
        key = idempotency_key(headers.get("idempotency-key")) if route.keyed else None
        once = Idempotency(route.key, key, fingerprint(self.call.body)) if key else None
        self.call = replace(self.call, if_match=condition, idempotency=once)

    def _body_of(self, _: object) -> Any:  # noqa: ANN401 - as Powertools has it
        """Return the body of the call: it has been read already, strictly."""
        return self.call.body

    def _log(self, status: int, seconds: float) -> None:
        call = self.call
        self.logger.info(
            "request",
            request_id=call.id,
            route=call.route.key if call.route else None,
            realtor_id=call.caller or None,
            status=status,
            decided=call.decided or None,
            ms=round(seconds * 1000, 1),
            **call.ids,
        )

    def _refuse(self, fact: Exception) -> Response[str]:
        if isinstance(fact, RequestValidationError):
            fact = invalid(fact.errors())
        if not isinstance(fact, errors.Refusal):
            self.logger.error("bug", request_id=self.call.id, **kind_and_place(fact))
        self.call = replace(self.call, decided=self.call.decided or _broken_rules(fact))
        status, headers, body = problem(fact, self.call.id)
        return Response(status.value, None, body, headers)


def _route(method: str, path: str) -> Route:
    """Return the route that is meant. Raises NotFound or WrongVerb."""
    here = [route for route, pattern in _PATTERNS.items() if pattern.fullmatch(path)]
    for route in here:
        if route.method == method:
            return route
    if here:
        raise errors.WrongVerb(tuple(route.method for route in here))
    raise errors.NotFound


def _as_powertools_reads(request: APIGatewayProxyEventV2) -> dict[str, Any]:
    """Return the event as Powertools reads it, which knows `application/json` in lower case alone;
    what the body is has been checked.
    """
    named = {name.lower(): value or "" for name, value in request.headers.items()}
    return {
        **request.raw_event,
        "headers": named | {"content-type": "application/json"},
        "queryStringParameters": parse_query(request.raw_event.get("rawQueryString") or ""),
    }


def _broken_rules(fact: Exception) -> str:
    found = fact.errors if isinstance(fact, errors.Invalid | errors.Malformed) else ()
    rules = [
        error.code if isinstance(error, errors.BodyFault) else error.pointer for error in found
    ]
    return " ".join([getattr(fact, "code", "bug"), *rules])


def _gateway_answer(response: Response[str]) -> dict[str, Any]:
    return {
        "statusCode": response.status_code,
        "headers": response.headers,
        "body": response.body,
        "isBase64Encoded": False,
    }
