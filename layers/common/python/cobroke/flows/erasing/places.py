"""How far a job has come."""

from collections.abc import Mapping
from typing import Literal, NamedTuple, Self, get_args

SLICE = 25
"""So many items of a realtor's own, or others whom they blocked or who blocked them."""

type Section = Literal["OWN", "BLOCKS", "TOLD", "END"]
SECTIONS: tuple[Section, ...] = get_args(Section.__value__)


class Place(NamedTuple):
    """Which walk over what a realtor has left it is, and in which section behind which key."""

    walk: int = 1
    section: Section = "OWN"
    after: str = ""

    @classmethod
    def of(cls, message: Mapping[str, str]) -> Self:
        """Return what a message says; the first message of a job says nothing."""
        if "walk" not in message:
            return cls()
        section = next(one for one in SECTIONS if one == message["section"])
        return cls(int(message["walk"]), section, message["after"])

    @property
    def said(self) -> Mapping[str, str]:
        return {name: str(value) for name, value in self._asdict().items()}


class Pending(NamedTuple):
    """Where it goes on, and (s) not before when."""

    place: Place
    after_s: int = 0
