"""When a pair fits: it could be recommended to the object that asks, and scores high."""

from bisect import bisect_left
from collections.abc import Callable

from cobroke.domain.matching.score import FULL

FITS = 8_000
"""In basis points."""

type Hides = Callable[[str, int | None], bool]
"""Whether the pair with a counterpart, by its id, is left out at a score (basis points; None: it is
knocked out): one's own and blocked ones at every score, one that is disliked up to some score.
"""


def least_score(hides: Hides, an_id: str) -> int | None:
    """Return the least score (basis points) with which a counterpart fits, None where it never
    does. What is shown at one score is shown at every higher one.
    """
    if not hides(an_id, FITS):
        return FITS
    scores = range(FITS, FULL + 1)
    at = bisect_left(scores, x=True, key=lambda score: not hides(an_id, score))
    return scores[at] if at < len(scores) else None
