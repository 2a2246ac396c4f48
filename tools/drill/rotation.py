"""The rotation of the signing key: a table of deploys, and a walk that tries what must hold.

After each deploy a realtor registers. Their token names the key that signs now. The tokens of all
realtors work where their key is published, and are a 401 where it is not. No key that was there has
been written again, that of the hashes of Telegram ids among them.
"""

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

import jwt

from cobroke.edge.routes import ROUTES
from infra.signing_keys import HASH_KEY

OLD, NEW = "2026-11", "2027-02"
EVENTS = ("Create", "Update", "Delete")
"""All that CloudFormation asks of the custom resource, in whichever order."""


class Step(NamedTuple):
    """One deploy: the names of the published keys, and of the key that signs."""

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
    """A stack that can be deployed and asked. It begins with FIRST deployed."""

    def deploy(self, step: Step) -> None: ...

    def ask(self, event: str, key: str) -> None:
        """Send the custom resource an event of CloudFormation's, for the key of this name."""

    def stored(self) -> Stored:
        """Return the parameters of all keys, private and public."""

    def key_id(self, key: str) -> str:
        """Return the id under which a token names the key."""

    def register(self) -> str:
        """Return the token of a new realtor."""

    def status(self, verb: str, path: str, token: str) -> int:
        """Return the status of the answer to a request whose body is an empty object."""


class NotRotated(Exception):
    """A token or a key is not as it must be; the text says which."""


def walk(world: World, tell: Callable[[str], None]) -> None:
    """Walk all steps and tell of each. Raises NotRotated where something does not hold."""
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
            for key in (*step.keys, HASH_KEY):
                world.ask(event, key)
        published |= set(step.keys)
        stored = _kept(step, stored, world.stored(), 2 * len(published | {HASH_KEY}))
        working = sum(key in step.keys for key, _ in tokens)
        tell(
            f"{step.name}: {step.signs} signs, {working} of {len(tokens)} tokens work, "
            f"{len(stored)} parameters as put"
        )


def _must_name(world: World, step: Step, token: str) -> None:
    named = jwt.get_unverified_header(token)["kid"]
    if named != world.key_id(step.signs):
        raise NotRotated(f"{step.name}: a new token names {named}, not the key of {step.signs}")


def _must_answer(world: World, step: Step, key: str, token: str) -> None:
    """Try a token on one route of every function: beyond it the request meets an unknown id, or a
    body without its fields.
    """
    for function, (verb, path) in _one_route_each().items():
        status = world.status(verb, path, token)
        if (status == 401) != (key not in step.keys):
            raise NotRotated(f"{step.name}: {function} answers {status} to a token of {key}")


ENDS_TOKENS = {"POST /auth/logout", "DELETE /me"}


def _one_route_each() -> dict[str, tuple[str, str]]:
    """Return of each function a route that leaves the token as it is."""
    closed = [route for route in ROUTES if not route.public and route.key not in ENDS_TOKENS]
    return {
        route.function: (route.method, re.sub(r"\{\w+\}", "no-such-id", route.path))
        for route in closed
    }


def _kept(step: Step, before: Stored, now: Stored, wanted: int) -> Stored:
    """Return what is stored now, if it is all that was, untouched, and `wanted` parameters."""
    for name, value in before.items():
        if now.get(name) != value:
            raise NotRotated(f"{step.name}: {name} is not what it was")
    if len(now) != wanted:
        raise NotRotated(
            f"{step.name}: {len(now)} parameters are stored instead of {wanted}, two for each key"
        )
    return now
