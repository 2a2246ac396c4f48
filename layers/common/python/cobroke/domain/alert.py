"""An alert: somebody else's counterpart is new or better, and among the best that an object would be shown."""

from collections.abc import Mapping
from dataclasses import dataclass

ALERTED = 8_000
"""A pair below this score alerts nobody."""
BEST = 10
"""Only so many of the best that a look would show do."""
TOP = 3


@dataclass(frozen=True)
class Alert:
    """What one notice tells of: different counterparts of one own object, with their scores in basis points."""

    scores: Mapping[str, int]

    @property
    def count(self) -> int:
        return len(self.scores)

    @property
    def top(self) -> list[tuple[str, int]]:
        """The best three in the order of recommendations."""
        return sorted(self.scores.items(), key=lambda row: (row[1], row[0]), reverse=True)[:TOP]

    def growing(self, counterpart: str, score: int) -> "Alert":
        """With one more; of one that is in it already the score is updated."""
        return Alert({**self.scores, counterpart: score})
