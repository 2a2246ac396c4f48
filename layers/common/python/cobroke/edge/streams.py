"""The table's stream as its functions read it: at least once, in order for each item, perhaps again
from the start.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from aws_lambda_powertools import Logger

from cobroke.domain.postings.kinds import Kind
from cobroke.exact_json import loads
from cobroke.failures import kind_and_place
from cobroke.flows.following import (
    Change,
    ClosingGoesOn,
    JobPut,
    NoticeBorn,
    OutboxWoken,
    PairChanged,
    Parts,
    PostingWritten,
)
from cobroke.storage.deals import pairs
from cobroke.storage.erasing import jobs
from cobroke.storage.key_parts import posting_of, realtor_in
from cobroke.storage.notation import Raw, item_of
from cobroke.storage.parting import block_changes
from cobroke.storage.table import Table

BATCH_S = 240
"""What a batch may take, less than its function: what is left then is reported, and comes again by
itself.
"""

type Event = Mapping[str, Any]
_GONE: Raw = {"entity": {"S": ""}}


class Record(NamedTuple):
    """One write of one item: its key, what it was before, if it was, and what it is now, if
    it is.
    """

    pk: str
    sk: str
    old: Raw | None
    new: Raw | None

    @property
    def cause(self) -> str:
        """The id of the request that it comes of; "" where that is not known."""
        return str(self.new["cause"]["S"]) if self.new and "cause" in self.new else ""


class Followed(NamedTuple):
    """What was done about a record, for the log: a word, and the ids and numbers of it."""

    word: str
    facts: Mapping[str, Any]


class RecordFailed(Exception):
    """The first record of a batch failed: Lambda halves the batch, until what fails every time is
    alone.
    """


def process_batch(
    event: Event, act: Callable[[Record], Followed | None], logger: Logger
) -> dict[str, Any]:
    """Act on one record after the other, and log a line of each that something follows from. A
    failure ends it: Lambda sends that record and those behind it again.
    """
    for position, raw in enumerate(event["Records"]):
        record = _record(raw)
        try:
            followed = act(record)
        except Exception as failure:  # noqa: BLE001 - whatever it was, the record comes again
            said = kind_and_place(failure) | _of_request(record)
            logger.error("record failed", **said)  # noqa: TRY400 - never its text
            if position == 0 and len(event["Records"]) > 1:
                raise RecordFailed from None
            number = raw["dynamodb"]["SequenceNumber"]
            return {"batchItemFailures": [{"itemIdentifier": number}]}
        if followed:
            logger.info(followed.word, **followed.facts, **_of_request(record))
    return {"batchItemFailures": []}


def once_an_item(
    event: Event, act: Callable[[Record], Followed | None]
) -> Callable[[Record], Followed | None]:
    """Return what acts once on all writes of an item in a batch, as if they were one: from what the
    item was before the first to what it is behind the last. It does so at the first of them: what
    fails behind it comes again without the first, which then must not be missed.
    """
    whole: dict[tuple[str, str], Record] = {}
    for record in map(_record, event["Records"]):
        first = whole.get((record.pk, record.sk), record)
        whole[record.pk, record.sk] = record._replace(old=first.old)

    def act_once(record: Record) -> Followed | None:
        of_all = whole.pop((record.pk, record.sk), None)
        return act(of_all) if of_all else None

    return act_once


def _record(raw: Mapping[str, Any]) -> Record:
    written = raw["dynamodb"]
    pk, sk = (written["Keys"][name]["S"] for name in ("PK", "SK"))
    return Record(pk, sk, written.get("OldImage"), written.get("NewImage"))


def _of_request(record: Record) -> dict[str, Any]:
    return {"request_id": record.cause} if record.cause else {}


def follow(
    table: Table, act: Callable[[Change], Followed | None], record: Record
) -> Followed | None:
    """Act on what a record says has changed, if something follows from it; what is put meanwhile
    comes of the same request.
    """
    change = change_of(record)
    if change is None:
        return None
    with table.caused_by(record.cause):
        return act(change)


def change_of(record: Record) -> Change | None:
    """Decode what the record says has changed; return None where nothing follows from it."""
    new = record.new or _GONE
    match new["entity"]["S"], posting_of(record.sk):
        case "PAIR", _:
            before = pairs.of_item(item_of(record.old)) if record.old else None
            return PairChanged(pairs.of_item(item_of(new)), before)
        case "NOTICE" | "WAKE" | "JOB", _ if record.new:
            return _to_queue(record, record.new)
        case "BLOCK_CHANGE", _ if "after" in new:
            return Parts(block_changes.of_item(item_of(new)))
        case "CLOSING", (kind, posting_id):
            return ClosingGoesOn(kind, posting_id, new["after"]["S"])
        case "LEAD" | "PROPERTY", (kind, posting_id):
            return _posting_written(kind, posting_id, record.old, new)
    return None


def _posting_written(kind: Kind, posting_id: str, old: Raw | None, new: Raw) -> PostingWritten:
    return PostingWritten(
        kind,
        posting_id,
        version=int(new["version"]["N"]),
        revision=int(new["revision"]["N"]),
        status=new["status"]["S"],
        by_owner=not old or old["revision"] != new["revision"],
    )


def _to_queue(record: Record, new: Raw) -> NoticeBorn | OutboxWoken | JobPut | None:
    """Return what wakes another function by its queue: a notice that is new, an outbox that is
    woken, a job that is still to be done.
    """
    realtor_id = realtor_in(record.pk)
    match new["entity"]["S"]:
        case "WAKE":
            return OutboxWoken(realtor_id, int(new["version"]["N"]))
        case "JOB":
            job = jobs.of_item(item_of(new))
            return None if job.done_at else JobPut(job.kind, job.realtor_id, record.cause)
    if record.old:
        return None
    recommended = loads(new["d"]["S"]).get("reason") == "RECOMMENDED"
    return NoticeBorn(realtor_id, record.sk, recommended=recommended)
