"""The schemas of the contract: pydantic's, with what it leaves out."""

import ast
import inspect
import textwrap
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from cobroke.edge.models.fields import CONTROLS

type Json = dict[str, Any]

REF = "#/components/schemas/"
READABLE = f"^[^{CONTROLS}]*$"
"""No control character but TAB, LF and CR, and no U+FFFD."""
IGNORED = {
    "propertyNames": {"pattern": READABLE},
    "additionalProperties": {"$ref": f"{REF}Ignored"},
}
"""Says what an unknown member of a body may be: it is not kept, but it is read."""
NAMES = {
    "PostingStatus": "ObjectStatus",
    "Notifications": "NotificationList",
    "Criterion": "ScoreCriterion",
}
"""A type's name in the code → its name in the contract, where no schema is called as one of its own
fields.
"""
ADDED = "(added)"
"""Begins the text under a field that is beyond the page of the user."""
_LAST = ("MatchStatus", "PostingStatus")
ANYTHING: dict[str, Json] = {
    "Ignored": {
        "description": "An unknown member: of any type, read and forgotten.",
        "minimum": -(10**30),
        "maximum": 10**30,
        "pattern": READABLE,
        "items": {"$ref": f"{REF}Ignored"},
    }
    | IGNORED
}


class ContractSchema(GenerateJsonSchema):
    """Writes a schema without titles. In an answer every key is required, what is sent holds no
    control characters, and the text under a field is its description, on one line.
    """

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ANN401, ARG002 - its own
        return False

    def field_is_required(self, field: Any, total: bool) -> bool:  # noqa: ANN401, FBT001 - its own
        return self.mode == "serialization" or super().field_is_required(field, total)

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def str_schema(self, schema: core_schema.StringSchema) -> JsonSchemaValue:
        said = super().str_schema(schema)
        return said if self.mode == "serialization" else {"pattern": READABLE} | said

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        said = super().model_schema(schema)
        said.pop("title", None)
        if "description" in said:
            said["description"] = " ".join(said["description"].split())
        if self.mode == "validation":
            said |= IGNORED
        for name, meaning in meanings(schema["cls"]).items():
            if name in said["properties"]:
                said["properties"][name] |= told(meaning)
        return said


def told(meaning: str) -> Json:
    """Return what a schema or an operation says of itself: a text, and whether it is ours."""
    text = meaning.removeprefix(ADDED).strip()
    return ({"description": text} if text else {}) | (
        {"x-added": True} if meaning.startswith(ADDED) else {}
    )


def meanings(model: type[BaseModel]) -> dict[str, str]:
    """Return the texts under a model's fields, those of its bases too."""
    found: dict[str, str] = {}
    for cls in reversed(model.__mro__):
        if issubclass(cls, BaseModel) and cls is not BaseModel:
            (tree,) = ast.parse(textwrap.dedent(inspect.getsource(cls))).body
            assert isinstance(tree, ast.ClassDef)  # noqa: S101 - the source of a class
            for field, below in zip(tree.body, tree.body[1:], strict=False):
                match field, below:
                    case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(
                        value=ast.Constant(value=str(meaning))
                    ):
                        found[name] = " ".join(meaning.split())
    return found


def bounds(annotation: Any) -> Json:  # noqa: ANN401 - an annotation
    """Return what `Field(ge=…, le=…)` says of a parameter: pydantic leaves it to its validator."""
    said_of_it = getattr(annotation, "__metadata__", ())
    rules = [rule for query in said_of_it for rule in getattr(query, "metadata", ())]
    words = (("ge", "minimum"), ("le", "maximum"))
    return {
        said: getattr(rule, name) for rule in rules for name, said in words if hasattr(rule, name)
    }


def ordered(schemas: Json) -> Json:
    """Sort by name, the two kinds of status last, as the document has always had them."""
    return dict(sorted(schemas.items(), key=lambda item: item[0] in _LAST))


def named(document: Json) -> Json:
    """Give schemas the names that the contract has for them. What is sent and answered in two forms
    is a body and, by its own name, what is answered.
    """
    schemas = document["components"]["schemas"]
    better = {name: _name_of(name) for name in schemas}
    document["components"]["schemas"] = {better[name]: one for name, one in schemas.items()}

    def referred(part: Json) -> Json:
        name = str(part.get("$ref", "")).removeprefix(REF)
        return part | {"$ref": f"{REF}{better[name]}"} if name in better else part

    whole: Json = everywhere(document, referred)
    return whole


def _name_of(name: str) -> str:
    stem, _, form = name.partition("-")
    return {"Input": f"{stem}Body", "Output": stem}.get(form) or NAMES.get(name, name)


def for_clients(part: Json) -> Json:
    """Leave out what only a fuzzer can use: what we ignore, and fractions as divisors, which no two
    generators count alike.
    """
    left = {name: one for name, one in part.items() if IGNORED.get(name, ...) != one}
    if (step := left.pop("multipleOf", None)) in _DECIMALS:
        said = f"At most {_DECIMALS[step]}."
        left["description"] = f"{left['description']} {said}" if "description" in left else said
    return left


_DECIMALS = {0.1: "one decimal", 0.01: "two decimals", 0.0001: "four decimals"}


def everywhere(part: Any, change: Callable[[Json], Json]) -> Any:  # noqa: ANN401 - JSON
    """Return the document with every object in it changed, the inner ones first."""
    match part:
        case dict():
            return change({name: everywhere(one, change) for name, one in part.items()})
        case list():
            return [everywhere(one, change) for one in part]
    return part
