"""What the sides of a pair say: with a LIKE a message to the other, with a DISLIKE a note to
themselves. Each is an item of its own, apart from the pairs that every look reads.
"""

from typing import NamedTuple, Self

from cobroke.domain.deals.pair import DislikeReason, Pair, Side
from cobroke.domain.postings.kinds import KINDS
from cobroke.storage import entities, keys
from cobroke.storage.notation import Item
from cobroke.storage.table import Table, Write


class Note(NamedTuple):
    """Why a side dislikes a pair: for its author alone."""

    reason: DislikeReason | None = None
    text: str | None = None

    def over(self, more: Self) -> Self:
        """Return it with what is said anew; the rest stays."""
        return type(self)(more.reason or self.reason, more.text or self.text)


def message(table: Table, pair: Pair, side: Side, text: str | None, at: int = 0) -> Write:
    """Make the write of what this side says with its LIKE, at this time (ms), or (None) that it
    says nothing.
    """
    key = keys.message(*pair.ids, side)
    said = entities.MESSAGE.at(key, {"text": text, "at": at})
    return table.put(said) if text else table.delete(key)


def note(table: Table, pair: Pair, side: Side, says: Note) -> Write:
    """Make the write of why this side dislikes, over what it noted before."""
    key, facts = keys.note(*pair.ids, side), _facts(says)
    return table.put(entities.NOTE.at(key, facts)) if facts else table.delete(key)


def nothing(table: Table, pair: Pair) -> list[Write]:
    """Make the writes that leave nothing of what was said about a pair. What was said in a match
    may stand from before it last began; without one only what counts is there.
    """
    sides = [(side, pair.status is not None) for side in KINDS]
    return [
        *(
            message(table, pair, side, None)
            for side, all_ in sides
            if all_ or pair.keeps_like(side)
        ),
        *(
            note(table, pair, side, Note())
            for side, all_ in sides
            if all_ or pair.action(side) == "DISLIKE"
        ),
    ]


def silence(table: Table, pair: Pair, side: Side) -> list[Write]:
    """Make the writes that leave nothing of what this side has said."""
    return [message(table, pair, side, None), note(table, pair, side, Note())]


def note_in(item: Item | None) -> Note:
    item = item or {}
    return Note(item.get("reason"), item.get("said"))


def _facts(says: Note) -> Item:
    said = {"reason": says.reason, "said": says.text}
    return {name: value for name, value in said.items() if value}
