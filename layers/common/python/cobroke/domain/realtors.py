"""Realtors: who registered, and what Telegram has proven of each."""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple


class Proof(NamedTuple):
    """A verified identity: the Telegram id in decimal, the names at that moment, and the moment (s
    since 1970).
    """

    telegram_id: str
    name: str | None
    username: str | None
    auth_date: int


class Contacts(NamedTuple):
    """What a realtor says of themselves: how to reach them, and for which agency they work."""

    phone: str
    email: str | None = None
    agency_name: str | None = None


@dataclass(frozen=True)
class Realtor:
    """`token_version` is raised to end every token issued before; `proven_at` is the latest proof's
    time (s).
    """

    id: str
    telegram_id: str
    phone: str
    email: str | None = None
    agency_name: str | None = None
    verified: bool = False
    name: str | None = None
    username: str | None = None
    proven_at: int = 0
    push_off: bool = False
    """They have blocked the bot; until their next Telegram login."""
    pushes: str | None = None
    """When they want to be told by Telegram, as it is kept; None where they have never set it."""
    token_version: int = 1
    logged_out_at: int = 0
    """When (ms) they last ended all their tokens."""
    revision: int = 1
    """How many times they have written their `Contacts`."""
    registered_at: int = 0
    """In ms since 1970; 0 of who came before this was kept."""
    erased_at: int = 0
    """When (ms) they asked to be erased: nothing else is known of them any more."""
    suspended_at: int = 0
    """When (ms) the operator suspended them; 0 while they are not."""
    version: int = 1

    @property
    def is_gone(self) -> bool:
        """Whether they are to everybody as one who is blocked."""
        return bool(self.erased_at or self.suspended_at)

    @property
    def telegram(self) -> str | None:
        """Where to write to them: proven, else None."""
        if not self.verified:
            return None
        return f"@{self.username}" if self.username else f"tg://user?id={self.telegram_id}"


def starting_verified(realtor: Realtor, proof: Proof) -> Realtor:
    """Verify one who registers with a proof: nobody held a token of theirs before, so none ends."""
    return replace(realtor, verified=True, **_names(proof))


def proven(realtor: Realtor, proof: Proof) -> Realtor:
    """Apply a proof: pushes are on again, names as of the latest proof; the first ends what was
    issued before.
    """
    realtor = replace(realtor, push_off=False)
    if proof.auth_date >= realtor.proven_at:
        realtor = replace(realtor, **_names(proof))
    if realtor.verified:
        return realtor
    return replace(realtor, verified=True, token_version=realtor.token_version + 1)


def introduced(realtor: Realtor, contacts: Contacts) -> Realtor:
    """Put what they say of themselves now in place of what they said before."""
    return replace(realtor, **contacts._asdict(), revision=realtor.revision + 1)


def logged_out(realtor: Realtor, token_version: int, now: int) -> Realtor:
    """End every token up to this version, at `now` (ms). Where that was done before, nothing
    changes: who has logged in since stays.
    """
    if realtor.token_version > token_version:
        return realtor
    return replace(realtor, token_version=token_version + 1, logged_out_at=now)


def erased(realtor: Realtor, now: int) -> Realtor:
    """Return what is left of one who is erased at `now` (ms): that they were, and that no token of
    theirs is good.
    """
    version, suspended = realtor.token_version + 1, realtor.suspended_at
    return Realtor(
        realtor.id,
        telegram_id="",
        phone="",
        token_version=version,
        erased_at=now,
        suspended_at=suspended,
        version=realtor.version,
    )


def suspended(realtor: Realtor, now: int) -> Realtor:
    """End all their tokens, and let them have no other. Who is suspended stays as they are."""
    if realtor.suspended_at:
        return realtor
    return replace(realtor, suspended_at=now, token_version=realtor.token_version + 1)


def restored(realtor: Realtor) -> Realtor:
    return replace(realtor, suspended_at=0)


def _names(proof: Proof) -> dict[str, Any]:
    return {"name": proof.name, "username": proof.username, "proven_at": proof.auth_date}
