"""Writes that meet others: read again, decide again, try again, as long as the request has time."""

import random
import time
from collections.abc import Callable

from cobroke.domain.errors import Busy
from cobroke.storage.table import ConditionFailed, Contended, Table

ATTEMPTS = 12
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 1.0


def until_written[Result](table: Table, attempt: Callable[[], Result]) -> Result:
    """What `attempt` returns. It must read what it decides on: it runs anew after every lost race. Else Busy."""
    for number in range(ATTEMPTS):
        try:
            return attempt()
        except (ConditionFailed, Contended):
            pause = random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**number))  # noqa: S311 - jitter, no secret
            if pause >= table.seconds_left:
                break
            time.sleep(pause)
    raise Busy
