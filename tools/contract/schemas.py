"""The schemas of the contract: pydantic's, with what it leaves out."""

import ast
import inspect
import json
import textwrap
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
NAMES = {"PostingStatus": "ObjectStatus"}
"""A type's name in the code → its name in the contract."""
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
                said["properties"][name]["description"] = meaning
        return said


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
    """Return what `Query(ge=…, le=…)` says of a parameter: pydantic leaves it to its validator."""
    said_of_it = annotation.__metadata__
    rules = [rule for query in said_of_it for rule in getattr(query, "metadata", ())]
    words = (("ge", "minimum"), ("le", "maximum"))
    return {
        said: getattr(rule, name) for rule in rules for name, said in words if hasattr(rule, name)
    }


def ordered(schemas: Json) -> Json:
    """Sort by name, the two kinds of status last, as the document has always had them."""
    return dict(sorted(schemas.items(), key=lambda item: item[0] in _LAST))


def named(document: Json) -> Json:
    """Give types the names that the contract has for them."""
    text = json.dumps(document)
    for name, better in NAMES.items():
        text = text.replace(name, better)
    whole: Json = json.loads(text)
    return whole
