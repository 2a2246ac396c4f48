"""`make chart`: writes docs/table.md, the kinds of item and how each question finds its answer.

The kinds are those of `storage/entities.py`. A question names the function that asks it.
"""

from pathlib import Path
from typing import NamedTuple

from cobroke.storage.entities import ENTITIES, Entity

DOCUMENT = Path(__file__).parent.parent / "docs" / "table.md"


class Access(NamedTuple):
    """A question, what its answer reads of which kinds, and by which function under `cobroke/`."""

    question: str
    reads: str
    by: str


ACCESS = (
    Access("who is this", "REALTOR, one item", "storage.realtors.find"),
    Access("whose is a Telegram id", "TELEGRAM, then REALTOR", "storage.realtors.login"),
    Access("is there room for another", "LIMITS, one item", "storage.postings.limits.check"),
    Access(
        "was this create made before", "IDEMPOTENCY, one item", "storage.postings.postings.create"
    ),
    Access(
        "one's own lead or listing",
        "LEAD or PROPERTY, one item",
        "storage.postings.postings.load_own",
    ),
    Access(
        "all of one's own",
        "LEAD or PROPERTY, one partition, newest first",
        "storage.postings.own_lists.list_own",
    ),
    Access(
        "the best counterparts",
        "RANKING, CHANGE and PAIR_CHANGE since then",
        "flows.matching.ranking.up_to_date",
    ),
    Access(
        "without a ranking",
        "ENTRY, by price (and rooms), then CHANGE",
        "storage.matching.markets.read",
    ),
    Access(
        "the rows of a page",
        "LEAD or PROPERTY, REALTOR, MESSAGE",
        "flows.matching.recommendations.recommend",
    ),
    Access(
        "who else offers a flat",
        "FLAT, one batch a page",
        "flows.matching.same_flats.SameFlats",
    ),
    Access(
        "which flats a listing leaves and comes to",
        "FLAT, two at most",
        "storage.postings.flats.see",
    ),
    Access(
        "what must change so that more fit",
        "ENTRY of all listings (held in memory) and CHANGE since; LEAD and the pairs of it, and of "
        "PROPERTY those that spell a place",
        "flows.matching.insights.ask_what_if",
    ),
    Access(
        "who comes at which price",
        "ENTRY of all leads and listings (held in memory) and CHANGE since; PROPERTY and its pairs",
        "flows.matching.insights.ask_demand",
    ),
    Access(
        "every pair of an object", "PAIR or MIRROR, one partition", "storage.deals.pairs.of_posting"
    ),
    Access("one match", "PAIR, LEAD, PROPERTY: one batch", "storage.deals.sides.load"),
    Access("of whom is one parted", "BLOCKS with its parts, and GONE", "storage.parting.parted.of"),
    Access("who is erased or suspended", "GONE, one item", "storage.parting.gone.among"),
    Access("what is still to be done", "JOB, one partition", "storage.erasing.jobs.all_of"),
    Access(
        "what protects others from a Telegram id",
        "PROTECTION, one item",
        "storage.erasing.protections.of_item",
    ),
    Access("whom has one blocked", "BLOCKS, REALTOR: one batch", "flows.deals.blocks.blocked_by"),
    Access(
        "what was I told",
        "INBOX; the newest 500 of NOTICE and UNREAD, a batch of the page",
        "storage.notices.pages.page_of",
    ),
    Access(
        "what waits to be pushed, and is unread",
        "OUTBOX and REALTOR; UNREAD from the oldest that waits, NOTICE where it is told alone",
        "flows.notices.push.push",
    ),
    Access(
        "whom does a write alert",
        "ENTRY, COUNTS and BLOCKS (held in memory), ALERTED, SLOT, NOTICE, INBOX",
        "flows.notices.alerts.alert",
    ),
    Access(
        "which markets are there", "MARKET, eight partitions", "storage.matching.registry.markets"
    ),
    Access(
        "what has happened in a market",
        "CHANGE and PAIR_CHANGE since FOLLOWED",
        "storage.matching.backlog.backlog",
    ),
    Access("who looks at lists these days", "LOOK, three days", "storage.matching.looks.looked_at"),
    Access("what is due", "DUE by day since CURSOR", "storage.schedule.agenda.due"),
    Access("what did a run do", "RUN, one partition", "storage.schedule.runs.reports"),
    Access("does all agree", "everything, one scan", "flows.audit.scan.over"),
)


def chart() -> str:
    kinds = [
        "| kind | partition key | sort key | attributes (`?`: may be absent) | kept |",
        "|---|---|---|---|---|",
        *(row for entity in ENTITIES for row in _rows(entity)),
    ]
    held = [f"- **{entity.name}**: {entity.holds}{_source(entity)}." for entity in ENTITIES]
    asked = ["| question | reads | by |", "|---|---|---|"]
    asked += [f"| {access.question} | {access.reads} | `{access.by}` |" for access in ACCESS]
    parts = [
        _HEAD,
        *kinds,
        "",
        "## What each holds",
        *held,
        "",
        "## How a question is answered",
        *asked,
        "",
        _TAIL,
    ]
    return "\n".join(parts) + "\n"


def _rows(entity: Entity) -> list[str]:
    shapes = [shape.split(" | ") for shape in entity.keys]
    attributes = " ".join(f"`{name}`" for name in entity.attributes.split())
    first, *more = [f"| {{}} | `{pk}` | `{sk}` | {{}} | {{}} |" for pk, sk in shapes]
    rest = [row.format("", "", "") for row in map(_escaped, more)]
    return [_escaped(first).format(entity.name, attributes, entity.kept or "for good"), *rest]


def _escaped(row: str) -> str:
    """Double all braces but the two empty ones: those of a key stay."""
    return row.replace("{", "{{").replace("}", "}}").replace("{{}}", "{}")


def _source(entity: Entity) -> str:
    return f" (made again from {entity.made_from})" if entity.made_from else ""


_HEAD = """# The table
One DynamoDB table, keys `PK` and `SK`, a stream of new and old images, `expires` as time to live.
Written by `make chart` from `storage/entities.py`; a test holds what is there against it.
"""
_TAIL = """All reads are strongly consistent. A write that several items depend on is one
transaction, on condition that what it was decided on still holds (`storage/conditions.py`), and
decided again where it no longer does (`storage/retry.py`). What is made from something else may be
dropped: the audit finds what disagrees and makes it again. [Decision 13](decisions/README.md)
says why it is one table."""


def main() -> None:
    DOCUMENT.write_text(chart(), encoding="utf-8")


if __name__ == "__main__":
    main()
