"""Pauses between tries: longer and longer, by chance, and never beyond the time there is."""

import random
import time

from cobroke.domain.errors import Busy

TRIES = 12
_FIRST_S, _LONGEST_S = 0.02, 1.0


def pause(tried: int, seconds_left: float) -> None:
    """After so many tries, before the next. Busy where there is none."""
    seconds = random.uniform(0, min(_LONGEST_S, _FIRST_S * 2 ** (tried - 1)))  # noqa: S311 - jitter, no secret
    if tried >= TRIES or seconds >= seconds_left:
        raise Busy
    time.sleep(seconds)
