"""`make openapi`: writes docs/openapi.json, the contract, from the typed routes that serve it.

The annotations of a function say what it is sent and answers, its docstring says what it does, the
text under a field what that means, and `problem` makes the examples of errors. Nothing of this
costs a function anything at its start.
"""

import inspect
import json
import os
import re
import typing
from collections.abc import Iterator
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter

from cobroke.domain import errors
from cobroke.domain.paging import DEFAULT_LIMIT
from cobroke.edge.routes import ROUTES, Route
from cobroke.edge.served import SERVED
from tools.contract.alternatives import with_alternatives
from tools.contract.errors import SCHEMAS, refused, shared
from tools.contract.examples import EXAMPLES
from tools.contract.glossary import SUMMARIES, TAGS, described
from tools.contract.schemas import (
    ANYTHING,
    IGNORED,
    REF,
    ContractSchema,
    bounds,
    everywhere,
    for_clients,
    named,
    ordered,
    told,
)
from tools.contract.words import (
    ABOUT,
    ANSWERS_ETAG,
    ETAG,
    INFO,
    NOT_MODIFIED,
    PARAMETERS,
    SERVERS,
)

type Json = dict[str, Any]
type Mode = Literal["validation", "serialization"]
type Key = tuple[str, str]
"""A route's key, and the name of one of its schemas: `body`, `answer` or a parameter's."""

NULL = {"type": "null"}
DOCUMENT = Path(__file__).parent.parent / "docs" / "openapi.json"


class Operation:
    """One route, the function that serves it, and what this is sent and answers."""

    def __init__(self, route: Route) -> None:
        self.route = route
        self.function, self.status, self.refuses, written = SERVED[route.key]
        self.path_ids = re.findall(r"\{(\w+)\}", route.path)
        self.types = typing.get_type_hints(self.function, include_extras=True)
        self.types["return"] = written or self.types["return"]
        self.query = [name for name in self.types if name not in {"body", "return", *self.path_ids}]

    def asks(self) -> Iterator[tuple[Key, Mode, TypeAdapter[Any]]]:
        """Yield the schemas that it needs."""
        for name, annotation in self.types.items():
            if name not in self.path_ids:
                part, mode = (
                    ("answer", "serialization") if name == "return" else (name, "validation")
                )
                yield (self.route.key, part), typing.cast("Mode", mode), TypeAdapter(annotation)

    def refusals(self) -> Iterator[type[errors.Refusal]]:
        """Yield every refusal it may answer with."""
        route = self.route
        if route.takes_body or route.keyed or route.conditional or route.revalidated:
            yield errors.Malformed
        yield errors.Unauthorized
        if self.path_ids:
            yield errors.NotFound
        yield from self.refuses
        if route.charged:
            yield errors.RateLimited
        if route.conditional:
            yield errors.PreconditionFailed
        if route.takes_body:
            yield from (errors.TooLarge, errors.NotJson)
        if route.takes_body or self.query:
            yield errors.Invalid
        if route.keyed:
            yield errors.IdempotencyKeyReused
        yield errors.Busy


def document() -> Json:
    """Return the contract, OpenAPI 3.1, as generators and people read it."""
    written = exact()
    schemas = written["components"]["schemas"]
    del schemas["Ignored"]
    written["components"]["schemas"] = described(with_alternatives(schemas))
    whole: Json = everywhere(written, for_clients)
    return whole


def exact() -> Json:
    """Return the contract with all that JSON Schema can say of it: what fuzzing begins from."""
    operations = list(_operations())
    asked = [asked for operation in operations for asked in operation.asks()]
    made, definitions = TypeAdapter.json_schemas(
        asked, ref_template=f"{REF}{{model}}", schema_generator=ContractSchema
    )
    schemas: dict[Key, Json] = {key: schema for (key, _), schema in made.items()}
    paths: dict[str, Json] = {}
    for operation in operations:
        verbs = paths.setdefault(operation.route.path, {})
        verbs[operation.route.method.lower()] = _operation(operation, schemas)
    definitions["$defs"]["TelegramAuthData"] |= IGNORED
    written: Json = {
        "openapi": "3.1.0",
        "info": INFO | {"description": ABOUT},
        "servers": SERVERS,
        "tags": [{"name": name, "description": said} for name, said in TAGS.items()],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": ordered(definitions["$defs"]) | SCHEMAS | ANYTHING,
            "responses": shared(),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
        },
    }
    return named(written)


def _operations() -> Iterator[Operation]:
    # The functions are read here, not called: any names will do.
    for name in ("STAGE", "TABLE_NAME", "AWS_DEFAULT_REGION"):
        os.environ.setdefault(name, "none")
    for route in ROUTES:
        import_module(f"functions.{route.function}.handler")
        yield Operation(route)


def _operation(of: Operation, schemas: dict[Key, Json]) -> Json:
    route, example = of.route, EXAMPLES[of.function.__name__]
    first, _, rest = inspect.cleandoc(of.function.__doc__ or "").partition("\n")
    said = told(" ".join(rest.split()))
    written: Json = {
        "operationId": of.function.__name__,
        "tags": [route.function],
        "summary": SUMMARIES[of.function.__name__],
    }
    written |= said | {"description": f"{first} {said.get('description', '')}".strip()}
    if route.public:
        written["security"] = []
    written["parameters"] = [*_path_and_query(of, schemas), *_headers(route)]
    if route.takes_body:
        content = {
            "application/json": {
                "schema": schemas[route.key, "body"],
                "examples": _examples(example.requests),
            }
        }
        written["requestBody"] = {"required": True, "content": content}
    answer: Json = {"description": HTTPStatus(of.status).phrase}
    if route.tagged:
        answer["headers"] = {"ETag": ANSWERS_ETAG if route.revalidated else ETAG}
    media = {"schema": schemas[route.key, "answer"], "examples": _examples(example.answers)}
    written["responses"] = {str(of.status): answer | {"content": {"application/json": media}}}
    if route.revalidated:
        written["responses"]["304"] = NOT_MODIFIED
    written["responses"] |= refused(of.refusals())
    return written


def _path_and_query(of: Operation, schemas: dict[Key, Json]) -> Iterator[Json]:
    for name in of.path_ids:
        yield {"name": name, "in": "path", "required": True, "schema": {"$ref": f"{REF}Id"}}
    of_own = of.route.path in {"/leads", "/properties"}
    defaults: Json = {} if of_own else {"page": 1, "limit": DEFAULT_LIMIT}
    for name in of.query:
        schema = schemas[of.route.key, name]
        stated = [option for option in schema.get("anyOf", [schema]) if option != NULL]
        given = stated[0] | bounds(of.types[name])
        given |= {"default": defaults[name]} if name in defaults else {}
        yield {"name": name, "in": "query", "required": False, "schema": given} | PARAMETERS[name]


def _headers(route: Route) -> Iterator[Json]:
    honours = {
        "Idempotency-Key": route.keyed,
        "If-Match": route.conditional,
        "If-None-Match": route.revalidated,
    }
    for name, honoured in honours.items():
        if honoured:
            yield {"name": name, "in": "header", "required": False} | PARAMETERS[name]


def _examples(examples: dict[str, Json]) -> Json:
    return {name: {"value": value} for name, value in examples.items()}


def text() -> str:
    """Return the document as its file holds it."""
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    DOCUMENT.write_text(text())
