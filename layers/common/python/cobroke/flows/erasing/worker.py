"""The job of an erasure: two walks over what a realtor has left, slice by slice; each slice may be
done again, and killed anywhere. The second is behind what a token that was still good has written.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from cobroke.clock import Clock
from cobroke.domain import ids
from cobroke.flows.erasing import objects
from cobroke.flows.erasing.fates import FATES
from cobroke.flows.erasing.places import SLICE, Pending, Place, Section
from cobroke.storage import key_parts, keys
from cobroke.storage.erasing import jobs, remains
from cobroke.storage.erasing.jobs import Job
from cobroke.storage.parting import block_keys, blocks, gone
from cobroke.storage.parting.blocks import Blocks
from cobroke.storage.retry import retry_on_conflict
from cobroke.storage.table import Key, Table

SETTLED_MS = 90_000
"""So long after the request nothing of it is under way: a token is remembered for 30 s, and what
came with it ends within another 30.
"""

_NEXT: Mapping[Section, Section] = {"OWN": "BLOCKS", "BLOCKS": "TOLD", "TOLD": "END"}


def work_on(table: Table, job: Job, place: Place, clock: Clock) -> Pending | None:
    """Do a slice, and return what is still to be done; None where only the audit's part is."""
    if place.section == "END":
        return _end_walk(table, job, place, clock)
    after = _SECTIONS[place.section](table, job, place, clock)
    if after is not None:
        return Pending(place._replace(after=after))
    return Pending(Place(place.walk, _NEXT[place.section]))


def _own(table: Table, job: Job, place: Place, clock: Clock) -> str | None:
    """Work on items of the realtor's own; return the key of the last, None where it was the last of
    all.
    """
    partition, _ = keys.realtor(job.realtor_id)
    found = table.query_raw(
        partition, place.after or " ", attributes=("SK", "entity"), page_limit=SLICE + 1
    )
    some = list(islice((raw for raw in found if raw["SK"]["S"] != place.after), SLICE))
    gone_keys: list[Key] = []
    for raw in some:
        entity, sort_key = raw["entity"]["S"], raw["SK"]["S"]
        if FATES[entity] == "nameless":
            _leave(table, job, place, sort_key, clock)
        elif FATES[entity] == "deleted":
            gone_keys.append((partition, sort_key))
    if gone_keys:
        table.transact([table.delete(key) for key in gone_keys])
    return some[-1]["SK"]["S"] if len(some) == SLICE else None


def _leave(table: Table, job: Job, place: Place, sort_key: str, clock: Clock) -> None:
    """Let an object leave; in the second walk it is emptied where no pair is kept: whoever had read
    a pair of it in the first has answered by then.
    """
    of = key_parts.posting_of(sort_key)
    if of and not objects.leave(table, *of, job.at, clock) and place.walk > 1:
        objects.empty(table, *of, clock)


def _blocks(table: Table, job: Job, place: Place, _: Clock) -> str | None:
    """Let those whom they blocked, and who blocked them, forget them; then what they knew goes."""
    known = Blocks.of(job.realtor_id, table.get(block_keys.blocks(job.realtor_id)))
    others = sorted(map(ids.realtor_id, {*known.own, *blocks.against(table, known)}))
    some = list(islice((one for one in others if one > place.after), SLICE))
    for one in some:
        retry_on_conflict(table, _forgetting(table, one, job.realtor_id))
    if len(some) == SLICE:
        return some[-1]
    if known.version:
        mine = [block_keys.blocks(job.realtor_id), *known.part_keys]
        table.transact([table.delete(key) for key in mine])
    return None


def _forgetting(table: Table, one: str, realtor_id: str) -> Callable[[], None]:
    def attempt() -> None:
        theirs = Blocks.of(one, table.get(block_keys.blocks(one)))
        raw = ids.raw_realtor_id(realtor_id)
        if theirs.version and (raw in theirs.own or raw in blocks.against(table, theirs)):
            table.transact(blocks.forgetting(table, theirs, realtor_id))

    return attempt


def _told(table: Table, job: Job, _: Place, __: Clock) -> None:
    for partition in partitions_of(job.realtor_id):
        remains.delete_all(table, partition)


def partitions_of(realtor_id: str) -> Iterator[str]:
    """Yield the partitions of which all goes."""
    yield keys.notices(realtor_id)
    yield keys.unread(realtor_id)
    yield keys.idempotency(realtor_id, "", "")[0]


_SECTIONS: Mapping[Section, Callable[[Table, Job, Place, Clock], str | None]] = {
    "OWN": _own,
    "BLOCKS": _blocks,
    "TOLD": _told,
}


def _end_walk(table: Table, job: Job, place: Place, clock: Clock) -> Pending | None:
    settled_in = job.at + SETTLED_MS - clock()
    if place.walk > 1:
        retry_on_conflict(table, lambda: _end(table, job, clock))
        return None
    return Pending(Place(place.walk + 1), max(-(-settled_in // 1000), 0))


def _end(table: Table, job: Job, clock: Clock) -> None:
    """Let them be gone no more: nothing of theirs can be shown. The job is left to the audit."""
    found = jobs.find(table, job.kind, job.realtor_id)
    if found and not found.done_at:
        known = gone.load(table)
        table.transact(
            [
                jobs.left_to_the_audit(table, found, clock()),
                gone.leaving(table, known, job.realtor_id),
            ]
        )
