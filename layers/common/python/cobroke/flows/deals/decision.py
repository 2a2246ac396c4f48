"""A decision of a realtor about a pair."""

from typing import NamedTuple

from cobroke.domain.deals.negotiation import Deed
from cobroke.domain.deals.pair import DislikeReason
from cobroke.domain.vocabulary import Number
from cobroke.storage.deals.said import Note


class Decision(NamedTuple):
    """What a realtor does about a pair, the commission they propose with it, and what they say:
    with a LIKE to the other side, with a DISLIKE to themselves.
    """

    deed: Deed
    share: Number | None = None
    words: str | None = None
    reason: DislikeReason | None = None

    @property
    def note(self) -> Note:
        return Note(self.reason, self.words)
