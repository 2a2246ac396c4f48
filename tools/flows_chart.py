"""`make chart`: docs/flows.md, what follows from each change of the table.

A row names the functions that do it; a test holds the rows against the stream's filters.
"""

from pathlib import Path
from typing import NamedTuple

DOCUMENT = Path(__file__).parent.parent / "docs" / "flows.md"


class Consequence(NamedTuple):
    """`kinds`: of the items whose change it follows from, with the status that is needed. `woken`:
    the function of `functions/`. `by`: module and function under `cobroke/`. `once`: under what it
    happens once however often the change comes. `mended`: what does it where the change was lost.
    """

    change: str
    kinds: str
    woken: str
    what: str
    by: str
    once: str
    mended: str


_POSTING = "LEAD, PROPERTY"
CONSEQUENCES = (
    Consequence(
        "a lead or property is written",
        _POSTING,
        "stream_matching",
        "its ranking is made or caught up",
        "flows.matching.ranking.prepare_ranking",
        "RANKING, over the version that was read",
        "the next look reads what a ranking lacks",
    ),
    Consequence(
        "a lead or property is written",
        _POSTING,
        "stream_matching",
        "its market is known to the scheduled runs",
        "storage.matching.registry.remember",
        "MARKET, one a city and group",
        "the audit puts it",
    ),
    Consequence(
        "its owner writes a lead or property",
        _POSTING,
        "stream_matching",
        "the owners near the top of whose lists it stands are told",
        "flows.following.posting_stands",
        "ALERTED, one a posting and counterpart",
        "each run, from CHANGE since FOLLOWED",
    ),
    Consequence(
        "a lead or property is archived",
        f"{_POSTING} ARCHIVED",
        "stream_notifications",
        "its PENDING matches close, its pairs without a match go, 50 pairs at first",
        "flows.following.closing_goes_on",
        "PAIR, over the version that was read",
        "each run, all of them, from CHANGE since FOLLOWED",
    ),
    Consequence(
        "a slice of what is open of it has ended",
        "CLOSING",
        "stream_notifications",
        "the next 50 pairs end",
        "flows.following.closing_goes_on",
        "PAIR, over the version that was read",
        "the same run",
    ),
    Consequence(
        "a realtor blocks another, or a slice of what was open between them has closed",
        "BLOCK_CHANGE",
        "stream_notifications",
        "what is PENDING between the two closes, of 200 of the blocker's items at a time",
        "flows.following.parting_goes_on",
        "PAIR, over the version that was read",
        "each run, from BLOCK_CHANGE of two days",
    ),
    Consequence(
        "a pair changes",
        "PAIR",
        "stream_notifications",
        "both sides are told what it owes them",
        "flows.following.pair_changed",
        "NOTICE, its key the time and a hash of what it reports",
        "each run, from PAIR_CHANGE since FOLLOWED; the audit, from PAIR",
    ),
    Consequence(
        "a notice is put",
        "NOTICE",
        "stream_notifications",
        "it comes to its realtor's outbox; `telegram_push` is woken, if nothing wakes it yet",
        "flows.following.notice_born",
        "NOTICE, its `queued_at`; OUTBOX, over the version that was read, and its `ticket`",
        "the queue, again and again, then its failure queue; the audit, from OUTBOX",
    ),
    Consequence(
        "settings of pushes are put, or the audit finds an outbox asleep",
        "WAKE",
        "stream_notifications",
        "`telegram_push` is woken for what waits",
        "flows.following.outbox_woken",
        "OUTBOX, its `made_by` and `ticket`",
        "the outbox wakes by itself at its time; the audit, from OUTBOX",
    ),
    Consequence(
        "a realtor is erased, or registers with the Telegram id of one who was",
        "JOB",
        "stream_notifications",
        "its job is queued; `erasure` works on it, slice by slice, in two walks",
        "flows.following.job_put",
        "JOB, until it is done; what is deleted or nameless is so",
        "each run puts a JOB anew that nobody seems to work on; the audit sweeps what is left",
    ),
)
_HEAD = """# What follows from what
A request writes one transaction and answers. All else follows from the table's stream: each change
is decoded once (`edge/streams.py`), and what is done about it stands once (`flows/following.py`),
for the two functions of the stream and for the scheduled runs that catch up what a stream has lost.
Whatever comes twice, or late, or out of order, is done once. Written by `make chart` from
`tools/flows_chart.py`; a test holds it against the filters of the stream.

| change | of | wakes | what is done | by | once, by | mended by |
|---|---|---|---|---|---|---|
"""
_TAIL = """
## What follows from time
Every 30 minutes `rematch_planner` puts a message for each market and each shard of the agenda, and
`rematch_worker` works them off (`flows/schedule/rematch.py`, `flows/schedule/agenda.py`): a market
is followed again from FOLLOWED by the functions above, and forgotten where something has left it
and nothing stands there any more; what is DUE expires (a match that nobody acted on for 14 days) or
grows stale (a posting that its owner has not written for 60), each on condition that it is still
so; what is left open behind a block closes. Every night `audit` compares what must agree and mends
it (`flows/audit/`).
"""


def chart() -> str:
    return _HEAD + "\n".join(map(_row, CONSEQUENCES)) + "\n" + _TAIL


def _row(row: Consequence) -> str:
    change, kinds, woken, what, by, once, mended = row
    return f"| {change} | {kinds} | `{woken}` | {what} | `{by}` | {once} | {mended} |"


def main() -> None:
    DOCUMENT.write_text(chart(), encoding="utf-8")


if __name__ == "__main__":
    main()
