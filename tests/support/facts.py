"""The facts of two objects, as whoever acts on their pair finds them."""

from typing import Any

from cobroke.domain.deals.facts import Facts
from cobroke.exact_json import fingerprint

FACTS = Facts(
    published_share=50,
    price=1000,
    lead_revision=1,
    score=8000,
    listing="a flat",
    requirements="a wish",
    payment_method="CASH",
)


def facts_in(
    requirements: dict[str, Any], revision: int, listing: dict[str, Any], score: int | None
) -> Facts:
    """Those of a lead with these requirements and a listing with this body."""
    flat = {name: value for name, value in listing["details"].items() if name != "price"}
    return FACTS._replace(
        published_share=listing["commission_share"],
        price=int(listing["details"]["price"] * 100),
        lead_revision=revision,
        score=score,
        listing=fingerprint([listing["address"], flat | {"price": None}])[:16],
        requirements=fingerprint(requirements)[:16],
        payment_method=requirements["payment_method"],
    )
