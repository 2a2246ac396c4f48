"""Waiting for what the stream does in its own time."""

import time
from collections.abc import Callable

WITHIN_S = 120
"""No measure: as long as a slow machine may need for all that earlier tests have left to the
stream.
"""
_PAUSE_S = 0.05


def soon[Found](look: Callable[[], Found]) -> Found:
    """What is found, be it nothing after WITHIN_S."""
    return _seen(look, bool)


def eventually[Seen](look: Callable[[], Seen], wanted: Seen) -> None:
    """Fail, with what is seen instead, where it is not seen after WITHIN_S."""
    seen = _seen(look, lambda now: now == wanted)
    assert seen == wanted


def _seen[Seen](look: Callable[[], Seen], is_wanted: Callable[[Seen], bool]) -> Seen:
    until = time.monotonic() + WITHIN_S
    while not is_wanted(seen := look()) and time.monotonic() < until:
        time.sleep(_PAUSE_S)
    return seen
