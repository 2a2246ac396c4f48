"""What must hold while the signing key is changed: a table of deploys, and a walk along it in any
world that deploys.

After each deploy a realtor registers. His token names the key that signs now; the tokens of all
realtors work where their key is published and are a 401 where it is not; and no key that was there
has been written again.
"""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

import jwt

from cobroke.edge.routes import ROUTES

OLD, NEW = "2026-11", "2027-02"
EVENTS = ("Create", "Update", "Delete")
"""What CloudFormation asks of the custom resource: again, after a change, at the end or in a
rollback.
"""


class Step(NamedTuple):
    """One deploy: the names of the published keys, and of the one that signs."""

    name: str
    keys: tuple[str, ...]
    signs: str


FIRST = Step("the first deploy", (OLD,), OLD)
STEPS = (
    Step("the same again", (OLD,), OLD),
    Step("publish", (OLD, NEW), OLD),
    Step("sign", (OLD, NEW), NEW),
    Step("retire", (NEW,), NEW),
    Step("back to sign", (OLD, NEW), NEW),
)

type Stored = Mapping[str, object]
"""Name of a parameter → what is stored there, its version included."""


class World(Protocol):
    """A deployed stack, and those who ask of it. It begins with FIRST."""

    def deploy(self, step: Step) -> None: ...

    def ask(self, event: str, key: str) -> None:
        """Send the custom resource an event of CloudFormation's, for the key of this name."""

    def stored(self) -> Stored:
        """The parameters of all keys, private and public."""

    def key_id(self, key: str) -> str:
        """Under which a token names it."""

    def register(self) -> str:
        """The token of a new realtor."""

    def status(self, verb: str, path: str, token: str) -> int:
        """Of the answer to a request with an empty object for a body."""


class NotRotated(Exception):
    """A token or a key is not as it must be; the text says which."""


def walk(world: World, tell: Callable[[str], None]) -> None:
    """All steps, with a line for each; NotRotated where something does not hold."""
    tokens: list[tuple[str, str]] = []
    stored: Stored = {}
    published = set[str]()
    for step in (FIRST, *STEPS):
        if step is not FIRST:
            world.deploy(step)
        tokens.append((step.signs, world.register()))
        _must_name(world, step, tokens[-1][1])
        for key, token in tokens:
            _must_answer(world, step, key, token)
        for event in EVENTS:
            for key in step.keys:
                world.ask(event, key)
        published |= set(step.keys)
        stored = _kept(step, stored, world.stored(), 2 * len(published))
        working = sum(key in step.keys for key, _ in tokens)
        tell(
            f"{step.name}: {step.signs} signs, {working} of {len(tokens)} tokens work, {len(stored)} parameters as put"
        )


def _must_name(world: World, step: Step, token: str) -> None:
    named = jwt.get_unverified_header(token)["kid"]
    if named != world.key_id(step.signs):
        raise NotRotated(f"{step.name}: a new token names {named}, not the key of {step.signs}")


def _must_answer(world: World, step: Step, key: str, token: str) -> None:
    """One route of every function: beyond the token it meets an unknown id or a body without its
    fields.
    """
    for function, (verb, path) in _one_route_each().items():
        status = world.status(verb, path, token)
        if (status == 401) != (key not in step.keys):
            raise NotRotated(f"{step.name}: {function} answers {status} to a token of {key}")


def _one_route_each() -> dict[str, tuple[str, str]]:
    closed = [route for route in ROUTES if not route.public]
    return {
        route.function: (route.method, re.sub(r"\{\w+\}", "no-such-id", route.path))
        for route in closed
    }


def _kept(step: Step, before: Stored, now: Stored, wanted: int) -> Stored:
    """What is stored now: all of what was, untouched, and so many parameters."""
    for name, one in before.items():
        if now.get(name) != one:
            raise NotRotated(f"{step.name}: {name} is not what it was")
    if len(now) != wanted:
        raise NotRotated(
            f"{step.name}: {len(now)} parameters are stored instead of {wanted}, two for each key"
        )
    return now
