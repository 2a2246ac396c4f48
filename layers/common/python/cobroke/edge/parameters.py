"""How a route's function is given what it asks for, by its annotations."""

from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from cobroke.domain.errors import FieldError, Invalid
from cobroke.edge.query import parse_query
from cobroke.exact_json import Json


class Parameters:
    """What a function takes: ids of its path by their names, `body`, and all else of the query."""

    def __init__(self, path: str, function: Callable[..., object]) -> None:
        hints = get_type_hints(function, include_extras=True)
        self._adapters = {
            name: TypeAdapter(annotation)
            for name, annotation in hints.items()
            if name != "return" and f"{{{name}}}" not in path
        }

    def arguments(self, ids: Mapping[str, str], query: str, body: Json) -> dict[str, Any]:
        """Return the function's arguments; what the query lacks is left to their defaults. Raises
        Invalid with every field that is wrong.
        """
        if "body" in self._adapters and not isinstance(body, dict):
            raise Invalid(FieldError("", "object_type", "The body must be an object"))
        sent: dict[str, Any] = parse_query(query)
        sent["body"] = body
        arguments: dict[str, Any] = dict(ids)
        wrong: list[FieldError] = []
        for name, adapter in self._adapters.items():
            if name in sent:
                try:
                    arguments[name] = adapter.validate_python(sent[name])
                except ValidationError as error:
                    wrong += _field_errors("" if name == "body" else f"/{name}", error)
        if wrong:
            raise Invalid(*wrong)
        return arguments


def _field_errors(at: str, error: ValidationError) -> list[FieldError]:
    """Read pydantic's errors; `at` is the pointer to what was validated."""
    return [
        FieldError(f"{at}{_pointer(found['loc'])}", found["type"], found["msg"])
        for found in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def _pointer(location: tuple[int | str, ...]) -> str:
    return "".join(f"/{part}" for part in location)
