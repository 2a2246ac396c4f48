"""Plants each known bug of the lists (tests/mutants.py) in turn: the search and its written story must both find it.

Usage: python -m tools.mutants [WORD …] (only those with one of the words in their names)
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from io import StringIO

from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.mutants import MUTANTS, Mutant, planted
from tests.unit import test_lists_interleavings as stories
from tests.unit.test_lists_machine import THE_SEARCH, Lists, OfALead, OfAProperty

LONGEST = settings(THE_SEARCH, max_examples=6000, derandomize=True, phases=[Phase.generate], print_blob=False)


def main(words: list[str]) -> int:
    chosen = [mutant for mutant in MUTANTS if not words or any(word in mutant.name for word in words)]
    survived = 0
    for mutant in chosen:
        for machine in (OfALead, OfAProperty):
            began = time.monotonic()
            missing = list(_missed_by(mutant, machine))
            verdict = f"SURVIVED {' and '.join(missing)}" if missing else "found"
            print(f"{mutant.name:56} {machine.kind:9} {verdict}, {time.monotonic() - began:.1f} s", flush=True)
            survived += bool(missing)
    print(f"{survived} of {2 * len(chosen)} survived" if survived else f"all {2 * len(chosen)} found")
    return 1 if survived or not chosen else 0


def _missed_by(mutant: Mutant, machine: type[Lists]) -> Iterator[str]:
    story = getattr(stories, mutant.shown_by)
    if _fails(lambda: story(machine.kind)):
        yield "as its story fails without it, or"
    with planted(mutant):
        if not _fails(lambda: story(machine.kind)):
            yield "its story"
        if not _fails(lambda: run_state_machine_as_test(machine, settings=LONGEST)):
            yield "the search"


def _fails(test: Callable[[], None]) -> bool:
    """Whether an answer was wrong; any other error is one of the mutant itself, and raised."""
    try:
        with redirect_stdout(StringIO()):
            test()
    except AssertionError:
        return True
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
