"""Contestants in turns: what slows the machine slows them all."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

from benchmarks.anchors.wanted import Best
from cobroke.domain.matching.top_list import PackedRow, Selection

A_TURN = 10
"""Lists one after the other, as in a batch. PostgreSQL has a cache of a processor for itself, where
all others would find theirs full of each other's rows.
"""
WARM_UP = 3
"""So many lists come first and are not counted: plans, caches."""

type Times = dict[str, float]
"""CPU seconds for all lists of the sample, by contestant."""


@dataclass(frozen=True)
class Contestant[Seeker]:
    """`find` is measured, by the clock of whoever works; `told` then makes of what it found what is
    compared.
    """

    name: str
    find: Callable[[Seeker], Any]
    clock: Callable[[], float] = time.process_time
    told: Callable[[Any], Any] = list


def spent[Seeker](contestants: Sequence[Contestant[Seeker]], seekers: Sequence[Seeker]) -> Times:
    """Return what each has spent. All lists must be those of the first contestant."""
    for seeker in seekers[:WARM_UP]:
        _ = [one.find(seeker) for one in contestants]
    times: Times = {one.name: 0.0 for one in contestants}
    for some in batched(seekers, A_TURN, strict=False):
        lists: list[Any] = []
        for one in contestants:
            start = one.clock()
            found = [one.find(seeker) for seeker in some]
            times[one.name] += one.clock() - start
            told = [one.told(each) for each in found]
            lists = lists or told
            assert told == lists, one.name  # noqa: S101 - else it measures nothing
    return times


def as_numbers(rows: Sequence[PackedRow]) -> Callable[[Selection], Best]:
    """Return what tells a list of ours by the numbers of the rows, as anchors know them."""
    numbers = {an_id: number for number, (an_id, _) in enumerate(rows)}
    return lambda found: [(score, numbers[an_id]) for score, an_id in found.ranked]
