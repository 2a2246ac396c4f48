"""What is posted: the same for every client, each reads it into its own models."""

import time
from itertools import count
from typing import Any

_registered = count()

LEAD: dict[str, Any] = {
    "client_name": "Иван Петрович",
    "requirements": {
        "location": {
            "city": "Москва",
            "districts": ["Хамовники"],
            "metro_stations": ["Фрунзенская"],
        },
        "budget": {"min": 20_000_000, "max": 30_000_000.5},
        "area": {"min": 50, "max": 80.25},
        "rooms": [2, 3],
        "property_type": "APARTMENT",
        "property_class": "BUSINESS",
        "condition": "FINISHING",
        "payment_method": "MORTGAGE",
    },
}
PROPERTY: dict[str, Any] = {
    "address": {
        "city": "Москва",
        "district": "Хамовники",
        "street": "Комсомольский проспект",
        "house_number": "15",
        "metro_station": "Фрунзенская",
    },
    "details": {
        "price": 28_500_000,
        "area": 64.57,
        "rooms": 2,
        "floor": 7,
        "total_floors": 12,
        "property_type": "APARTMENT",
        "property_class": "BUSINESS",
        "condition": "FINISHING",
    },
    "commission_share": 50,
}


def realtor(name: str) -> dict[str, Any]:
    return {
        "telegram_id": f"{name}-{time.time_ns()}-{next(_registered)}",
        "phone": "+7 916 123-45-67",
    }
