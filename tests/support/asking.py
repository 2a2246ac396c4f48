"""Asks the functions as a client does, and keeps what was asked."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from cobroke.exact_json import dumps, loads
from tests.builders import Json
from tests.events import an_event, function_of
from tests.support.asked import Asked
from tests.support.city import Realtor
from tests.support.sandboxes import Sandboxes
from tests.support.scheduler import Killed, Scheduler

DIES, LASTS = 0.06, 14


@dataclass(eq=False)
class Asking:
    """`log` holds everything that was asked."""

    seed: object
    scheduler: Scheduler
    sandboxes: Sandboxes
    log: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = Random(f"acts {self.seed}")

    def _ask(
        self,
        who: Realtor | None,
        verb: str,
        path: str,
        body: Json | None = None,
        headers: dict[str, str] | None = None,
        **about: Any,
    ) -> Asked:
        """The answer may be lost with the sandbox that made it."""
        sent = dict(headers or {}) | (
            {"content-type": "application/json"} if body is not None else {}
        )
        if who:
            sent["authorization"] = f"Bearer {who.token}"
        asked = Asked(
            who.telegram_id if who else "",
            verb,
            path,
            body,
            headers or {},
            self.scheduler.steps,
            about=about,
        )
        self.log.append(asked)
        dies = self.scheduler.current is not None and self.rng.random() < DIES
        event = an_event(verb, path, "", sent, None if body is None else dumps(body).encode())
        try:
            answer = self.sandboxes.call(
                function_of(verb, path), event, self.rng.randrange(1, LASTS) if dies else None
            )
        except Killed:
            return asked
        asked.status = answer["statusCode"]
        asked.answer = loads(answer["body"]) if answer["body"] else None
        asked.etag = next(
            (value for name, value in answer["headers"].items() if name.lower() == "etag"), ""
        )
        asked.received = self.scheduler.steps
        return asked
