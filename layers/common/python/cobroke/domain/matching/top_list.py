"""The best rows of many: one list that both engines fill, and what is left out of it."""

from collections.abc import Callable, Mapping, Sequence
from heapq import heapreplace
from typing import NamedTuple

from cobroke.domain.ids import OWNERS_ALONE, owner_of, posting_id
from cobroke.domain.parted import FROM_NOBODY, Parted

type PackedRow = tuple[str, bytes]
"""A posting's id and its features as `pack` writes them."""
type Hidden = Callable[[int, bytes], bool]
"""Whether a pair is left out, from its score (basis points) and the packed counterpart."""

NONE_HIDDEN: Mapping[str, Hidden] = {}


class Ranked(NamedTuple):
    """A place in the order: as tuples compare, the greater comes first (a newer posting's id is
    greater).
    """

    score: int
    id: str


class Selection(NamedTuple):
    """Best first; `was_cut`: whether there were more to show than were asked for."""

    ranked: list[Ranked]
    was_cut: bool


class TopList[Place: (int, tuple[int, str])]:
    """The best `most` (at least 1) of the places that it is offered, each once, without the owner's
    own, those of whom the owner is parted, and the hidden ones.
    """

    def __init__(
        self,
        lowest: Place,
        owner: str,
        most: int,
        hidden: Mapping[str, Hidden] = NONE_HIDDEN,
        parted: Parted = FROM_NOBODY,
    ) -> None:
        self.kept: list[Place] = [lowest] * (most + 1)
        """A heap of one more than asked for, which tells whether the list was cut. What is not
        above its first does not get in.
        """
        self.hidden = hidden
        own = posting_id(0, bytes(2), owner)[OWNERS_ALONE:]
        self.ending = "" if parted.raw_ids else own
        """Of the ids of all that is left out for its owner, and of some others."""
        self._lowest: Place = lowest
        self._owner = owner
        self._parted = parted

    @property
    def bound(self) -> Place:
        return self.kept[0]

    @property
    def best(self) -> Sequence[Place]:
        found = sorted(self.kept, reverse=True)
        return found[: -max(found.count(self._lowest), 1)]

    @property
    def was_cut(self) -> bool:
        return self.kept[0] != self._lowest

    def offer(self, place: Place, score: int, row: PackedRow) -> None:
        """Take a place above the bound, in O(log most)."""
        if not self.leaves_out(score, row):
            heapreplace(self.kept, place)

    def leaves_out(self, score: int, row: PackedRow) -> bool:
        an_id, packed = row
        if an_id in self.hidden and self.hidden[an_id](score, packed):
            return True
        if self._parted.from_owner_of(an_id):
            return True
        return an_id.endswith(self.ending) and owner_of(an_id) == self._owner
