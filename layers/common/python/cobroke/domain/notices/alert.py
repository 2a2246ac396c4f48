"""Alerts: somebody else's posting is new or better, and among the best that an object is shown."""

from collections.abc import Mapping
from dataclasses import dataclass

ALERTED = 8_000
"""The least score that alerts anybody, in basis points."""
BEST = 10
"""How many of the best that a look would show alert."""
TOP = 3
KEPT = 50
"""How many scores are kept: a notice that nobody reads for months stays small. The best three are
right as long as no more than 47 of the kept have fallen, and only what alerts again can fall.
"""


@dataclass(frozen=True)
class Alert:
    """The content of one notice: how many different counterparts of one own object alerted it, and
    the best of them with their scores in basis points.
    """

    count: int
    best: Mapping[str, int]

    @property
    def top(self) -> list[tuple[str, int]]:
        """The best three in the order of recommendations."""
        return _in_order(self.best)[:TOP]

    def growing(self, counterpart: str, score: int, *, counted_before: bool) -> "Alert":
        """Add a counterpart. The score of one that was counted before is updated."""
        best = _in_order({**self.best, counterpart: score})[:KEPT]
        return Alert(self.count + (not counted_before), dict(best))


NOBODY = Alert(0, {})


def _in_order(scores: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(scores.items(), key=lambda row: (row[1], row[0]), reverse=True)
