"""The two kinds of posting. What differs between them is said by tables over these names."""

from typing import Literal

type Kind = Literal["LEAD", "PROPERTY"]
"""Of a posting; of a pair, the side that brings it."""

KINDS: tuple[Kind, Kind] = ("LEAD", "PROPERTY")


def other(kind: Kind) -> Kind:
    return "PROPERTY" if kind == "LEAD" else "LEAD"


def id_name(kind: Kind) -> str:
    """Return how its id is named: `lead_id` or `property_id`."""
    return f"{kind.lower()}_id"


def lead_first[Side](kind: Kind, own: Side, counterpart: Side) -> tuple[Side, Side]:
    """Return the two in the order of KINDS: `own` is of this kind, `counterpart` of the other."""
    return (own, counterpart) if kind == "LEAD" else (counterpart, own)
