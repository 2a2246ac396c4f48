"""Blocks: PUT /realtors/{realtor_id}/block · DELETE /realtors/{realtor_id}/block
· GET /me/blocks
"""

from typing import Annotated

from pydantic import BaseModel, Field

from cobroke.clock import now_ms
from cobroke.domain.errors import FieldError, Invalid, LimitReached
from cobroke.edge.api import Api
from cobroke.edge.models.blocks import BlockedRealtor, blocked_realtor
from cobroke.edge.models.fields import Id
from cobroke.flows.deals import blocks
from cobroke.flows.deals.blocks import MOST_BLOCKED

api = handler = Api("blocks")


class Block(BaseModel):
    realtor_id: Id
    blocked: bool


class BlockList(BaseModel):
    blocks: Annotated[list[BlockedRealtor], Field(max_length=MOST_BLOCKED)]


@api.serves("PUT /realtors/{realtor_id}/block", refuses=(Invalid, LimitReached))
def block_realtor(realtor_id: str) -> Block:
    """Block a realtor.

    (added) Neither is shown anything of the other from the next request on, and nobody is told.
    What is PENDING between the two is withdrawn within seconds; what both agreed on stays.
    Repeatable.
    """
    blocks.block(api.table, api.caller, _another(realtor_id), now_ms, api.allowance)
    return Block(realtor_id=realtor_id, blocked=True)


@api.serves("DELETE /realtors/{realtor_id}/block", refuses=(Invalid,))
def unblock_realtor(realtor_id: str) -> Block:
    """Take own block back.

    (added) It only hid: what it hid is there again, unless the other has blocked too. Repeatable.
    """
    blocks.unblock(api.table, api.caller, _another(realtor_id), now_ms, api.allowance)
    return Block(realtor_id=realtor_id, blocked=False)


@api.serves("GET /me/blocks")
def list_blocks() -> BlockList:
    """List whom the caller has blocked, newest first.

    (added)
    """
    rows = map(blocked_realtor, blocks.blocked_by(api.table, api.caller))
    return BlockList.model_construct(blocks=list(rows))


def _another(realtor_id: str) -> str:
    """Return the id. Raises Invalid where it is the caller's own."""
    if realtor_id == api.caller:
        raise Invalid(FieldError("/realtor_id", "own_id", "Must be another realtor's"))
    return realtor_id
