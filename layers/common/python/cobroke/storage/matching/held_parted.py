"""Of whom realtors are parted, in a function's memory: caught up once for each batch by what has
changed.
"""

from collections.abc import Iterable, Mapping

from cobroke.clock import Clock
from cobroke.domain.parted import Gone, Parted
from cobroke.storage.changes import LONGEST_MS
from cobroke.storage.parting import block_changes, block_keys, gone, parted
from cobroke.storage.table import Table

_MOST_HELD = 50_000


class HeldParted:
    """Realtors by their ids; `expire` ends a batch."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table, self._clock = table, clock
        self._held: dict[str, Parted] = {}
        self._gone = Gone()
        self._caught_up_at, self._is_current = 0, False

    def expire(self) -> None:
        self._is_current = False

    def of(self, realtor_ids: Iterable[str]) -> Mapping[str, Parted]:
        """Return it of these, as it is now, or was when this batch first asked."""
        if not self._is_current:
            self._forget_changed()
            self._gone = gone.load(self._table)
            self._is_current = True
        wanted = set(realtor_ids)
        new = wanted - self._held.keys()
        if len(self._held) + len(new) > _MOST_HELD:
            self._held.clear()
            new = wanted
        items = self._table.get_many(map(block_keys.blocks, new))
        self._held |= {an_id: parted.begin_blocks(self._table, an_id, items)() for an_id in new}
        return {an_id: self._held[an_id].joined(self._gone) for an_id in wanted}

    def _forget_changed(self) -> None:
        now = self._clock()
        if self._caught_up_at <= now - LONGEST_MS:
            self._held.clear()
        if self._held:
            for change in block_changes.since(self._table, self._caught_up_at):
                self._held.pop(change.blocker, None)
                self._held.pop(change.blocked, None)
        self._caught_up_at = now
