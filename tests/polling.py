"""Waiting for what the stream does in its own time."""

import time
from collections.abc import Callable


def soon[Found](look: Callable[[], Found], within_s: float = 10) -> Found:
    """What is found within so many seconds, be it nothing then."""
    until = time.monotonic() + within_s
    while not (found := look()) and time.monotonic() < until:
        time.sleep(0.1)
    return found
