"""Identity: POST /auth/register · POST /auth/telegram · POST /auth/logout"""

import time
import uuid
from typing import Any

from pydantic import BaseModel

from cobroke.clock import now_ms, timestamp
from cobroke.domain.errors import (
    AlreadyRegistered,
    NotRegistered,
    TelegramProofRequired,
    Unauthorized,
)
from cobroke.domain.realtors import Proof, Realtor, starting_verified
from cobroke.edge import tokens
from cobroke.edge.api import Api
from cobroke.edge.models.fields import Timestamp
from cobroke.edge.models.realtor import Login, Registration
from cobroke.edge.secrets import secret
from cobroke.flows.own.profile import log_out
from cobroke.storage import realtors
from cobroke.telegram import proofs as telegram

api = handler = Api("auth")


class Token(BaseModel):
    access_token: str
    """A JWT for `Authorization: Bearer`, valid for 24 hours."""


class LoggedOut(BaseModel):
    ended_at: Timestamp


@api.serves("POST /auth/register", status=201, refuses=(TelegramProofRequired, AlreadyRegistered))
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
    return _token(realtors.register(api.table, realtor), key)


@api.serves("POST /auth/telegram", refuses=(NotRegistered,))
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
