"""What an erasure has left under others' keys, and whatever was written behind its walks: found by
its keys in the pass over the whole table. Then the job is done.
"""

from collections.abc import Iterable, Sequence
from itertools import batched

from cobroke.domain.ids import is_posting_id, owner_of, pair_of
from cobroke.flows.erasing.fates import FATES
from cobroke.storage.erasing import jobs
from cobroke.storage.erasing.jobs import Job
from cobroke.storage.notation import Item
from cobroke.storage.retry import try_transact
from cobroke.storage.table import BATCH, Key, Table

SWEPT = {"deleted", "swept"}


def to_sweep(table: Table) -> Sequence[Job]:
    """Read the erasures of which all is done but this."""
    return [job for job in jobs.all_of(table) if job.done_at]


def names_any(item: Item, erased: frozenset[str]) -> bool:
    """Return whether its keys name one of these realtors, or an object of theirs, and it goes."""
    if FATES.get(item.get("entity", "")) not in SWEPT:
        return False
    return any(
        owner in erased for part in (item["PK"], item["SK"]) for owner in _owners(part.split("#"))
    )


def _owners(words: Iterable[str]) -> Iterable[str]:
    """Yield the realtors whose ids, or whose objects' or matches' ids, these words are."""
    for word in words:
        yield word
        for an_id in pair_of(word) or (word,):
            if is_posting_id(an_id):
                yield owner_of(an_id)


def sweep(table: Table, found: Sequence[Key], done: Iterable[Job]) -> None:
    """Delete what was found, and end the jobs. Killed, the next night does it."""
    for some in batched(found, BATCH, strict=False):
        table.transact([table.delete(key) for key in some])
    for job in done:
        try_transact(table, [jobs.end(table, job)])
