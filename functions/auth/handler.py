"""Identity: POST /auth/register · POST /auth/telegram · GET /me"""

import time
import uuid
from typing import Any

from pydantic import BaseModel

from cobroke import telegram, tokens
from cobroke.domain.errors import TelegramProofRequired, Unauthorized
from cobroke.domain.proof import Proof
from cobroke.domain.realtor import Login, Registration
from cobroke.http import Api
from cobroke.secrets import secret
from cobroke.storage import realtors
from cobroke.storage.realtors import Realtor

api = handler = Api("auth")


class Token(BaseModel):
    access_token: str


class Me(BaseModel):
    realtor_id: str
    telegram_id: str
    verified: bool
    phone: str
    email: str | None
    agency_name: str | None
    name: str | None


@api.serves("POST /auth/register", status=201)
def register(body: Registration) -> Token:
    if api.config.registration != "open" and body.telegram_auth_data is None:
        raise TelegramProofRequired
    proof = _proven(body.telegram_auth_data) if body.telegram_auth_data is not None else None
    if proof and proof.telegram_id != body.telegram_id:
        raise Unauthorized
    realtor = Realtor("", body.telegram_id, body.phone, body.email, body.agency_name)
    if proof:
        realtor = realtors.starting_verified(realtor, proof)
    return _token(realtors.register(api.table, realtor))


@api.serves("POST /auth/telegram")
def login(body: Login) -> Token:
    return _token(realtors.login(api.table, _proven(body.telegram_auth_data)))


@api.serves("GET /me")
def me() -> Me:
    realtor = realtors.find(api.table, api.caller)
    if realtor is None:
        raise Unauthorized
    return Me(
        realtor_id=realtor.id,
        telegram_id=realtor.telegram_id,
        verified=realtor.verified,
        phone=realtor.phone,
        email=realtor.email,
        agency_name=realtor.agency_name,
        name=realtor.name,
    )


def _proven(auth_data: dict[str, Any]) -> Proof:
    try:
        return telegram.verify(auth_data, secret(api.config.bot_token_parameter), int(time.time()))
    except telegram.BadProof as why:
        api.logger.info("proof refused", reason=str(why))
        raise Unauthorized from None


def _token(realtor: Realtor) -> Token:
    claim = tokens.Claim(realtor.id, realtor.token_version)
    key, stage = secret(api.config.signing_key_parameter), api.config.stage
    return Token(
        access_token=tokens.sign(claim, api.config.signing_key_id, key, stage, int(time.time()), uuid.uuid4().hex)
    )
