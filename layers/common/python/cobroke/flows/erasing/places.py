"""How far a job has come."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, Self

SLICE = 25
"""So many items of a realtor's own, or others whom they blocked or who blocked them."""

type Section = Literal["OWN", "BLOCKS", "TOLD", "END"]


class Place(NamedTuple):
    """Which walk over what a realtor has left it is, and in which section behind which key."""

    walk: int = 1
    section: Section = "OWN"
    after: str = ""

    @classmethod
    def of(cls, message: Mapping[str, str]) -> Self:
        """Return what a message says; the first message of a job says nothing."""
        said = {name: message[name] for name in cls._fields if name in message}
        return cls(**said | ({"walk": int(said["walk"])} if "walk" in said else {}))  # type: ignore[arg-type]

    @property
    def said(self) -> Mapping[str, str]:
        return {name: str(value) for name, value in self._asdict().items()}


class Pending(NamedTuple):
    """Where it goes on, and (s) not before when."""

    place: Place
    after_s: int = 0
