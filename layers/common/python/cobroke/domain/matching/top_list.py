"""The best rows of many: one list that both engines fill, and what is left out of it."""

from collections.abc import Callable, Mapping, Sequence
from heapq import heappush, heappushpop
from typing import NamedTuple

from cobroke.domain.ids import OWNERS_ALONE, owner_of, posting_id

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
    own and the hidden ones. An offer costs O(log most).
    """

    def __init__(
        self, lowest: Place, owner: str, most: int, hidden: Mapping[str, Hidden] = NONE_HIDDEN
    ) -> None:
        self.bound: Place = lowest
        """What is not above it does not get in."""
        self._most, self._owner, self._hidden = most, owner, hidden
        self._ending = posting_id(0, bytes(2), owner)[OWNERS_ALONE:]
        self._kept: list[Place] = []
        """A heap of one more than asked for, which tells whether the list was cut."""

    @property
    def best(self) -> Sequence[Place]:
        return sorted(self._kept, reverse=True)[: self._most]

    @property
    def was_cut(self) -> bool:
        return len(self._kept) > self._most

    def offer(self, place: Place, score: int, row: PackedRow) -> bool:
        """Take a place above the bound, and return whether the bound has risen."""
        an_id, packed = row
        if an_id in self._hidden and self._hidden[an_id](score, packed):
            return False
        if an_id.endswith(self._ending) and owner_of(an_id) == self._owner:
            return False
        if len(self._kept) > self._most:
            heappushpop(self._kept, place)
        else:
            heappush(self._kept, place)
            if len(self._kept) <= self._most:
                return False
        self.bound = self._kept[0]
        return True
