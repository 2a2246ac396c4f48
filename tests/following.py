"""A function of the stream, as the deployed stack would wake it."""

from collections.abc import Callable, Sequence
from importlib import import_module
from random import Random

from infra.triggers import STREAM_READERS
from tests.pump import Json, Pump, drain


def follower(function: str, stream: Sequence[Json]) -> Callable[[], None]:
    """Let it take, each time this is called, what has been written since."""
    patterns = next(reader.patterns for reader in STREAM_READERS if reader.function == function)
    pump = Pump(import_module(f"functions.{function}.handler").handler, Random(0), patterns)

    def taken() -> None:
        drain(stream, pump)
        assert (pump.failed, pump.raised) == ([], [])

    return taken
