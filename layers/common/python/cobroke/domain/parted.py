"""Of whom a realtor is parted: nothing of theirs is shown to each other, told or acted on."""

from dataclasses import dataclass

from cobroke.domain import ids


@dataclass(frozen=True)
class Parted:
    """Of whom one realtor is parted, in either direction, and nobody knows by whom.

    `returned` counts those who no longer are: what was ranked when fewer were lacks them.
    `version` is that of what is kept: a write on condition of it meets nobody new.
    """

    raw_ids: frozenset[bytes] = frozenset()
    """Of the realtors, as `ids.raw_realtor_id` has them."""
    returned: int = 0
    version: int = 0

    def from_(self, realtor_id: str) -> bool:
        return bool(self.raw_ids) and ids.raw_realtor_id(realtor_id) in self.raw_ids

    def from_owner_of(self, posting_id: str) -> bool:
        """Return whether the posting with this (well-formed) id is one of theirs."""
        return bool(self.raw_ids) and ids.raw_owner_of(posting_id) in self.raw_ids


FROM_NOBODY = Parted()
