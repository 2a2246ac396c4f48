"""A small made-up Russian city, from a seed: leads and listings as wire bodies, crowded and full of
edges.
"""

import unicodedata
from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from random import Random
from typing import Any

from tests.place_names import PlaceType

type Json = dict[str, Any]
type City = tuple[list[Json], list[Json]]
type Edit = Callable[[Random, Json], None]

CITY, NEXT_CITY = "Верхнеозёрск", "Королёв"
STATIONS = {
    "Заречье": ["Пристань", "Речной вокзал"],
    "Черёмушки": ["Берёзовая роща", "Черёмушки"],
    "Старый Город": ["Площадь Труда", "Кремлёвская"],
    "Метростроевский": ["Метростроевская", "Депо"],
    "Районная Горка": ["Горки", "Семь Ключей"],
}
DISTRICTS, METRO = (
    list(STATIONS),
    [station for stations in STATIONS.values() for station in stations],
)
CLASSES = ["ECONOMY", "COMFORT", "BUSINESS", "ELITE"]
CONDITIONS = ["ROUGH", "PRE_FINISHING", "FINISHING", "DESIGN"]
LEAD_TYPES = ["APARTMENT", "HOUSE", "TOWNHOUSE"]
LISTING_TYPES = [*LEAD_TYPES, "APARTMENTS"]
MOST_KOPECKS, MOST_AREA, MILLION = 10**14, 10**7, 10**8


def a_city(seed: int, leads: int = 150, listings: int = 400, *, other_city: bool = False) -> City:
    """Bodies of one city's market; with `other_city` about every twelfth stands in the next one."""
    rng = Random(seed)
    wanted, offered = [a_lead(rng) for _ in range(leads)], [a_listing(rng) for _ in range(listings)]
    places = [body["requirements"]["location"] for body in wanted] + [
        body["address"] for body in offered
    ]
    for place in places if other_city else []:
        place["city"] = rng.choices([place["city"], NEXT_CITY], [11, 1])[0]
    return wanted, offered


