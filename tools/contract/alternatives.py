"""What has one of several shapes, a schema each: the proof of identity, and what a notice speaks
of. The code takes the one and writes the other as a mapping; here is what it holds.
"""

from typing import Any

from tools.contract.schemas import REF

type Json = dict[str, Any]

ID: Json = {"$ref": f"{REF}Id"}
TEXT: Json = {"type": "string"}
WHOLE: Json = {"type": "integer"}


def _object(needed: Json, **others: Json) -> Json:
    return {"type": "object", "properties": needed | others, "required": list(needed)}


def _of_a_pair(**more: Json) -> Json:
    return _object({**more, "lead_id": ID, "property_id": ID, "match_id": ID})


def _because(reason: str) -> Json:
    return {"reason": {"type": "string", "enum": [reason]}}


def _recommended(own: str, rows: str) -> Json:
    top = {"type": "array", "minItems": 1, "maxItems": 3, "items": {"$ref": f"{REF}{rows}"}}
    count = {"type": "integer", "minimum": 1}
    return _object({**_because("RECOMMENDED"), f"{own}_id": ID, "count": count, "top": top})


def _row(other: str) -> Json:
    return _object({f"{other}_id": ID, "match_score": {"$ref": f"{REF}Score"}})


PROOFS: dict[str, Json] = {
    "TelegramInitData": _object({"init_data": TEXT}),
    "TelegramWidgetData": _object(
        {"id": WHOLE, "auth_date": WHOLE, "hash": TEXT},
        **dict.fromkeys(("first_name", "last_name", "username", "photo_url"), TEXT),
    ),
}
NOTICES: dict[str, Json] = {
    "ListingsRecommended": _recommended("lead", "RecommendedListing"),
    "LeadsRecommended": _recommended("property", "RecommendedBuyer"),
    "InterestData": _of_a_pair(**_because("INTEREST")),
    "MutualData": _of_a_pair(**_because("MUTUAL")),
    "OfferData": _of_a_pair(**_because("OFFER")),
    "ContactSharedData": _object(
        {"lead_id": ID, "property_id": ID, "match_id": ID}, reason={"not": {}}
    ),
}
ROWS: dict[str, Json] = {"RecommendedListing": _row("property"), "RecommendedBuyer": _row("lead")}


def with_alternatives(schemas: Json) -> Json:
    """Return the schemas with those of the shapes, and with `oneOf` where one of them is meant."""
    notice = schemas["Notification"]
    data = notice["properties"]["data"] | _one_of(NOTICES)
    for of_mapping in ("type", "additionalProperties"):
        data.pop(of_mapping)
    notice["properties"]["data"] = data
    return schemas | PROOFS | NOTICES | ROWS | {"TelegramAuthData": _one_of(PROOFS)}


def _one_of(shapes: Json) -> Json:
    return {"oneOf": [{"$ref": f"{REF}{name}"} for name in shapes]}
