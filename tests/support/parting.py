"""Two offices of realtors of whom one blocks the other, over one table in memory."""

from collections import Counter

from cobroke.domain.deals.pair import Pair, PairIds, Side
from cobroke.domain.postings.kinds import lead_first, other
from cobroke.flows.deals import blocks
from cobroke.storage.parting import parted
from cobroke.storage.table import Table
from tests.support.office import Office


class Parting(Office):
    """Anna, who has leads, and Boris, who has listings; either may block the other."""

    def owner(self, side: Side) -> str:
        return self.anna if side == "LEAD" else self.boris

    def blocks(self, side: Side, table: Table | None = None) -> None:
        blocks.block(table or self.table, self.owner(side), self.owner(other(side)), self.clock)

    def unblocks(self, side: Side, table: Table | None = None) -> None:
        blocks.unblock(table or self.table, self.owner(side), self.owner(other(side)), self.clock)

    def are_parted(self) -> bool:
        ours, theirs = (parted.load(self.table, who) for who in (self.anna, self.boris))
        assert ours.from_(self.boris) == theirs.from_(self.anna)
        assert ours.returned == theirs.returned
        return ours.from_(self.boris)

    def with_pending(self, side: Side, number: int) -> str:
        """An object of this side with so many PENDING matches and one agreed; all is told."""
        own = self.posted(side)
        for _ in range(number):
            self.acts(side, pair_of(side, own, self.posted(other(side))))
        self.agrees(pair_of(side, own, self.posted(other(side))))
        self.settle()
        return own

    def statuses(self, side: Side, own: str) -> Counter[str | None]:
        return Counter(pair.status for pair in self.pairs_of(side, own).values())

    def is_done(self, side: Side, own: str, closed: int) -> bool:
        """Whether what was PENDING is withdrawn by this side, all else as it was, and nothing says
        that it goes on.
        """
        found = {"REJECTED": closed, "ACCEPTED": 1} if closed else {"ACCEPTED": 1}
        over = [one for one in self.pairs_of(side, own).values() if one.status == "REJECTED"]
        changes = [item for item in self.table.items() if item["entity"] == "BLOCK_CHANGE"]
        return (
            self.statuses(side, own) == found
            and all(is_withdrawn_by(side, pair) for pair in over)
            and not any("after" in item for item in changes)
        )


def is_withdrawn_by(side: Side, pair: Pair) -> bool:
    return (pair.closed_reason, pair.closed_by, pair.awaiting) == ("WITHDRAWN", side, None)


def pair_of(kind: Side, own: str, theirs: str) -> PairIds:
    return PairIds(*lead_first(kind, own, theirs))
