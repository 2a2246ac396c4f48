"""Identity: POST /auth/register · POST /auth/telegram · POST /auth/logout · DELETE /me"""

import hmac
import time
import uuid
from typing import Any

from pydantic import BaseModel

from cobroke.clock import now_ms, timestamp
from cobroke.domain.errors import (
    AlreadyRegistered,
    NotRegistered,
    Suspended,
    TelegramProofRequired,
    Unauthorized,
)
from cobroke.domain.realtors import Proof, Realtor, starting_verified
from cobroke.edge import tokens
from cobroke.edge.api import Api
from cobroke.edge.models.fields import Timestamp
from cobroke.edge.models.realtor import Login, Registration
from cobroke.edge.secrets import secret
from cobroke.flows.erasing.leaving import erase
from cobroke.flows.own.profile import log_out
from cobroke.storage import realtors
from cobroke.telegram import proofs as telegram

api = handler = Api("auth")


class Token(BaseModel):
    access_token: str
    """A JWT for `Authorization: Bearer`, valid for 24 hours."""


class LoggedOut(BaseModel):
    ended_at: Timestamp


class Erased(BaseModel):
    erased_at: Timestamp


@api.serves(
    "POST /auth/register", status=201, refuses=(TelegramProofRequired, Suspended, AlreadyRegistered)
)
def register(body: Registration) -> Token:
    """Register a realtor and get a token.

    A telegram_id that is registered gets no token: log in by Telegram.
    """
    if api.config.registration != "open" and body.telegram_auth_data is None:
        raise TelegramProofRequired
    proof = _proven(body.telegram_auth_data) if body.telegram_auth_data is not None else None
    if proof and proof.telegram_id != body.telegram_id:
        raise Unauthorized
    realtor = Realtor("", body.telegram_id, *body.contacts(), registered_at=now_ms())
    if proof:
        realtor = starting_verified(realtor, proof)
    key = _signing_key()
    return _token(realtors.register(api.table, realtor, _digest(body.telegram_id)), key)


@api.serves("POST /auth/telegram", refuses=(Suspended, NotRegistered))
def login(body: Login) -> Token:
    """Log in by Telegram and get a token.

    The first proven login verifies the realtor and ends every token of before.
    """
    proof, key = _proven(body.telegram_auth_data), _signing_key()
    return _token(realtors.login(api.table, proof), key)


@api.serves("POST /auth/logout")
def logout() -> LoggedOut:
    """Log out everywhere.

    (added) Every token that was issued until then ends, within 30 seconds. Repeatable with one that
    still works; what a login has issued since stays.
    """
    version = api.call.token_version
    return LoggedOut(ended_at=timestamp(log_out(api.table, api.caller, version, now_ms)))


@api.serves("DELETE /me", status=202)
def erase_me() -> Erased:
    """Erase the caller.

    (added) No token works any more, and the telegram_id is free. Within minutes all that is
    personal is gone. Counterparts keep what they have agreed on, without the caller's name.
    Repeatable with a token that still works.
    """
    return Erased(erased_at=timestamp(erase(api.table, api.caller, _digest, now_ms)))


def _digest(telegram_id: str) -> str:
    """Return the keyed hash of a Telegram id, under which nobody without the key finds it."""
    key = secret(api.config.hash_key_parameter)
    return hmac.digest(key.encode(), telegram_id.encode(), "sha256").hex()


def _proven(auth_data: dict[str, Any]) -> Proof:
    try:
        return telegram.verify(auth_data, secret(api.config.bot_token_parameter), int(time.time()))
    except telegram.BadProof as why:
        api.note(f"proof refused: {why}")
        raise Unauthorized from None


def _signing_key() -> str:
    """Read before anything is written: who is registered gets a token, or may try again."""
    return secret(api.config.signing_key_parameter)


def _token(realtor: Realtor, key: str) -> Token:
    claim, config = tokens.Claim(realtor.id, realtor.token_version), api.config
    return Token(
        access_token=tokens.sign(
            claim, config.signing_key_id, key, config.stage, int(time.time()), uuid.uuid4().hex
        )
    )
