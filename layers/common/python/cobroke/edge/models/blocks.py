"""Blocks, as who made them sees them."""

from pydantic import BaseModel

from cobroke.edge.models.fields import Id, Timestamp


class BlockedRealtor(BaseModel):
    realtor_id: Id
    name: str | None
    agency: str | None
    blocked_at: Timestamp
