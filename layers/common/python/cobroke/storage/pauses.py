"""Pauses between tries: longer and longer, by chance, never beyond the time there is."""

import random
import time

from cobroke.domain.errors import Busy

TRIES = 12
_FIRST_S, _LONGEST_S = 0.02, 1.0


def pause(tried: int, seconds_left: float) -> None:
    """Wait after the `tried`-th try. Raises Busy where there is to be no other."""
    longest = min(_LONGEST_S, _FIRST_S * 2 ** (tried - 1))
    seconds = random.uniform(0, longest)  # noqa: S311 - jitter, no secret
    if tried >= TRIES or seconds >= seconds_left:
        raise Busy
    time.sleep(seconds)
