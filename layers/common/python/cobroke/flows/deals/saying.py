"""What an act makes of what both sides have said about a pair."""

from cobroke.domain.deals.negotiation import Outcome
from cobroke.domain.deals.pair import Pair, Side
from cobroke.domain.postings.kinds import KINDS, other
from cobroke.flows.deals.decision import Decision
from cobroke.storage.deals import pairs, said
from cobroke.storage.deals.said import Note
from cobroke.storage.table import Table, Write


def writes(
    table: Table, old: Pair, outcome: Outcome, side: Side, decision: Decision, noted: Note, now: int
) -> list[Write]:
    """Make the writes of the messages and notes: none of before counts on a clean record. `noted`:
    what this side has noted before; `now` in ms.
    """
    if outcome.pair is old:
        return _said_again(table, old, side, decision, noted, now)
    return [
        *_messages(table, old, outcome, side, decision, now),
        *_notes(table, old, outcome, side, decision),
    ]


def _said_again(
    table: Table, pair: Pair, side: Side, decision: Decision, noted: Note, now: int
) -> list[Write]:
    """Make those of an act that changes nothing: a LIKE that is kept may say something else, and
    whose DISLIKE stands may tell more of why.
    """
    if decision.deed == "LIKE" and pair.keeps_like(side) and decision.words:
        anew = said.message(table, pair, side, decision.words, now)
    elif decision.deed == "DISLIKE" == pair.action(side) and noted != noted.over(decision.note):
        anew = said.note(table, pair, side, noted.over(decision.note))
    else:
        return []
    return [anew, pairs.unchanged(table, pair)]


def _messages(
    table: Table, old: Pair, outcome: Outcome, side: Side, decision: Decision, now: int
) -> list[Write]:
    """Make those of the messages. One comes with a LIKE that changes something; one that nobody
    waits for any more goes.
    """
    words = decision.words if decision.deed == "LIKE" else None
    if outcome.starts_anew:
        return [
            said.message(table, old, side, words, now),
            said.message(table, old, other(side), None),
        ]
    is_taken_back = old.action(side) == "LIKE" and outcome.pair.action(side) == "NONE"
    if is_taken_back or (old.keeps_like(side) and decision.deed == "DISLIKE"):
        return [said.message(table, old, side, None)]
    return [said.message(table, old, side, words, now)] if words else []


def _notes(
    table: Table, old: Pair, outcome: Outcome, side: Side, decision: Decision
) -> list[Write]:
    """Make those of the notes: they go with the dislike that they are of."""
    new = outcome.pair
    gone = [
        said.note(table, old, one, Note())
        for one in KINDS
        if old.action(one) == "DISLIKE" != new.action(one)
    ]
    if decision.deed != "DISLIKE":
        return gone
    if any(decision.note) or old.action(side) == "DISLIKE":
        return [*gone, said.note(table, old, side, decision.note)]
    return gone
