"""`make faults`: plays many acts at once under faults, seed after seed, and says what went wrong.

Usage: python -m tools.faults [SEEDS [ACTS [FIRST]]] (20 seeds of 200 acts, from 1)
"""

import sys
import time
from itertools import product

from tests.support.sandboxes import ROADS
from tests.support.world import World


def main(numbers: list[int]) -> int:
    seeds, acts, first = numbers + [20, 200, 1][len(numbers) :]
    failed = 0
    for seed, road in product(range(first, first + seeds), ROADS):
        began, world = time.perf_counter(), World(seed, road)
        found = world.run(acts)
        print(f"seed {seed}, {road}: {world.acts} acts, {world.scheduler.steps} calls", end=", ")
        print(f"{len(found)} faults, {time.perf_counter() - began:.1f} s", flush=True)
        print(*found, sep="\n", end="\n" * bool(found))
        failed += bool(found)
    print(
        f"{failed} of {seeds} seeds × {len(ROADS)} roads found faults"
        if failed
        else f"0 faults in {seeds} seeds of {acts} acts, over each of {len(ROADS)} roads"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main([*map(int, sys.argv[1:])]))
