"""A small made-up city: bodies of listings and leads."""

import random
from typing import Any

type Json = dict[str, Any]

DISTRICTS = {
    "Заречье": "Речной вокзал",
    "Старый город": "Соборная",
    "Липки": "Липовая аллея",
    "Холмы": None,
}
CLASSES = ("ECONOMY", "COMFORT", "BUSINESS")
CONDITIONS = ("ROUGH", "PRE_FINISHING", "FINISHING", "DESIGN")


def a_listing(chance: random.Random, city: str) -> Json:
    district = chance.choice(list(DISTRICTS))
    return {
        "address": {
            "city": city,
            "district": district,
            "street": chance.choice(["Садовая улица", "Лесной переулок", "Береговая улица"]),
            "house_number": str(chance.randint(1, 60)),
            "metro_station": DISTRICTS[district],
        },
        "details": {
            "price": chance.randrange(8_000_000, 16_000_000, 250_000),
            "area": chance.randint(38, 82),
            "rooms": chance.randint(1, 4),
            "floor": chance.randint(1, 9),
            "total_floors": 9,
            "year_built": chance.randint(1960, 2024),
            "property_type": chance.choice(["APARTMENT", "APARTMENT", "APARTMENT", "APARTMENTS"]),
            "property_class": chance.choice(CLASSES),
            "condition": chance.choice(CONDITIONS),
        },
        "commission_share": chance.choice([40, 45, 50]),
    }


def a_lead(
    chance: random.Random, city: str, district: str | None = None, millions: int | None = None
) -> Json:
    most = (millions or chance.randint(9, 15)) * 1_000_000
    wished = district or chance.choice(list(DISTRICTS))
    metro = DISTRICTS[wished]
    return {
        "client_name": "Клиент",
        "requirements": {
            "location": {
                "city": city,
                "districts": [wished],
                "metro_stations": [metro] if metro else [],
            },
            "budget": {"min": most - 3_000_000, "max": most},
            "area": {"min": 45, "max": 70},
            "rooms": [2, 3],
            "property_type": "APARTMENT",
            "property_class": "COMFORT",
            "condition": "FINISHING",
            "payment_method": "MORTGAGE",
        },
    }


def a_perfect_listing(city: str) -> Json:
    """Make the listing that the first lead of the tour wishes, in everything."""
    details: Json = {
        "price": 11_500_000,
        "area": 58,
        "rooms": 2,
        "floor": 4,
        "total_floors": 9,
        "year_built": 2019,
    }
    details |= {"property_type": "APARTMENT", "property_class": "COMFORT", "condition": "FINISHING"}
    address = {"city": city, "district": "Заречье", "street": "Тихая улица", "house_number": "7"}
    return {
        "address": address | {"metro_station": DISTRICTS["Заречье"]},
        "details": details,
        "commission_share": 50,
    }
