"""Of whom a realtor is parted: nothing of theirs is shown to each other, told or acted on. Of who
is gone, erased or suspended, everybody is.
"""

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

    def joined(self, gone: "Gone") -> "Parted":
        """Return it with all who are gone."""
        if not gone.raw_ids and not gone.returned:
            return self
        raw_ids, returned = self.raw_ids | gone.raw_ids, self.returned + gone.returned
        return Parted(raw_ids, returned, self.version)


@dataclass(frozen=True)
class Gone:
    """Who is erased, while something of theirs may be shown yet, or suspended; `returned` counts
    those whom the operator has restored.
    """

    raw_ids: frozenset[bytes] = frozenset()
    returned: int = 0
    version: int = 0


FROM_NOBODY = Parted()