def a_lead(rng: Random) -> Json:
    """A wide wish on a coarse grid, so that most listings of the city reach it and many of them
    tie.
    """
    highest = rng.randint(14, 22) * MILLION
    smallest = rng.choice([*range(2500, 5001, 500), 0])
    return {
        "client_name": rng.choice([None, "Анна", "Семья Ковалёвых", "Пётр Ильич"]),
        "requirements": {
            "location": a_wished_location(rng),
            "budget": _range(rng.choice([0, highest // 2, highest * 7 // 10]), highest),
            "area": _range(smallest, (smallest or 2500) + rng.randrange(2000, 5001, 500)),
            "rooms": rng.choice(
                [[], [], [], [2], [1, 2], [2, 3], [3, 2, 2], [1, 2, 3], [0, 1, 2], [5, 6]]
            ),
            "property_type": rng.choices(LEAD_TYPES, [18, 1, 1])[0],
            "property_class": rng.choice(CLASSES[:3]),
            "condition": rng.choice(CONDITIONS),
            "payment_method": rng.choice(["CASH", "MORTGAGE", "EXCHANGE"]),
            "additional_requirements": rng.choice([None, "Только с балконом", "Не первый этаж"]),
        },
        "client_contacts": rng.choice([None, "+7 900 000-00-00"]),
        "notes": rng.choice([None, "Звонить после шести"]),
    }


def a_listing(rng: Random) -> Json:
    """An offer on the same grid as the wishes; now and then a kopeck or 0.01 m² beside it."""
    district = rng.choice(DISTRICTS)
    station = rng.choice(STATIONS[district])
    beside = rng.choices([-1, 0, 1], [1, 18, 1])[0]
    floors = rng.randint(1, 25)
    return {
        "address": {
            "city": spelled(rng, CITY, "city"),
            "district": spelled(rng, district, "district"),
            "street": rng.choice(["ул. Мира", "Садовая", "наб. Реки Озёрной"]),
            "house_number": f"{rng.randint(1, 60)}{rng.choice(['', 'к2', 'А'])}",
            "metro_station": rng.choices([None, spelled(rng, station, "station")], [1, 4])[0],
        },
        "details": {
            "price": wire(rng.randint(18, 36) * MILLION // 2 + beside),
            "area": wire(rng.randrange(2500, 8001, 500) + beside),
            "rooms": rng.choices([0, 1, 2, 3, 4, 6, 7], [3, 8, 16, 10, 2, 1, 1])[0],
            "floor": rng.randint(1, floors),
            "total_floors": floors,
            "year_built": rng.choice([None, 1957, 1986, 2019]),
            "property_type": rng.choices(LISTING_TYPES, [16, 1, 1, 3])[0],
            "property_class": rng.choice(CLASSES[:3]),
            "condition": rng.choice(CONDITIONS),
        },
        "commission_share": rng.choice([30, 50, Decimal("33.33")]),
        "photos": [f"https://photos.example/{rng.randint(1, 999)}.jpg"] * rng.randint(0, 2),
        "description": rng.choice([None, "Окна во двор, тихо"]),
    }


def a_wished_location(rng: Random) -> Json:
    districts = rng.sample(DISTRICTS, rng.choice([0, 0, 1, 2, 3]))
    stations = rng.sample(METRO, rng.choice([0, 0, 1, 2, 4]))
    return {
        "city": spelled(rng, CITY, "city"),
        "districts": [spelled(rng, name, "district") for name in districts],
        "metro_stations": [spelled(rng, name, "station") for name in stations],
    }


KINDS: dict[PlaceType, list[str]] = {
    "city": ["г. {}", "г.{}", "Город {}", "г {}", "г.о. {}", "{} г", "{}, г."],
    "district": ["р-н {}", "Район {}", "р\u2011н {}", "{} р-н", "{} Р - Н", "мкр. {}"],
    "station": ["м. {}", "м.{}", "Метро {}", "ст.м. {}", "станция метро {}", "{} м."],
}


def spelled(rng: Random, name: str, of: PlaceType) -> str:
    """The name as somebody types it: mostly as it is, else another spelling that normalises to the
    same.
    """
    spellings: list[Callable[[str], str]] = [
        str.upper,
        lambda text: text.replace("ё", "е"),
        lambda text: f"  {text.replace(' ', '\u00a0 ')} ",
        lambda text: unicodedata.normalize("NFD", text),
        lambda text: f"{text[:2]}\u200b{text[2:4]}\u00ad{text[4:]}",
        lambda text: text.replace("о", "o", 1).replace("р", "p", 1),
        lambda text: f"«{text}»",
        *(kind.format for kind in KINDS[of]),
    ]
    return name if rng.random() < 0.6 else rng.choice(spellings)(name)


def wire(hundredths: int) -> int | Decimal:
    """Kopecks or hundredths of m² as the strict JSON loader gives them: whole ones are ints."""
    return hundredths // 100 if hundredths % 100 == 0 else Decimal(hundredths).scaleb(-2)


def boundary_pair(rng: Random) -> tuple[Json, Json]:
    """Requirements and a listing that stand at the edges of the formulas, or 0.01 beside them."""
    requirements, listing = a_lead(rng)["requirements"], a_listing(rng)
    address, details = listing["address"], listing["details"]
    for wish, offer, most in (("budget", "price", MOST_KOPECKS), ("area", "area", MOST_AREA)):
        low, high = _odd_range(rng, most)
        requirements[wish] = _range(low, high)
        details[offer] = wire(min(max(_near_an_edge(rng, low, high, offer), 1), most))
    requirements["rooms"] = rng.choices(
        [0, 1, 2, 3, 5, 6, 7, 49, 50], k=rng.choice([0, 1, 1, 2, 4])
    )
    nearest = rng.choice(requirements["rooms"] or [0, 1, 6, 50])
    details["rooms"] = min(max(nearest + rng.choices([-2, -1, 0, 1, 2], [1, 5, 8, 5, 1])[0], 0), 50)
    wished_type = rng.choice(LEAD_TYPES)
    requirements |= {"property_type": wished_type, "property_class": rng.choice(CLASSES)}
    offered_type = rng.choice([wished_type, wished_type, rng.choice(LISTING_TYPES)])
    details |= {"property_type": offered_type, "property_class": rng.choice(CLASSES)}
    address["city"] = rng.choices([address["city"], NEXT_CITY], [30, 1])[0]
    return requirements, listing


def _range(low: int, high: int) -> Json:
    return {"min": wire(low), "max": wire(high)}


def _odd_range(rng: Random, most: int) -> tuple[int, int]:
    """Hundredths, from a single one up to the contract's limit."""
    size = rng.choice([20, 997, 10**5, most // 10, most])
    high = rng.choice([size, rng.randint(1, size), rng.randint(1, size)])
    return rng.choice([0, high, high // 2, high * 9 // 10, rng.randint(0, high)]), high


def _near_an_edge(rng: Random, low: int, high: int, offer: str) -> int:
    bottom, top = (
        (low * 6 // 10, high * 11 // 10) if offer == "price" else (low * 8 // 10, high * 16 // 10)
    )
    between = [rng.randint(low, high), rng.randint(bottom, low), rng.randint(high, top)]
    return rng.choice([low, high, bottom, top, *between]) + rng.choice([-1, 0, 0, 0, 1])


def edited_listing(rng: Random, body: Json) -> Json:
    """A copy of the listing with one or two of its owner's small edits."""
    return _edited(rng, body, [_new_number, _new_details, _new_address])


def edited_lead(rng: Random, body: Json) -> Json:
    """A copy of the lead with one or two of its owner's small edits."""
    return _edited(rng, body, [_new_range, _new_wish])


def _edited(rng: Random, body: Json, edits: list[Edit]) -> Json:
    edited = deepcopy(body)
    for edit in rng.sample(edits, rng.choice([1, 1, 2])):
        edit(rng, edited)
    return edited


def _new_number(rng: Random, body: Json) -> None:
    name, step, most = rng.choice([("price", MILLION // 2, MOST_KOPECKS), ("area", 500, MOST_AREA)])
    now = int(body["details"][name] * 100)
    changed = rng.choice([now - step, now + step, now - 1, now + 1, now * 97 // 100])
    body["details"][name] = wire(min(max(changed, 1), most))


def _new_details(rng: Random, body: Json) -> None:
    name = rng.choice(["rooms", "property_type", "property_class", "condition", "year_built"])
    body["details"][name] = a_listing(rng)["details"][name]


def _new_address(rng: Random, body: Json) -> None:
    body["address"] = a_listing(rng)["address"] | {"city": rng.choice([*[CITY] * 5, NEXT_CITY])}


def _new_range(rng: Random, body: Json) -> None:
    name, most = rng.choice([("budget", MOST_KOPECKS), ("area", MOST_AREA)])
    low, high = (int(body["requirements"][name][end] * 100) for end in ("min", "max"))
    higher, lower = min(high + 100, most), max(low, high * 9 // 10, 1)
    body["requirements"][name] = _range(
        *rng.choice([(low, higher), (low * 9 // 10 + 1, high), (low, lower)])
    )


def _new_wish(rng: Random, body: Json) -> None:
    another = a_lead(rng)["requirements"]
    another["location"]["city"] = rng.choice([*[CITY] * 5, NEXT_CITY])
    name = rng.choice(
        ["rooms", "location", "property_type", "property_class", "condition", "payment_method"]
    )
    body["requirements"][name] = another[name]
