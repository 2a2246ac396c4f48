"""The environment of a function, read once, at its start."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    """The environment as infra writes it. What only some functions are told is empty elsewhere."""

    stage: str
    table_name: str
    public_keys: Mapping[str, str]
    """Key id → Ed25519 public key, 32 bytes in base64url without padding."""
    signing_key_id: str
    signing_key_parameter: str
    bot_token_parameter: str
    registration: str
    """`open`, or `proof_required`: nobody registers without a proof of their Telegram account."""
    fair_use: str
    """By what every "at once" of fair use is multiplied, in decimal."""
    newcomer_days: str
    telegram_api_url: str
    """The Bot API's; where it is empty, pushes are only recorded."""
    mini_app_url: str
    push_queue_url: str
    erasure_queue_url: str
    push_queue_arn: str
    push_schedules: str
    """What the names of one-time schedules begin with."""
    push_schedules_role: str
    """The ARN of the role that they send to the queue with."""
    run_queue_url: str
    hash_key_parameter: str
    """Of the key under which what protects others from who was erased is kept."""

    @classmethod
    def from_environment(cls) -> "Config":
        return cls(
            stage=os.environ["STAGE"],
            table_name=os.environ["TABLE_NAME"],
            public_keys=json.loads(os.environ.get("PUBLIC_KEYS", "{}")),
            signing_key_id=os.environ.get("SIGNING_KEY_ID", ""),
            signing_key_parameter=os.environ.get("SIGNING_KEY_PARAMETER", ""),
            bot_token_parameter=os.environ.get("BOT_TOKEN_PARAMETER", ""),
            registration=os.environ.get("REGISTRATION", ""),
            fair_use=os.environ.get("FAIR_USE", "1"),
            newcomer_days=os.environ.get("NEWCOMER_DAYS", "0"),
            telegram_api_url=os.environ.get("TELEGRAM_API_URL", "").rstrip("/"),
            mini_app_url=os.environ.get("MINI_APP_URL", ""),
            push_queue_url=os.environ.get("PUSH_QUEUE_URL", ""),
            erasure_queue_url=os.environ.get("ERASURE_QUEUE_URL", ""),
            hash_key_parameter=os.environ.get("HASH_KEY_PARAMETER", ""),
            push_queue_arn=os.environ.get("PUSH_QUEUE_ARN", ""),
            push_schedules=os.environ.get("PUSH_SCHEDULES", ""),
            push_schedules_role=os.environ.get("PUSH_SCHEDULES_ROLE", ""),
            run_queue_url=os.environ.get("RUN_QUEUE_URL", ""),
        )
