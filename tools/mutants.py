"""Plants each known bug in turn, and says which survive. Those of the lists (tests/mutants.py) the
search and a written story must both find; those of writes, counts and notices
(tests/support/fault_mutants.py) the fault run must find over each road, within the suite's three
seeds or the next ones: any change of the product makes other runs of them.

Usage: python -m tools.mutants [WORD …] (only those with one of the words in their names)
"""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stdout
from io import StringIO

from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.mutants import MUTANTS, Mutant, planted
from tests.support import fault_mutants
from tests.support.sandboxes import ROADS
from tests.support.world import ACTS, SEEDS, World
from tests.unit import test_lists_interleavings as stories
from tests.unit.test_lists_machine import THE_SEARCH, Lists, OfALead, OfAProperty

TRIED = (*SEEDS, *range(20, 30))
LONGEST = settings(
    THE_SEARCH, max_examples=6000, derandomize=True, phases=[Phase.generate], print_blob=False
)


def main(words: list[str]) -> int:
    verdicts = [
        *_of_lists(_chosen(MUTANTS, words)),
        *_under_faults(_chosen(fault_mutants.MUTANTS, words)),
    ]
    survived = sum(not found for found in verdicts)
    print(f"{survived} of {len(verdicts)} survived" if survived else f"all {len(verdicts)} found")
    return 1 if survived or not verdicts else 0


def _chosen(mutants: Sequence[Mutant], words: list[str]) -> list[Mutant]:
    return [mutant for mutant in mutants if not words or any(word in mutant.name for word in words)]


def _of_lists(mutants: Sequence[Mutant]) -> Iterator[bool]:
    for mutant in mutants:
        for machine in (OfALead, OfAProperty):
            began = time.monotonic()
            missing = list(_missed_by(mutant, machine))
            yield _said(
                mutant,
                machine.kind,
                f"SURVIVED {' and '.join(missing)}" if missing else "found",
                began,
            )


def _under_faults(mutants: Sequence[Mutant]) -> Iterator[bool]:
    for mutant in mutants:
        for road in ROADS:
            began = time.monotonic()
            with planted(mutant):
                seed = next((seed for seed in TRIED if World(seed, road).run(ACTS)), None)
            yield _said(mutant, road, f"found by seed {seed}" if seed else "SURVIVED", began)


def _said(mutant: Mutant, where: str, verdict: str, began: float) -> bool:
    print(f"{mutant.name:56} {where:9} {verdict}, {time.monotonic() - began:.1f} s", flush=True)
    return "SURVIVED" not in verdict


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
    """Return whether an answer was wrong. Any other error is the mutant's own, and raised."""
    try:
        with redirect_stdout(StringIO()):
            test()
    except AssertionError:
        return True
    return False


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
