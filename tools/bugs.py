"""`make bugs`: what the API's functions met in the last hours and have no answer for: the kind of
each bug, its place, and the request that met it.

Usage: python -m tools.bugs [STAGE] [HOURS]; without a stage, the stack of `make run`.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from cobroke.edge.routes import ROUTES
from tools.stack import Stack, in_words, own_lines

HOURS = 24.0
PATTERN = '{ $.message = "bug" }'
"""What need not be sent; not every emulator knows such patterns."""
FUNCTIONS = sorted({route.function for route in ROUTES})


class Bug(NamedTuple):
    at: str
    function: str
    kind: str
    place: str
    """File and line where it was raised."""
    request_id: str


def bugs(stack: Stack, since: datetime) -> Iterator[Bug]:
    """Yield what each function logged since then, the oldest first. Raises NotRunning."""
    for function in FUNCTIONS:
        lines = own_lines(stack.log(function, since, PATTERN))
        for line in (line for line in lines if line["message"] == "bug"):
            place = (line["frames"] or ["?"])[-1]
            yield Bug(line["timestamp"], function, line["kind"], place, line["request_id"])


def main() -> None:
    stage, hours = [*sys.argv[1:], *["local", str(HOURS)][len(sys.argv) - 1 :]]
    since = datetime.now(UTC) - timedelta(hours=float(hours))
    found = list(bugs(Stack(stage), since))
    for bug in found:
        print(*bug, sep="  ")
    print(f"{len(found)} bugs in the last {float(hours):g} hours.")


if __name__ == "__main__":
    with in_words():
        main()
