"""What a transaction of the table may meet, and when."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from random import Random
from typing import Literal
from unittest.mock import patch

from cobroke.domain.errors import Busy
from cobroke.storage.table import Table, Write
from tests.contention import contended

type Fault = Literal["none", "reply lost", "contended", "busy"]
FAULTS: Sequence[Fault] = ("reply lost", "contended", "busy")


@contextmanager
def faulty(table: Table, fault: Callable[[], Fault]) -> Iterator[None]:
    """Each transaction meets what `fault` says; after a lost reply it is written."""
    transact = table.transact

    def tried(writes: Sequence[Write]) -> None:
        met = fault()
        if met == "busy":
            raise Busy
        first = iter([met == "contended"])
        with contended(table, lambda: next(first, False)):
            transact(writes)
        if met == "reply lost":
            raise Busy

    with patch.object(table, "transact", tried):
        yield


def once(number: int, fault: Fault) -> Callable[[], Fault]:
    """The fault at the transaction of this number, from 0."""
    numbers = count()
    return lambda: fault if next(numbers) == number else "none"


def sometimes(rng: Random) -> Callable[[], Fault]:
    return lambda: rng.choice(FAULTS) if rng.random() < 0.15 else "none"


def never() -> Fault:
    return "none"
