"""A function of the stream over moto's table, as the deployed stack would wake it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from random import Random

from infra.triggers import STREAM_READERS
from tests.account import TABLE
from tests.pump import Pump, drain, recorded


@contextmanager
def following(function: str) -> Iterator[Callable[[], None]]:
    """Let it take, each time this is called, what has been written since."""
    patterns = next(reader.patterns for reader in STREAM_READERS if reader.function == function)
    with recorded(TABLE) as stream:
        pump = Pump(import_module(f"functions.{function}.handler").handler, Random(0), patterns)

        def taken() -> None:
            drain(stream, pump)
            assert (pump.failed, pump.raised) == ([], [])

        yield taken
