"""What realtors asked and were answered: all that a client knows, and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

from tests.builders import Json


@dataclass(eq=False)
class Asked:
    """One request, from one step to another. Without an answer it may have been carried out, also
    later.
    """

    who: str
    verb: str
    path: str
    body: Json | None
    headers: Mapping[str, str]
    sent: int
    received: float = inf
    status: int | None = None
    answer: Any = None
    etag: str = ""
    about: dict[str, Any] = field(default_factory=dict)
    """What its judge has to know: the mark of its body, the pair and the side it acts on."""

    @property
    def is_open(self) -> bool:
        """Whether it may have been carried out, or not: nobody was told."""
        return self.status in (None, 503)

    @property
    def until(self) -> float:
        """Behind this step it has no effect any more."""
        return inf if self.is_open else self.received

    @property
    def name(self) -> str:
        return f"{self.verb} {self.path}"

    def __str__(self) -> str:
        said = (
            self.answer.get("code", "")
            if isinstance(self.answer, dict) and (self.status or 0) >= 400
            else ""
        )
        return f"[{self.sent}-{self.received}] {self.name} {self.about} → {self.status} {said}"
