"""Who has blocked a Telegram id is parted of whoever registers with it anew: they are told nothing,
and it stands in nobody's list.
"""

from collections import Counter
from itertools import islice

from cobroke.clock import Clock
from cobroke.domain import ids
from cobroke.flows.erasing.places import SLICE, Pending, Place
from cobroke.storage import keys, realtors
from cobroke.storage.erasing import jobs
from cobroke.storage.erasing.jobs import Job
from cobroke.storage.parting import block_changes, block_keys, blocks
from cobroke.storage.parting.block_changes import BlockChange
from cobroke.storage.parting.blocks import Blocks
from cobroke.storage.retry import retry_on_conflict, try_transact
from cobroke.storage.table import Table


def work_on(table: Table, job: Job, place: Place, clock: Clock) -> Pending | None:
    """Let a slice of those who are known to have blocked them know it too; return what is still to
    be done, None where all is. Repeatable.
    """
    known = Blocks.of(job.realtor_id, table.get(block_keys.blocks(job.realtor_id)))
    counted = Counter(map(ids.realtor_id, blocks.against(table, known)))
    some = list(islice((one for one in sorted(counted) if one > place.after), SLICE))
    for one in some:
        _part(table, job.realtor_id, one, counted[one], clock)
    if len(some) == SLICE:
        return Pending(place._replace(after=some[-1]))
    found = jobs.find(table, job.kind, job.realtor_id)
    if found:
        try_transact(table, [jobs.end(table, found)])
    return None


def _part(table: Table, realtor_id: str, blocker: str, times: int, clock: Clock) -> None:
    """Let one know it who is there still and does not, as if they had been blocked. Who has blocked
    the new realtor too stands among those who have so many `times`.
    """
    theirs_key, whose = block_keys.blocks(blocker), keys.realtor(blocker)
    raw = ids.raw_realtor_id(realtor_id)

    def attempt() -> None:
        items = table.get_many([theirs_key, whose])
        theirs = Blocks.of(blocker, items.get(theirs_key))
        is_there = whose in items and not realtors.of_item(items[whose]).erased_at
        is_taken_over = times > theirs.has_blocked(realtor_id)
        if is_there and is_taken_over and raw not in blocks.against(table, theirs):
            known = BlockChange(clock(), realtor_id, blocker)
            table.transact(
                [
                    *blocks.blocked_by(table, theirs, realtor_id),
                    block_changes.write(table, known),
                ]
            )

    retry_on_conflict(table, attempt)
