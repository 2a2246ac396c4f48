"""The edge: one way in for every API function. It lets in what may come in, and turns every refusal
and every bug into problem+json. Closed by default: a route is public only where ROUTES says
so.

OPTIONS on any path is a 204: who asks what they may has no token yet. Else the order of refusals:
path and verb, token, content type, size, JSON, form of the ids, fields; then the route's own.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from aws_lambda_powertools import Logger
from pydantic import BaseModel

from cobroke.config import Config
from cobroke.domain import errors
from cobroke.domain.fair_use import FairUse
from cobroke.domain.ids import is_well_formed
from cobroke.domain.preconditions import (
    ANY_VERSION,
    NO_ANSWER,
    IfMatch,
    IfNoneMatch,
    etag,
    idempotency_key,
    if_match,
    if_none_match,
)
from cobroke.edge.access import Access
from cobroke.edge.bodies import read_body
from cobroke.edge.parameters import Parameters
from cobroke.edge.problems import ALWAYS, problem
from cobroke.edge.query import in_base64_if_long
from cobroke.edge.request import Event, Request
from cobroke.edge.routes import ROUTES, Route, route_of
from cobroke.edge.served import SERVED, Served
from cobroke.exact_json import Json, dumps, fingerprint
from cobroke.failures import kind_and_place
from cobroke.storage.postings.allowance import Allowance, Limiter
from cobroke.storage.postings.idempotency import Idempotency
from cobroke.storage.realtors import KnownRealtors
from cobroke.storage.table import Table

_BY_KEY = {route.key: route for route in ROUTES}
_LOGGED_AS = {"realtor_id": "other_realtor_id"}
"""An id in a path: the log's own `realtor_id` is the caller's."""

type Answer = dict[str, Any]
"""What the gateway is told."""


@dataclass(frozen=True)
class Call:
    """What is known of the one request that is being served, and what its answer says beside its
    body. A new one for every event.
    """

    id: str = ""
    route: Route | None = None
    caller: str = ""
    token_version: int = 0
    """Of which of the caller's tokens theirs is."""
    allowance: Allowance | None = None
    """What the caller may still do; None on a public route."""
    body: Json = None
    if_match: IfMatch = ANY_VERSION
    if_none_match: IfNoneMatch = NO_ANSWER
    idempotency: Idempotency | None = None
    etag: str = ""
    decided: str = ""
    """What the route and the status do not say, for the log; nothing personal."""
    ids: Mapping[str, Any] = field(default_factory=dict)
    """Of what it is about, for the log."""


class _Known(Exception):
    """The caller has this very answer."""


