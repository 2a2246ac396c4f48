"""What is to be done about realtors, and must not be lost: as long as a job lies here somebody puts
it into the queue again. Where it is put anew it comes back as a record of the stream.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from cobroke.storage import entities
from cobroke.storage.conditions import at_version, over
from cobroke.storage.notation import Item
from cobroke.storage.retry import try_transact
from cobroke.storage.table import Key, Table, Write

type Kind = Literal["ERASE", "PART"]
ERASE: Kind = "ERASE"
PART: Kind = "PART"
JOBS = "JOBS"
ASLEEP_MS = 20 * 60 * 1000
"""So long after a job was last woken it is woken again: it is done within minutes, or lost."""


class Job(NamedTuple):
    """`at` (ms): since when it is to be done; `done_at`: since when nothing but the audit's part of
    it is, 0 before.
    """

    kind: Kind
    realtor_id: str
    at: int
    woken_at: int
    done_at: int = 0
    version: int = 1

    @property
    def key(self) -> Key:
        return key(self.kind, self.realtor_id)


def key(kind: str, realtor_id: str) -> Key:
    return JOBS, f"{kind}#{realtor_id}"


def begin(table: Table, kind: Kind, realtor_id: str, now: int) -> Write:
    """Make the write of a new one: it comes as a record of the stream."""
    return _write(table, Job(kind, realtor_id, now, now, version=0))


def find(table: Table, kind: str, realtor_id: str) -> Job | None:
    item = table.get(key(kind, realtor_id))
    return of_item(item) if item else None


def all_of(table: Table) -> Iterator[Job]:
    return map(of_item, table.query(JOBS))


def of_item(item: Item) -> Job:
    name, _, realtor_id = item["SK"].partition("#")
    kind, done_at = PART if name == PART else ERASE, item.get("done_at", 0)
    return Job(kind, realtor_id, item["at"], item["woken_at"], done_at, item["version"])


def wake(table: Table, now: int) -> int:
    """Put those anew that nobody seems to work on; return how many these are."""
    asleep = [job for job in all_of(table) if job.woken_at < now - ASLEEP_MS and not job.done_at]
    return sum(try_transact(table, [_write(table, job._replace(woken_at=now))]) for job in asleep)


def left_to_the_audit(table: Table, job: Job, now: int) -> Write:
    """Make the write that says that all is done but what the audit finds."""
    return _write(table, job._replace(done_at=now))


def end(table: Table, job: Job) -> Write:
    return table.delete(job.key, when=at_version(job.version))


def _write(table: Table, job: Job) -> Write:
    facts = {"at": job.at, "woken_at": job.woken_at, "version": job.version + 1}
    done = {"done_at": job.done_at} if job.done_at else {}
    return table.put(entities.JOB.at(job.key, facts | done), when=over(job.version))
