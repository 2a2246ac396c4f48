"""What a test needs of the world, with only what matters to it said: `a_lead(rooms=[2])`,
`a_property(price=...)`.
"""

import hashlib
import hmac
import itertools
import time
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

from cobroke.exact_json import dumps

BOT_TOKEN = "42:TEST"

type Json = dict[str, Any]

_numbers = itertools.count(1_000_000)


def a_telegram_id() -> str:
    """Nobody else's in this run."""
    return str(next(_numbers))


def a_registration(**changes: Any) -> Json:
    return {"telegram_id": a_telegram_id(), "phone": "+7 916 123-45-67"} | changes


def requirements(**changes: Any) -> Json:
    """The lead of the scoring page, with members of any depth changed by name."""
    location = {
        "city": "Москва",
        "districts": ["Хамовники", "Арбат"],
        "metro_stations": ["Парк культуры"],
    }
    wish = {
        "location": location,
        "budget": {"min": 15_000_000, "max": 20_000_000},
        "area": {"min": 50, "max": 70},
        "rooms": [2, 3],
        "property_type": "APARTMENT",
        "property_class": "BUSINESS",
        "condition": "FINISHING",
        "payment_method": "MORTGAGE",
    }
    return _changed(wish, changes)


def a_lead(**changes: Any) -> Json:
    """A body for POST /leads."""
    own = {
        name: changes.pop(name)
        for name in ("client_name", "client_contacts", "notes")
        if name in changes
    }
    return {"client_name": "Анна", "requirements": requirements(**changes)} | own


def a_property(**changes: Any) -> Json:
    """A body for POST /properties: the base listing of the scoring page, a perfect match of
    `a_lead()`.
    """
    body = {
        "address": {
            "city": "Москва",
            "district": "Хамовники",
            "street": "улица Льва Толстого",
            "house_number": "16",
            "metro_station": "Парк культуры",
        },
        "details": {
            "price": 18_000_000,
            "area": 60,
            "rooms": 2,
            "floor": 3,
            "total_floors": 9,
            "year_built": 2008,
            "property_type": "APARTMENT",
            "property_class": "BUSINESS",
            "condition": "FINISHING",
        },
        "commission_share": 50,
    }
    return _changed(body, changes)


def _changed(body: Json, changes: Json) -> Json:
    """Each change goes to the object that has the member, else to the top: a test names what it
    means.
    """
    left = dict(changes)
    changed: Json = {}
    for name, value in body.items():
        if name in left:
            changed[name] = left.pop(name)
        elif isinstance(value, dict) and name not in ("budget", "area"):
            inner = {key: left.pop(key) for key in list(left) if key in value}
            changed[name] = value | inner
        else:
            changed[name] = value
    return changed | left


def a_context(milliseconds: int = 600_000) -> Any:
    """What Lambda hands a function besides its event: how long it has left."""
    return SimpleNamespace(get_remaining_time_in_millis=lambda: milliseconds)


def init_data(telegram_id: int, bot_token: str = BOT_TOKEN, **changes: Any) -> str:
    """What a Mini App of this bot sends for this person; a change of None leaves a field out."""
    user = {"id": telegram_id, "first_name": "Иван", "last_name": "Петров", "username": "ivan"}
    fields = {"auth_date": str(int(time.time())), "query_id": "AAH", "user": dumps(user)} | changes
    sent = {name: value for name, value in fields.items() if value is not None}
    secret = hmac.digest(b"WebAppData", bot_token.encode(), "sha256")
    lines = "\n".join(sorted(f"{name}={value}" for name, value in sent.items()))
    sent["hash"] = hmac.digest(secret, lines.encode(), "sha256").hex()
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in sent.items())


def widget(telegram_id: int, bot_token: str = BOT_TOKEN, **changes: Any) -> Json:
    """What the Login Widget of this bot would give for this person; null is no part of what is
    signed.
    """
    fields: Json = {
        "id": telegram_id,
        "first_name": "Иван",
        "auth_date": int(time.time()),
    } | changes
    lines = "\n".join(
        sorted(f"{name}={value}" for name, value in fields.items() if value is not None)
    )
    secret = hashlib.sha256(bot_token.encode()).digest()
    return fields | {"hash": hmac.digest(secret, lines.encode(), "sha256").hex()}
