"""Telegram's part in a test: it signs what it is given at NOW, right or wrong."""

import hashlib
import hmac
import json
from typing import Any

from tests.builders import BOT_TOKEN, Json, init_data, widget

NOW = 1_764_000_000
MINI_APP_KEY = hmac.digest(b"WebAppData", BOT_TOKEN.encode(), "sha256")
WIDGET_KEY = hashlib.sha256(BOT_TOKEN.encode()).digest()


def a_user(**changes: Any) -> str:
    return json.dumps(
        {"id": 42, "first_name": "Ivan"} | changes, ensure_ascii=False, separators=(",", ":")
    )


def signed(**changes: Any) -> str:
    """Init_data of this bot with these fields, signed as it stands; None leaves a field out."""
    return init_data(42, **({"auth_date": str(NOW), "user": a_user()} | changes))


def of_widget(**changes: Any) -> Json:
    return widget(42, **({"auth_date": NOW} | changes))


def hashed(text: str, key: bytes = MINI_APP_KEY) -> str:
    return hmac.digest(key, text.encode(errors="surrogatepass"), "sha256").hex()


def lines_of(**fields: str) -> str:
    return "\n".join(sorted(f"{name}={value}" for name, value in fields.items()))


def without(fields: Json, name: str) -> Json:
    return {key: value for key, value in fields.items() if key != name}


DIGITS = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
"""Arabic digits: `int` reads them, Telegram does not write them."""
