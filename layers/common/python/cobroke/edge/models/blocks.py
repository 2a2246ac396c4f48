"""Blocks, as who made them sees them."""

from pydantic import BaseModel

from cobroke.clock import timestamp
from cobroke.edge.models.fields import Id, Timestamp
from cobroke.edge.models.parts import realtor_info
from cobroke.flows.deals.blocks import Blocked


class BlockedRealtor(BaseModel):
    realtor_id: Id
    name: str | None
    agency: str | None
    blocked_at: Timestamp


def blocked_realtor(of: Blocked) -> BlockedRealtor:
    shown = realtor_info(of.realtor)
    return BlockedRealtor(
        realtor_id=shown.realtor_id,
        name=shown.name,
        agency=shown.agency,
        blocked_at=timestamp(of.at),
    )