class Api:
    """The routes of one function. A module's `handler` is its Api: call it with an event."""

    def __init__(self, function: str) -> None:
        self.config = Config.from_environment()
        self.table = Table(self.config.table_name)
        self.logger = Logger(service=function, utc=True)
        self.call = Call()
        self._function = function
        self.realtors = KnownRealtors()
        self._access = Access(self.table, self.config, self.realtors)
        rules = FairUse.of(self.config.fair_use, self.config.newcomer_days)
        self._limiter = Limiter(self.table, rules)
        self._served: dict[Route, tuple[Served, Parameters]] = {}
        if "AWS_LAMBDA_INITIALIZATION_TYPE" in os.environ:
            self.table.open()

    def serves[**Given, Answered: BaseModel | str](
        self,
        key: str,
        status: int = 200,
        refuses: tuple[type[errors.Refusal], ...] = (),
        written: type[BaseModel] | None = None,
    ) -> Callable[[Callable[Given, Answered]], Callable[Given, Answered]]:
        """Register the function for a key of ROUTES; its parameters are what it is sent, its model
        the answer. Or it returns JSON, as of the model `written`.

        `refuses`: why it refuses what the edge let in, beyond NotFound for an id in its path.
        """
        route = _BY_KEY[key]

        def register(serve: Callable[Given, Answered]) -> Callable[Given, Answered]:
            SERVED[key] = Served(serve, status, refuses, written)
            self._served[route] = SERVED[key], Parameters(route.path, serve)
            return serve

        return register

    def tag(self, revision: int) -> None:
        """Let the answer say which version of the object it is."""
        self.call = replace(self.call, etag=etag(revision))

    def unless_known(self, tag: str) -> None:
        """Let the answer have this tag, and end here with a 304 where the caller has it already."""
        self.call = replace(self.call, etag=tag)
        if self.call.if_none_match.has(tag):
            raise _Known

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

    @property
    def allowance(self) -> Allowance | None:
        return self.call.allowance

    def __call__(self, event: Event, _: object) -> Answer:
        started, request = time.perf_counter(), Request.of(event)
        with self._serving(Call(request.id)):
            answer = self._answer(request)
            answer["headers"] |= {**ALWAYS, "X-Request-Id": self.call.id}
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

    def _answer(self, request: Request) -> Answer:
        """Turn whatever is raised into an answer: nothing leaves as an error of the gateway."""
        try:
            if request.method == "OPTIONS":
                return _gateway_answer(204, {}, "")
            return in_base64_if_long(self._serve(request))
        except _Known:
            return _gateway_answer(304, {"ETag": self.call.etag}, "")
        except Exception as fact:  # noqa: BLE001 - a bug too is said as a problem
            return self._refuse(fact)

    def _serve(self, request: Request) -> Answer:
        route, ids = self._admit(request)
        served, parameters = self._served[route]
        arguments = parameters.arguments(ids, request.query, self.call.body)
        said = served.function(**arguments)
        body = said if isinstance(said, str) else dumps(said.model_dump(warnings=False))
        headers = {"Content-Type": "application/json"}
        if self.call.etag:
            headers["ETag"] = self.call.etag
        return _gateway_answer(served.status, headers, body)

    def _admit(self, request: Request) -> tuple[Route, Mapping[str, str]]:
        """Let it in step by step, and return its route and the ids in its path: where it is refused
        the log says what was known by then.
        """
        route, ids = route_of(request.method, request.path)
        self.call = replace(self.call, route=route)
        if route.function != self._function:
            raise errors.NotFound
        if not route.public:
            realtor = self._access.caller(request.headers)
            allowance, version = self._limiter.of(realtor), realtor.token_version
            self.call = replace(
                self.call, caller=realtor.id, token_version=version, allowance=allowance
            )
        if route.takes_body:
            self.call = replace(self.call, body=read_body(request))
        self._read_preconditions(route, request.headers)
        if not all(is_well_formed(name, text) for name, text in ids.items()):
            raise errors.NotFound
        self.about(**{_LOGGED_AS.get(name, name): text for name, text in ids.items()})
        return route, ids

    def _read_preconditions(self, route: Route, headers: Mapping[str, str]) -> None:
        condition = if_match(headers.get("if-match")) if route.conditional else ANY_VERSION
        known = if_none_match(headers.get("if-none-match")) if route.revalidated else NO_ANSWER
        key = idempotency_key(headers.get("idempotency-key")) if route.keyed else None
        once = Idempotency(route.key, key, fingerprint(self.call.body)) if key else None
        self.call = replace(self.call, if_match=condition, if_none_match=known, idempotency=once)

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
            **(call.allowance.today if call.allowance else {}),
        )

    def _refuse(self, fact: Exception) -> Answer:
        if not isinstance(fact, errors.Refusal):
            self.logger.error("bug", request_id=self.call.id, **kind_and_place(fact))
        self.call = replace(self.call, decided=self.call.decided or _broken_rules(fact))
        status, headers, body = problem(fact, self.call.id)
        return _gateway_answer(status.value, headers, body)


def _broken_rules(fact: Exception) -> str:
    found = fact.errors if isinstance(fact, errors.Invalid | errors.Malformed) else ()
    rules = [
        error.code if isinstance(error, errors.BodyFault) else error.pointer for error in found
    ]
    return " ".join([getattr(fact, "code", "bug"), *rules])


def _gateway_answer(status: int, headers: dict[str, str], body: str) -> Answer:
    return {"statusCode": status, "headers": headers, "body": body, "isBase64Encoded": False}
