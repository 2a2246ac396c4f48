"""A Mini App's proof of identity, signed as Telegram does for the bot whose token is known here."""

import hmac
import json
import os
import time
from urllib.parse import quote

from tools.emulator import TEST_BOT_TOKEN


def init_data(telegram_id: str, first_name: str) -> str:
    token = os.environ.get("TELEGRAM_BOT_TOKEN") or TEST_BOT_TOKEN
    user = json.dumps({"id": int(telegram_id), "first_name": first_name}, ensure_ascii=False)
    fields = {"auth_date": str(int(time.time())), "user": user}
    secret = hmac.digest(b"WebAppData", token.encode(), "sha256")
    lines = "\n".join(sorted(f"{name}={value}" for name, value in fields.items()))
    fields["hash"] = hmac.digest(secret, lines.encode(), "sha256").hex()
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in fields.items())
