"""What a change of a pair owes both sides: the notices that its record says were to be told."""

from typing import NamedTuple

from cobroke.domain.deals.pair import NoticeKind, Pair, Side


class OwedNotice(NamedTuple):
    """One thing to tell one realtor. All its fields are its identity: its key is `at` and a hash of
    the others.
    """

    kind: NoticeKind
    to: Side
    at: int
    round: int
    lead_id: str
    property_id: str
    epoch: int

    @property
    def posting_id(self) -> str:
        """Of the side that is told."""
        return self.lead_id if self.to == "LEAD" else self.property_id


def newly_owed(now: Pair, before: Pair | None) -> tuple[OwedNotice, ...]:
    """Return what a change from `before` owes; None: the pair is new, or that is not known."""
    known = owed_notices(before) if before else ()
    return tuple(notice for notice in owed_notices(now) if notice not in known)


def owed_notices(pair: Pair) -> tuple[OwedNotice, ...]:
    """Return every notice of the present epoch, from the record alone: always the same, with the
    same keys.
    """
    return tuple(OwedNotice(*told, *pair.ids, pair.epoch) for told in pair.told)
