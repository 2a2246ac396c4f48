"""Every order in which the calls of a few that act at once may reach a table in memory."""

import threading
from collections.abc import Callable, Iterator, Sequence
from random import Random
from unittest.mock import patch

from tests.memory_table import MemoryTable

type Act = Callable[[], object]


def every_order(make: Callable[[], tuple[MemoryTable, Sequence[Act]]]) -> Iterator[MemoryTable]:
    """The table after each of them. `make` makes a new one, and who acts on it: they pause for
    nothing, and what they raise is raised.
    """
    choices = list[int]()
    while True:
        table, acts = make()
        widths = _run(table, acts, choices)
        yield table
        choices += [0] * (len(widths) - len(choices))
        while choices and choices[-1] + 1 >= widths[len(choices) - 1]:
            choices.pop()
        if not choices:
            return
        choices[-1] += 1


def by_chance(table: MemoryTable, acts: Sequence[Act], rng: Random) -> None:
    """One of the orders, where there are too many: here any may go on while others wait, also in
    the midst of a transaction, where the table tears it.
    """
    choices = [rng.randrange(1 << 30) for _ in range(20_000)]
    _run(table, acts, choices, pauses_at="_let_others_act")


def _run(
    table: MemoryTable, acts: Sequence[Act], choices: Sequence[int], pauses_at: str = "between"
) -> list[int]:
    """Let one after the other go on to their next call, as the choices say, then the first there
    is. How many there were to choose from, each time. (At `between` the table lets who goes on
    while one waits go on to their end.)
    """
    turns = {act: threading.Semaphore(0) for act in acts}
    waits, failed = threading.Semaphore(0), list[BaseException]()
    acting = threading.local()

    def comes_to_a_call() -> None:
        waits.release()
        turns[acting.act].acquire()

    def run(act: Act) -> None:
        acting.act = act
        turns[act].acquire()
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - raised where all are waited for
            failed.append(error)
        del turns[act]
        waits.release()

    widths = list[int]()
    with patch.object(table.store, pauses_at, comes_to_a_call), patch("time.sleep"):
        for act in acts:
            threading.Thread(target=run, args=(act,), daemon=True).start()
        while turns:
            there = [turn for act in acts if (turn := turns.get(act))]
            chosen = choices[len(widths)] if len(widths) < len(choices) else 0
            widths.append(len(there))
            there[chosen % len(there)].release()
            waits.acquire()
    if failed:
        raise failed[0]
    return widths
